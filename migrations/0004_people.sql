-- People: who belongs to an organization and who has left it, who was asked to come, and who is on which project.

-- Whoever leaves keeps their row: their time, and what they did, stays theirs. Coming back is the same row again.
alter table member add column removed_at timestamptz;

-- An organization always has an owner. Whoever stops being one waits for the others: the row of the organization is locked,
-- and counted only then, so that two owners who demote each other at once do not both succeed.
create function organization_keeps_an_owner() returns trigger language plpgsql as $$
begin
    if old.role <> 'owner' or old.removed_at is not null then
        return null;
    end if;
    if tg_op = 'UPDATE' and new.role = 'owner' and new.removed_at is null then
        return null;
    end if;
    perform from organization o where o.id = old.organization_id for no key update;
    if not exists (select from member m where m.organization_id = old.organization_id and m.role = 'owner' and m.removed_at is null) then
        raise exception 'an organization has at least one owner' using errcode = 'restrict_violation', constraint = 'organization_owner';
    end if;
    return null;
end
$$;
create trigger organization_owner after update or delete on member for each row execute function organization_keeps_an_owner();

-- An invitation is found by a secret of which only a hash is kept, and answered by whoever signs in with its address.
create table invitation (
    organization_id uuid not null references organization (id),
    id uuid not null,
    email text not null constraint invitation_email_lower check (email = lower(email) and length(email) <= 254),
    name text constraint invitation_name_length check (length(name) between 1 and 200),
    role text not null constraint invitation_role_known check (role in ('owner', 'admin', 'manager', 'member', 'viewer')),
    -- The projects that come with it; one that is gone by then is left out.
    project_ids uuid[] not null default '{}',
    invited_by uuid not null,
    secret_hash bytea not null,
    sent integer not null default 1 constraint invitation_sent_positive check (sent > 0),
    created_at timestamptz not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    answer text constraint invitation_answer_known check (answer in ('accepted', 'declined')),
    revoked_at timestamptz,
    primary key (organization_id, id),
    constraint invitation_invited_by foreign key (organization_id, invited_by) references member (organization_id, id),
    constraint invitation_answered_once check ((answer is null) = (answered_at is null)),
    constraint invitation_answered_or_revoked check (answered_at is null or revoked_at is null)
);
-- One open invitation per address.
create unique index invitation_open on invitation (organization_id, email) where answered_at is null and revoked_at is null;
create index invitation_by_email on invitation (email);
create index invitation_by_secret on invitation (secret_hash);

alter table invitation enable row level security;
alter table invitation force row level security;
create policy tenant on invitation
    using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()));

-- Anybody can sign up with any address. That it is theirs is known once a link that was sent there was opened, or when the
-- operator made the account.
alter table app_user add column email_confirmed_at timestamptz;

-- Before they belong, a person sees what was sent to their own address, and whoever has a secret sees the one it opens.
create function current_secret() returns bytea language sql stable parallel safe
    as $$ select decode(nullif(current_setting('app.secret', true), ''), 'hex') $$;
create policy own_invitations on invitation for select
    using (email = (select u.email from app_user u where u.id = (select current_person()) and u.email_confirmed_at is not null));
create policy invitation_of_secret on invitation for select using (secret_hash = (select current_secret()));

create trigger record_change after insert or update or delete on invitation for each row execute function record_change();

-- Who is put on a project, or taken off, is written down like every other change.
alter table project_member
    add column id uuid not null default gen_random_uuid(),
    add constraint project_member_id_unique unique (organization_id, id);
create trigger record_change after insert or update or delete on project_member for each row execute function record_change();

grant select, insert, update, delete on invitation to stint_app;

-- The invitations that a person or a secret may see, with who invites whom into what: that is in a tenant where they are
-- not yet. Each is read in its own tenant; afterwards the transaction stands where it stood.
create function invitations_seen(person uuid, secret bytea)
returns table (
    organization_id uuid, id uuid, organization_name text, slug text, time_zone text, email text, name text, role text,
    invited_by text, expires_at timestamptz, answer text, revoked boolean, opened boolean
) language plpgsql as $$
declare
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    reader text := coalesce(current_setting('app.user_id', true), '');
    sent record;
begin
    perform set_config('app.user_id', coalesce(person::text, ''), true);
    perform set_config('app.secret', coalesce(encode(secret, 'hex'), ''), true);
    for sent in
        select i.* from invitation i
        where i.secret_hash = secret
            or i.email = (select u.email from app_user u where u.id = person and u.email_confirmed_at is not null)
        order by i.created_at
    loop
        perform set_config('app.organization_id', sent.organization_id::text, true);
        return query
            select o.id, sent.id, o.name, o.slug, o.time_zone, sent.email, sent.name, sent.role, m.name, sent.expires_at, sent.answer,
                sent.revoked_at is not null, coalesce(sent.secret_hash = secret, false)
            from organization o join member m on m.organization_id = o.id and m.id = sent.invited_by
            where o.id = sent.organization_id;
    end loop;
    perform set_config('app.organization_id', tenant, true);
    perform set_config('app.user_id', reader, true);
    perform set_config('app.secret', '', true);
end
$$;

-- Whoever has left is nobody there: from the next page on, and from the next call with a token.
alter policy own_memberships on member using (user_id = (select current_person()) and removed_at is null);
alter policy own_organizations on organization
    using (id in (select m.organization_id from member m where m.user_id = (select current_person()) and m.removed_at is null));

create or replace function authenticate_sign_in(cookie_hash bytea, wanted_slug text, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text,
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
        select u.id, u.name, u.email, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency, o.week_start, o.language
        from app_user u
        left join (member m join organization o on o.id = m.organization_id and o.slug = wanted_slug)
            on m.user_id = u.id and m.removed_at is null
        where u.id = person
        order by o.id nulls last limit 1;
end
$$;

create or replace function authenticate_token(token uuid, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text,
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
        select u.id, u.name, u.email, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency, o.week_start, o.language,
            t.name, t.secret_hash, t.scopes, t.writes, coalesce(t.last_used_at > instant - interval '1 minute', false)
        from access_token t
        join member m on m.organization_id = t.organization_id and m.id = t.member_id and m.removed_at is null
        join organization o on o.id = t.organization_id
        left join app_user u on u.id = m.user_id
        where t.organization_id = tenant and t.id = token;
end
$$;

grant execute on function current_secret, invitations_seen, organization_keeps_an_owner, authenticate_sign_in, authenticate_token to stint_app;
