-- works with: 19
-- What a viewer writes is their own: their tokens, their notifications, their leaving. A write of a viewer runs in the role
-- that their reads run in, so it finds no more than they see, and of the work, the money and the people of the house it
-- changes nothing, whatever the operation. Rows may still be locked, which needs the policy to let them be found.
do $$
declare
    place text;
begin
    foreach place in array array['organization', 'invitation', 'client', 'project', 'time_entry', 'budget', 'invoice', 'invoice_line',
        'invoice_document', 'invoice_series', 'payment', 'outgoing_mail'] loop
        execute format('create policy viewer_adds_nothing on %I as restrictive for insert to stint_viewer with check (false)', place);
        execute format('create policy viewer_changes_nothing on %I as restrictive for update to stint_viewer using (true) with check (false)', place);
        execute format('create policy viewer_deletes_nothing on %I as restrictive for delete to stint_viewer using (false)', place);
    end loop;
    -- Whoever leaves loses their places and what was granted.
    foreach place in array array['project_member', 'client_grant'] loop
        execute format('create policy viewer_adds_nothing on %I as restrictive for insert to stint_viewer with check (false)', place);
        execute format('create policy viewer_changes_nothing on %I as restrictive for update to stint_viewer using (true) with check (false)', place);
        execute format('create policy viewer_deletes_own on %I as restrictive for delete to stint_viewer
            using (member_id = (select current_viewer()))', place);
    end loop;
    foreach place in array array['access_token', 'notification'] loop
        execute format('create policy viewer_adds_own on %I as restrictive for insert to stint_viewer
            with check (member_id = (select current_viewer()))', place);
        execute format('create policy viewer_changes_own on %I as restrictive for update to stint_viewer
            using (member_id = (select current_viewer())) with check (member_id = (select current_viewer()))', place);
        execute format('create policy viewer_deletes_own on %I as restrictive for delete to stint_viewer
            using (member_id = (select current_viewer()))', place);
    end loop;
end
$$;
create policy viewer_adds_nothing on member as restrictive for insert to stint_viewer with check (false);
create policy viewer_changes_own on member as restrictive for update to stint_viewer
    using (true) with check (id = (select current_viewer()));
create policy viewer_deletes_nothing on member as restrictive for delete to stint_viewer using (false);
