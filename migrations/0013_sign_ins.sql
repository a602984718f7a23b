-- works with: 10
-- Sign-ins that can be told apart and ended, what happened to a person's own credentials, and how often somebody has tried.
--
-- None of it belongs to an organization. The application has no grant on these tables: it reaches them through functions of
-- their owner, which answer no more than they say. Row security is enabled for everybody but that owner.

alter table sign_in
    add column id uuid not null default gen_random_uuid(),
    add column address text not null default '' constraint sign_in_address_length check (length(address) <= 45),
    add constraint sign_in_id_unique unique (id);

-- Browsers in which somebody has signed in before: an attack on the account from elsewhere does not slow them down.
create table known_browser (
    user_id uuid not null references app_user (id) on delete cascade,
    secret_hash bytea not null,
    seen_at timestamptz not null,
    primary key (user_id, secret_hash)
);

-- What happened to a person's sign-ins, password, address and tokens. Equal events within an hour are one row.
create table security_event (
    user_id uuid not null references app_user (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null constraint security_event_kind_form check (kind ~ '^[a-z_]{1,40}$'),
    at timestamptz not null,
    times integer not null default 1 constraint security_event_times_positive check (times > 0),
    address text not null constraint security_event_address_length check (length(address) <= 45),
    user_agent text not null constraint security_event_user_agent_length check (length(user_agent) <= 300),
    -- What it was about: the name of a token, an address.
    detail text not null constraint security_event_detail_length check (length(detail) <= 300),
    primary key (user_id, id)
);
create index security_event_newest on security_event (user_id, at desc);

-- How often somebody has tried. A key is a digest, so that the table tells neither addresses nor accounts.
create table attempt_limit (
    key bytea primary key,
    -- Where tries are spaced: when all that were counted are paid off. Where the wait grows: when the next may come.
    free_at timestamptz not null,
    failures integer not null,
    counted_at timestamptz not null
);
create index attempt_limit_oldest on attempt_limit (counted_at);

alter table known_browser enable row level security;
alter table security_event enable row level security;
alter table attempt_limit enable row level security;

-- Counts a try under every key, or under none: then it answers how many seconds to wait. Of each key, tries are paid off one
-- per `spacing` seconds and may come up to `tolerance` seconds too early together; or, where it is `growing`, five are free
-- and each further one doubles the wait, up to five minutes. A day without a try is forgotten. The clock is the database's, the
-- same for all processes.
create function count_attempt(keys bytea[], spacing double precision[], tolerance double precision[], growing boolean[])
returns double precision language plpgsql security definer set search_path = public, pg_temp as $$
declare
    instant timestamptz := clock_timestamp();
    wait double precision;
begin
    insert into attempt_limit (key, free_at, failures, counted_at)
    select k, instant, 0, instant from unnest(keys) k order by k on conflict do nothing;
    perform from attempt_limit a where a.key = any (keys) order by a.key for update;
    instant := clock_timestamp();
    select max(extract(epoch from a.free_at - instant) - g.tolerance) into wait
    from unnest(keys, spacing, tolerance, growing) as g (key, spacing, tolerance, growing) join attempt_limit a on a.key = g.key;
    if wait > 0 then
        return wait;
    end if;
    update attempt_limit a set
        counted_at = instant,
        failures = (case when a.counted_at > instant - interval '1 day' then least(a.failures, 1000) else 0 end) + 1,
        free_at = case
            when not g.growing then greatest(a.free_at, instant) + make_interval(secs => g.spacing)
            when a.failures < 5 or a.counted_at < instant - interval '1 day' then instant
            else instant + make_interval(secs => least(2 ^ least(a.failures - 4, 10), 300))
        end
    from unnest(keys, spacing, tolerance, growing) as g (key, spacing, tolerance, growing)
    where a.key = g.key;
    return 0;
end
$$;

-- Forgets the tries under these keys: the last of them was right.
create function forget_attempts(keys bytea[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from attempt_limit a where a.key = any (keys)
$$;

-- Whether somebody has signed in with this address in this browser before.
create function is_known_browser(address text, secret bytea) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from known_browser b join app_user u on u.id = b.user_id where u.email = address and b.secret_hash = secret)
$$;

-- Writes down what happened to a person's own credentials. Of one person 500 events are kept, and of failed sign-ins, which
-- anybody can cause, 200 beside them. One that is told once only is left out when the like of it is there.
create function note_security_event(
    person uuid, what text, instant timestamptz, origin text, agent text, about text, once boolean
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if once and exists (
        select from security_event e where e.user_id = person and e.kind = what and e.address = origin and e.detail = about)
    then
        return;
    end if;
    update security_event e set times = e.times + 1, at = greatest(e.at, instant)
    where e.user_id = person and e.kind = what and e.at > instant - interval '1 hour'
        and e.address = origin and e.user_agent = agent and e.detail = about;
    if found then
        return;
    end if;
    insert into security_event (user_id, kind, at, address, user_agent, detail)
    select u.id, what, instant, origin, agent, about from app_user u where u.id = person;
    delete from security_event e where e.user_id = person and e.id in (
        select o.id from security_event o
        where o.user_id = person and (o.kind = 'sign_in_failed') = (what = 'sign_in_failed')
        order by o.at desc, o.id offset case when what = 'sign_in_failed' then 200 else 500 end);
end
$$;

-- The newest events of a person.
create function security_events(person uuid, most integer)
returns table (id uuid, kind text, at timestamptz, times integer, address text, user_agent text, detail text)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.id, e.kind, e.at, e.times, e.address, e.user_agent, e.detail
    from security_event e where e.user_id = person order by e.at desc, e.id limit most
$$;

-- Signs a browser in. Of one person the 100 newest sign-ins stay, and the 20 browsers seen last.
create function open_sign_in(
    person uuid, cookie_hash bytea, browser_hash bytea, instant timestamptz, expires timestamptz, origin text, agent text
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into sign_in (token_hash, user_id, created_at, expires_at, last_seen_at, user_agent, address)
    values (cookie_hash, person, instant, expires, instant, agent, origin);
    delete from sign_in s where s.user_id = person and s.id in (
        select o.id from sign_in o where o.user_id = person order by o.created_at desc, o.id offset 100);
    insert into known_browser (user_id, secret_hash, seen_at) values (person, browser_hash, instant)
    on conflict (user_id, secret_hash) do update set seen_at = excluded.seen_at;
    delete from known_browser b where b.user_id = person and b.secret_hash in (
        select o.secret_hash from known_browser o where o.user_id = person order by o.seen_at desc, o.secret_hash offset 20);
    perform note_security_event(person, 'signed_in', instant, origin, agent, '', false);
end
$$;

-- The sign-ins of a person that have not run out, the newest first.
create function sign_ins(person uuid, present bytea, instant timestamptz)
returns table (id uuid, created_at timestamptz, expires_at timestamptz, address text, user_agent text, is_present boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.created_at, s.expires_at, s.address, s.user_agent, s.token_hash = present
    from sign_in s where s.user_id = person and s.expires_at > instant order by s.created_at desc, s.id
$$;

-- Ends one sign-in of a person; whether there was one.
create function end_sign_in(person uuid, ended uuid) returns boolean
language sql security definer set search_path = public, pg_temp as $$
    with gone as (delete from sign_in s where s.user_id = person and s.id = ended returning 1)
    select exists (select from gone)
$$;

-- Ends the sign-ins of a person but the one with this cookie; how many.
create function end_sign_ins(person uuid, but bytea) returns bigint
language sql security definer set search_path = public, pg_temp as $$
    with gone as (delete from sign_in s where s.user_id = person and s.token_hash <> but returning 1)
    select count(*) from gone
$$;

-- Ends the sign-in with this cookie; whose it was.
create function sign_out(cookie_hash bytea) returns uuid
language sql security definer set search_path = public, pg_temp as $$
    delete from sign_in s where s.token_hash = cookie_hash returning s.user_id
$$;

-- Forgets what is old: events after a year, browsers after 400 days, tries after a day; how many rows.
create function forget_old_security(instant timestamptz) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    events bigint;
    browsers bigint;
    attempts bigint;
begin
    delete from security_event where at < instant - interval '1 year';
    get diagnostics events = row_count;
    delete from known_browser where seen_at < instant - interval '400 days';
    get diagnostics browsers = row_count;
    delete from attempt_limit where counted_at < clock_timestamp() - interval '1 day';
    get diagnostics attempts = row_count;
    return events + browsers + attempts;
end
$$;

revoke execute on function count_attempt, forget_attempts, is_known_browser, note_security_event, security_events, open_sign_in, sign_ins,
    end_sign_in, end_sign_ins, sign_out, forget_old_security from public;
grant execute on function count_attempt, forget_attempts, is_known_browser, note_security_event, security_events, open_sign_in, sign_ins,
    end_sign_in, end_sign_ins, sign_out, forget_old_security to stint_app;

-- Takes every token of a person back, wherever it is for; how many. It stands outside of any action of an organization;
-- afterwards the transaction stands where it stood.
create or replace function revoke_tokens_of_person(person uuid, instant timestamptz) returns bigint language plpgsql as $$
declare
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    reader text := coalesce(current_setting('app.user_id', true), '');
    acting text := coalesce(current_setting('app.action_id', true), '');
    place record;
    of_place bigint;
    revoked bigint := 0;
begin
    perform set_config('app.user_id', person::text, true);
    perform set_config('app.action_id', '', true);
    for place in select m.organization_id, m.id from member m where m.user_id = person loop
        perform set_config('app.organization_id', place.organization_id::text, true);
        update access_token t set revoked_at = instant
        where t.organization_id = place.organization_id and t.member_id = place.id and t.revoked_at is null;
        get diagnostics of_place = row_count;
        revoked := revoked + of_place;
    end loop;
    perform set_config('app.organization_id', tenant, true);
    perform set_config('app.user_id', reader, true);
    perform set_config('app.action_id', acting, true);
    return revoked;
end
$$;
revoke execute on function revoke_tokens_of_person from public;
grant execute on function revoke_tokens_of_person to stint_app;
