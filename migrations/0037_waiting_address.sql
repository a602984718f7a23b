-- works with: 19
-- The address that a person has asked for and not confirmed yet: it is shown to them, can be taken back, and whoever runs the
-- deployment can make the link that confirms it.

alter table app_user
    add column waiting_email text,
    add column waiting_email_until timestamptz,
    add constraint app_user_waiting_email check ((waiting_email is null) = (waiting_email_until is null));
create index app_user_waiting_email on app_user (waiting_email) where waiting_email is not null;

-- Remembers the address that a person has asked for; null forgets it.
create function set_waiting_address(person uuid, address text, until timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    update app_user u set waiting_email = address, waiting_email_until = until where u.id = person
$$;

-- The address that a person waits to confirm at an instant.
create function waiting_address(person uuid, instant timestamptz) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select u.waiting_email from app_user u where u.id = person and u.waiting_email_until > instant
$$;

-- Who waits to confirm an address at an instant. Several may: whoever confirms it first has it. Two are enough to know that.
create function who_waits_for_address(address text, instant timestamptz) returns table (id uuid, email text)
language sql stable security definer set search_path = public, pg_temp as $$
    select u.id, u.email from app_user u where u.waiting_email = address and u.waiting_email_until > instant order by u.id limit 2
$$;

revoke execute on function set_waiting_address, waiting_address, who_waits_for_address from public;
grant execute on function set_waiting_address, waiting_address, who_waits_for_address to stint_app;

-- The same as before, but what is written down as one is within one hour of its first, so that whoever comes back every 59 minutes is
-- seen each hour; a new password and a new address are always written down apart.
alter table security_event add column began_at timestamptz;
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
    where e.user_id = person and e.kind = what and coalesce(e.began_at, e.at) > instant - interval '1 hour'
        and what not in ('password_changed', 'address_changed') and e.address = origin and e.user_agent = agent and e.detail = about;
    if found then
        return;
    end if;
    insert into security_event (user_id, kind, at, began_at, address, user_agent, detail)
    select u.id, what, instant, instant, origin, agent, about from app_user u where u.id = person;
    delete from security_event e where e.user_id = person and e.id in (
        select o.id from security_event o where o.user_id = person and o.kind = what order by o.at desc, o.id offset 200);
end
$$;
