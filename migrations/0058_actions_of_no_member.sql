-- works with: 57
-- That an invitation was declined stands in the log of the organization that sent it. Whoever declines belongs to no organization, so
-- the row names no member; its hash is over null at that place, as it always was over what a row does not say.

alter table action alter column member_id drop not null;

-- What became of the newest mail of these kinds to a person at an address, as before, and whether it is too old to leave by itself.
drop function newest_mail_to_person;
create function newest_mail_to_person(person uuid, address text, kinds text[], age_most interval)
returns table (state text, refused boolean, too_old boolean) language plpgsql as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
begin
    perform set_config('app.organization_id', nobody::text, true);
    return query
        select m.state, m.last_error is not null, m.state = 'waiting' and m.queued_at <= now() - age_most from outgoing_mail m
        where m.organization_id = nobody and m.reference = person and m.recipient = address and m.template = any (kinds)
        order by m.created_at desc limit 1;
    perform set_config('app.organization_id', tenant, true);
end
$$;
revoke execute on function newest_mail_to_person from public;
grant execute on function newest_mail_to_person to stint_app;
