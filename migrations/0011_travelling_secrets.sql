-- works with: 11
-- Secrets that travel: links that prove a mailbox, invite, or let a lost password be replaced.
--
-- Only the hash of a secret is kept. It is drawn when its mail leaves, so it stands in no mail at rest; it runs out, and is
-- used once. The table is reached through the functions below only: row security lets nobody in but its owner.
create table travelling_secret (
    -- SHA-256 of the secret, which has 256 bits.
    hash bytea primary key constraint travelling_secret_hash_length check (length(hash) = 32),
    purpose text not null constraint travelling_secret_purpose_known
        check (purpose in ('confirm_address', 'change_address', 'reset_password', 'answer_invitation', 'join_organization')),
    -- The person or the invitation that it is for.
    subject uuid not null,
    -- The organization of an invitation.
    within uuid references organization (id),
    -- The mailbox that it was sent to; none when it was shown to somebody to be handed over, which proves no mailbox.
    mailbox text constraint travelling_secret_mailbox_lower check (mailbox = lower(mailbox) and length(mailbox) <= 254),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index travelling_secret_of_subject on travelling_secret (subject, purpose);
create index travelling_secret_oldest on travelling_secret (expires_at);
alter table travelling_secret enable row level security;
revoke all on travelling_secret from stint_app;

create function keep_secret(secret bytea, wanted text, about uuid, organization uuid, address text, instant timestamptz, ends timestamptz)
returns void language sql security definer set search_path = public, pg_temp as $$
    insert into travelling_secret (hash, purpose, subject, within, mailbox, created_at, expires_at)
    values (secret, wanted, about, organization, address, instant, ends)
$$;

-- What a secret is for, whether or not it can still be used.
create function find_secret(secret bytea)
returns table (purpose text, subject uuid, within uuid, mailbox text, expires_at timestamptz, used boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.purpose, s.subject, s.within, s.mailbox, s.expires_at, s.used_at is not null from travelling_secret s where s.hash = secret
$$;

-- Uses a secret up, with all others of its kind and subject; whether it could be used. Of several at once one wins: whoever
-- comes later waits for the rows, and finds them used.
create function use_secret(secret bytea, instant timestamptz) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    given travelling_secret;
    won boolean;
begin
    select s.* into given from travelling_secret s where s.hash = secret;
    if given.hash is null then
        return false;
    end if;
    perform from travelling_secret s where s.subject = given.subject and s.purpose = given.purpose order by s.hash for update;
    update travelling_secret s set used_at = instant where s.hash = secret and s.used_at is null and s.expires_at > instant;
    won := found;
    if won then
        update travelling_secret s set used_at = instant
        where s.subject = given.subject and s.purpose = given.purpose and s.used_at is null;
    end if;
    return won;
end
$$;

-- Uses up every secret of these kinds that is for this person or invitation.
create function withdraw_secrets(kinds text[], about uuid, instant timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from travelling_secret s where s.subject = about and s.purpose = any (kinds) order by s.hash for update;
    update travelling_secret s set used_at = instant where s.subject = about and s.purpose = any (kinds) and s.used_at is null;
end
$$;

-- Forgets secrets that ran out before an instant; how many.
create function forget_secrets(instant timestamptz) returns bigint
language sql security definer set search_path = public, pg_temp as $$
    with gone as (delete from travelling_secret s where s.expires_at < instant returning 1)
    select count(*) from gone
$$;

-- The address of a person, once it is known to be theirs.
create function confirmed_address(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select u.email from app_user u where u.id = person and u.email_confirmed_at is not null
$$;

-- Remembers that an address is the one of a person, if they still sign in with it; whether they do.
create function confirm_address(person uuid, address text, instant timestamptz) returns boolean
language sql security definer set search_path = public, pg_temp as $$
    with confirmed as (
        update app_user u set email_confirmed_at = coalesce(u.email_confirmed_at, instant) where u.id = person and u.email = address
        returning 1)
    select exists (select from confirmed)
$$;

-- Gives a person another address, which is known to be theirs.
create function change_address(person uuid, address text, instant timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    update app_user u set email = address, email_confirmed_at = instant where u.id = person
$$;

-- The person of an id, or of an address.
create function find_person(person uuid, address text)
returns table (id uuid, name text, email text, confirmed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select u.id, u.name, u.email, u.email_confirmed_at is not null from app_user u where u.id = person or u.email = address
$$;

-- Whether somebody is the first who has signed up here.
create function is_first_person(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select person = (select u.id from app_user u order by u.created_at, u.id limit 1)
$$;

revoke execute on function keep_secret, find_secret, use_secret, withdraw_secrets, forget_secrets, confirmed_address, confirm_address,
    change_address, find_person, is_first_person from public;
grant execute on function keep_secret, find_secret, use_secret, withdraw_secrets, forget_secrets, confirmed_address, confirm_address,
    change_address, find_person, is_first_person to stint_app;

-- What follows changes rows of every organization, so the owner of the tables looks past row security meanwhile.
alter table invitation no force row level security;
alter table outgoing_mail no force row level security;
alter table idempotency no force row level security;

-- The links that there are were shown to whoever invited: they let their holder join, and prove no address.
insert into travelling_secret (hash, purpose, subject, within, created_at, expires_at)
select i.secret_hash, 'join_organization', i.id, i.organization_id, i.sent_at, i.expires_at from invitation i
where i.answered_at is null and i.revoked_at is null and length(i.secret_hash) = 32
on conflict do nothing;

-- An address that such a link confirmed may be anybody's. Those that an operator vouched for were confirmed as they were made.
update app_user set email_confirmed_at = null where email_confirmed_at <> created_at;

drop policy invitation_of_secret on invitation;
drop policy own_invitations on invitation;
create policy own_invitations on invitation for select using (email = (select confirmed_address(current_person())));
drop function invitations_seen(uuid, bytea);
drop function current_secret();
alter table invitation drop column secret_hash;

-- The invitations to the confirmed address of a person, with who invites whom into what: that is in a tenant where they are
-- not yet. Each is read in its own tenant; afterwards the transaction stands where it stood.
create function invitations_to(person uuid)
returns table (
    organization_id uuid, id uuid, organization_name text, slug text, time_zone text, email text, name text, role text,
    invited_by text, expires_at timestamptz, answer text, revoked boolean
) language plpgsql as $$
declare
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    reader text := coalesce(current_setting('app.user_id', true), '');
    sent record;
begin
    perform set_config('app.user_id', coalesce(person::text, ''), true);
    for sent in select i.* from invitation i where i.email = confirmed_address(person) order by i.created_at loop
        perform set_config('app.organization_id', sent.organization_id::text, true);
        return query
            select o.id, sent.id, o.name, o.slug, o.time_zone, sent.email, sent.name, sent.role, m.name, sent.expires_at, sent.answer,
                sent.revoked_at is not null
            from organization o join member m on m.organization_id = o.id and m.id = sent.invited_by
            where o.id = sent.organization_id;
    end loop;
    perform set_config('app.organization_id', tenant, true);
    perform set_config('app.user_id', reader, true);
end
$$;

-- A mail whose text holds a secret is kept as its template, which is the purpose of the secret, and what it is about. Its text
-- is made when it leaves.
alter table outgoing_mail
    add column template text constraint outgoing_mail_template_known
        check (template in ('confirm_address', 'change_address', 'reset_password', 'answer_invitation')),
    -- The person or the invitation that it is about.
    add column reference uuid,
    alter column body drop not null;
update outgoing_mail m set template = 'answer_invitation', body = null, reference = (
    select i.id from invitation i
    where i.organization_id = m.organization_id and i.email = m.recipient and i.answered_at is null and i.revoked_at is null)
where m.invoice_id is null;
update outgoing_mail set state = 'failed', last_error = 'Its invitation is not open any more.'
where template = 'answer_invitation' and reference is null and state = 'waiting';
alter table outgoing_mail add constraint outgoing_mail_has_text check ((template is null) = (body is not null));

-- Answers that held a link are not given again.
update idempotency set answer = null where operation in ('invite_member', 'resend_invitation');

alter table invitation force row level security;
alter table outgoing_mail force row level security;
alter table idempotency force row level security;

-- What is written to a person about their own sign-in belongs to no organization: it stands under the nil id, which is no
-- organization's, so that the same worker sends it and nobody reads it in an organization's list.
alter table outgoing_mail drop constraint outgoing_mail_organization_id_fkey;

create index outgoing_mail_about on outgoing_mail (organization_id, reference, created_at) where reference is not null;

-- Puts a mail to a person into the outbox. Afterwards the transaction stands where it stood.
create function mail_person(mail uuid, address text, title text, words text, kind text, about uuid, instant timestamptz)
returns void language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
begin
    perform set_config('app.organization_id', nobody::text, true);
    insert into outgoing_mail (organization_id, id, recipient, subject, body, template, reference, next_attempt_at, created_at)
    values (nobody, mail, address, title, words, kind, about, now(), instant);
    perform set_config('app.organization_id', tenant, true);
end
$$;

-- Keeps the mails of these kinds to a person that have not left from leaving, and says why.
create function keep_mails_to_person(person uuid, kinds text[], why text) returns void language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
begin
    perform set_config('app.organization_id', nobody::text, true);
    update outgoing_mail m set state = 'failed', last_error = why
    where m.organization_id = nobody and m.reference = person and m.template = any (kinds) and m.state = 'waiting';
    perform set_config('app.organization_id', tenant, true);
end
$$;

-- How many mails of these kinds were written to a person since an instant.
create function count_mails_to_person(person uuid, kinds text[], since timestamptz) returns bigint language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    written bigint;
begin
    perform set_config('app.organization_id', nobody::text, true);
    select count(*) into written from outgoing_mail m
    where m.organization_id = nobody and m.reference = person and m.template = any (kinds) and m.created_at > since;
    perform set_config('app.organization_id', tenant, true);
    return written;
end
$$;

-- Whoever signs in, and whoever a token speaks for, is told whether their address is known to be theirs.
drop function authenticate_sign_in(bytea, text, timestamptz);
create function authenticate_sign_in(cookie_hash bytea, wanted_slug text, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text, confirmed boolean,
    organization_id uuid, slug text, organization_name text, member_id uuid, role text,
    time_zone text, currency text, week_start smallint, language text
) language plpgsql as $$
declare
    person uuid;
begin
    select s.user_id into person from sign_in s where s.token_hash = cookie_hash and s.expires_at > instant;
    if person is null then
        return;
    end if;
    perform set_config('app.user_id', person::text, true);
    return query
        select u.id, u.name, u.email, u.email_confirmed_at is not null, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency,
            o.week_start, o.language
        from app_user u
        left join (member m join organization o on o.id = m.organization_id and o.slug = wanted_slug)
            on m.user_id = u.id and m.removed_at is null
        where u.id = person
        order by o.id nulls last limit 1;
end
$$;

drop function authenticate_token(uuid, timestamptz);
create function authenticate_token(token uuid, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text, confirmed boolean,
    organization_id uuid, slug text, organization_name text, member_id uuid, role text,
    time_zone text, currency text, week_start smallint, language text,
    token_name text, secret_hash bytea, scopes text[], writes text, seen_recently boolean
) language plpgsql as $$
declare
    tenant uuid;
begin
    perform set_config('app.token_id', token::text, true);
    select t.organization_id into tenant from access_token t
    where t.id = token and t.revoked_at is null and (t.expires_at is null or t.expires_at > instant);
    if tenant is null then
        return;
    end if;
    perform set_config('app.organization_id', tenant::text, true);
    return query
        select u.id, u.name, u.email, u.email_confirmed_at is not null, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency,
            o.week_start, o.language, t.name, t.secret_hash, t.scopes, t.writes,
            coalesce(t.last_used_at > instant - interval '1 minute', false)
        from access_token t
        join member m on m.organization_id = t.organization_id and m.id = t.member_id and m.removed_at is null
        join organization o on o.id = t.organization_id
        left join app_user u on u.id = m.user_id
        where t.organization_id = tenant and t.id = token;
end
$$;

grant execute on function invitations_to, mail_person, keep_mails_to_person, count_mails_to_person, authenticate_sign_in,
    authenticate_token to stint_app;
