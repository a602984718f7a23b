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

-- The viewer for whom a transaction reads; everybody else reads without one. What a viewer sees is held here and not in the
-- queries, so that none can forget it: each of these policies narrows what the tenant's own lets through.
create function current_viewer() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.viewer_id', true), '')::uuid $$;

-- Whether the viewer may see it. Functions, and not queries within the policies: those would stand in the plan of every
-- statement of everybody else, and cost them more than the statement itself. A row costs one index probe, and viewers alone.
create function granted_client(client uuid) returns boolean language plpgsql stable cost 1 as $$
begin
    return exists (
        select from client_grant g
        where g.organization_id = current_organization() and g.member_id = current_viewer() and g.client_id = client);
end
$$;
create function granted_project(project uuid) returns boolean language plpgsql stable cost 1 as $$
begin
    return exists (select from project p where p.organization_id = current_organization() and p.id = project);
end
$$;
create function granted_invoice(invoice uuid) returns boolean language plpgsql stable cost 1 as $$
begin
    return exists (select from invoice i where i.organization_id = current_organization() and i.id = invoice);
end
$$;

create policy granted on client as restrictive for select using ((select current_viewer()) is null or granted_client(id));
create policy granted on project as restrictive for select using ((select current_viewer()) is null or granted_client(client_id));
-- Drafts wait for somebody of the house, and a running timer says what somebody does at this moment.
create policy granted on time_entry as restrictive for select
    using ((select current_viewer()) is null or state <> 'draft' and not running and granted_project(project_id));
create policy granted on invoice as restrictive for select
    using ((select current_viewer()) is null or state <> 'draft' and granted_client(client_id));
-- What belongs to an invoice is seen with it.
create policy granted on invoice_line as restrictive for select using ((select current_viewer()) is null or granted_invoice(invoice_id));
create policy granted on invoice_document as restrictive for select using ((select current_viewer()) is null or granted_invoice(invoice_id));
create policy granted on payment as restrictive for select using ((select current_viewer()) is null or granted_invoice(invoice_id));

-- Budgets, mails and who else looks in are matters of the house.
create policy granted on budget as restrictive for select using ((select current_viewer()) is null);
create policy granted on outgoing_mail as restrictive for select using ((select current_viewer()) is null);
create policy granted on client_grant as restrictive for select
    using ((select current_viewer()) is null or member_id = (select current_viewer()));

grant execute on function current_viewer, granted_client, granted_project, granted_invoice to stint_app;
