-- works with: 19
-- People and their sign-ins belong to no organization, so no tenant policy can stand before them. The application has no right
-- on these tables: it reaches them through functions that work with the rights of the owner and answer no more than they say.
--
-- Row security is enabled without a policy, so it lets nobody in but the owner, and it is not forced: for an owner that is no
-- superuser a forced table would be empty, inside of these functions too.
--
-- Such a function names its search path, and nobody may run it who was not granted it.

alter table app_user enable row level security;
alter table sign_in enable row level security;
revoke all on app_user, sign_in from stint_app;

-- Adds a person with a login.
create function add_person(person uuid, address text, called text, hash text, instant timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into app_user (id, email, name, password_hash, created_at) values (person, address, called, hash, instant)
$$;

-- Remembers that the address of a person is theirs.
create function confirm_person(person uuid, instant timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    update app_user set email_confirmed_at = coalesce(email_confirmed_at, instant) where id = person
$$;

-- The address of a person, once it is known to be theirs.
create or replace function confirmed_address(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select u.email from app_user u where u.id = person and u.email_confirmed_at is not null
$$;

-- Who signs in with an address, and what is kept of their password.
create function login_of(address text) returns table (person uuid, hash text)
language sql stable security definer set search_path = public, pg_temp as $$
    select u.id, u.password_hash from app_user u where u.email = address
$$;

-- What is kept of a person's password.
create function password_of(person uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select u.password_hash from app_user u where u.id = person
$$;

-- Gives a person another name.
create function rename_person(person uuid, called text) returns void
language sql security definer set search_path = public, pg_temp as $$
    update app_user set name = called where id = person
$$;

-- Gives a person another password.
create function set_password(person uuid, hash text) returns void
language sql security definer set search_path = public, pg_temp as $$
    update app_user set password_hash = hash where id = person
$$;

-- The address with which a member of the organization of this transaction signs in.
create function address_of_member(member_id uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select u.email from member m join app_user u on u.id = m.user_id where m.organization_id = current_organization() and m.id = member_id
$$;

-- The member of the organization of this transaction who signs in with an address.
create function member_of_address(address text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select m.id from app_user u join member m on m.organization_id = current_organization() and m.user_id = u.id where u.email = address
$$;

-- Remembers a browser.
create function add_sign_in(cookie_hash bytea, person uuid, instant timestamptz, ends timestamptz, agent text) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into sign_in (token_hash, user_id, created_at, expires_at, last_seen_at, user_agent)
    values (cookie_hash, person, instant, ends, instant, agent)
$$;

-- Forgets a browser.
create function end_sign_in(cookie_hash bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_in where token_hash = cookie_hash
$$;

-- Forgets every browser of a person but the one with this hash.
create function end_other_sign_ins(person uuid, kept bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_in where user_id = person and token_hash <> kept
$$;

-- Forgets sign-ins that ran out before an instant; how many.
create function forget_sign_ins(instant timestamptz) returns bigint
language sql security definer set search_path = public, pg_temp as $$
    with gone as (delete from sign_in where expires_at < instant returning 1)
    select count(*) from gone
$$;

-- The functions that find out who asks read these tables, so they work with the rights of the owner too. They name the person
-- and the organization before they read rows of a tenant, whose row security is forced on the owner as on everybody.
do $$
declare
    asked regprocedure;
begin
    for asked in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace
            and p.proname in ('authenticate_sign_in', 'authenticate_token', 'invitations_seen')
    loop
        execute format('alter function %s security definer set search_path = public, pg_temp', asked);
    end loop;
end
$$;

alter policy own_invitations on invitation using (email = (select confirmed_address(current_person())));

-- Everybody may run a function until it is said otherwise: only the application's role does.
revoke execute on all functions in schema public from public;
grant execute on all functions in schema public to stint_app;
