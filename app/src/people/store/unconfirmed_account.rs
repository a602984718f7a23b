//! SQL of how members came, and of who came through whom. Which invitation somebody accepted stands in what the answer changed.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::invitation::InvitationDates;
use crate::{
    database::{Db, instant},
    error::Error,
};

/// The invitation by which a member came last; nothing for who came in another way, as who founded the organization did.
pub async fn accepted_invitation(db: &mut Db, member: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select answered.record_id from change joined
             join change answered on answered.organization_id = $1 and answered.action_id = joined.action_id
                 and answered.kind = 'invitation' and answered.after ->> 'answer' = 'accepted'
         where joined.organization_id = $1 and joined.kind = 'member' and joined.record_id = $2
         order by joined.position desc limit 1",
        organization,
        member
    )
    .fetch_optional(db.connection())
    .await?)
}

/// How much a place needs to be looked at.
#[derive(Clone, Copy)]
pub struct ReviewNeed {
    /// Whether the member came there first by an invitation: who leaves what they founded and is asked back has founded it still.
    pub by_invitation: bool,
    /// Whether others are there, or open invitations let them in.
    pub lets_in: bool,
    /// Whether the member has open invitations there.
    pub invites: bool,
}

impl ReviewNeed {
    /// That of a place that was not looked at.
    pub const UNKNOWN: Self = Self { by_invitation: true, lets_in: false, invites: false };

    /// Which place is looked at before which, the least first. Anybody can invite into as many organizations as they like, so what the
    /// account came into in another way goes before those, unless nobody can come in there.
    pub fn rank(self) -> u8 {
        match self {
            Self { by_invitation: false, lets_in: true, .. } => 0,
            Self { by_invitation: true, invites: true, .. } => 1,
            Self { by_invitation: true, .. } => 2,
            Self { by_invitation: false, .. } => 3,
        }
    }
}

/// How much the place of a member needs to be looked at.
pub async fn need(db: &mut Db, member: Uuid, now: Timestamp) -> Result<ReviewNeed, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ReviewNeed,
        r#"select
               exists (
                   select from change joined
                       join change answered on answered.organization_id = $1 and answered.action_id = joined.action_id
                           and answered.kind = 'invitation' and answered.after ->> 'answer' = 'accepted'
                   where joined.organization_id = $1 and joined.kind = 'member' and joined.record_id = $2 and joined.before is null)
                   as "by_invitation!",
               exists (select from member m where m.organization_id = $1 and m.id <> $2 and m.removed_at is null)
                   or exists (
                       select from invitation i
                       where i.organization_id = $1 and i.answered_at is null and i.revoked_at is null and i.expires_at > $3)
                   as "lets_in!",
               exists (
                   select from invitation i
                   where i.organization_id = $1 and i.invited_by = $2 and i.answered_at is null and i.revoked_at is null
                       and i.expires_at > $3) as "invites!""#,
        organization,
        member,
        instant(now) as _
    )
    .fetch_one(db.connection())
    .await?)
}

/// A member, and everybody who came by an invitation of theirs, or of one who came so, whether or not they are still there. It ends,
/// since each member is followed once.
pub async fn transitively_invited(db: &mut Db, member: Uuid) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"with recursive came (id) as (
               select $2::uuid
               union
               select joined.record_id from came
                   join invitation i on i.organization_id = $1 and i.invited_by = came.id and i.answer = 'accepted'
                   join change answered on answered.organization_id = $1 and answered.kind = 'invitation' and answered.record_id = i.id
                       and answered.after ->> 'answer' = 'accepted'
                   join change joined on joined.organization_id = $1 and joined.action_id = answered.action_id and joined.kind = 'member'
           )
           select id as "id!" from came"#,
        organization,
        member
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of who is there beside a member, all or those of these, in the order in which they first came.
pub async fn names_of_others(db: &mut Db, member: Uuid, among: Option<&[Uuid]>) -> Result<Vec<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select name from member
         where organization_id = $1 and id <> $2 and removed_at is null and ($3::uuid[] is null or id = any($3))
         order by created_at, id",
        organization,
        member,
        among
    )
    .fetch_all(db.connection())
    .await?)
}

