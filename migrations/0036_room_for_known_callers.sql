-- works with: 19
-- What one person, or a crowd of strangers, may take up: tokens, tries at an account, invitations that nobody can answer.

-- A member has 50 living tokens at most. The member is held while they are counted, so that of several made at once none is
-- one too many.
create function member_has_few_tokens() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    most constant integer := 50;
begin
    perform from member m where m.organization_id = new.organization_id and m.id = new.member_id for no key update;
    if most <= (
        select count(*) from access_token t
        where t.organization_id = new.organization_id and t.member_id = new.member_id and t.revoked_at is null
            and (t.expires_at is null or t.expires_at > new.created_at))
    then
        raise exception 'a member has % tokens at most', most using errcode = 'check_violation', constraint = 'access_token_few';
    end if;
    return new;
end
$$;
revoke execute on function member_has_few_tokens from public;
create trigger access_token_few before insert on access_token for each row execute function member_has_few_tokens();

-- Counts a try with a password for an account from one place, or counts nothing: then it answers how many seconds to wait. Of
-- all tries for the account five are free and each further one doubles the wait, up to five minutes; but the first three from
-- a place wait for nobody else's, while there were fewer than sixty in all: whoever guesses from thousands of places is slowed down
-- too, and whoever is kept out by that gets in where they have signed in before, or by a new password. A day without a try is forgotten. The clock is the database's, the same for all processes.
create function count_account_attempt(account bytea, place bytea) returns double precision
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    instant timestamptz := clock_timestamp();
    of_place integer;
    of_account integer;
    wait double precision;
begin
    insert into attempt_limit (key, free_at, failures, counted_at)
    select k, instant, 0, instant from unnest(array[account, place]) k order by k on conflict do nothing;
    perform from attempt_limit a where a.key in (account, place) order by a.key for update;
    instant := clock_timestamp();
    select a.failures into of_place from attempt_limit a where a.key = place and a.counted_at > instant - interval '1 day';
    select a.failures into of_account from attempt_limit a where a.key = account and a.counted_at > instant - interval '1 day';
    if coalesce(of_place, 0) >= 3 or coalesce(of_account, 0) >= 60 then
        select extract(epoch from a.free_at - instant) into wait from attempt_limit a where a.key = account;
        if wait > 0 then
            return wait;
        end if;
    end if;
    update attempt_limit a set
        counted_at = instant,
        failures = (case when a.counted_at > instant - interval '1 day' then least(a.failures, 1000) else 0 end) + 1,
        free_at = case
            when a.key = place or a.failures < 5 or a.counted_at < instant - interval '1 day' then instant
            else instant + make_interval(secs => least(2 ^ least(a.failures - 4, 10), 300))
        end
    where a.key in (account, place);
    return 0;
end
$$;

-- Remembers a browser in which a person has shown that an account is theirs. Of one person the 20 seen last stay.
create function know_browser(person uuid, browser_hash bytea, instant timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into known_browser (user_id, secret_hash, seen_at) values (person, browser_hash, instant)
    on conflict (user_id, secret_hash) do update set seen_at = excluded.seen_at;
    delete from known_browser b where b.user_id = person and b.secret_hash in (
        select o.secret_hash from known_browser o where o.user_id = person order by o.seen_at desc, o.secret_hash offset 20);
end
$$;

revoke execute on function count_account_attempt, know_browser from public;
grant execute on function count_account_attempt, know_browser to stint_app;

-- However many invitations to an address were taken back, the open ones are found at once. Of one organization there is one.
create index invitation_open_of_address on invitation (email, sent_at desc) where answered_at is null and revoked_at is null;

-- The invitations to the confirmed address of a person that can be answered at an instant, the latest sent first, so many at
-- most. Each is read in its own tenant, where the person is not yet; afterwards the transaction stands where it stood.
create function open_invitations_to(person uuid, instant timestamptz, most integer)
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
    for sent in
        select i.* from invitation i
        where i.email = confirmed_address(person) and i.answered_at is null and i.revoked_at is null and i.expires_at > instant
        order by i.sent_at desc, i.id limit most
    loop
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

-- The organization of an invitation to the confirmed address of a person, whatever has become of it; none for anybody else's.
create function organization_of_invitation_to(person uuid, wanted uuid) returns uuid language plpgsql as $$
declare
    reader text := coalesce(current_setting('app.user_id', true), '');
    found_in uuid;
begin
    perform set_config('app.user_id', coalesce(person::text, ''), true);
    select i.organization_id into found_in from invitation i where i.id = wanted and i.email = confirmed_address(person);
    perform set_config('app.user_id', reader, true);
    return found_in;
end
$$;
create index invitation_by_id on invitation (id);

revoke execute on function open_invitations_to, organization_of_invitation_to from public;
grant execute on function open_invitations_to, organization_of_invitation_to to stint_app;
