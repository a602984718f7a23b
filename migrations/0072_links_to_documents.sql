-- works with: 60
-- A link to the document of an invoice, which an agent hands to its person: good for minutes, for as long as the token holds that drew it.

alter table travelling_secret
    -- The token that drew a link to a document: whoever opens it sees what the token may.
    add column token uuid,
    drop constraint travelling_secret_purpose_known,
    add constraint travelling_secret_purpose_known check (purpose in (
        'confirm_address', 'change_address', 'reset_password', 'answer_invitation', 'join_organization', 'read_document')),
    add constraint travelling_secret_of_document check ((purpose = 'read_document') = (token is not null)),
    add constraint travelling_secret_token_fkey foreign key (within, token) references access_token (organization_id, id) on delete cascade;
create index travelling_secret_of_token on travelling_secret (within, token) where token is not null;

create function keep_document_secret(secret bytea, invoice uuid, organization uuid, drawn_with uuid, instant timestamptz, ends timestamptz)
returns void language sql security definer set search_path = public, pg_temp as $$
    insert into travelling_secret (hash, purpose, subject, within, token, created_at, expires_at)
    values (secret, 'read_document', invoice, organization, drawn_with, instant, ends)
$$;

-- The invoice whose document a link opens at an instant, and the token that drew it.
create function find_document(secret bytea, instant timestamptz) returns table (invoice uuid, token uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.subject, s.token from travelling_secret s where s.hash = secret and s.purpose = 'read_document' and s.expires_at > instant
$$;

revoke execute on function keep_document_secret, find_document from public;
grant execute on function keep_document_secret, find_document to stint_app;
