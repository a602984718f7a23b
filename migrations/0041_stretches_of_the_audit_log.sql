-- works with: 19
-- The audit log is verified in half the time: what the actions of a stretch have changed is read in one go, in the order of the
-- actions, whose ids come with time, and not action by action; and the text that goes into a hash is put together without looking up
-- anew for each value how its type is written. The hashes are over the same text as before: json_build_array writes it likewise.

-- What a change did, as JSON: the kind and id of the record, and the record before and after.
create or replace function text_of_change(kind text, record_id uuid, before jsonb, after jsonb) returns text language sql stable as $$
    select concat('[', coalesce(to_json(kind), 'null'), ', "', record_id, '", ', coalesce(before, 'null'), ', ', coalesce(after, 'null'), ']')
$$;

-- What an action says, in one hash with the one before it.
create or replace function hash_of_action(previous bytea, a action) returns bytea language sql stable as $$
    select sha256(previous || convert_to(concat(
        '["', a.organization_id, '", "', a.id, '", ', a.position, ', ', coalesce(to_json(extract(epoch from a.at)), 'null'), ', ',
        coalesce('"' || a.member_id::text || '"', 'null'), ', ', coalesce('"' || a.token_id::text || '"', 'null'), ', ',
        coalesce(to_json(a.door), 'null'), ', ', coalesce(to_json(a.operation), 'null'), ', ', coalesce(a.arguments, 'null'), ', ',
        coalesce(to_json(a.outcome), 'null'), ', ',
        coalesce(to_json(a.program), 'null'), ', ', coalesce(to_json(a.address), 'null'), ', ',
        case when a.withheld = '{}' then '[]' else coalesce(to_jsonb(a.withheld), 'null') end, ', ', coalesce(a.duration_ms::text, 'null'), ', ',
        coalesce('"' || a.undoes::text || '"', 'null'), ', ', coalesce('"' || encode(a.changes_hash, 'hex') || '"', 'null'), ']'), 'UTF8'))
$$;

-- Checks a stretch of the chain, from after a position with its hash. Comes back with where it ended, and with the first
-- row that does not fit and why.
create or replace function verify_actions(after_position bigint, after_hash bytea, at_most integer)
returns table (last_position bigint, last_hash bytea, broken uuid, broken_position bigint, reason text) language sql stable as $$
    with stretch as materialized (
        select a.id, a.position, a.hash, a.changes_hash, lag(a.position, 1, after_position) over chain as position_before,
            hash_of_action(lag(a.hash, 1, after_hash) over chain, a) as hash_now
        from action a
        where a.organization_id = (select current_organization()) and a.position > after_position
        window chain as (order by a.position)
        order by a.position limit at_most
    ), changed as materialized (
        -- What goes into each hash comes in the order of the subquery, which is that of the index.
        -- An image is an object or is not there: the null of JSON has the same text as none, and is never written.
        select c.action_id, case when bool_or(c.before = 'null' or c.after = 'null') is not true then
            sha256(convert_to(string_agg(text_of_change(c.kind, c.record_id, c.before, c.after), E'\n'), 'UTF8')) end as hash
        from (
            select c.* from change c
            where c.organization_id = (select current_organization())
                and c.action_id between (select s.id from stretch s order by s.id limit 1) and (select s.id from stretch s order by s.id desc limit 1)
            order by c.action_id, c.position
        ) c
        group by c.action_id
    ), checked as materialized (
        select s.*, c.hash as changes_now, p.hash as checkpoint
        from stretch s
        left join changed c on c.action_id = s.id
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

-- A row of the log that is in no place of its chain: before the first, after the last, or where there is no chain at all. Nobody
-- adds one between looking at the chain's end and at the rows: it is one statement.
create function outside_the_chain() returns table (id uuid, "position" bigint) language sql stable as $$
    select a.id, a.position
    from action a left join audit_head h on h.organization_id = a.organization_id
    where a.organization_id = (select current_organization()) and (a.position < 1 or a.position > coalesce(h.position, 0))
    order by a.position limit 1
$$;
revoke execute on function outside_the_chain from public;
grant execute on function outside_the_chain to stint_app;

-- The same as before, and at its end the whole check finds what was put in beside the chain.
create or replace function step_verification(at_most integer) returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
    job audit_verification;
    head audit_head;
    stretch record;
    stranger record;
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
    if job.position >= job.total then
        select * into stranger from outside_the_chain();
        if stranger.id is not null then
            update audit_verification
            set state = 'broken', checked = job.checked, position = job.position, hash = job.hash, finished_at = now(),
                broken_action = stranger.id, broken_position = stranger.position,
                reason = 'it was put in, and belongs to no place of the chain'
            where organization_id = tenant;
            return false;
        end if;
    end if;
    update audit_verification
    set checked = job.checked, position = job.position, hash = job.hash,
        state = case when job.position >= job.total then 'sound' else 'running' end,
        finished_at = case when job.position >= job.total then now() end
    where organization_id = tenant;
    return job.position < job.total;
end
$$;
