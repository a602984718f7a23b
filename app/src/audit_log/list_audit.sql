-- A page of calls of both logs, the newest first.
--
-- It is planned for what is given: what is not asked for falls away, an instant chooses the months, and each filter has its
-- index. An access that was done was a read: a write that is done stands in the chain.
select l.id as "id!", l.position as "position?", l.at as "at!", l.member_id as "member_id?", m.name as "member_name?",
    t.name as "token?", l.channel as "channel!", l.program as "program?", l.address as "address?", l.operation as "operation!",
    l.arguments as "arguments!", l.outcome as "outcome!", l.duration_ms as "duration_ms!", l.undoes as "undoes?",
    coalesce(l.changes, (select count(*) from change c where c.organization_id = $1 and c.action_id = l.id)) as "changed!",
    (select u.id from action u where u.organization_id = $1 and u.undoes = l.id order by u.position desc limit 1) as undone_by
from (
    (select a.id, a.position, a.at, a.member_id, a.token_id, a.channel, a.program, a.address, a.operation, a.arguments,
         a.outcome, a.duration_ms, a.undoes, a.changes
     from action a
     where a.organization_id = $1
         and ($2::timestamptz is null or (a.at, a.id) < ($2, $3::uuid))
         and ($4::uuid is null or a.id = $4)
         and ($5::uuid is null or a.member_id = $5)
         and ($6::text is null or a.channel = $6)
         and ($7::text is null or a.operation = $7)
         and ($8::text is null or a.outcome = $8)
         and ($9::boolean is null or (a.changes_hash is not null) = $9)
         and ($10::timestamptz is null or a.at >= $10)
         and ($11::timestamptz is null or a.at < $11)
         and ($12::text[] is null or a.outcome <> 'done' or a.operation <> all($12))
     order by a.at desc, a.id desc limit $13)
    union all
    (select r.id, null::bigint, r.at, r.member_id, r.token_id, r.channel, r.program, r.address, r.operation, r.arguments,
         r.outcome, r.duration_ms, null::uuid, 0::bigint
     from access_record r
     where r.organization_id = $1
         and ($2::timestamptz is null or r.at <= $2 and (r.at, r.id) < ($2, $3::uuid))
         and ($4::uuid is null or r.id = $4)
         and ($5::uuid is null or r.member_id = $5)
         and ($6::text is null or r.channel = $6)
         and ($7::text is null or r.operation = $7)
         and ($8::text is null or r.outcome = $8)
         and ($9::boolean is null or not $9)
         and ($10::timestamptz is null or r.at >= $10)
         and ($11::timestamptz is null or r.at < $11)
         and ($12::text[] is null or r.outcome <> 'done')
     order by r.at desc, r.id desc limit $13)
) l
left join member m on m.organization_id = $1 and m.id = l.member_id
left join access_token t on t.organization_id = $1 and t.id = l.token_id
order by l.at desc, l.id desc limit $13
