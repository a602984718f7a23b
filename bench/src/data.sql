-- Two years of a studio of 17 people, and 20 other studios beside it, so that a statement needs its indexes.
--
-- The setting bench.slug names the first studio, which is there already with its owner. Triggers and foreign keys rest
-- while this is written: history of this size is not made through operations.
set session_replication_role = replica;

create temp table studio as
select o.id, 0 as number, 16 as people, 20000 as entries from organization o where o.slug = current_setting('bench.slug')
union all
select gen_random_uuid(), number, 5, 10000 from generate_series(1, 20) number;

insert into organization (id, slug, name, tax_percent, created_at)
select id, 'bench-' || number, 'Bench ' || number, 190000, now() from studio where number > 0;

create temp table person as
select s.id as organization_id, gen_random_uuid() as id, gen_random_uuid() as user_id, s.number * 100 + n as number
from studio s, generate_series(1, s.people) n;

insert into app_user (id, email, name, password_hash, created_at)
select user_id, 'person-' || number || '@bench.example', 'Person ' || number, 'none', now() from person;

insert into member (organization_id, id, user_id, role, name, search_key, search_key_of, created_at)
select organization_id, id, user_id, case when number % 100 = 1 and number > 100 then 'owner' else 'member' end, 'Person ' || number,
    'person ' || number, 'Person ' || number, now() from person;

create temp table customer as
select s.id as organization_id, gen_random_uuid() as id, n as number from studio s, generate_series(1, 8) n;

insert into client (organization_id, id, name, color, currency, rate, payment_terms_days, tax_category, tax_rate, tax_percent, email, search_key, search_key_of,
    address, language, created_at)
select organization_id, id, 'Customer ' || number, '#3366cc', 'EUR', 9000, 30, 'S', 1900, 190000, 'billing@customer.example', 'customer ' || number,
    'Customer ' || number,
    E'Customer ' || number || E'\n1 High Street\n10115 Berlin', 'en', now()
from customer;

create temp table work as
select c.organization_id, gen_random_uuid() as id, c.id as client_id, n as number,
    row_number() over (partition by c.organization_id order by c.number, n) - 1 as place
from customer c, generate_series(1, 5) n;

insert into project (organization_id, id, client_id, name, search_key, search_key_of, color, billing, created_at)
select organization_id, id, client_id, 'Project ' || number, 'project ' || number, 'Project ' || number, '#33aa66', 'time_and_materials', now() from work;

insert into project_member (organization_id, project_id, member_id)
select w.organization_id, w.id, p.id from work w join person p using (organization_id);

-- What is older than two months is on an invoice: paid, or sent in the month before.
create temp table bill as
select c.organization_id, gen_random_uuid() as id, gen_random_uuid() as line_id, c.id as client_id, month::date as month,
    row_number() over (partition by c.organization_id order by month, c.number) as sequence,
    month >= date_trunc('month', now()) - interval '2 months' as open
from customer c, generate_series(date_trunc('month', now()) - interval '26 months', date_trunc('month', now()) - interval '2 months', interval '1 month') month;

insert into invoice (organization_id, id, client_id, state, number, series, sequence, currency, group_by, rounding_step, rounding_mode, rounding_basis,
    payment_terms_days, subtotal, net, tax, total, paid, issued_on, due_on, document, created_by, created_at, sent_at)
select b.organization_id, b.id, b.client_id, case when b.open then 'sent' else 'paid' end, 'B-' || b.sequence, 'B', b.sequence, 'EUR', 'project', 0, 'nearest', 'line',
    30, 100000, 100000, 19000, 119000, case when b.open then 0 else 119000 end, b.month + 31, b.month + 61, '{}',
    (select id from member m where m.organization_id = b.organization_id limit 1), b.month + interval '31 days', b.month + interval '31 days'
from bill b;

insert into invoice_line (organization_id, id, invoice_id, position, kind, description, quantity, unit, price, unit_price, net, tax_category, tax_rate, tax_percent)
select organization_id, line_id, id, 1, 'time', 'Work of the month', 11111, 'HUR', 9000, 90000000, 100000, 'S', 1900, 190000 from bill;

-- Entries lie evenly over two years until yesterday, and go around people and projects.
create temp table place as
select m.organization_id, m.id as member_id, row_number() over (partition by m.organization_id order by m.name) - 1 as place,
    count(*) over (partition by m.organization_id) as places
from member m join studio s on s.id = m.organization_id;

insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, started_at, ended_at, seconds, rate, source,
    created_by, created_at, updated_at, invoice_line_id)
select e.organization_id, gen_random_uuid(), p.member_id, w.id,
    (array['Charts for the overview', 'Review with the team', 'Filters and saved views', 'Load tests', 'Bug triage'])[1 + e.n % 5] || ', part ' || e.n % 97,
    e.n % 5 > 0, e.day, e.start, e.start + interval '45 minutes', 2700, 9000, 'timer', p.member_id, e.start, e.start,
    case when e.n % 5 > 0 then b.line_id end
from (
    select s.id as organization_id, n, current_date - 1 - n * 730 / s.entries as day,
        (current_date - 1 - n * 730 / s.entries)::timestamp at time zone 'UTC' + interval '8 hours' + n % 10 * interval '50 minutes' as start
    from studio s, generate_series(0, s.entries - 1) n
) e
join place p on p.organization_id = e.organization_id and p.place = e.n % p.places
join work w on w.organization_id = e.organization_id and w.place = e.n * 7 % 40
left join bill b on b.organization_id = e.organization_id and b.client_id = w.client_id and b.month = date_trunc('month', e.day);

set session_replication_role = origin;
