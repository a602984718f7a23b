//! SQL of invitations as those who are invited find them: before they belong anywhere.

use sqlx::query_as;
use uuid::Uuid;

use crate::{database::Db, error::Error, id::UserId};

/// An invitation with who invites whom into what.
#[allow(missing_docs, reason = "the columns are described at ReceivedInvitation")]
pub struct Row {
    pub organization_id: Uuid,
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

/// The invitations to the address of a person, wherever they are from; none while it is not known to be theirs. The database
/// shows them to nobody else.
pub async fn of_person(db: &mut Db, person: UserId) -> Result<Vec<Row>, Error> {
    Ok(query_as!(
        Row,
        r#"select organization_id as "organization_id!", id as "id!", organization_name as "organization_name!", slug as "slug!",
               time_zone as "time_zone!", email as "email!", name, role as "role!", invited_by as "invited_by!",
               expires_at as "expires_at!", answer, revoked as "revoked!"
           from invitations_to($1) limit 200"#,
        person.0
    )
    .fetch_all(db.connection())
    .await?)
}

/// The invitation with this id in the organization of this transaction.
pub async fn of_id(db: &mut Db, id: Uuid) -> Result<Option<Row>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Row,
        r#"select o.id as organization_id, i.id, o.name as organization_name, o.slug, o.time_zone, i.email, i.name, i.role,
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
