-- works with: 60
-- When a member was last taken off a project, or a client taken from a viewer: what the assistant told them before is not shown again.
create index change_of_taken_place on change (organization_id, (before ->> 'member_id'), position desc)
    where kind in ('client_grant', 'project_member') and after is null;
