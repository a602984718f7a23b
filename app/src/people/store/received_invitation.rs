//! SQL of invitations as the invited person reads them, before they are a member.

use domain::id::{OrganizationId, UserId};
use jiff::Timestamp;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
};

/// An invitation with the names of its inviter and organization.
#[allow(missing_docs, reason = "the columns are described at ReceivedInvitation")]
pub struct ReceivedInvitationRow {
    pub id: Uuid,
    pub organization_name: String,
    pub slug: String,
    pub time_zone: String,
    pub email: String,
    pub name: Option<String>,
    pub role: String,
    pub invited_by: String,
    pub expires_at: jiff_sqlx::Timestamp,
    pub answer: Option<String>,
    pub revoked: bool,
}

/// The most invitations shown.
const MOST: i32 = 200;

/// The open invitations to the address of a person, from any organization, the latest sent first; none while the address is unconfirmed.
/// The database shows them to nobody else.
pub async fn open_to(db: &mut Db, person: UserId, now: Timestamp) -> Result<Vec<ReceivedInvitationRow>, Error> {
    Ok(query_as!(
        ReceivedInvitationRow,
        r#"select id as "id!", organization_name as "organization_name!", slug as "slug!",
               time_zone as "time_zone!", email as "email!", name, role as "role!", invited_by as "invited_by!",
               expires_at as "expires_at!", answer, revoked as "revoked!"
           from open_invitations_to($1, $2, $3)"#,
        person.0,
        instant(now) as _,
        MOST
    )
    .fetch_all(db.connection())
    .await?)
}

/// The organization of an invitation to the address of a person, in any state; none if it is to another address.
pub async fn organization_of(db: &mut Db, person: UserId, id: Uuid) -> Result<Option<OrganizationId>, Error> {
    let organization = query_scalar!("select organization_of_invitation_to($1, $2)", person.0, id).fetch_one(db.connection()).await?;
    Ok(organization.map(OrganizationId))
}

/// The invitation with this id in the organization of this transaction.
pub async fn of_id(db: &mut Db, id: Uuid) -> Result<Option<ReceivedInvitationRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ReceivedInvitationRow,
        r#"select i.id, o.name as organization_name, o.slug, o.time_zone, i.email, i.name, i.role,
               m.name as invited_by, i.expires_at, i.answer, i.revoked_at is not null as "revoked!"
           from invitation i
           join organization o on o.id = i.organization_id
           join member m on m.organization_id = i.organization_id and m.id = i.invited_by
           where i.organization_id = $1 and i.id = $2"#,
        organization,
        id
    )
    .fetch_optional(db.connection())
    .await?)
}
