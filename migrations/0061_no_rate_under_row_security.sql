-- works with: 60
-- 0060 meant to take away the rate 0 that nobody has chosen. Where the owner of the tables is no superuser, forced row security hid
-- every row from it, and it did nothing. Here it is done, for what stood there before 0060; what was chosen since stays.

alter table organization no force row level security;
alter table client no force row level security;
alter table project no force row level security;
alter table member no force row level security;
alter table time_entry no force row level security;
alter table action no force row level security;
alter table change no force row level security;

-- Whoever has set a rate to 0 since then has an entry in the log that says so.
update organization o set rate = null
where o.rate = 0 and o.created_at <= (select coalesce(max(installed_on), now()) from _sqlx_migrations where version = 60)
    and not exists (
        select from change h join action a on a.organization_id = h.organization_id and a.id = h.action_id
        where h.organization_id = o.id and h.kind = 'organization' and h.record_id = o.id
            and a.at > (select coalesce(max(installed_on), now()) from _sqlx_migrations where version = 60)
            and (h.after ->> 'rate') = '0' and (h.before ->> 'rate') is distinct from '0');

update time_entry t set rate = null
from project p, client c, member m, organization o
where t.rate = 0 and not t.rate_overridden and t.invoice_line_id is null
    and t.created_at <= (select coalesce(max(installed_on), now()) from _sqlx_migrations where version = 60)
    and p.organization_id = t.organization_id and p.id = t.project_id
    and c.organization_id = p.organization_id and c.id = p.client_id
    and m.organization_id = t.organization_id and m.id = t.member_id
    and o.id = t.organization_id
    and (not t.billable
         or coalesce(p.rate, c.rate, case when c.currency = o.currency then m.bill_rate end, o.rate) is distinct from 0)
    and not exists (
        select from change h join action a on a.organization_id = h.organization_id and a.id = h.action_id
        where h.organization_id = t.organization_id and h.kind = 'time_entry' and h.record_id = t.id
            and a.at > (select coalesce(max(installed_on), now()) from _sqlx_migrations where version = 60)
            and (h.after ->> 'rate') = '0' and (h.before ->> 'rate') is distinct from '0');

alter table organization force row level security;
alter table client force row level security;
alter table project force row level security;
alter table member force row level security;
alter table time_entry force row level security;
alter table action force row level security;
alter table change force row level security;
