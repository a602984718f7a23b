-- A page of time entries: the page is cut before names are joined to it. The measurements run this very statement.
--
-- One plan has to serve every choice of filters. The bounds of the index stand alone; the filters stand in one `case`, or the
-- planner would multiply their guesses to next to nothing and sort the whole history instead of walking down the index.
select t.id, t.member_id, m.name as member_name, m.time_zone as member_time_zone, t.project_id, p.name as project_name,
    p.color as project_color,
    c.id as client_id, c.name as client_name, c.currency, t.description, t.billable, t.day, t.started_at, t.ended_at,
    t.running, t.seconds, t.rate, t.state, t.labour, t.source, l.invoice_id as "invoice_id?", i.number as "invoice_number?",
    coalesce(i.state = 'draft', false) as "on_draft!", t.version,
    t.position as "position!",
    (t.invoice_line_id is not null or t.state = 'approved'
        or not t.running and coalesce(t.day <= (select lock_date from organization where id = $1), false)) as "locked!"
from (
    select * from time_entry t
    where t.organization_id = $1 and t.day >= $2 and (t.day, t.position, t.id) < ($4, $5, $6)
        and case
            when t.day > $3 then false
            when $7::uuid is not null and t.project_id <> $7 then false
            when $8::uuid is not null and t.project_id not in (select id from project where organization_id = $1 and client_id = $8) then false
            when $9::boolean is not null and t.billable <> $9 then false
            when $10::boolean is not null and (t.invoice_line_id is not null) <> $10 then false
            when $11::text is not null and t.state <> $11 then false
            when $12::text is not null and t.labour <> $12 then false
            when $13::text is not null and t.source <> $13 then false
            when $14::text[] is not null and not lower(t.description) like all (array(select lower(word) from unnest($14::text[]) word)) then false
            else true
        end
    order by t.day desc, t.position desc, t.id desc limit $15
) t
join member m on m.organization_id = $1 and m.id = t.member_id
join project p on p.organization_id = $1 and p.id = t.project_id
join client c on c.organization_id = $1 and c.id = p.client_id
left join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
left join invoice i on i.organization_id = $1 and i.id = l.invoice_id
order by t.day desc, t.position desc, t.id desc
