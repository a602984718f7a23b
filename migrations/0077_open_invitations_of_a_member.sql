-- works with: 60
-- What one member has invited is found at once: what is open of it, which is counted and taken back, and what was accepted, by which
-- others came.

create index invitation_open_of_inviter on invitation (organization_id, invited_by) where answered_at is null and revoked_at is null;
create index invitation_accepted_of_inviter on invitation (organization_id, invited_by) where answer = 'accepted';

-- Of one member no more than 200 are open at once from here on, so that taking all of them back takes no long time. Where there are more,
-- those that were sent last stay open; the others have run out, and can be sent again. It is no action of anybody. The owner of the
-- tables looks past row security meanwhile.
alter table invitation no force row level security;
update invitation i set expires_at = now()
from (
    select organization_id, id, row_number() over (partition by organization_id, invited_by order by sent_at desc, id desc) as place
    from invitation
    where answered_at is null and revoked_at is null and expires_at > now()
) sent
where i.organization_id = sent.organization_id and i.id = sent.id and sent.place > 200;
alter table invitation force row level security;
