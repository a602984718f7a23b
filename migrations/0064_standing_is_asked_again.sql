-- works with: 60
-- Whoever signed out, lost their token or was let go is nobody from that moment on, also for a call that was on its way before.

-- Refuses to go on for whoever is no longer who they were recognized as. A sign-in is known by the hash of its cookie, a token and a
-- member by their ids; what is not given is not asked about.
create function require_standing(cookie_hash bytea, token uuid, member uuid, member_role text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    live boolean;
begin
    -- One question at a time: a statement waits for every table that it names, asked or not.
    if cookie_hash is not null then
        live := exists (select from sign_in s where s.token_hash = cookie_hash);
        if not live then
            raise exception 'the sign-in has ended' using errcode = 'ST401';
        end if;
    end if;
    if token is not null then
        -- The row of a token is in reach of whoever names it, in whichever organization.
        perform set_config('app.token_id', token::text, true);
        live := exists (select from access_token t where t.id = token and t.revoked_at is null);
        perform set_config('app.token_id', '', true);
        if not live then
            raise exception 'the token was revoked' using errcode = 'ST402';
        end if;
    end if;
    if member is not null then
        live := exists (select from member m where m.id = member and m.removed_at is null and m.role = member_role);
        if not live then
            raise exception 'the member has left or has another role' using errcode = 'ST403';
        end if;
    end if;
end
$$;

-- Whether the sign-in of this cookie has not ended.
create function is_signed_in(cookie_hash bytea) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from sign_in s where s.token_hash = cookie_hash)
$$;

revoke execute on function require_standing, is_signed_in from public;
grant execute on function require_standing, is_signed_in to stint_app, stint_viewer;
