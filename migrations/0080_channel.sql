-- A call comes through a channel: a page, the assistant, MCP, REST, the command line or a link. The column is called so, too. The hash of an
-- action is over values and not over names, so chains that are kept stay valid.

alter table action rename column door to channel;
alter table access_record rename column door to channel;
alter index action_of_door rename to action_of_channel;
alter index access_record_of_door rename to access_record_of_channel;

create or replace function hash_of_action(previous bytea, a action)
returns bytea
language sql
stable
as $$
    select sha256(previous || convert_to(concat(
        '["', a.organization_id, '", "', a.id, '", ', a.position, ', ', coalesce(to_json(extract(epoch from a.at)), 'null'), ', ',
        coalesce('"' || a.member_id::text || '"', 'null'), ', ', coalesce('"' || a.token_id::text || '"', 'null'), ', ',
        coalesce(to_json(a.channel), 'null'), ', ', coalesce(to_json(a.operation), 'null'), ', ', coalesce(a.arguments, 'null'), ', ',
        coalesce(to_json(a.outcome), 'null'), ', ',
        coalesce(to_json(a.program), 'null'), ', ', coalesce(to_json(a.address), 'null'), ', ',
        case when a.withheld = '{}' then '[]' else coalesce(to_jsonb(a.withheld), 'null') end, ', ', coalesce(a.duration_ms::text, 'null'), ', ',
        coalesce('"' || a.undoes::text || '"', 'null'), ', ', coalesce('"' || encode(a.changes_hash, 'hex') || '"', 'null'), ']'), 'UTF8'))
$$;

create or replace function append_accesses(entries jsonb)
returns void
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
    tenant constant uuid := current_organization();
begin
    if tenant is null then
        raise exception 'an access belongs to an organization';
    end if;
    perform make_access_partition(m.month) from (
        select distinct date_trunc('month', r.at, 'UTC') as month from jsonb_populate_recordset(null::access_record, entries) r
    ) m;
    insert into access_record (organization_id, id, at, member_id, token_id, channel, operation, arguments, outcome, program, address, withheld, duration_ms)
    select tenant, r.id, r.at, r.member_id, r.token_id, r.channel, r.operation, r.arguments, r.outcome, r.program, r.address,
        coalesce(r.withheld, '{}'), coalesce(r.duration_ms, 0)
    from jsonb_populate_recordset(null::access_record, entries) r
    on conflict (organization_id, at, id) do nothing;
end
$$;
