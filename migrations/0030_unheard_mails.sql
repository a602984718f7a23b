-- works with: 19
-- Mails that nothing is heard of, and months of accesses one by one.

-- How often in a row a mail was handed to the mail server and nothing was heard of it. Programs of an earlier version leave it
-- at nothing.
alter table outgoing_mail add column unheard integer not null default 0;

-- The months of accesses that ended longer ago than this many days by the database's clock, the oldest first. The application
-- cannot drop what has just been recorded, whatever it asks for. (`drop_access_partitions` stays for processes of an earlier
-- version; it drops all of them or none.)
create function access_partitions_over(days integer) returns setof text language sql stable security definer
    set search_path = public, pg_temp as $$
    select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'access_record'::regclass
        and to_date(right(c.relname, 6), 'yyyymm') + interval '1 month'
            <= (now() - make_interval(days => greatest(days, 7))) at time zone 'UTC'
    order by 1
$$;

-- Drops one of them; whether it was one and is gone. Whoever reads it at that moment is waited for only briefly.
create function drop_access_partition(place text, days integer) returns boolean language plpgsql security definer
    set search_path = public, pg_temp set lock_timeout = '2s' as $$
begin
    if place not in (select access_partitions_over(days)) then
        return false;
    end if;
    execute format('drop table %I', place);
    return true;
end
$$;

revoke execute on function access_partitions_over, drop_access_partition from public;
grant execute on function access_partitions_over, drop_access_partition to stint_app;
