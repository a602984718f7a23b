-- What undo puts back, what it never takes along, and images of settings and tokens.

-- The kinds of records that undo puts back, each after those that it refers to. This is the one list of them.
create function kinds_put_back() returns text[] language sql immutable parallel safe as $$
    select array['client', 'project', 'project_member', 'client_grant', 'budget', 'invoice', 'invoice_line', 'time_entry']
$$;

-- Puts one record back to what it was before a change, when it still is what the change left behind; answers whether it
-- was. Counters and stamps of a row go on: they are neither compared nor put back. What the row may not become, its
-- triggers and constraints refuse.
create or replace function restore_record(kind text, record uuid, before jsonb, after jsonb) returns boolean language plpgsql as $$
declare
    columns text;
    counted text := '';
    restored integer;
    counters constant text[] := array['version', 'updated_at'];
begin
    if kind <> all (kinds_put_back()) then
        raise exception 'records of the kind % are not put back', kind;
    end if;
    select string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position) into columns
    from information_schema.columns c
    where c.table_schema = 'public' and c.table_name = kind and c.is_generated = 'NEVER'
        and (before is null or after is null or c.column_name <> all (counters));
    if after is null then
        execute format('insert into %1$I (%2$s) select %2$s from jsonb_populate_record(null::%1$I, $1)', kind, columns) using before;
        return true;
    elsif before is null then
        execute format(
            'delete from %1$I t where organization_id = current_organization() and id = $1
                 and t is not distinct from jsonb_populate_record(t, $2 - $3)', kind) using record, after, counters;
    else
        if exists (select from information_schema.columns c
                   where c.table_schema = 'public' and c.table_name = kind and c.column_name = 'version') then
            counted := ', version = t.version + 1';
        end if;
        execute format(
            'update %1$I t set (%2$s) = (select %2$s from jsonb_populate_record(t, $3))%3$s
             where organization_id = current_organization() and id = $1 and t is not distinct from jsonb_populate_record(t, $2 - $4)',
            kind, columns, counted) using record, after, before, counters;
    end if;
    get diagnostics restored = row_count;
    return restored = 1;
end
$$;

-- The kind of a record that a foreign key would delete along with this one; none when nothing goes along. The record is
-- locked first, so that nothing is added to it afterwards either.
create function goes_along(of_kind text, of_record uuid) returns text language plpgsql as $$
declare
    referring record;
    found_one boolean;
begin
    execute format('select from %I where organization_id = current_organization() and id = $1 for update', of_kind) using of_record;
    for referring in
        select r.relname as place, a.attname as pointer
        from pg_constraint c
        join pg_class r on r.oid = c.conrelid
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attname <> 'organization_id'
        where c.contype = 'f' and c.confdeltype = 'c' and c.confrelid = format('public.%I', of_kind)::regclass
        order by r.relname
    loop
        execute format('select exists (select from %I where organization_id = current_organization() and %I = $1)',
            referring.place, referring.pointer) into found_one using of_record;
        if found_one then
            return referring.place;
        end if;
    end loop;
    return null;
end
$$;

-- Writes down what happens to a record while an action is under way, but for the fingerprints of secrets: what a link or a
-- token is compared with is for nobody to read. What was written down before stays as it is, since the chain holds it.
create or replace function record_change() returns trigger language plpgsql as $$
declare
    acting uuid := nullif(current_setting('app.action_id', true), '')::uuid;
begin
    if acting is null then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into change (organization_id, action_id, kind, record_id, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(new) - 'secret_hash');
    elsif tg_op = 'DELETE' then
        insert into change (organization_id, action_id, kind, record_id, before)
        values (old.organization_id, acting, tg_table_name, old.id, to_jsonb(old) - 'secret_hash');
    elsif old is distinct from new then
        insert into change (organization_id, action_id, kind, record_id, before, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(old) - 'secret_hash', to_jsonb(new) - 'secret_hash');
    end if;
    return null;
end
$$;

-- The same for an organization, which belongs to itself. That it was founded stands in the call.
create function record_change_of_organization() returns trigger language plpgsql as $$
declare
    acting uuid := nullif(current_setting('app.action_id', true), '')::uuid;
begin
    if acting is not null and old is distinct from new then
        insert into change (organization_id, action_id, kind, record_id, before, after)
        values (new.id, acting, tg_table_name, new.id, to_jsonb(old), to_jsonb(new));
    end if;
    return null;
end
$$;
create trigger record_change after update on organization for each row execute function record_change_of_organization();

-- When a token was last used is noted outside of any action, and so is no change of it.
create trigger record_change after insert or update or delete on access_token for each row execute function record_change();

-- The key of a token is kept with the token before it.
alter table idempotency
    drop constraint idempotency_key_length,
    add constraint idempotency_key_length check (length(key) between 1 and 240);
alter table own_idempotency
    drop constraint own_idempotency_key_length,
    add constraint own_idempotency_key_length check (length(key) between 1 and 240);

grant execute on function kinds_put_back, goes_along, record_change_of_organization to stint_app;
