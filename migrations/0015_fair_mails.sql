-- Mails leave fairly and by the clock of the database: one organization after the other, however many mails each has waiting.

-- When a mail was put into the outbox, for its age; `created_at` is what people read.
alter table outgoing_mail add column queued_at timestamptz not null default now();
-- The owner of the tables is held by row security too, so it is set aside meanwhile.
alter table outgoing_mail no force row level security;
update outgoing_mail set queued_at = created_at where state = 'waiting';
alter table outgoing_mail force row level security;

-- One organization's next mail, and the next organization with one, are each found by a look into this.
create index outgoing_mail_waiting on outgoing_mail (organization_id, next_attempt_at, id) where state = 'waiting';
drop index outgoing_mail_due;

-- The next mail of each organization that has one to send and none at work, those first that have waited longest. A mail older
-- than `oldest` waits for a person. A plan that lies further away than `furthest` was made while the clock was wrong.
-- (`due_mails` stays for processes of an earlier version.)
create function mails_due(at_most integer, at_work uuid[], oldest interval, furthest interval)
returns table (organization_id uuid, id uuid) language plpgsql as $$
begin
    perform set_config('app.worker', 'mail', true);
    return query
        with recursive waiting as (
            (select m.organization_id as tenant from outgoing_mail m where m.state = 'waiting' order by m.organization_id limit 1)
            union all
            select (select m.organization_id from outgoing_mail m where m.state = 'waiting' and m.organization_id > w.tenant
                    order by m.organization_id limit 1)
            from waiting w where w.tenant is not null
        )
        select w.tenant, next.id
        from waiting w cross join lateral (
            select m.id, m.next_attempt_at from outgoing_mail m
            where m.organization_id = w.tenant and m.state = 'waiting' and m.queued_at > now() - oldest
                and (m.next_attempt_at <= now() or m.next_attempt_at > now() + furthest)
            order by m.next_attempt_at, m.id limit 1
        ) next
        where w.tenant is not null and w.tenant <> all (at_work)
        order by next.next_attempt_at limit at_most;
    perform set_config('app.worker', '', true);
end
$$;
grant execute on function mails_due to stint_app;
