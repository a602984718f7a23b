//! SQL of the pipeline: answers that were given, actions and their changes.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, query, query_as, query_scalar};
use uuid::Uuid;

use super::{Call, Change};
use crate::{
    database::{Db, instant},
    error::{Code, Error},
    id::ActionId,
};

/// Whether a call is the first with its idempotency key.
pub enum Claim {
    /// It is the first.
    First,
    /// It was made before, with this answer; none when the answer held a secret.
    Answered(Option<Value>),
}

/// Claims an idempotency key for this call, or finds the answer that it already has.
///
/// A second call with the same key waits here until the first has ended.
pub async fn claim(call: &mut Call, operation: &str, key: &str, arguments: &Value) -> Result<Claim, Error> {
    let hash = Sha256::digest(arguments.to_string()).to_vec();
    if insert_claim(call, operation, key, &hash).await? {
        return Ok(Claim::First);
    }
    let (organization, member) = (call.db.organization(), call.membership()?.member.0);
    let given = query!(
        "select operation, arguments_hash, answer from idempotency
         where organization_id = $1 and member_id = $2 and key = $3",
        organization,
        member,
        key
    )
    .fetch_one(call.db.connection())
    .await?;
    if given.operation != operation || given.arguments_hash != hash {
        return Err(Error::new(
            Code::IdempotencyMismatch,
            format!("The idempotency key \"{key}\" was used for another call. Send a new key for a new call."),
        ));
    }
    Ok(Claim::Answered(given.answer))
}

async fn insert_claim(call: &mut Call, operation: &str, key: &str, hash: &[u8]) -> Result<bool, Error> {
    let (organization, member, now) = (call.db.organization(), call.membership()?.member.0, instant(call.now));
    let day_ago = instant(call.now - jiff::SignedDuration::from_hours(24));
    let claimed = query!(
        "insert into idempotency as kept (organization_id, member_id, key, operation, arguments_hash, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (organization_id, member_id, key) do update
             set operation = excluded.operation, arguments_hash = excluded.arguments_hash,
                 answer = null, created_at = excluded.created_at
             where kept.created_at < $7",
        organization,
        member,
        key,
        operation,
        hash,
        now as _,
        day_ago as _
    )
    .execute(call.db.connection())
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Keeps the answer under its key, in the transaction of what it answers.
pub async fn keep_answer(call: &mut Call, key: &str, answer: Value) -> Result<(), Error> {
    let (organization, member) = (call.db.organization(), call.membership()?.member.0);
    query!(
        "update idempotency set answer = $4 where organization_id = $1 and member_id = $2 and key = $3",
        organization,
        member,
        key,
        answer
    )
    .execute(call.db.connection())
    .await?;
    Ok(())
}

/// What the action has changed so far, in order.
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

/// Forgets answers older than a day. Runs for one organization at a time, as everything does.
pub async fn forget_answers(db: &mut Db, before: Timestamp) -> Result<u64, Error> {
    let organization = db.organization();
    Ok(query!("delete from idempotency where organization_id = $1 and created_at < $2", organization, instant(before) as _)
        .execute(db.connection())
        .await?
        .rows_affected())
}

/// Organizations that keep answers from before an instant.
pub async fn organizations_with_answers_before(pool: &PgPool, before: Timestamp, at_most: i32) -> Result<Vec<Uuid>, Error> {
    Ok(query_scalar!(
        r#"select organization_id as "organization_id!" from organizations_with_answers_before($1, $2)"#,
        instant(before) as _,
        at_most
    )
    .fetch_all(pool)
    .await?)
}
