//! SQL of invitations as those who are invited find them: before they belong anywhere.

use sqlx::{PgConnection, query_as};
use uuid::Uuid;

use crate::error::Error;

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
    /// Whether it is the one that the secret opens.
    pub opened: bool,
}

/// The invitations to the address of a person, and the one that a secret opens, wherever they are from. The database shows
/// these two kinds to nobody else.
pub async fn seen(connection: &mut PgConnection, person: Option<Uuid>, secret_hash: Option<&[u8]>) -> Result<Vec<Row>, Error> {
    Ok(query_as!(
        Row,
        r#"select organization_id as "organization_id!", id as "id!", organization_name as "organization_name!", slug as "slug!",
               time_zone as "time_zone!", email as "email!", name, role as "role!", invited_by as "invited_by!",
               expires_at as "expires_at!", answer, revoked as "revoked!", opened as "opened!"
           from invitations_seen($1, $2) limit 200"#,
        person,
        secret_hash
    )
    .fetch_all(connection)
    .await?)
}
