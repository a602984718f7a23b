-- What the member was when something was said or drawn up. It shows what they saw as that: whoever sees less by now, such as
-- somebody who led the work and now tracks their own time, is not shown it again.
alter table message
    add column member_role text constraint message_member_role_known check (member_role in ('owner', 'admin', 'manager', 'member', 'viewer'));
alter table card
    add column member_role text constraint card_member_role_known check (member_role in ('owner', 'admin', 'manager', 'member', 'viewer'));

-- What was said before counts as said by what the member is now. The owner of the tables is held by row security too, so it
-- is set aside meanwhile.
alter table member no force row level security;
alter table conversation no force row level security;
alter table message no force row level security;
alter table card no force row level security;
update message t set member_role = m.role
from conversation c join member m on m.organization_id = c.organization_id and m.id = c.member_id
where c.organization_id = t.organization_id and c.id = t.conversation_id;
update card t set member_role = m.role
from conversation c join member m on m.organization_id = c.organization_id and m.id = c.member_id
where c.organization_id = t.organization_id and c.id = t.conversation_id;
alter table member force row level security;
alter table conversation force row level security;
alter table message force row level security;
alter table card force row level security;

alter table message alter column member_role set not null;
alter table card alter column member_role set not null;
