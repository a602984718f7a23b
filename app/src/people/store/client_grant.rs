//! SQL of the clients granted to viewers.

use sqlx::query;
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// Takes every grant of a member away but those of these clients.
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

/// Grants those of the clients to a member that there still are.
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
