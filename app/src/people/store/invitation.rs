//! SQL of invitations within their organization.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    access::Role,
    database::{Db, instant},
    error::Error,
    outbox::limits::{AGE_MAX, TOO_OLD},
    page::Cursor,
};

/// An invitation as stored, with the names to show with it.
#[allow(missing_docs, reason = "the columns are described at Invitation")]
pub struct InvitationRow {
    pub id: Uuid,
    pub email: String,
    pub name: Option<String>,
    pub role: String,
    pub project_ids: Vec<Uuid>,
    pub projects: Vec<String>,
    pub client_ids: Vec<Uuid>,
    pub clients: Vec<String>,
    pub invited_by: String,
    pub sent: i32,
    pub sent_at: jiff_sqlx::Timestamp,
    pub expires_at: jiff_sqlx::Timestamp,
    pub answer: Option<String>,
    pub revoked: bool,
    pub mail_state: Option<String>,
    pub mail_recipient: Option<String>,
    pub mail_error: Option<String>,
    pub mail_stays: Option<bool>,
}

/// The terms of an invitation.
#[allow(missing_docs, reason = "the fields are described at Invitation")]
pub struct InvitationTerms<'a> {
    pub email: &'a str,
    pub name: Option<&'a str>,
    pub role: Role,
    pub projects: &'a [Uuid],
    pub clients: &'a [Uuid],
    pub by: Uuid,
}

/// The dates that each sending sets.
pub struct InvitationDates {
    /// The time of sending.
    pub now: Timestamp,
    /// When it runs out.
    pub expires: Timestamp,
}

/// Adds an invitation.
pub async fn insert(db: &mut Db, id: Uuid, terms: &InvitationTerms<'_>, sending: &InvitationDates) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invitation (organization_id, id, email, name, role, project_ids, client_ids, invited_by, created_at, sent_at,
             expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
        organization,
        id,
        terms.email,
        terms.name,
        terms.role.name(),
        terms.projects,
        terms.clients,
        terms.by,
        instant(sending.now) as _,
        instant(sending.expires) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Updates the terms of an open invitation.
pub async fn update(db: &mut Db, id: Uuid, terms: &InvitationTerms<'_>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invitation set name = coalesce($3, name), role = $4, project_ids = $5, client_ids = $6, invited_by = $7
         where organization_id = $1 and id = $2",
        organization,
        id,
        terms.name,
        terms.role.name(),
        terms.projects,
        terms.clients,
        terms.by
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Renews an invitation that is sent again: the sender becomes its inviter.
pub async fn resend(db: &mut Db, id: Uuid, by: Uuid, sending: &InvitationDates) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invitation set sent = sent + 1, sent_at = $3, expires_at = $4, invited_by = $5 where organization_id = $1 and id = $2",
        organization,
        id,
        instant(sending.now) as _,
        instant(sending.expires) as _,
        by
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Revokes an invitation.
pub async fn revoke(db: &mut Db, id: Uuid, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!("update invitation set revoked_at = $3 where organization_id = $1 and id = $2", organization, id, instant(now) as _)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Which open invitations of a member are not revoked.
#[derive(Default)]
pub struct KeptInvitations {
    /// Those to these roles.
    pub roles: Vec<String>,
    /// Those with these ids.
    pub invitations: Vec<Uuid>,
}

/// Revokes the open invitations of members except the kept ones, `most` at a time; returns the revoked ids.
pub async fn revoke_of(db: &mut Db, members: &[Uuid], spared: &KeptInvitations, now: Timestamp, most: i64) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "update invitation set revoked_at = $4 where organization_id = $1 and id = any(array(
             select id from invitation
             where organization_id = $1 and invited_by = any($2) and answered_at is null and revoked_at is null and expires_at > $4
                 and role <> all($3) and id <> all($6)
             order by id limit $5 for update))
         returning id",
        organization,
        members,
        &spared.roles,
        instant(now) as _,
        most,
        &spared.invitations
    )
    .fetch_all(db.connection())
    .await?)
}

/// The number of open invitations of a member, except `beside`.
pub async fn open_of(db: &mut Db, member: Uuid, beside: Option<Uuid>, now: Timestamp) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "open!" from invitation
           where organization_id = $1 and invited_by = $2 and answered_at is null and revoked_at is null and expires_at > $3
               and id is distinct from $4::uuid"#,
        organization,
        member,
        instant(now) as _,
        beside
    )
    .fetch_one(db.connection())
    .await?)
}

