-- Invoices are numbered by one counter. It goes on whatever becomes of the pattern and of counting anew each year, which is a rule
-- that is applied when the year changes; it can be set forward, and what is left out then is written down.

create table invoice_counter (
    organization_id uuid primary key references organization (id),
    -- What the counter counts in since it last began anew: the year of that, or nothing.
    series text not null,
    -- The count of the last number, or of the last one that was left out; 0 before the first.
    last bigint not null constraint invoice_counter_last_range check (last between 0 and 999999999),
    -- The year, where the organization is, in which it last went on.
    year smallint not null
);

-- Counts that no invoice has and none will have. With these and the invoices a report proves that none is missing.
create table invoice_number_skip (
    organization_id uuid not null,
    series text not null,
    first bigint not null,
    last bigint not null,
    -- `set`: somebody set the next number. `taken`: the pattern was changed, and an earlier invoice has that number.
    reason text not null constraint invoice_number_skip_reason_known check (reason in ('set', 'taken')),
    member_id uuid not null,
    at timestamptz not null,
    primary key (organization_id, series, first),
    foreign key (organization_id, member_id) references member (organization_id, id),
    constraint invoice_number_skip_order check (first between 1 and last)
);

-- It goes on after the series in which the last invoice was numbered.
alter table invoice no force row level security;
insert into invoice_counter (organization_id, series, last, year)
select latest.organization_id, latest.series,
    (select max(i.sequence) from invoice i where i.organization_id = latest.organization_id and i.series = latest.series),
    extract(year from latest.issued_on)
from (
    select distinct on (organization_id) organization_id, series, issued_on from invoice where number is not null
    order by organization_id, issued_on desc, sent_at desc, sequence desc
) latest;
alter table invoice force row level security;

do $$
declare
    place text;
begin
    foreach place in array array['invoice_counter', 'invoice_number_skip'] loop
        execute format('alter table %I enable row level security, force row level security', place);
        execute format('create policy tenant on %I
            using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', place);
        execute format('create policy granted on %I as restrictive for select to stint_viewer using (false)', place);
        execute format('create policy viewer_adds_nothing on %I as restrictive for insert to stint_viewer with check (false)', place);
        execute format('create policy viewer_changes_nothing on %I as restrictive for update to stint_viewer using (true) with check (false)', place);
        execute format('create policy viewer_deletes_nothing on %I as restrictive for delete to stint_viewer using (false)', place);
    end loop;
end
$$;
grant select, insert, update on invoice_counter to stint_app;
grant select, insert on invoice_number_skip to stint_app;

-- A payment that was recorded, or removed, is put back with what the invoice says of it.
create or replace function kinds_put_back() returns text[] language sql immutable parallel safe as $$
    select array['client', 'project', 'project_member', 'client_grant', 'invoice', 'invoice_line', 'payment', 'time_entry', 'budget']
$$;
