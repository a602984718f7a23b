-- works with: 19
-- Undo of a deletion survives columns that came later, and undo holds what it puts back in the order of all writers.

-- The kinds of records that undo puts back, each after those that it refers to, which is also the order in which records are
-- held. This is the one list of them.
create or replace function kinds_put_back() returns text[] language sql immutable parallel safe as $$
    select array['client', 'project', 'project_member', 'client_grant', 'invoice', 'invoice_line', 'time_entry', 'budget']
$$;

-- Puts one record back to what it was before a change, when it still is what the change left behind; answers whether it
-- was. Counters and stamps of a row go on: they are neither compared nor put back. A record that comes back has the columns
-- of its image; what has become a column since takes its default. What the row may not become, its triggers and constraints
-- refuse.
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
        and (before is null or before ? c.column_name)
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

-- Holds records of a kind until the transaction ends, in the order of their ids.
create function hold_records(kind text, records uuid[]) returns void language plpgsql as $$
begin
    if kind <> all (kinds_put_back()) then
        raise exception 'records of the kind % are not put back', kind;
    end if;
    execute format('select from %I where organization_id = current_organization() and id = any ($1) order by id for no key update', kind)
        using records;
end
$$;
revoke execute on function hold_records from public;
grant execute on function hold_records to stint_app;
