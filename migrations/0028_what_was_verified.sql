-- works with: 19
-- What was verified still holds when it is acted upon, and no kind of event pushes another one out.
--
-- Looking at a password takes long, and no transaction waits for it. So whoever acts upon one holds the person, and with them
-- everybody who would change their password or address meanwhile: of two such, one goes first and the other finds out.

-- The person of an id, or of an address, held until the transaction ends.
create function hold_person(person uuid, address text)
returns table (id uuid, name text, email text, confirmed boolean)
language sql security definer set search_path = public, pg_temp as $$
    select u.id, u.name, u.email, u.email_confirmed_at is not null from app_user u where u.id = person or u.email = address
    for no key update
$$;

-- Holds a person until the transaction ends, if what is kept of their password is what was verified; whether it is.
create function hold_verified(person uuid, verified text) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from app_user u where u.id = person and u.password_hash = verified for no key update;
    return found;
end
$$;

-- Keeps a sign-in of a person from being ended until the transaction ends; whether there is one still.
create function hold_sign_in(person uuid, cookie_hash bytea, instant timestamptz) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform from sign_in s where s.token_hash = cookie_hash and s.user_id = person and s.expires_at > instant for key share;
    return found;
end
$$;

-- The network that an address is of, as whoever has one address of it has the others: 256 of IPv4, 2⁶⁴ of IPv6.
create function network_of(address text) returns text
language sql immutable set search_path = public, pg_temp as $$
    select case
        when address = '' then ''
        else network(set_masklen(address::inet, case family(address::inet) when 4 then 24 else 64 end))::text
    end
$$;

-- Writes down what happened to a person's own credentials. Of each kind 200 events are kept, so that none pushes out another.
-- One that is told once only is left out when the like of it is there from the same network.
create or replace function note_security_event(
    person uuid, what text, instant timestamptz, origin text, agent text, about text, once boolean
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if once and exists (
        select from security_event e
        where e.user_id = person and e.kind = what and e.detail = about and network_of(e.address) = network_of(origin))
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
        select o.id from security_event o where o.user_id = person and o.kind = what order by o.at desc, o.id offset 200);
end
$$;

-- The newest events of a person, so many of each kind.
create function security_events_by_kind(person uuid, most integer)
returns table (kind text, at timestamptz, times integer, address text, user_agent text, detail text)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.kind, n.at, n.times, n.address, n.user_agent, n.detail
    from (
        select e.*, row_number() over (partition by e.kind order by e.at desc, e.id) as place
        from security_event e where e.user_id = person
    ) n
    where n.place <= most order by n.at desc, n.id
$$;

revoke execute on function hold_person, hold_verified, hold_sign_in, network_of, security_events_by_kind from public;
grant execute on function hold_person, hold_verified, hold_sign_in, security_events_by_kind to stint_app;
