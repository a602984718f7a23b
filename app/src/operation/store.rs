//! SQL of the pipeline: answers that were given, actions and their changes.

pub mod once;

use sqlx::{query_as, query_scalar};

use super::Change;
use crate::{database::Db, error::Error, id::ActionId};

/// What the action has changed so far, in order: the first 500.
pub async fn changes(db: &mut Db, action: ActionId) -> Result<Vec<Change>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Change,
        r#"select kind, record_id as record, before, after from change
           where organization_id = $1 and action_id = $2 order by position limit 500"#,
        organization,
        action.0
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many changes the action has made so far.
pub async fn count(db: &mut Db, action: ActionId) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(r#"select count(*) as "count!" from change where organization_id = $1 and action_id = $2"#, organization, action.0)
        .fetch_one(db.connection())
        .await?)
}
