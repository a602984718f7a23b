-- The audit log: every call of every door in one chain per organization, and the way back from a write.
--
-- Each row holds a hash over what it says, over what it changed and over the row before it. Whoever alters, takes out or
-- puts in a row later breaks the chain at that place. Rows come in through one function; the application can do nothing
-- else to them.

alter table action
    add column position bigint,
    -- The program at the other end, as it calls itself.
    add column program text,
    add column address text,
    -- What was left out of the answer, by class.
    add column withheld text[] not null default '{}',
    add column duration_ms integer not null default 0,
    -- The action that this one took back.
    add column undoes uuid,
    add column changes_hash bytea,
    add column hash bytea;

-- Where the chain of an organization ends. Whoever adds to it holds this row until their transaction is over.
create table audit_head (
    organization_id uuid not null references organization (id),
    position bigint not null,
    hash bytea not null,
    primary key (organization_id)
);

-- What an action did, in one hash; none when it did nothing.
create function hash_of_changes(tenant uuid, acting uuid) returns bytea language sql stable as $$
    select case when count(*) > 0 then
        sha256(convert_to(string_agg(jsonb_build_array(c.kind, c.record_id, c.before, c.after)::text, E'\n' order by c.position), 'UTF8')) end
    from change c where c.organization_id = tenant and c.action_id = acting
$$;

-- What an action says, in one hash with the one before it.
create function hash_of_action(previous bytea, a action) returns bytea language plpgsql immutable as $$
begin
    return sha256(previous || convert_to(jsonb_build_array(
        a.organization_id, a.id, a.position, extract(epoch from a.at), a.member_id, a.token_id, a.door, a.operation, a.arguments, a.outcome,
        a.program, a.address, a.withheld, a.duration_ms, a.undoes, encode(a.changes_hash, 'hex'))::text, 'UTF8'));
end
$$;

-- Adds actions to the chain of the organization of this transaction, in the order given; `wrote` says whether they changed
-- anything. It works with the rights of the owner, so the organization is never taken from what is given.
create function append_actions(entries jsonb, wrote boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_organization();
    head audit_head;
    entry action;
begin
    if tenant is null then
        raise exception 'an action belongs to an organization';
    end if;
    select * into head from audit_head where organization_id = tenant for update;
    if not found then
        insert into audit_head values (tenant, 0, '\x') on conflict do nothing;
        select * into head from audit_head where organization_id = tenant for update;
    end if;
    for entry in select * from jsonb_populate_recordset(null::action, entries) loop
        head.position := head.position + 1;
        entry.organization_id := tenant;
        entry.position := head.position;
        entry.changes_hash := case when wrote then hash_of_changes(tenant, entry.id) end;
        entry.hash := hash_of_action(head.hash, entry);
        head.hash := entry.hash;
        insert into action select entry.*;
    end loop;
    update audit_head set position = head.position, hash = head.hash where organization_id = tenant;
end
$$;

-- Checks a stretch of the chain, from after a position with its hash. Comes back with where it ended, and with the first
-- row that does not fit and why.
create function verify_actions(after_position bigint, after_hash bytea, at_most integer)
returns table (last_position bigint, last_hash bytea, broken uuid, broken_position bigint, reason text) language sql stable as $$
    with stretch as (
        select a.id, a.position, a.hash, a.changes_hash, hash_of_changes(a.organization_id, a.id) as changes_now,
            lag(a.position, 1, after_position) over (order by a.position) as position_before,
            hash_of_action(lag(a.hash, 1, after_hash) over (order by a.position), a) as hash_now
        from (
            select * from action
            where organization_id = (select current_organization()) and position > after_position
            order by position limit at_most
        ) a
    ), broken as (
        select s.id, s.position, case
            when s.position <> s.position_before + 1 then 'a row before it is missing'
            when s.changes_hash is distinct from s.changes_now then 'what it changed was altered'
            else 'what it says was altered' end as reason
        from stretch s
        where s.position <> s.position_before + 1 or s.changes_hash is distinct from s.changes_now or s.hash is distinct from s.hash_now
        order by s.position limit 1
    )
    select l.position, l.hash, b.id, b.position, b.reason
    from (select position, hash from stretch order by position desc limit 1) l full join broken b on true
$$;

-- Actions from before there was a chain join it in their order. The owner of the tables is held by row security too, so it
-- is set aside meanwhile.
alter table organization no force row level security;
alter table action no force row level security;
alter table change no force row level security;
do $$
declare
    tenant uuid;
    previous bytea;
    entry action;
    counted bigint;
begin
    for tenant in select id from organization loop
        previous := '\x';
        counted := 0;
        for entry in select * from action where organization_id = tenant order by at, id loop
            counted := counted + 1;
            entry.position := counted;
            entry.changes_hash := hash_of_changes(tenant, entry.id);
            previous := hash_of_action(previous, entry);
            update action set position = counted, changes_hash = entry.changes_hash, hash = previous
            where organization_id = tenant and id = entry.id;
        end loop;
        insert into audit_head values (tenant, counted, previous);
    end loop;
end
$$;
alter table organization force row level security;
alter table action force row level security;
alter table change force row level security;

alter table action
    alter column position set not null,
    alter column hash set not null,
    add constraint action_position_unique unique (organization_id, position);
-- The list goes by position; the newest by time was its twin.
drop index action_newest;
create index action_undone on action (organization_id, undoes) where undoes is not null;

alter table audit_head enable row level security;
alter table audit_head force row level security;
create policy tenant on audit_head using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()));

revoke insert on action from stint_app;
grant select on audit_head to stint_app;
grant execute on function hash_of_changes, hash_of_action, append_actions, verify_actions to stint_app;

-- Puts one record back to what it was before a change, when it still is what the change left behind; answers whether it
-- was. Counters and stamps of a row go on: they are neither compared nor put back. What the row may not become, its
-- triggers and constraints refuse.
create function restore_record(kind text, record uuid, before jsonb, after jsonb) returns boolean language plpgsql as $$
declare
    columns text;
    counted text := '';
    restored integer;
    counters constant text[] := array['version', 'updated_at'];
begin
    if kind <> all (array['client', 'project', 'time_entry', 'invoice', 'invoice_line', 'budget']) then
        raise exception 'records of the kind % are not put back', kind;
    end if;
    select string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position) into columns
    from information_schema.columns c
    where c.table_schema = 'public' and c.table_name = kind and c.is_generated = 'NEVER'
        and (before is null or after is null or c.column_name <> all (counters));
    if after is null then
        execute format('insert into %1$I (%2$s) select %2$s from jsonb_populate_record(null::%1$I, $1)', kind, columns) using before;
        return true;
    elsif before is null then
        execute format(
            'delete from %1$I t where organization_id = current_organization() and id = $1
                 and t is not distinct from jsonb_populate_record(t, $2 - $3)', kind) using record, after, counters;
    else
        if exists (select from information_schema.columns c
                   where c.table_schema = 'public' and c.table_name = kind and c.column_name = 'version') then
            counted := ', version = t.version + 1';
        end if;
        execute format(
            'update %1$I t set (%2$s) = (select %2$s from jsonb_populate_record(t, $3))%3$s
             where organization_id = current_organization() and id = $1 and t is not distinct from jsonb_populate_record(t, $2 - $4)',
            kind, columns, counted) using record, after, before, counters;
    end if;
    get diagnostics restored = row_count;
    return restored = 1;
end
$$;
grant execute on function restore_record to stint_app;
