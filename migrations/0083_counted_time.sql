-- works with: 82
-- Which time counts, in one place for all statements.

-- Whether an entry counts as worked: it is no running timer, and neither a draft of an agent nor time that is not approved yet.
create function is_counted(entry time_entry) returns boolean
language sql immutable parallel safe
return not entry.running and entry.state in ('logged', 'approved');

create or replace function is_unbilled(entry time_entry) returns boolean
language sql immutable parallel safe
return entry.invoice_line_id is null and entry.billable and is_counted(entry);

revoke execute on function is_counted from public;
grant execute on function is_counted to stint_app;

-- What a budget counts, day by day: the one definition of its usage.
--
-- Time that counts is used; a running timer (up to `instant`, and never more than an entry holds), drafts and time that waits for
-- approval are pending. Hours are those of billable time unless `everything` counts; amounts are always those of billable time. An
-- entry belongs to the day of its start, so it is never split between two periods.
create or replace function budget_days(tenant uuid, of_project uuid, first date, last date, everything boolean, instant timestamptz)
returns table (day date, seconds bigint, amount bigint, pending_seconds bigint, pending_amount bigint)
language sql stable parallel safe as $$
    select e.day,
        coalesce(sum(e.worked) filter (where e.counts and (everything or e.billable)), 0)::bigint,
        coalesce(sum(entry_amount(e.worked, e.rate)) filter (where e.counts and e.billable), 0)::bigint,
        coalesce(sum(e.worked) filter (where not e.counts and (everything or e.billable)), 0)::bigint,
        coalesce(sum(entry_amount(e.worked, e.rate)) filter (where not e.counts and e.billable), 0)::bigint
    from (
        select t.day, t.billable, t.rate, is_counted(t) as counts,
            case when t.running then least(greatest(floor(extract(epoch from instant - t.started_at)), 0), 86400)::integer
                else t.seconds end as worked
        from time_entry t
        where t.organization_id = tenant and t.project_id = of_project and t.day between first and last
    ) e
    group by e.day
$$;
