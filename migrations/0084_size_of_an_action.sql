-- works with: 82
-- What an action writes into the log of changes has a bound, and what the list of actions says of each is known without its images.

-- Whether a change sends an invoice, or changes more of a sent one than its payments: no undo puts that back.
create function alters_sent_invoice(before jsonb, after jsonb) returns boolean language sql immutable parallel safe
return (coalesce(before ->> 'state' <> 'draft', false) or coalesce(after ->> 'state' <> 'draft', false)) and not coalesce(
    before ->> 'state' in ('sent', 'paid') and after ->> 'state' in ('sent', 'paid')
        and before - array['state', 'paid', 'version'] = after - array['state', 'paid', 'version'], false);

-- Known of what is written from now on; of older rows it follows from their images.
alter table change add column alters_sent_invoice boolean;
-- How many changes an action consists of, and how many records it touched; of older actions they are counted.
alter table action add column changes bigint, add column records bigint;

-- How much an organization has written of late: what stood there, less what drains away with time.
alter table audit_head add column written_bytes bigint not null default 0, add column written_at timestamptz not null default now();

revoke execute on function alters_sent_invoice from public;
grant execute on function alters_sent_invoice to stint_app;

-- The same as before, but the images of one transaction take 32 MB at most: a short call can change thousands of records with long
-- texts, and their images are written, hashed, kept for ever and read again. They are without the document of an invoice, too, and without
-- what follows from it: it may take a megabyte, is frozen once it is there, and would stand twice in the log with each payment.
create or replace function record_change() returns trigger language plpgsql as $$
declare
    acting uuid := nullif(current_setting('app.action_id', true), '')::uuid;
    hidden constant text[] := array['secret_hash', 'search_key', 'search_key_of', 'namesake', 'document', 'sent_client_name'];
    most constant bigint := 32 * 1024 * 1024;
    was jsonb;
    now jsonb;
    before json;
    after json;
    written bigint;
begin
    if acting is null or (tg_op = 'UPDATE' and old is not distinct from new) then
        return null;
    end if;
    if tg_op <> 'INSERT' then
        was := to_jsonb(old) - hidden;
    end if;
    if tg_op <> 'DELETE' then
        now := to_jsonb(new) - hidden;
    end if;
    if tg_op = 'UPDATE' and tg_table_name = any (array['client', 'project', 'member']) and was = now then
        return null;
    end if;
    before := was;
    after := now;
    written := coalesce(nullif(current_setting('app.image_bytes', true), '')::bigint, 0)
        + coalesce(octet_length(before::text), 0) + coalesce(octet_length(after::text), 0);
    if written > most then
        raise exception 'an action changes too much at once' using errcode = 'ST413';
    end if;
    perform set_config('app.image_bytes', written::text, true);
    insert into change (organization_id, action_id, kind, record_id, before, after, alters_sent_invoice)
    values (coalesce(new.organization_id, old.organization_id), acting, tg_table_name, coalesce(new.id, old.id), before, after,
        case when tg_table_name = 'invoice' then alters_sent_invoice(was, now) end);
    return null;
end
$$;

-- The same as before, and with the numbers of changes and records of each action. An organization writes 1 GB of images and of answers for
-- repeated calls in a day: what is written is kept for ever, and a disk is full for everybody. What writes a few kilobytes is counted and
-- never refused: a token is revoked, a member removed and a password set whoever has written the gigabyte. What goes into the hash of its changes comes in the order of the
-- index: sorted here, long images went through files.
create or replace function append_actions(entries jsonb, wrote boolean) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := current_organization();
    head audit_head;
    entry action;
    most_a_day constant bigint := 1024 * 1024 * 1024;
    small constant bigint := 8 * 1024;
    written bigint := coalesce(nullif(current_setting('app.image_bytes', true), '')::bigint, 0);
begin
    if tenant is null then
        raise exception 'an action belongs to an organization';
    end if;
    select * into head from audit_head where organization_id = tenant for update;
    if not found then
        insert into audit_head values (tenant, 0, '\x') on conflict do nothing;
        select * into head from audit_head where organization_id = tenant for update;
    end if;
    head.written_bytes := written
        + greatest(head.written_bytes - greatest(extract(epoch from now() - head.written_at), 0) * (most_a_day / 86400), 0)::bigint;
    if written > small and head.written_bytes > most_a_day then
        raise exception 'an organization writes too much in a day' using errcode = 'ST429',
            detail = ((head.written_bytes - most_a_day) / (most_a_day / 86400))::text;
    end if;
    -- What the next organization of this transaction writes is its own.
    perform set_config('app.image_bytes', '0', true);
    for entry in select * from jsonb_populate_recordset(null::action, entries) loop
        head.position := head.position + 1;
        entry.organization_id := tenant;
        entry.position := head.position;
        if wrote then
            select sha256(convert_to(string_agg(text_of_change(c.kind, c.record_id, c.before, c.after), E'\n'), 'UTF8')), count(*),
                count(distinct c.record_id)
            into entry.changes_hash, entry.changes, entry.records
            from (select * from change where organization_id = tenant and action_id = entry.id order by position) c;
        end if;
        entry.hash := hash_of_action(head.hash, entry);
        head.hash := entry.hash;
        insert into action select entry.*;
        if head.position % 10000 = 0 then
            insert into audit_checkpoint values (tenant, head.position, head.hash, now());
        end if;
    end loop;
    update audit_head set position = head.position, hash = head.hash, written_bytes = head.written_bytes, written_at = now()
    where organization_id = tenant;
end
$$;

-- An answer that is kept for a repeated call counts among what an organization writes.
create function count_stored_answer() returns trigger language plpgsql as $$
begin
    perform set_config('app.image_bytes', (coalesce(nullif(current_setting('app.image_bytes', true), '')::bigint, 0)
        + coalesce(pg_column_size(new.answer), 0))::text, true);
    return null;
end
$$;
revoke execute on function count_stored_answer from public;
grant execute on function count_stored_answer to stint_app;
create trigger count_stored_answer after update on idempotency for each row execute function count_stored_answer();
