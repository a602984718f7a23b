-- works with: 19
-- What one person, or one network, causes takes no mail from others: notices to a person have a bound, what waits to be told to
-- people is looked at in part and does not wait for ever, and an organization counts for somebody who owns it now.

-- The same as before, but of each share of what people are mailed so many are looked at as may leave now, and no more.
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
        -- Anybody may cause any number of these: of many of a share, the oldest that may leave are enough to choose from. A link for a
        -- new password goes to whoever is known to read there, or is a proof.
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
             order by m.next_attempt_at, m.id limit 1000)
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
             order by p.whose, p.part = 'proofs', p.due_at, p.mail)
        )
        select n.tenant, n.mail, n.part, n.whose from next n
        where n.whose <> all (at_work)
        order by row_number() over (partition by n.part order by n.due_at, n.mail),
            array_position(array['people', 'organizations', 'proofs'], n.part)
        limit at_most;
    perform set_config('app.worker', '', true);
end
$$;

-- When the mail without a link about this was written to a person at this mailbox that is the `nth`, counted back from the newest.
-- The person is held until the transaction ends, so that what happens to them at once counts as one after the other.
create function notice_to_person_at(person uuid, mailbox text, about text, nth integer) returns timestamptz
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    written timestamptz;
begin
    perform from app_user u where u.id = person for no key update;
    perform set_config('app.organization_id', nobody::text, true);
    select m.created_at into written from outgoing_mail m
    where m.organization_id = nobody and m.reference = person and m.template is null and m.recipient = mailbox and m.subject = about
    order by m.created_at desc, m.id desc offset nth - 1 limit 1;
    perform set_config('app.organization_id', tenant, true);
    return written;
end
$$;

-- For whom the organization of this transaction uses what founders have together: whoever has founded it while they own it, then
-- whoever has owned it longest. Nobody answers for what they have left, nor for what nobody is known to have founded.
create function payer_of_usage() returns uuid language sql stable security definer set search_path = public, pg_temp as $$
    select m.user_id from founding f join member m on m.organization_id = f.organization_id
    where f.organization_id = current_organization() and m.role = 'owner' and m.removed_at is null and m.user_id is not null
    order by m.user_id = f.founder desc, m.created_at, m.id limit 1
$$;

-- Counts what the organization of this transaction uses for whoever it counts for, unless that were more than `most` (absent: no
-- bound). Giving back, with less than nothing, is always counted, and so is what an organization uses that nobody owns. Says whether
-- it was counted, and when there is more.
create or replace function count_founder_usage(what text, more bigint, most bigint, out counted boolean, out free_on date) language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    payer uuid;
    running date;
begin
    select p.period, p.next_period into running, free_on from period_of_usage(what) p;
    payer := payer_of_usage();
    if payer is null then
        counted := true;
        return;
    end if;
    delete from founder_usage u where u.founder = payer and u.kind = what and u.period < running - 62;
    insert into founder_usage as known (founder, kind, period, amount)
        select payer, what, running, greatest(more, 0) where most is null or more <= most
    on conflict (founder, kind, period) do update set amount = greatest(known.amount + more, 0)
        where most is null or more <= 0 or known.amount + more <= most;
    counted := found;
end
$$;

-- Whether less than `most` has been used by all organizations that count for the same owner, and when there is more.
create or replace function founder_usage_left(what text, most bigint, out free boolean, out free_on date) language plpgsql stable
security definer set search_path = public, pg_temp as $$
begin
    select coalesce(u.amount, 0) < most, p.next_period into free, free_on
    from period_of_usage(what) p
    left join founder_usage u on u.founder = payer_of_usage() and u.kind = what and u.period = p.period;
end
$$;

-- Forgets mails to people about their own sign-in that were queued before an instant and do not leave any more: nobody can send them
-- again, and what they tell is in the list of what happened. So many at most; how many there were.
create function forget_mails_to_people(before timestamptz, at_most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    gone integer;
begin
    perform set_config('app.organization_id', nobody::text, true);
    delete from outgoing_mail m where m.organization_id = nobody and m.id in (
        select w.id from outgoing_mail w
        where w.organization_id = nobody and w.state = 'waiting' and w.queued_at < before
        order by w.next_attempt_at, w.id limit at_most for update skip locked);
    get diagnostics gone = row_count;
    perform set_config('app.organization_id', tenant, true);
    return gone;
end
$$;

revoke execute on function notice_to_person_at, payer_of_usage, forget_mails_to_people from public;
grant execute on function notice_to_person_at, forget_mails_to_people to stint_app;
