-- works with: 19
-- What strangers can use up has an end: mails about people's own sign-in have a share of the deployment's mails and take turns by
-- person, links that prove an address are sent so often, and the organizations that one person has founded share one quota.

alter table deployment_usage drop constraint deployment_usage_kind_known;
-- Mails of organizations, mails to people about their own sign-in, those of them to addresses that nobody has proved, tokens.
alter table deployment_usage add constraint deployment_usage_kind_known
    check (kind in ('mails', 'sign_in_mails', 'proof_mails', 'model_tokens'));

-- The first day of the running day or month of a kind, and of the next.
create or replace function period_of_usage(what text, out period date, out next_period date) language sql stable
set search_path = public, pg_temp as $$
    select begins::date, (begins + case what when 'model_tokens' then interval '1 month' else interval '1 day' end)::date
    from date_trunc(case what when 'model_tokens' then 'month' else 'day' end, now() at time zone 'UTC') as begins
$$;

-- What is to be told to people is found among any number of confirmations.
create index outgoing_mail_telling on outgoing_mail (organization_id, next_attempt_at, id)
    where state = 'waiting' and (template is null or template = 'reset_password');

-- The next mail of each lane that has one to send and none at work: an organization is a lane, and for mails of no organization
-- each person is. Every mail belongs to a share: `people` are told about their own sign-in at an address that is theirs, `proofs` go
-- to addresses that nobody has proved, the rest is the `organizations`'. The shares take turns, so that none waits for the crowd of
-- another; within a share those come first that have waited longest, and of one person's mails a proof comes last. Of a share whose
-- mails of the day have all been counted, those leave that were counted before: some attempt was made. A mail older than
-- `oldest` waits for a person. A plan that lies further away than `furthest` was made while the clock was wrong.
-- (`mails_due` stays for processes of an earlier version.)
create function mails_by_turn(at_most integer, shares text[], used_up text[], at_work uuid[], oldest interval, furthest interval)
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
        to_people as (
            select coalesce(m.reference, m.id) as whose, m.id as mail, m.next_attempt_at as due_at, m.attempts > 0 as counted,
                case when m.template is not null and confirmed_address(m.reference) is null then 'proofs' else 'people' end as part
            from outgoing_mail m
            where m.organization_id = nobody and m.state = 'waiting' and (m.template is null or m.template = 'reset_password')
                and m.queued_at > now() - oldest and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
            union all
            -- Strangers may have asked for any number of them: of many, the oldest are enough to choose from.
            (select coalesce(m.reference, m.id), m.id, m.next_attempt_at, m.attempts > 0, 'proofs' from outgoing_mail m
             where m.organization_id = nobody and m.state = 'waiting' and m.template in ('confirm_address', 'change_address')
                and m.queued_at > now() - oldest and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
                and 'proofs' = any (shares) and (m.attempts > 0 or 'proofs' <> all (used_up))
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
             where p.part = any (shares) and (p.counted or p.part <> all (used_up)) order by p.whose, p.part = 'proofs', p.due_at, p.mail)
        )
        select n.tenant, n.mail, n.part, n.whose from next n
        where n.whose <> all (at_work)
        order by row_number() over (partition by n.part order by n.due_at, n.mail),
            array_position(array['people', 'organizations', 'proofs'], n.part)
        limit at_most;
    perform set_config('app.worker', '', true);
end
$$;

-- When the mail with a link of these kinds was written to a person that is the `nth`, counted back from the newest. The person is
-- held until the transaction ends, so that those who ask at once and then write count as one after the other.
create function mail_to_person_at(person uuid, kinds text[], nth integer) returns timestamptz
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    written timestamptz;
begin
    perform from app_user u where u.id = person for no key update;
    perform set_config('app.organization_id', nobody::text, true);
    select m.created_at into written from outgoing_mail m
    where m.organization_id = nobody and m.reference = person and m.template = any (kinds)
    order by m.created_at desc, m.id desc offset nth - 1 limit 1;
    perform set_config('app.organization_id', tenant, true);
    return written;
end
$$;

-- Who has founded an organization. It says nothing of who owns it by now. The application reaches it through functions alone.
create table founding (
    organization_id uuid primary key references organization (id) on delete cascade,
    founder uuid not null references app_user (id) on delete cascade,
    founded_at timestamptz not null
);
create index founding_of_founder on founding (founder, founded_at);
alter table founding enable row level security;
revoke all on founding from public, stint_app, stint_viewer;

-- Of organizations that there are, the first member has founded them. The owner of the tables is held by row security too, so it
-- is set aside meanwhile.
alter table member no force row level security;
insert into founding (organization_id, founder, founded_at)
select distinct on (m.organization_id) m.organization_id, m.user_id, m.created_at from member m where m.user_id is not null
order by m.organization_id, m.created_at, m.id;
alter table member force row level security;

-- Writes down who founds the organization of this transaction. When they have founded `most` since an instant it is not written down,
-- and the answer is when the first of these was founded.
create function found_as(person uuid, instant timestamptz, most integer, since timestamptz) returns timestamptz
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    earliest timestamptz;
begin
    perform from app_user u where u.id = person for no key update;
    select f.founded_at into earliest from founding f where f.founder = person and f.founded_at > since
    order by f.founded_at desc offset most - 1 limit 1;
    if earliest is null then
        insert into founding (organization_id, founder, founded_at) values (current_organization(), person, instant);
    end if;
    return earliest;
end
$$;

-- What the organizations that one person has founded have used together, by day or month (UTC).
create table founder_usage (
    founder uuid not null references app_user (id) on delete cascade,
    kind text not null constraint founder_usage_kind_known check (kind in ('mails', 'model_tokens')),
    period date not null,
    amount bigint not null constraint founder_usage_counted check (amount >= 0),
    primary key (founder, kind, period)
);
alter table founder_usage enable row level security;
revoke all on founder_usage from public, stint_app, stint_viewer;

-- Counts what the organization of this transaction uses for whoever has founded it, unless that were more than `most` (absent: no
-- bound). Giving back, with less than nothing, is always counted, and so is what an organization uses whose founder nobody knows.
-- Says whether it was counted, and when there is more.
create function count_founder_usage(what text, more bigint, most bigint, out counted boolean, out free_on date) language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    payer uuid;
    running date;
begin
    select p.period, p.next_period into running, free_on from period_of_usage(what) p;
    select f.founder into payer from founding f where f.organization_id = current_organization();
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

-- Whether less than `most` has been used by the organizations of whoever has founded that of this transaction, and when there is more.
create function founder_usage_left(what text, most bigint, out free boolean, out free_on date) language plpgsql stable
security definer set search_path = public, pg_temp as $$
begin
    select coalesce(u.amount, 0) < most, p.next_period into free, free_on
    from period_of_usage(what) p
    left join founding f on f.organization_id = current_organization()
    left join founder_usage u on u.founder = f.founder and u.kind = what and u.period = p.period;
end
$$;

revoke execute on function mails_by_turn, mail_to_person_at, found_as, count_founder_usage, founder_usage_left from public;
grant execute on function mails_by_turn, mail_to_person_at, found_as, count_founder_usage, founder_usage_left to stint_app;
