-- Accesses: calls that changed nothing (reads, refusals, dry runs, repeated calls), in a log of their own.
--
-- It has no chain, so nobody waits for anybody; its rows are bounded, it is partitioned by the month (UTC) of the call, and
-- old months are dropped whole. The application's role reads it and owns none of it: rows come in and months go through
-- functions of the owner. Accesses from before this table stay in `action`, whose chain holds them.

create table access_record (
    organization_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    -- No foreign key: a month that refers to other tables could only be dropped under a lock of theirs.
    member_id uuid not null,
    token_id uuid,
    door text not null,
    operation text not null,
    arguments jsonb not null constraint access_record_arguments_length check (octet_length(arguments::text) <= 8192),
    outcome text not null,
    program text,
    address text,
    withheld text[] not null default '{}',
    duration_ms integer not null default 0,
    primary key (organization_id, at, id)
) partition by range (at);
create index access_record_one on access_record (organization_id, id);

alter table access_record enable row level security;
alter table access_record force row level security;
create policy tenant on access_record
    using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()));
-- Who called what is a matter of the house.
create policy granted on access_record as restrictive for select to stint_viewer using (false);

-- The partition of a month, `access_record_yyyymm`.
create function access_partition(instant timestamptz) returns text language sql immutable as $$
    select to_char(instant at time zone 'UTC', '"access_record_"yyyymm')
$$;

-- Makes the partition of a month, where there is none. It is attached, and not made as a partition, because that does not
-- lock out whoever reads and writes the others.
create function make_access_partition(instant timestamptz) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    place constant text := access_partition(instant);
    first_day constant timestamp := date_trunc('month', instant at time zone 'UTC');
begin
    if to_regclass(place) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('access_record'));
    if to_regclass(place) is not null then
        return;
    end if;
    execute format('create table %I (like access_record including defaults including constraints)', place);
    execute format('alter table %I enable row level security, force row level security', place);
    execute format('create policy tenant on %I
        using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', place);
    execute format('alter table access_record attach partition %I for values from (%L) to (%L)',
        place, first_day at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
end
$$;

-- Drops the months that ended longer ago than this many days by the database's clock; how many there were. Whoever reads a
-- month at that moment is waited for only briefly: what is left over is dropped the next time.
create function drop_access_partitions(days integer) returns integer language plpgsql security definer
    set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
    -- The application cannot drop what has just been recorded, whatever it asks for.
    kept_from constant timestamp := (now() - make_interval(days => greatest(days, 7))) at time zone 'UTC';
    place text;
    dropped integer := 0;
begin
    for place in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'access_record'::regclass
            and to_date(right(c.relname, 6), 'yyyymm') + interval '1 month' <= kept_from
        order by 1
    loop
        execute format('drop table %I', place);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

-- Adds accesses of the organization of this transaction. It works with the rights of the owner, so the organization is never
-- taken from what is given.
create function append_accesses(entries jsonb) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
begin
    if tenant is null then
        raise exception 'an access belongs to an organization';
    end if;
    perform make_access_partition(m.month) from (
        select distinct date_trunc('month', r.at, 'UTC') as month from jsonb_populate_recordset(null::access_record, entries) r
    ) m;
    insert into access_record (organization_id, id, at, member_id, token_id, door, operation, arguments, outcome, program, address, withheld, duration_ms)
    select tenant, r.id, r.at, r.member_id, r.token_id, r.door, r.operation, r.arguments, r.outcome, r.program, r.address,
        coalesce(r.withheld, '{}'), coalesce(r.duration_ms, 0)
    from jsonb_populate_recordset(null::access_record, entries) r;
end
$$;

-- The log goes by time over both tables.
create index action_newest on action (organization_id, at desc, id desc);

revoke execute on function access_partition, make_access_partition, drop_access_partitions, append_accesses from public;
grant select on access_record to stint_app;
grant execute on function access_partition, make_access_partition, drop_access_partitions, append_accesses to stint_app;
