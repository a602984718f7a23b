-- Clients granted to viewers: a viewer sees exactly these, and of them the work that counts and the invoices that were sent.

create table client_grant (
    organization_id uuid not null,
    id uuid not null default gen_random_uuid(),
    member_id uuid not null,
    client_id uuid not null,
    primary key (organization_id, member_id, client_id),
    constraint client_grant_id_unique unique (organization_id, id),
    constraint client_grant_member foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade,
    constraint client_grant_client foreign key (organization_id, client_id) references client (organization_id, id) on delete cascade
);
create index client_grant_of_client on client_grant (organization_id, client_id);

alter table client_grant enable row level security;
alter table client_grant force row level security;
create policy tenant on client_grant
    using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()));
create trigger record_change after insert or update or delete on client_grant for each row execute function record_change();
grant select, insert, update, delete on client_grant to stint_app;

-- The clients that come with an invitation; one that is gone by then is left out.
alter table invitation add column client_ids uuid[] not null default '{}';

-- A viewer's transaction reads as a role of its own. It may what the application may, and further policies narrow what it
-- sees. So what a viewer sees is held here and not in the queries, none of which can forget it, and it costs nobody else
-- anything: for the application's role these policies are not there.
do $$
begin
    if not exists (select from pg_roles where rolname = 'stint_viewer') then
        create role stint_viewer nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;
do $$
begin
    if not pg_has_role('stint_viewer', 'stint_app', 'member') then
        grant stint_app to stint_viewer;
    end if;
    -- Whoever connects must be able to become it.
    if not pg_has_role(current_user, 'stint_viewer', 'member') then
        execute format('grant stint_viewer to %I', current_user);
    end if;
exception when unique_violation then
    null;
end
$$;

-- The member for whom it reads; without one nothing is granted.
create function current_viewer() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.viewer_id', true), '')::uuid $$;
grant execute on function current_viewer to stint_app;

create policy granted on client as restrictive for select to stint_viewer using (id in (
    select g.client_id from client_grant g
    where g.organization_id = (select current_organization()) and g.member_id = (select current_viewer())));
create policy granted on project as restrictive for select to stint_viewer using (client_id in (
    select g.client_id from client_grant g
    where g.organization_id = (select current_organization()) and g.member_id = (select current_viewer())));
-- Drafts wait for somebody of the house, and a running timer says what somebody does at this moment.
create policy granted on time_entry as restrictive for select to stint_viewer using (state <> 'draft' and not running
    and project_id in (select p.id from project p where p.organization_id = (select current_organization())));
create policy granted on invoice as restrictive for select to stint_viewer using (state <> 'draft' and client_id in (
    select g.client_id from client_grant g
    where g.organization_id = (select current_organization()) and g.member_id = (select current_viewer())));

-- What belongs to an invoice is seen with it.
do $$
declare
    part text;
begin
    foreach part in array array['invoice_line', 'invoice_document', 'payment'] loop
        execute format('create policy granted on %I as restrictive for select to stint_viewer
            using (invoice_id in (select i.id from invoice i where i.organization_id = (select current_organization())))', part);
    end loop;
end
$$;

-- Budgets, mails and who else looks in are matters of the house.
create policy granted on budget as restrictive for select to stint_viewer using (false);
create policy granted on outgoing_mail as restrictive for select to stint_viewer using (false);
create policy granted on client_grant as restrictive for select to stint_viewer using (member_id = (select current_viewer()));
