-- What of the operator's is used up, counted where all processes of a deployment see it: mails, and tokens of the model. And
-- whether an answer of the assistant is being made by some process.

-- Mails that an organization has put into the outbox, by day (UTC).
create table mail_usage (
    organization_id uuid not null references organization (id),
    day date not null,
    mails bigint not null constraint mail_usage_counted check (mails >= 0),
    primary key (organization_id, day)
);
alter table mail_usage enable row level security;
alter table mail_usage force row level security;
create policy tenant on mail_usage
    using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()));
grant select, insert, update, delete on mail_usage to stint_app;

-- What the deployment has used, of all organizations together. No organization may see it, so the application reaches it through
-- the functions below alone: row security is enabled and has no policy, which holds everybody but the owner.
create table deployment_usage (
    kind text not null constraint deployment_usage_kind_known check (kind in ('mails', 'model_tokens')),
    -- The first day of the day or month (UTC) in which it was used.
    period date not null,
    amount bigint not null constraint deployment_usage_counted check (amount >= 0),
    primary key (kind, period)
);
alter table deployment_usage enable row level security;

-- The first day of the running day or month of a kind, and of the next.
create function period_of_usage(what text, out period date, out next_period date) language sql stable
set search_path = public, pg_temp as $$
    select begins::date, (begins + case what when 'mails' then interval '1 day' else interval '1 month' end)::date
    from date_trunc(case what when 'mails' then 'day' else 'month' end, now() at time zone 'UTC') as begins
$$;

-- Counts what is used, unless that were more than `most` (absent: no bound). Giving back, with less than nothing, is always
-- counted. Says whether it was counted, and when there is more.
create function count_usage(what text, more bigint, most bigint, out counted boolean, out free_on date) language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    running date;
begin
    select p.period, p.next_period into running, free_on from public.period_of_usage(what) p;
    insert into public.deployment_usage as known (kind, period, amount)
        select what, running, greatest(more, 0) where most is null or more <= most
    on conflict (kind, period) do update set amount = greatest(known.amount + more, 0)
        where most is null or more <= 0 or known.amount + more <= most;
    counted := found;
end
$$;

-- Whether less than `most` has been used, and when there is more.
create function usage_left(what text, most bigint, out free boolean, out free_on date) language plpgsql stable
security definer set search_path = public, pg_temp as $$
begin
    select coalesce(u.amount, 0) < most, p.next_period into free, free_on
    from public.period_of_usage(what) p left join public.deployment_usage u on u.kind = what and u.period = p.period;
end
$$;

revoke execute on function period_of_usage, count_usage, usage_left from public;
grant execute on function count_usage, usage_left to stint_app;

-- An answer is made by one process. Until its run is a record of its own, its message says which run makes it and until when
-- that is known: the process renews it while it is at work.
alter table message
    add column run_id uuid,
    add column alive_until timestamptz;
create index message_alive on message (organization_id, conversation_id) where alive_until is not null and ended_at is null;
