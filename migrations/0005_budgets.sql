-- Budgets, and what members are told.
--
-- How much of a budget is used is never stored: it follows from the time entries, by budget_days below. So it cannot go
-- stale, and a threshold is crossed exactly when usage before a write was below it and usage after the write is not.

create table budget (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    -- The caps, of which there is at least one: seconds of work, and minor units of the client's currency.
    seconds bigint constraint budget_seconds_range check (seconds between 1 and 3600000000),
    amount bigint constraint budget_amount_range check (amount between 1 and 1000000000000),
    period text not null constraint budget_period_known check (period in ('lifetime', 'month', 'quarter', 'year')),
    basis text not null constraint budget_basis_known check (basis in ('billable', 'all')),
    warning_percent integer not null constraint budget_warning_range check (warning_percent between 1 and 1000),
    critical_percent integer not null constraint budget_critical_range check (critical_percent between 1 and 1000),
    hard_stop boolean not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id),
    constraint budget_project foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
    constraint budget_project_unique unique (organization_id, project_id),
    constraint budget_has_a_cap check (seconds is not null or amount is not null),
    constraint budget_thresholds_in_order check (warning_percent <= critical_percent)
);

-- What a member should know. It is written with the fact it speaks of and read in the app.
create table notification (
    organization_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    kind text not null constraint notification_kind_form check (kind ~ '^[a-z_]{1,40}$'),
    text text not null constraint notification_text_length check (length(text) between 1 and 1000),
    -- The page that it speaks of, within the organization: projects/<id>.
    link text not null constraint notification_link_length check (length(link) between 1 and 200),
    -- Whether it says or implies an amount: then it is kept from whoever may not see money.
    about_money boolean not null,
    created_at timestamptz not null,
    read_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade
);
create index notification_newest on notification (organization_id, member_id, id desc);
create index notification_unread on notification (organization_id, member_id, id desc) where read_at is null;

create trigger record_change after insert or update or delete on budget for each row execute function record_change();

do $$
declare
    tenant text;
begin
    foreach tenant in array array['budget', 'notification'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('alter table %I force row level security', tenant);
        execute format('create policy tenant on %I using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', tenant);
        execute format('grant select, insert, update, delete on %I to stint_app', tenant);
    end loop;
end
$$;

-- What a budget counts, day by day: the one definition of its usage.
--
-- Logged and approved time counts; a running timer (up to `instant`, and never more than an entry holds), drafts and time
-- that waits for approval are pending. Hours are those of billable time unless `everything` counts; amounts are always
-- those of billable time. An entry belongs to the day of its start, so it is never split between two periods.
create function budget_days(tenant uuid, of_project uuid, first date, last date, everything boolean, instant timestamptz)
returns table (day date, seconds bigint, amount bigint, pending_seconds bigint, pending_amount bigint)
language sql stable parallel safe as $$
    select e.day,
        coalesce(sum(e.worked) filter (where e.counts and (everything or e.billable)), 0)::bigint,
        coalesce(sum((e.worked * e.rate + 1800) / 3600) filter (where e.counts and e.billable), 0)::bigint,
        coalesce(sum(e.worked) filter (where not e.counts and (everything or e.billable)), 0)::bigint,
        coalesce(sum((e.worked * e.rate + 1800) / 3600) filter (where not e.counts and e.billable), 0)::bigint
    from (
        select t.day, t.billable, t.rate, not t.running and t.state in ('logged', 'approved') as counts,
            case when t.running then least(greatest(floor(extract(epoch from instant - t.started_at))::bigint, 0), 86400)
                else t.seconds::bigint end as worked
        from time_entry t
        where t.organization_id = tenant and t.project_id = of_project and t.day between first and last
    ) e
    group by e.day
$$;
grant execute on function budget_days to stint_app;
