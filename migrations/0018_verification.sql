-- Verifying the chain of the audit log: checkpoints, so that what is new is checked at once, and a job that checks all of it.
--
-- The application's role reads both tables and writes neither: a checkpoint is made where a row of the chain is, and the
-- outcome of a check is written by the function that checks.

-- What the chain was at a position, kept beside it every 10,000 rows. Rows that were altered together with every hash after
-- them no longer fit to it.
create table audit_checkpoint (
    organization_id uuid not null references organization (id),
    position bigint not null,
    hash bytea not null,
    at timestamptz not null,
    primary key (organization_id, position)
);

-- The check of the whole log that is under way or was the last.
create table audit_verification (
    organization_id uuid not null references organization (id),
    state text not null constraint audit_verification_state_known check (state in ('running', 'sound', 'broken')),
    -- The last row that was checked, and its hash.
    position bigint not null,
    hash bytea not null,
    -- How many rows were checked, of how many when it began.
    checked bigint not null,
    total bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    -- The first row that does not fit; no action when rows are missing at the end.
    broken_action uuid,
    broken_position bigint,
    reason text,
    primary key (organization_id)
);
create index audit_verification_running on audit_verification (started_at) where state = 'running';

-- Chains from before have the checkpoints that they would have.
alter table action no force row level security;
insert into audit_checkpoint (organization_id, position, hash, at)
select organization_id, position, hash, now() from action where position % 10000 = 0;
alter table action force row level security;

do $$
declare
    place text;
begin
    foreach place in array array['audit_checkpoint', 'audit_verification'] loop
        execute format('alter table %I enable row level security, force row level security', place);
        execute format('create policy tenant on %I
            using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', place);
        execute format('grant select on %I to stint_app', place);
    end loop;
end
$$;
-- The worker learns where there is something to check, and nothing else.
create policy worker_running on audit_verification for select using ((select current_setting('app.worker', true)) = 'verification');

-- The same as before, and a checkpoint every 10,000 rows.
create or replace function append_actions(entries jsonb, wrote boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
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
        if head.position % 10000 = 0 then
            insert into audit_checkpoint values (tenant, head.position, head.hash, now());
        end if;
    end loop;
    update audit_head set position = head.position, hash = head.hash where organization_id = tenant;
end
$$;

-- Checks a stretch of the chain, from after a position with its hash. Comes back with where it ended, and with the first
-- row that does not fit and why. What the rows changed is hashed in one pass over all of their changes.
create or replace function verify_actions(after_position bigint, after_hash bytea, at_most integer)
returns table (last_position bigint, last_hash bytea, broken uuid, broken_position bigint, reason text) language sql stable as $$
    with stretch as materialized (
        select a from action a
        where a.organization_id = (select current_organization()) and a.position > after_position
        order by a.position limit at_most
    ), changed as materialized (
        select c.action_id, sha256(convert_to(string_agg(
            jsonb_build_array(c.kind, c.record_id, c.before, c.after)::text, E'\n' order by c.position), 'UTF8')) as hash
        from change c
        where c.organization_id = (select current_organization()) and c.action_id = any (array(select (s.a).id from stretch s))
        group by c.action_id
    ), checked as (
        select (s.a).id, (s.a).position, (s.a).hash, (s.a).changes_hash, c.hash as changes_now, p.hash as checkpoint,
            lag((s.a).position, 1, after_position) over chain as position_before,
            hash_of_action(lag((s.a).hash, 1, after_hash) over chain, s.a) as hash_now
        from stretch s
        left join changed c on c.action_id = (s.a).id
        left join audit_checkpoint p on p.organization_id = (select current_organization()) and p.position = (s.a).position
        window chain as (order by (s.a).position)
    ), broken as (
        select s.id, s.position, case
            when s.position <> s.position_before + 1 then 'a row before it is missing'
            when s.changes_hash is distinct from s.changes_now then 'what it changed was altered'
            when s.hash is distinct from s.hash_now then 'what it says was altered'
            else 'it is not the row of which a checkpoint was made' end as reason
        from checked s
        where s.position <> s.position_before + 1 or s.changes_hash is distinct from s.changes_now
            or s.hash is distinct from s.hash_now or s.checkpoint <> s.hash
        order by s.position limit 1
    )
    select l.position, l.hash, b.id, b.position, b.reason
    from (select position, hash from checked order by position desc limit 1) l full join broken b on true
$$;

-- Begins to check the whole log of the organization of this transaction, unless that is under way.
create function begin_verification() returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
    rows_now constant bigint := coalesce((select h.position from audit_head h where h.organization_id = tenant), 0);
begin
    if tenant is null then
        raise exception 'a verification belongs to an organization';
    end if;
    insert into audit_verification (organization_id, state, position, hash, checked, total, started_at)
    values (tenant, 'running', 0, '\x', 0, rows_now, now())
    on conflict (organization_id) do nothing;
    update audit_verification
    set state = 'running', position = 0, hash = '\x', checked = 0, total = rows_now, started_at = now(), finished_at = null,
        broken_action = null, broken_position = null, reason = null
    where organization_id = tenant and state <> 'running';
end
$$;

-- Checks the next rows of a verification that is under way, `at_most` of them; whether there are more to check. One process
-- at a time is on it: for another there is nothing to do meanwhile.
create function step_verification(at_most integer) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
    job audit_verification;
    head audit_head;
    stretch record;
begin
    select * into job from audit_verification where organization_id = tenant and state = 'running' for update skip locked;
    if not found then
        return false;
    end if;
    select * into stretch from verify_actions(job.position, job.hash, least(at_most, job.total - job.position)::integer);
    if stretch.broken is not null then
        update audit_verification
        set state = 'broken', checked = job.checked, finished_at = now(), broken_action = stretch.broken,
            broken_position = stretch.broken_position, reason = stretch.reason
        where organization_id = tenant;
        return false;
    end if;
    if stretch.last_position is not null then
        job.checked := job.checked + (stretch.last_position - job.position);
        job.position := stretch.last_position;
        job.hash := stretch.last_hash;
    end if;
    select * into head from audit_head where organization_id = tenant;
    if (stretch.last_position is null and job.position < job.total)
        or (job.position = job.total and head.position = job.total and head.hash is distinct from job.hash) then
        update audit_verification
        set state = 'broken', checked = job.checked, position = job.position, hash = job.hash, finished_at = now(),
            broken_position = job.position, reason = 'the last rows are missing'
        where organization_id = tenant;
        return false;
    end if;
    update audit_verification
    set checked = job.checked, position = job.position, hash = job.hash,
        state = case when job.position >= job.total then 'sound' else 'running' end,
        finished_at = case when job.position >= job.total then now() end
    where organization_id = tenant;
    return job.position < job.total;
end
$$;

-- Organizations whose log is being checked, the longest first.
create function running_verifications(at_most integer) returns table (organization_id uuid) language plpgsql as $$
begin
    perform set_config('app.worker', 'verification', true);
    return query select v.organization_id from audit_verification v where v.state = 'running' order by v.started_at limit at_most;
    perform set_config('app.worker', '', true);
end
$$;

revoke execute on function begin_verification, step_verification, running_verifications from public;
grant execute on function begin_verification, step_verification, running_verifications to stint_app;
