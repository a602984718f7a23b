-- works with: 42
-- The check of the whole log finds changes that belong to none of its actions, too: after the chain, the changes are gone through by
-- their actions, step by step as well.

-- What an action of a stretch has changed is looked up action by action: read by the ids between the first and the last of a stretch, it
-- was as much as the whole log when a clock had once been ahead.
create or replace function verify_actions(after_position bigint, after_hash bytea, at_most integer)
returns table (last_position bigint, last_hash bytea, broken uuid, broken_position bigint, reason text) language sql stable as $$
    with stretch as materialized (
        select a.id, a.position, a.hash, a.changes_hash, lag(a.position, 1, after_position) over chain as position_before,
            hash_of_action(lag(a.hash, 1, after_hash) over chain, a) as hash_now
        from action a
        where a.organization_id = (select current_organization()) and a.position > after_position
        window chain as (order by a.position)
        order by a.position limit at_most
    ), checked as materialized (
        select s.*, c.hash as changes_now, p.hash as checkpoint
        from stretch s
        cross join lateral (
            -- What goes into the hash comes in the order of the subquery, which is that of the index.
            -- An image is an object or is not there: the null of JSON has the same text as none, and is never written.
            select case when bool_or(o.before = 'null' or o.after = 'null') is not true then
                sha256(convert_to(string_agg(text_of_change(o.kind, o.record_id, o.before, o.after), E'\n'), 'UTF8')) end as hash
            from (
                select c.* from change c
                where c.organization_id = (select current_organization()) and c.action_id = s.id order by c.position
            ) o
        ) c
        left join audit_checkpoint p on p.organization_id = (select current_organization()) and p.position = s.position
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

-- The action up to which changes were looked for among the actions; null while the chain itself is being checked.
alter table audit_verification add column changes_after uuid;

-- The same as before, and the changes are gone through from the first one.
create or replace function begin_verification() returns void language plpgsql security definer set search_path = public, pg_temp as $$
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
        broken_action = null, broken_position = null, reason = null, changes_after = null
    where organization_id = tenant and state <> 'running';
end
$$;

-- Looks for the actions of the next changes, from after an action. Comes back with the last action that was looked for, null when
-- there was no further change, and with the first one that is not there. Until this version an invitation that was declined was
-- written down as a change of no action: whoever declines belongs to no organization that could record it.
create function verify_changes(after_action uuid, at_most integer) returns table (last_action uuid, missing uuid) language sql stable as $$
    with next as materialized (
        select c.action_id from change c
        where c.organization_id = (select current_organization())
            and c.action_id >= coalesce(after_action, '00000000-0000-0000-0000-000000000000') and c.action_id is distinct from after_action
        order by c.action_id limit at_most
    )
    select (select n.action_id from next n order by n.action_id desc limit 1), (
        select n.action_id from next n
        -- Looked up one by one, however many the planner believes there are.
        left join lateral (
            select true as there from action a where a.organization_id = (select current_organization()) and a.id = n.action_id limit 1
        ) found on true
        where found.there is null and exists (
            select from change c
            where c.organization_id = (select current_organization()) and c.action_id = n.action_id
                and not (c.kind = 'invitation' and c.after ->> 'answer' is not distinct from 'declined'))
        order by n.action_id limit 1)
$$;

-- Ends the check of this organization's log, at the row that does not fit if there is one, and why.
create function end_verification(broken uuid, broken_at bigint, because text) returns void language sql as $$
    update audit_verification
    set state = case when because is null then 'sound' else 'broken' end, finished_at = now(),
        broken_action = broken, broken_position = broken_at, reason = because
    where organization_id = (select current_organization())
$$;

-- A step through the chain; whether the check goes on.
create function step_through_actions(job audit_verification, at_most integer) returns boolean language plpgsql as $$
declare
    head audit_head;
    stretch record;
    stranger record;
begin
    select * into stretch from verify_actions(job.position, job.hash, least(at_most, job.total - job.position)::integer);
    if stretch.broken is not null then
        perform end_verification(stretch.broken, stretch.broken_position, stretch.reason);
        return false;
    end if;
    if stretch.last_position is not null then
        update audit_verification
        set checked = job.checked + (stretch.last_position - job.position), position = stretch.last_position, hash = stretch.last_hash
        where organization_id = job.organization_id returning * into job;
    end if;
    select * into head from audit_head where organization_id = job.organization_id;
    if (stretch.last_position is null and job.position < job.total)
        or (job.position = job.total and head.position = job.total and head.hash is distinct from job.hash) then
        perform end_verification(null, job.position, 'the last rows are missing');
        return false;
    end if;
    if job.position >= job.total then
        select * into stranger from outside_the_chain();
        if stranger.id is not null then
            perform end_verification(stranger.id, stranger.position, 'it was put in, and belongs to no place of the chain');
            return false;
        end if;
    end if;
    return true;
end
$$;

-- A step through the changes, after the chain; whether the check goes on.
create function step_through_changes(job audit_verification, at_most integer) returns boolean language plpgsql as $$
declare
    next record;
begin
    -- Only their ids are read, which takes a fraction of what the images take.
    select * into next from verify_changes(job.changes_after, at_most * 4);
    if next.missing is not null then
        perform end_verification(next.missing, job.position, 'a change was put in that belongs to no row of the chain');
        return false;
    end if;
    if next.last_action is null then
        perform end_verification(null, null, null);
        return false;
    end if;
    update audit_verification set changes_after = next.last_action where organization_id = job.organization_id;
    return true;
end
$$;

revoke execute on function verify_changes, end_verification, step_through_actions, step_through_changes from public;

-- The same as before, and the changes are gone through when the chain was.
create or replace function step_verification(at_most integer) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
    job audit_verification;
begin
    select * into job from audit_verification where organization_id = current_organization() and state = 'running' for update skip locked;
    if not found then
        return false;
    end if;
    -- Of an empty log the end is looked at once, before its changes.
    if job.position < job.total or (job.total = 0 and job.changes_after is null) then
        return step_through_actions(job, at_most) and (job.total > 0 or step_through_changes(job, at_most));
    end if;
    return step_through_changes(job, at_most);
end
$$;
