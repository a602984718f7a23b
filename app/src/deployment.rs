//! What is known of a deployment as a whole, for commands beside its server: where people reach it.

use sqlx::{query, query_scalar};

use crate::{
    database::{AccessMode, Database, RowScope},
    error::Error,
};

/// Keeps the address under which people reach this Stint.
pub async fn keep_public_url(database: &Database, address: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    query!(r#"select keep_public_url($1) as "kept: ()""#, address).execute(db.connection()).await?;
    db.commit().await
}

/// The address that the server which started last has kept; none where none has run.
pub async fn kept_public_url(database: &Database) -> Result<Option<String>, Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    Ok(query_scalar!("select kept_public_url()").fetch_one(db.connection()).await?)
}
