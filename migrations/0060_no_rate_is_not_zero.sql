-- works with: 60
-- No rate is not the rate 0. Where nobody has said what an hour costs, the rate is null: Stint asks for one. 0 is a price that
-- somebody chose.

-- The default of an organization was 0, which meant that it has none.
alter table organization alter column rate drop not null, alter column rate drop default;
update organization set rate = null where rate = 0;

-- Time that nobody gave a rate: of its own, of its project, client or member. What an invoice holds stays as it was billed.
alter table time_entry alter column rate drop not null;
update time_entry t set rate = null
from project p, client c, member m, organization o
where t.rate = 0 and not t.rate_overridden and t.invoice_line_id is null
    and p.organization_id = t.organization_id and p.id = t.project_id
    and c.organization_id = p.organization_id and c.id = p.client_id
    and m.organization_id = t.organization_id and m.id = t.member_id
    and o.id = t.organization_id
    and (not t.billable or coalesce(p.rate, c.rate, case when c.currency = o.currency then m.bill_rate end) is distinct from 0);

-- A rate of its own is one.
alter table time_entry add constraint time_entry_own_rate check (rate is not null or not rate_overridden);

-- Whether a rate has to be asked for is looked at on each page of time.
create index time_entry_without_rate on time_entry (organization_id, project_id) where rate is null and billable and invoice_line_id is null;
