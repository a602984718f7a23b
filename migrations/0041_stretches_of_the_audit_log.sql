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
        select c.action_id, sha256(convert_to(string_agg(text_of_change(c.kind, c.record_id, c.before, c.after), E'\n'), 'UTF8')) as hash
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
