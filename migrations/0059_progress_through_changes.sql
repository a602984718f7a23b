-- works with: 57
-- The check of the whole log says how far it is with the changes, too, which it goes through after the rows. How many there are is
-- added up while the rows are checked: counted at each step it would be as much as the step.

alter table audit_verification
    -- How many changes the rows made that were checked; null in a check that was begun before this version.
    add column changes bigint,
    -- How many of them were gone through; null while the rows are being checked.
    add column changes_checked bigint;

-- The same as before, and nothing was gone through yet.
create or replace function begin_verification() returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant constant uuid := current_organization();
    rows_now constant bigint := coalesce((select h.position from audit_head h where h.organization_id = tenant), 0);
begin
    if tenant is null then
        raise exception 'a verification belongs to an organization';
    end if;
    insert into audit_verification (organization_id, state, position, hash, checked, total, changes, started_at)
    values (tenant, 'running', 0, '\x', 0, rows_now, 0, now())
    on conflict (organization_id) do nothing;
    update audit_verification
    set state = 'running', position = 0, hash = '\x', checked = 0, total = rows_now, started_at = now(), finished_at = null,
        broken_action = null, broken_position = null, reason = null, changes_after = null, changes = 0, changes_checked = null
    where organization_id = tenant and state <> 'running';
end
$$;

-- The same as before, and counts the changes of the rows.
create or replace function step_through_actions(job audit_verification, at_most integer) returns boolean language plpgsql as $$
declare
    head audit_head;
    stretch record;
    stranger record;
begin
    select * into stretch from verify_actions(job.position, job.hash, least(at_most, job.total - job.position)::integer);
    if stretch.broken is not null then
        perform end_verification(stretch.broken, stretch.broken_position, stretch.reason);
        return false;
    end if;
    if stretch.last_position is not null then
        update audit_verification
        set checked = job.checked + (stretch.last_position - job.position), position = stretch.last_position, hash = stretch.last_hash,
            changes = job.changes + stretch.changes
        where organization_id = job.organization_id returning * into job;
    end if;
    select * into head from audit_head where organization_id = job.organization_id;
    if (stretch.last_position is null and job.position < job.total)
        or (job.position = job.total and head.position = job.total and head.hash is distinct from job.hash) then
        perform end_verification(null, job.position, 'the last rows are missing');
        return false;
    end if;
    if job.position >= job.total then
        select * into stranger from outside_the_chain();
        if stranger.id is not null then
            perform end_verification(stranger.id, stranger.position, 'it was put in, and belongs to no place of the chain');
            return false;
        end if;
        update audit_verification set changes_checked = 0 where organization_id = job.organization_id;
    end if;
    return true;
end
$$;

-- The same as before, and counts what was gone through: no more than there was when the rows were checked, as the log goes on meanwhile.
create or replace function step_through_changes(job audit_verification, at_most integer) returns boolean language plpgsql as $$
declare
    next record;
begin
    -- Only their ids are read, which takes a fraction of what the images take.
    select * into next from verify_changes(job.changes_after, at_most * 4);
    if next.missing is not null then
        perform end_verification(next.missing, job.position, 'a change was put in that belongs to no row of the chain');
        return false;
    end if;
    if next.last_action is null then
        update audit_verification set changes_checked = changes where organization_id = job.organization_id;
        perform end_verification(null, null, null);
        return false;
    end if;
    update audit_verification
    set changes_after = next.last_action, changes_checked = least(coalesce(job.changes_checked, 0) + next.changes, changes)
    where organization_id = job.organization_id;
    return true;
end
$$;
