-- works with: 46
-- One key per name of clients, projects and members: names are unique by it, listed in its order, and looked up by it. The program
-- folds a name to its key (app/src/text/key.rs) and writes it down with the name that it was folded from. What an older program
-- writes has no key, or one of another name: it is given a near one here until the program folds it (decision 23).

alter table client
    add column search_key text collate "C",
    -- The name that the key was folded from. It is another one, or none, while the key is only near.
    add column search_key_of text,
    -- Tells those apart whose names were two before they had a key: the first has 0.
    add column namesake integer not null default 0;
alter table project
    add column search_key text collate "C",
    add column search_key_of text,
    add column namesake integer not null default 0;
alter table member
    add column search_key text collate "C",
    add column search_key_of text;

-- A near key for a name without one. In its length it is bounded as an index needs it.
create function keep_search_key() returns trigger language plpgsql as $$
declare
    marks constant text := '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]';
begin
    if new.search_key_of is distinct from new.name then
        new.search_key := normalize(lower(regexp_replace(normalize(new.name, nfkd), marks, '', 'g')), nfkc);
        new.search_key := left(btrim(regexp_replace(new.search_key, '\s+', ' ', 'g')), 200);
        if new.search_key = '' then
            new.search_key := new.name;
        end if;
    end if;
    return new;
end
$$;
revoke execute on function keep_search_key from public;

do $$
declare
    place text;
begin
    foreach place in array array['client', 'project', 'member'] loop
        execute format('create trigger keep_search_key before insert or update on %I for each row execute function keep_search_key()', place);
        execute format('alter table %I no force row level security', place);
        execute format('update %I set search_key_of = null', place);
        execute format('alter table %I force row level security', place);
        execute format('alter table %I alter column search_key set not null', place);
        -- What is still to be folded is found without a look at everything.
        execute format('create index %I on %I (organization_id) where search_key_of is distinct from name', place || '_unfolded', place);
        execute format('create policy worker_unfolded on %I for select
            using ((select current_setting(''app.worker'', true)) = ''names'' and search_key_of is distinct from name)', place);
    end loop;
end
$$;

alter table client no force row level security;
update client c set namesake = twin.place
from (select organization_id, id, row_number() over (partition by organization_id, search_key order by created_at, id) - 1 as place from client) twin
where twin.organization_id = c.organization_id and twin.id = c.id and twin.place > 0;
alter table client force row level security;

alter table project no force row level security;
update project p set namesake = twin.place
from (
    select organization_id, id, row_number() over (partition by organization_id, client_id, search_key order by created_at, id) - 1 as place from project
) twin
where twin.organization_id = p.organization_id and twin.id = p.id and twin.place > 0;
alter table project force row level security;

-- Under the names that older programs know, since they tell from them that a name is taken.
drop index client_name_unique;
create unique index client_name_unique on client (organization_id, search_key, namesake);
drop index project_name_unique;
create unique index project_name_unique on project (organization_id, client_id, search_key, namesake);
create index member_by_name on member (organization_id, search_key, id);

-- The same as before, without keys: they follow from the name, and so do not tell whether a record was changed.
create or replace function record_change() returns trigger language plpgsql as $$
declare
    acting uuid := nullif(current_setting('app.action_id', true), '')::uuid;
    hidden constant text[] := array['secret_hash', 'search_key', 'search_key_of', 'namesake'];
begin
    if acting is null then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into change (organization_id, action_id, kind, record_id, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(new) - hidden);
    elsif tg_op = 'DELETE' then
        insert into change (organization_id, action_id, kind, record_id, before)
        values (old.organization_id, acting, tg_table_name, old.id, to_jsonb(old) - hidden);
    elsif old is distinct from new and (tg_table_name <> all (array['client', 'project', 'member']) or to_jsonb(old) - hidden <> to_jsonb(new) - hidden) then
        insert into change (organization_id, action_id, kind, record_id, before, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(old) - hidden, to_jsonb(new) - hidden);
    end if;
    return null;
end
$$;

-- Organizations with names that are still to be folded.
create function organizations_with_unfolded_names(at_most integer) returns table (organization_id uuid) language plpgsql as $$
begin
    perform set_config('app.worker', 'names', true);
    return query
        select c.organization_id from client c where c.search_key_of is distinct from c.name
        union select p.organization_id from project p where p.search_key_of is distinct from p.name
        union select m.organization_id from member m where m.search_key_of is distinct from m.name
        limit at_most;
    perform set_config('app.worker', '', true);
end
$$;
revoke execute on function organizations_with_unfolded_names from public;
grant execute on function organizations_with_unfolded_names to stint_app;

-- The same as before, with the key of the name. Older programs go on to call the one without.
create function rename_member(person uuid, new_name text, key text) returns void language plpgsql as $$
declare
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    reader text := coalesce(current_setting('app.user_id', true), '');
    acting text := coalesce(current_setting('app.action_id', true), '');
    place uuid;
    places uuid[];
begin
    perform set_config('app.user_id', person::text, true);
    perform set_config('app.action_id', '', true);
    select array_agg(m.organization_id) into places from member m where m.user_id = person;
    foreach place in array coalesce(places, '{}') loop
        perform set_config('app.organization_id', place::text, true);
        update member set name = new_name, search_key = key, search_key_of = new_name
        where organization_id = place and user_id = person and name <> new_name;
    end loop;
    perform set_config('app.organization_id', tenant, true);
    perform set_config('app.user_id', reader, true);
    perform set_config('app.action_id', acting, true);
end
$$;
revoke execute on function rename_member(uuid, text, text) from public;
grant execute on function rename_member(uuid, text, text) to stint_app;
