-- works with: 82
-- Invoices are listed without opening their documents, and answers that are kept for repeated calls are deleted in batches.

-- The name of the client as the document says it, older documents in another place; null while the invoice is a draft.
alter table invoice add column sent_client_name text
    generated always as (coalesce(document ->> 'client_name', document #>> '{buyer,name}')) stored;

-- The order of the report on numbers.
create index invoice_numbered on invoice (organization_id, sent_at desc, id desc) where number is not null;

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
