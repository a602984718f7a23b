//! SQL of the pipeline: answers that were given, actions and their changes.

pub mod once;

use serde_json::Value;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error, id::ActionId};

/// A record before and after, as the database keeps it: amounts in minor units of this currency.
pub struct ImageRow {
    pub kind: String,
    pub record: Uuid,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub currency: String,
}

/// What the action has changed so far, in order: the first 500. The currency is the record's own, else that of its client.
pub async fn changes(db: &mut Db, action: ActionId) -> Result<Vec<ImageRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ImageRow,
        r#"select c.kind, c.record_id as record, c.before, c.after,
               coalesce(c.image ->> 'currency', i.currency, of_project.currency, of_client.currency, o.currency) as "currency!"
           from (
               select *, coalesce(after, before) as image from change
               where organization_id = $1 and action_id = $2 order by position limit 500
           ) c
           join organization o on o.id = $1
           left join invoice i on i.organization_id = $1 and i.id = (c.image ->> 'invoice_id')::uuid
           left join project p on p.organization_id = $1 and p.id = (c.image ->> 'project_id')::uuid
           left join client of_project on of_project.organization_id = $1 and of_project.id = p.client_id
           left join client of_client on of_client.organization_id = $1 and of_client.id = (c.image ->> 'client_id')::uuid
           order by c.position"#,
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
