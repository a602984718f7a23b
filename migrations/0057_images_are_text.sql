-- Images of records are kept as the text that goes into the hashes of the audit log, so that its whole check need not write them anew:
-- of 35 microseconds that it took a write with its images, ten were writing jsonb as text. The text is the one that jsonb has, written
-- once when the change is written down, and the hashes of old rows hold. What is altered is found as before, and now also when only
-- the text is another one.
--
-- The table is written anew and held meanwhile, 25 seconds for a million changes. Kept beside the old columns the text would double the
-- largest table for ever. Programs from before have statements open whose answers would be of another type now: none works with it.

alter table change alter column before type json using before::json, alter column after type json using after::json;

-- What a change did, as JSON: the kind and id of the record, and the record before and after.
drop function text_of_change(text, uuid, jsonb, jsonb);
create function text_of_change(kind text, record_id uuid, before json, after json) returns text language sql stable as $$
    select concat('[', coalesce(to_json(kind), 'null'), ', "', record_id, '", ', coalesce(before, 'null'), ', ', coalesce(after, 'null'), ']')
$$;

-- The same as before, over images that are text, and without a look at every checkpoint for every row. It comes back with how many
-- changes there were, too.
drop function verify_actions;
create function verify_actions(after_position bigint, after_hash bytea, at_most integer)
returns table (last_position bigint, last_hash bytea, broken uuid, broken_position bigint, reason text, changes bigint)
language sql stable as $$
    with stretch as materialized (
        select a.id, a.position, a.hash, a.changes_hash, lag(a.position, 1, after_position) over chain as position_before,
            hash_of_action(lag(a.hash, 1, after_hash) over chain, a) as hash_now
        from action a
        where a.organization_id = (select current_organization()) and a.position > after_position
        window chain as (order by a.position)
        order by a.position limit at_most
    ), checked as materialized (
        select s.*, c.hash as changes_now, c.changes, p.hash as checkpoint
        from stretch s
        cross join lateral (
            -- What goes into the hash comes in the order of the subquery, which is that of the index.
            -- An image is an object or is not there: the null of JSON has the same text as none, and is never written.
            select case when bool_or(o.before::text = 'null' or o.after::text = 'null') is not true then
                sha256(convert_to(string_agg(text_of_change(o.kind, o.record_id, o.before, o.after), E'\n'), 'UTF8')) end as hash,
                count(*) as changes
            from (
                select c.* from change c
                where c.organization_id = (select current_organization()) and c.action_id = s.id order by c.position
            ) o
        ) c
        -- Those of this stretch only: whatever the planner believes, each row is then held against one or two, and not against all.
        left join audit_checkpoint p on p.organization_id = (select current_organization())
            and p.position > after_position and p.position <= after_position + at_most and p.position = s.position
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
    select l.position, l.hash, b.id, b.position, b.reason, (select sum(c.changes)::bigint from checked c)
    from (select position, hash from checked order by position desc limit 1) l full join broken b on true
$$;

-- The same as before, but whether a change is of an invitation that was declined is only looked up of those that belong to no action:
-- asked of all at once, the planner read the whole table for each step. It comes back with how many changes there were, too.
drop function verify_changes;
create function verify_changes(after_action uuid, at_most integer) returns table (last_action uuid, missing uuid, changes bigint)
language sql stable as $$
    with next as materialized (
        select c.action_id from change c
        where c.organization_id = (select current_organization())
            and c.action_id >= coalesce(after_action, '00000000-0000-0000-0000-000000000000') and c.action_id is distinct from after_action
        order by c.action_id limit at_most
    ), stray as materialized (
        -- Looked up one by one, however many the planner believes there are.
        select n.action_id from next n
        left join lateral (
            select true as there from action a where a.organization_id = (select current_organization()) and a.id = n.action_id limit 1
        ) found on true
        where found.there is null
    )
    select (select n.action_id from next n order by n.action_id desc limit 1), (
        select s.action_id from stray s
        cross join lateral (
            select from change c
            where c.organization_id = (select current_organization()) and c.action_id = s.action_id
                and not (c.kind = 'invitation' and c.after ->> 'answer' is not distinct from 'declined') limit 1
        ) put_in
        order by s.action_id limit 1), (select count(*) from next)
$$;

revoke execute on function text_of_change, verify_actions, verify_changes from public;
grant execute on function text_of_change, verify_actions to stint_app;
