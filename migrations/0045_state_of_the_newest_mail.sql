-- works with: 42
-- Whoever waits for the link that confirms their address learns what became of the latest mail that carried one.

-- The state of the newest mail of these kinds to a person at an address, and whether a mail server has refused to take it so far.
-- Afterwards the transaction stands where it stood.
create function newest_mail_to_person(person uuid, address text, kinds text[])
returns table (state text, refused boolean) language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
begin
    perform set_config('app.organization_id', nobody::text, true);
    return query
        select m.state, m.last_error is not null from outgoing_mail m
        where m.organization_id = nobody and m.reference = person and m.recipient = address and m.template = any (kinds)
        order by m.created_at desc limit 1;
    perform set_config('app.organization_id', tenant, true);
end
$$;
revoke execute on function newest_mail_to_person from public;
grant execute on function newest_mail_to_person to stint_app;
