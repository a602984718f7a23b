//! SQL of how members joined and through whom. The audit changes of an answer tell which invitation was accepted.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::invitation::InvitationDates;
use crate::{
    database::{Db, instant},
    error::Error,
};

/// The invitation that a member accepted last; none if they joined otherwise, as the founder does.
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

/// How urgently a membership needs a review.
#[derive(Clone, Copy)]
pub struct ReviewNeed {
    /// Whether the member first joined by an invitation: a founder who leaves and is invited back still counts as founder.
    pub by_invitation: bool,
    /// Whether there are other members, or open invitations that let them in.
    pub lets_in: bool,
    /// Whether the member has sent open invitations.
    pub invites: bool,
}

impl ReviewNeed {
    /// The need of a membership that was not ranked.
    pub const UNKNOWN: Self = Self { by_invitation: true, lets_in: false, invites: false };

    /// The review order, lowest first. Anybody can invite into any number of organizations, so memberships that came otherwise go first,
    /// unless nobody else can join there.
    pub fn rank(self) -> u8 {
        match self {
            Self { by_invitation: false, lets_in: true, .. } => 0,
            Self { by_invitation: true, invites: true, .. } => 1,
            Self { by_invitation: true, .. } => 2,
            Self { by_invitation: false, .. } => 3,
        }
    }
}

/// Determines how urgently a membership needs a review.
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

/// The member and everybody who joined by their invitations, transitively, including removed members. It terminates because each member is
/// followed once.
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

/// The names of the other members, all or among these ids, in the order in which they first joined.
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

/// Those of these members whose address is unconfirmed, and `own` in any case: they may be somebody else than the reader of the mailbox.
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

/// The member with one of these roles who may reinvite a member; none when nobody else has one. The order is: a confirmed address, fewer
/// open invitations than `most`, if unconfirmed no accepted invitation (so they stay when they confirm), the inviter by whose invitation
/// the member came, and then the longest membership.
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

/// A pending invitation of a member who was removed when they confirmed their address.
pub struct PendingReinvitation {
    /// Its id.
    pub id: Uuid,
    /// The role that it gives.
    pub role: String,
    /// The name that the member had.
    pub name: String,
}

/// The pending reinvitations sent by these members: created in the action that removed the member, unchanged since, and still open.
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

/// Makes another member the inviter of these invitations.
pub async fn hand_over(db: &mut Db, invitations: &[Uuid], by: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("update invitation set invited_by = $3 where organization_id = $1 and id = any($2)", organization, invitations, by)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Adds an invitation that gives an address the current role and access of a member.
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
