-- works with: 19
-- Of conversations with the assistant a viewer sees and writes their own: the database holds it, as for everything else.
create policy viewer_own on conversation as restrictive to stint_viewer
    using ((select current_user) <> 'stint_viewer' or member_id = (select current_viewer()))
    with check ((select current_user) <> 'stint_viewer' or member_id = (select current_viewer()));
create policy viewer_own on message as restrictive to stint_viewer
    using ((select current_user) <> 'stint_viewer'
        or (organization_id, conversation_id) in (select c.organization_id, c.id from conversation c))
    with check ((select current_user) <> 'stint_viewer'
        or (organization_id, conversation_id) in (select c.organization_id, c.id from conversation c));
create policy viewer_own on card as restrictive to stint_viewer
    using ((select current_user) <> 'stint_viewer'
        or (organization_id, conversation_id) in (select c.organization_id, c.id from conversation c))
    with check ((select current_user) <> 'stint_viewer'
        or (organization_id, conversation_id) in (select c.organization_id, c.id from conversation c));
