-- works with: 82
-- Invoices are listed without opening their documents, the log of changes holds no documents, and answers that are kept for repeated
-- calls are deleted in batches.

-- The name of the client as the document says it, older documents in another place; null while the invoice is a draft.
alter table invoice add column sent_client_name text
    generated always as (coalesce(document ->> 'client_name', document #>> '{buyer,name}')) stored;

-- The order of the report on numbers.
create index invoice_numbered on invoice (organization_id, sent_at desc, id desc) where number is not null;

-- The same as before, and without the document of an invoice: it may take a megabyte, is frozen once it is there, and would stand twice in
-- the log with each payment.
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

-- The oldest answers of one organization, whatever others keep.
create index idempotency_oldest_of_organization on idempotency (organization_id, created_at);

-- The same as before, and so many at most: answers may take gigabytes, and a statement has seconds. That without a number is for programs
-- from before.
create function forget_own_answers(instant timestamptz, at_most bigint) returns bigint language plpgsql as $$
declare
    forgotten bigint;
begin
    perform set_config('app.worker', 'answers', true);
    delete from own_idempotency where ctid = any (array(
        select a.ctid from own_idempotency a where a.created_at < instant order by a.created_at limit at_most for update skip locked));
    get diagnostics forgotten = row_count;
    perform set_config('app.worker', '', true);
    return forgotten;
end
$$;
revoke execute on function forget_own_answers(timestamptz, bigint) from public;
grant execute on function forget_own_answers(timestamptz, bigint) to stint_app;