/// The current role of the inviter; none when they have left.
pub async fn role_of_inviter(db: &mut Db, id: Uuid) -> Result<Option<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select m.role from invitation i join member m on m.organization_id = i.organization_id and m.id = i.invited_by
         where i.organization_id = $1 and i.id = $2 and m.removed_at is null",
        organization,
        id
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Records the answer to an invitation.
pub async fn answer(db: &mut Db, id: Uuid, answer: &str, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invitation set answer = $3, answered_at = $4 where organization_id = $1 and id = $2",
        organization,
        id,
        answer,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The invitation with this id, or the open one to this address.
pub async fn find(db: &mut Db, id: Option<Uuid>, email: Option<&str>) -> Result<Option<InvitationRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        InvitationRow,
        r#"select i.id, i.email, i.name, i.role, i.project_ids, i.client_ids, i.sent, i.sent_at, i.expires_at, i.answer, i.revoked_at is not null as "revoked!",
               m.name as invited_by, array(
                   select c.name || ' / ' || p.name from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
                   where p.organization_id = $1 and p.id = any(i.project_ids) order by 1) as "projects!",
               array(select c.name from client c where c.organization_id = $1 and c.id = any(i.client_ids) order by 1) as "clients!",
               mail.recipient as "mail_recipient?", mail.state as "mail_state?",
               case when mail.too_old then $5 else mail.last_error end as mail_error, mail.state = 'failed' or mail.too_old as mail_stays
           from invitation i join member m on m.organization_id = i.organization_id and m.id = i.invited_by
               left join lateral (
                   select o.recipient, o.state, o.last_error, o.state = 'waiting' and o.queued_at <= now() - make_interval(secs => $4) as too_old
                   from outgoing_mail o where o.organization_id = $1 and o.reference = i.id
                   order by o.created_at desc, o.id desc limit 1) mail on true
           where i.organization_id = $1 and (i.id = $2 or (i.email = $3 and i.answered_at is null and i.revoked_at is null))"#,
        organization,
        id,
        email,
        AGE_MAX.as_secs_f64(),
        TOO_OLD
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The latest invitation to this address, whatever became of it.
pub async fn latest_to(db: &mut Db, email: &str) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select id from invitation where organization_id = $1 and email = $2 order by created_at desc, id desc limit 1",
        organization,
        email
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Invitations that were neither answered nor revoked, the latest sent first, including expired ones.
pub async fn open(db: &mut Db, after: Option<(Timestamp, Cursor)>, limit: i64) -> Result<Vec<InvitationRow>, Error> {
    let organization = db.organization();
    let (at, id) = after.map(|(at, cursor)| (at, cursor.id)).unzip();
    Ok(query_as!(
        InvitationRow,
        r#"select i.id, i.email, i.name, i.role, i.project_ids, i.client_ids, i.sent, i.sent_at, i.expires_at, i.answer, i.revoked_at is not null as "revoked!",
               m.name as invited_by, array(
                   select c.name || ' / ' || p.name from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
                   where p.organization_id = $1 and p.id = any(i.project_ids) order by 1) as "projects!",
               array(select c.name from client c where c.organization_id = $1 and c.id = any(i.client_ids) order by 1) as "clients!",
               mail.recipient as "mail_recipient?", mail.state as "mail_state?",
               case when mail.too_old then $6 else mail.last_error end as mail_error, mail.state = 'failed' or mail.too_old as mail_stays
           from invitation i join member m on m.organization_id = i.organization_id and m.id = i.invited_by
               left join lateral (
                   select o.recipient, o.state, o.last_error, o.state = 'waiting' and o.queued_at <= now() - make_interval(secs => $5) as too_old
                   from outgoing_mail o where o.organization_id = $1 and o.reference = i.id
                   order by o.created_at desc, o.id desc limit 1) mail on true
           where i.organization_id = $1 and i.answered_at is null and i.revoked_at is null
               and ($2::timestamptz is null or (i.sent_at, i.id) < ($2, $3::uuid))
           order by i.sent_at desc, i.id desc limit $4"#,
        organization,
        at.map(instant) as _,
        id,
        limit,
        AGE_MAX.as_secs_f64(),
        TOO_OLD
    )
    .fetch_all(db.connection())
    .await?)
}
