//! Facts about the deployment that commands need without its server: the public URL.

use sqlx::{query, query_scalar};

use crate::{
    database::{AccessMode, Database, RowScope},
    error::Error,
};

/// Stores the public URL of this deployment.
pub async fn keep_public_url(database: &Database, address: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    query!(r#"select keep_public_url($1) as "kept: ()""#, address).execute(db.connection()).await?;
    db.commit().await
}

/// The public URL stored by the server that started last; none if none has run.
pub async fn kept_public_url(database: &Database) -> Result<Option<String>, Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    Ok(query_scalar!("select kept_public_url()").fetch_one(db.connection()).await?)
}
