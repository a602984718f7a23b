-- works with: 60
-- A token is made for a member who is there: somebody may be let go in the moment in which it is made.

create or replace function member_has_few_tokens() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    most constant integer := 50;
begin
    perform from member m where m.organization_id = new.organization_id and m.id = new.member_id and m.removed_at is null for no key update;
    if not found then
        raise exception 'the member has left' using errcode = 'check_violation', constraint = 'access_token_of_present_member';
    end if;
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

-- Those that were made in such a moment before.
alter table access_token no force row level security;
alter table member no force row level security;
update access_token t set revoked_at = m.removed_at
from member m where m.organization_id = t.organization_id and m.id = t.member_id and m.removed_at is not null and t.revoked_at is null;
alter table access_token force row level security;
alter table member force row level security;