/// Of these members those whose address nobody has proved, and `own` in any case: whoever they are may be another one than who reads there.
pub async fn unconfirmed_among(db: &mut Db, members: &[Uuid], own: Uuid) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select id from member
         where organization_id = $1 and id = any($2) and (id = $3 or user_id is null or confirmed_address(user_id) is null)
         order by id",
        organization,
        members,
        own
    )
    .fetch_all(db.connection())
    .await?)
}

/// Who may invite a member anew, having one of these roles; nobody when nobody else has one. Whoever has proved their address comes first,
/// then who has fewer open invitations than `most`, then who stays once they prove it, since nobody invited them. Of several it is whoever
/// sent the invitation by which the member came, otherwise who was there first.
pub async fn who_invites(
    db: &mut Db,
    (member, invitation): (Uuid, Uuid),
    roles: &[String],
    now: Timestamp,
    most: i64,
) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select m.id from member m join invitation i on i.organization_id = $1 and i.id = $3
         where m.organization_id = $1 and m.id <> $2 and m.user_id is not null and m.removed_at is null and m.role = any($4)
         order by confirmed_address(m.user_id) is null,
             (select count(*) from invitation o
              where o.organization_id = $1 and o.invited_by = m.id and o.answered_at is null and o.revoked_at is null
                  and o.expires_at > $5) >= $6,
             confirmed_address(m.user_id) is null and exists (
                 select from change joined
                     join change answered on answered.organization_id = $1 and answered.action_id = joined.action_id
                         and answered.kind = 'invitation' and answered.after ->> 'answer' = 'accepted'
                 where joined.organization_id = $1 and joined.kind = 'member' and joined.record_id = m.id),
             m.id <> i.invited_by, m.created_at, m.id
         limit 1",
        organization,
        member,
        invitation,
        roles,
        instant(now) as _,
        most
    )
    .fetch_optional(db.connection())
    .await?)
}

/// An invitation that waits for a member who was let go, since they proved their address.
pub struct PendingReinvitation {
    /// Its id.
    pub id: Uuid,
    /// The role that it gives.
    pub role: String,
    /// The name that the member had.
    pub name: String,
}

/// The invitations by these members that wait so, and can be answered: those that were made as their member went, and give nothing else
/// since.
pub async fn waiting(db: &mut Db, by: &[Uuid], now: Timestamp) -> Result<Vec<PendingReinvitation>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        PendingReinvitation,
        "select i.id, i.role, m.name from invitation i join member m on m.organization_id = $1 and m.id = member_of_address(i.email)
         where i.organization_id = $1 and i.invited_by = any($2) and i.answered_at is null and i.revoked_at is null and i.expires_at > $3
             and m.removed_at is not null and exists (
                 select from change made
                     join change gone on gone.organization_id = $1 and gone.action_id = made.action_id and gone.kind = 'member'
                         and gone.record_id = m.id and gone.after ->> 'removed_at' is not null
                 where made.organization_id = $1 and made.kind = 'invitation' and made.record_id = i.id and made.before is null
                     and made.after ->> 'role' = i.role and (made.after -> 'project_ids')::jsonb = to_jsonb(i.project_ids)
                     and (made.after -> 'client_ids')::jsonb = to_jsonb(i.client_ids))
         order by i.id",
        organization,
        by,
        instant(now) as _
    )
    .fetch_all(db.connection())
    .await?)
}

/// Lets another member answer for these invitations.
pub async fn hand_over(db: &mut Db, invitations: &[Uuid], by: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("update invitation set invited_by = $3 where organization_id = $1 and id = any($2)", organization, invitations, by)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Adds an invitation of an address to what a member is and has now.
pub async fn invite_anew(db: &mut Db, id: Uuid, (member, email): (Uuid, &str), by: Uuid, sending: &InvitationDates) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invitation (organization_id, id, email, role, project_ids, client_ids, invited_by, created_at, sent_at, expires_at)
         select $1, $2, $4, m.role,
             array(select p.project_id from project_member p where p.organization_id = $1 and p.member_id = m.id order by p.project_id),
             array(select g.client_id from client_grant g where g.organization_id = $1 and g.member_id = m.id order by g.client_id),
             $5, $6, $6, $7
         from member m where m.organization_id = $1 and m.id = $3",
        organization,
        id,
        member,
        email,
        by,
        instant(sending.now) as _,
        instant(sending.expires) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
