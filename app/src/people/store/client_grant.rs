//! SQL of client grants.

use sqlx::query;
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// Deletes the grants of a member except those of these clients.
pub async fn retain(db: &mut Db, member: Uuid, clients: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "delete from client_grant where organization_id = $1 and member_id = $2 and client_id <> all ($3)",
        organization,
        member,
        clients
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Grants a member those of the clients that still exist.
pub async fn add(db: &mut Db, member: Uuid, clients: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into client_grant (organization_id, member_id, client_id)
         select $1, $2, c.id from client c where c.organization_id = $1 and c.id = any($3) on conflict do nothing",
        organization,
        member,
        clients
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
