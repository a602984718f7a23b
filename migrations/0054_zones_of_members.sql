-- works with: 46
-- A member may have a time zone of their own: the days of their time begin and end there. Without one it is the organization's.
-- Which names there are is known to the program.
alter table member
    add column time_zone text constraint member_time_zone_length check (char_length(time_zone) between 1 and 100);

-- Whoever signs in, and whoever a token speaks for, is told where their own days begin.
drop function authenticate_sign_in(bytea, text, timestamptz);
create function authenticate_sign_in(cookie_hash bytea, wanted_slug text, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text, confirmed boolean,
    organization_id uuid, slug text, organization_name text, member_id uuid, role text,
    time_zone text, currency text, week_start smallint, language text, member_time_zone text
) language plpgsql security definer set search_path = public, pg_temp as $$
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
            o.week_start, o.language, m.time_zone
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
    token_name text, secret_hash bytea, scopes text[], writes text, seen_recently boolean, member_time_zone text
) language plpgsql security definer set search_path = public, pg_temp as $$
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
            coalesce(t.last_used_at > instant - interval '1 minute', false), m.time_zone
        from access_token t
        join member m on m.organization_id = t.organization_id and m.id = t.member_id and m.removed_at is null
        join organization o on o.id = t.organization_id
        left join app_user u on u.id = m.user_id
        where t.organization_id = tenant and t.id = token;
end
$$;

revoke execute on function authenticate_sign_in, authenticate_token from public;
grant execute on function authenticate_sign_in, authenticate_token to stint_app;
