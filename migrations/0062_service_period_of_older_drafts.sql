-- works with: 60
-- Drafts from before 0049 have no service period. They get the one that a new draft would have: the days of the time on it.

alter table invoice no force row level security;
alter table invoice_line no force row level security;
alter table time_entry no force row level security;

update invoice i set period_from = days.first, period_to = days.last
from (
    select l.organization_id, l.invoice_id, min(t.day) as first, max(t.day) as last
    from invoice_line l
    join time_entry t on t.organization_id = l.organization_id and t.invoice_line_id = l.id
    group by l.organization_id, l.invoice_id
) days
where i.state = 'draft' and i.period_from is null and i.period_to is null and not i.period_given
    and days.organization_id = i.organization_id and days.invoice_id = i.id;

alter table invoice force row level security;
alter table invoice_line force row level security;
alter table time_entry force row level security;
