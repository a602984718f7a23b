-- works with: 19
-- Accesses are kept once however often they are given, by however many processes at the turn of a month, and the log of calls
-- is looked through by its filters.

-- Makes the partition of a month, where there is none. Whoever waited for another that was making it looks into the catalogue
-- with a query: a name that was looked up in vain before is remembered as missing until the transaction ends.
create or replace function make_access_partition(instant timestamptz) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    place constant text := access_partition(instant);
    first_day constant timestamp := date_trunc('month', instant at time zone 'UTC');
begin
    if to_regclass(place) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('access_record'));
    if exists (select from pg_catalog.pg_class c where c.relname = place and c.relnamespace = 'public'::regnamespace) then
        return;
    end if;
    execute format('create table %I (like access_record including defaults including constraints)', place);
    execute format('alter table %I enable row level security, force row level security', place);
    execute format('create policy tenant on %I
        using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', place);
    execute format('alter table access_record attach partition %I for values from (%L) to (%L)',
        place, first_day at time zone 'UTC', (first_day + interval '1 month') at time zone 'UTC');
end
$$;

-- Adds accesses of the organization of this transaction. One that stands there already is left as it is: whoever did not hear
-- the answer to a commit gives its records again, among others.
create or replace function append_accesses(entries jsonb) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
begin
    if tenant is null then
        raise exception 'an access belongs to an organization';
    end if;
    perform make_access_partition(m.month) from (
        select distinct date_trunc('month', r.at, 'UTC') as month from jsonb_populate_recordset(null::access_record, entries) r
    ) m;
    insert into access_record (organization_id, id, at, member_id, token_id, door, operation, arguments, outcome, program, address, withheld, duration_ms)
    select tenant, r.id, r.at, r.member_id, r.token_id, r.door, r.operation, r.arguments, r.outcome, r.program, r.address,
        coalesce(r.withheld, '{}'), coalesce(r.duration_ms, 0)
    from jsonb_populate_recordset(null::access_record, entries) r
    on conflict (organization_id, at, id) do nothing;
end
$$;

-- One index for each filter of the log, each in the order of the log: a value that is rare in one organization is found
-- whatever the planner knows of the values of all. Most accesses are reads that were done, so how they ended is kept of the
-- others alone.
create index access_record_of_member on access_record (organization_id, member_id, at desc, id desc);
create index access_record_of_operation on access_record (organization_id, operation, at desc, id desc);
create index access_record_of_door on access_record (organization_id, door, at desc, id desc);
create index access_record_of_outcome on access_record (organization_id, outcome, at desc, id desc) where outcome <> 'done';
create index access_record_not_done on access_record (organization_id, at desc, id desc) where outcome <> 'done';

-- Writes were all done. Those that ended otherwise are accesses from before there was a table of them.
create index action_of_member on action (organization_id, member_id, at desc, id desc);
create index action_of_operation on action (organization_id, operation, at desc, id desc);
create index action_of_door on action (organization_id, door, at desc, id desc);
create index action_of_outcome on action (organization_id, outcome, at desc, id desc) where outcome <> 'done';
create index action_without_changes on action (organization_id, at desc, id desc) where changes_hash is null;
