-- works with: 19
-- Of links that prove an address, the newest are mailed first.

create or replace function mails_by_turn(at_most integer, shares text[], used_up text[], at_work uuid[], oldest interval, furthest interval)
returns table (organization_id uuid, id uuid, share text, lane uuid) language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
    perform set_config('app.worker', 'mail', true);
    return query
        with recursive waiting as (
            (select m.organization_id as tenant from outgoing_mail m
             where m.state = 'waiting' and m.organization_id > nobody order by m.organization_id limit 1)
            union all
            select (select m.organization_id from outgoing_mail m where m.state = 'waiting' and m.organization_id > w.tenant
                    order by m.organization_id limit 1)
            from waiting w where w.tenant is not null
        ),
        -- Anybody may cause any number of these: of many of a share, so many are enough to choose from. A link for a new password goes
        -- to whoever is known to read there, or is a proof. Of proofs the newest leave first: somebody waits for it now, and a backlog
        -- that was caused to keep others out is behind them.
        to_people as (
            (select coalesce(m.reference, m.id) as whose, m.id as mail, m.next_attempt_at as due_at, 'people' as part from outgoing_mail m
             where m.organization_id = nobody and m.state = 'waiting' and (m.template is null or m.template = 'reset_password')
                and m.queued_at > now() - oldest and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
                and 'people' = any (shares) and (m.attempts > 0 or 'people' <> all (used_up))
                and coalesce(m.reference, m.id) <> all (at_work)
                and (m.template is null or confirmed_address(m.reference) is not null)
             order by m.next_attempt_at, m.id limit 1000)
            union all
            (select coalesce(m.reference, m.id), m.id, m.next_attempt_at, 'proofs' from outgoing_mail m
             where m.organization_id = nobody and m.state = 'waiting' and m.template in ('confirm_address', 'change_address', 'reset_password')
                and m.queued_at > now() - oldest and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
                and 'proofs' = any (shares) and (m.attempts > 0 or 'proofs' <> all (used_up))
                and coalesce(m.reference, m.id) <> all (at_work)
                and (m.template <> 'reset_password' or confirmed_address(m.reference) is null)
             order by m.next_attempt_at desc, m.id desc limit 1000)
        ),
        next as (
            select w.tenant, first.id as mail, 'organizations' as part, w.tenant as whose, first.next_attempt_at as due_at
            from waiting w cross join lateral (
                select m.id, m.next_attempt_at from outgoing_mail m
                where m.organization_id = w.tenant and m.state = 'waiting' and m.queued_at > now() - oldest
                    and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
                    and (m.attempts > 0 or 'organizations' <> all (used_up))
                order by m.next_attempt_at, m.id limit 1
            ) first
            where w.tenant is not null and 'organizations' = any (shares)
            union all
            (select distinct on (p.whose) nobody, p.mail, p.part, p.whose, p.due_at from to_people p
             order by p.whose, p.part = 'proofs',
                case when p.part = 'proofs' then -extract(epoch from p.due_at) else extract(epoch from p.due_at) end, p.mail)
        )
        select n.tenant, n.mail, n.part, n.whose from next n
        where n.whose <> all (at_work)
        order by row_number() over (partition by n.part order by
                case when n.part = 'proofs' then -extract(epoch from n.due_at) else extract(epoch from n.due_at) end, n.mail),
            array_position(array['people', 'organizations', 'proofs'], n.part)
        limit at_most;
    perform set_config('app.worker', '', true);
end
$$;
