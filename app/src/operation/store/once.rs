//! SQL of answers that were given: a call repeated with its idempotency key within a day is done once.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::{Code, Error},
};

/// How long an answer is kept.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Who calls, as keys are told apart: two of them may use the same.
#[derive(Debug, Clone, Copy)]
pub enum Asker {
    /// A member of the organization of this transaction.
    Member(Uuid),
    /// A person, for what they do before they are in an organization.
    Person(Uuid),
}

/// Whether a call is the first with its idempotency key.
pub enum Claim {
    /// It is the first.
    First,
    /// It was made before, with this answer; none when the answer held a secret.
    Answered(Option<Value>),
}

/// What is claimed: an operation with its arguments, at an instant.
struct Claimed<'a> {
    operation: &'a str,
    hash: &'a [u8],
    now: Timestamp,
}

/// An answer with the call that it was given to.
struct Given {
    operation: String,
    arguments_hash: Vec<u8>,
    answer: Option<Value>,
}

/// Claims an idempotency key for this call, or finds the answer that it already has.
///
/// A second call with the same key waits here until the first has ended.
pub async fn claim(db: &mut Db, asker: Asker, key: &str, operation: &str, arguments: &Value, now: Timestamp) -> Result<Claim, Error> {
    let hash = Sha256::digest(arguments.to_string()).to_vec();
    let claimed = Claimed { operation, hash: &hash, now };
    let first = match asker {
        Asker::Member(member) => claim_of_member(db, member, key, &claimed).await?,
        Asker::Person(person) => claim_of_person(db, person, key, &claimed).await?,
    };
    if first {
        return Ok(Claim::First);
    }
    let given = match asker {
        Asker::Member(member) => given_to_member(db, member, key).await?,
        Asker::Person(person) => given_to_person(db, person, key).await?,
    };
    if given.operation != operation || given.arguments_hash != hash {
        return Err(Error::new(
            Code::IdempotencyMismatch,
            format!("The idempotency key \"{key}\" was used for another call. Send a new key for a new call."),
        ));
    }
    Ok(Claim::Answered(given.answer))
}

/// Keeps the answer under its key, in the transaction of what it answers.
pub async fn keep(db: &mut Db, asker: Asker, key: &str, answer: Value) -> Result<(), Error> {
    match asker {
        Asker::Member(member) => keep_for_member(db, member, key, answer).await,
        Asker::Person(person) => keep_for_person(db, person, key, answer).await,
    }
}

async fn claim_of_member(db: &mut Db, member: Uuid, key: &str, claimed: &Claimed<'_>) -> Result<bool, Error> {
    let organization = db.organization();
    let inserted = query!(
        "insert into idempotency as kept (organization_id, member_id, key, operation, arguments_hash, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (organization_id, member_id, key) do update
             set operation = excluded.operation, arguments_hash = excluded.arguments_hash,
                 answer = null, created_at = excluded.created_at
             where kept.created_at < $7",
        organization,
        member,
        key,
        claimed.operation,
        claimed.hash,
        instant(claimed.now) as _,
        instant(claimed.now - KEPT_FOR) as _
    )
    .execute(db.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn claim_of_person(db: &mut Db, person: Uuid, key: &str, claimed: &Claimed<'_>) -> Result<bool, Error> {
    let inserted = query!(
        "insert into own_idempotency as kept (user_id, key, operation, arguments_hash, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict (user_id, key) do update
             set operation = excluded.operation, arguments_hash = excluded.arguments_hash,
                 answer = null, created_at = excluded.created_at
             where kept.created_at < $6",
        person,
        key,
        claimed.operation,
        claimed.hash,
        instant(claimed.now) as _,
        instant(claimed.now - KEPT_FOR) as _
    )
    .execute(db.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn given_to_member(db: &mut Db, member: Uuid, key: &str) -> Result<Given, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Given,
        "select operation, arguments_hash, answer from idempotency
         where organization_id = $1 and member_id = $2 and key = $3",
        organization,
        member,
        key
    )
    .fetch_one(db.connection())
    .await?)
}

async fn given_to_person(db: &mut Db, person: Uuid, key: &str) -> Result<Given, Error> {
    Ok(query_as!(Given, "select operation, arguments_hash, answer from own_idempotency where user_id = $1 and key = $2", person, key)
        .fetch_one(db.connection())
        .await?)
}

async fn keep_for_member(db: &mut Db, member: Uuid, key: &str, answer: Value) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update idempotency set answer = $4 where organization_id = $1 and member_id = $2 and key = $3",
        organization,
        member,
        key,
        answer
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

async fn keep_for_person(db: &mut Db, person: Uuid, key: &str, answer: Value) -> Result<(), Error> {
    query!("update own_idempotency set answer = $3 where user_id = $1 and key = $2", person, key, answer).execute(db.connection()).await?;
    Ok(())
}

/// Forgets answers older than a day. Runs for one organization at a time, as everything does.
pub async fn forget(db: &mut Db, before: Timestamp) -> Result<u64, Error> {
    let organization = db.organization();
    Ok(query!("delete from idempotency where organization_id = $1 and created_at < $2", organization, instant(before) as _)
        .execute(db.connection())
        .await?
        .rows_affected())
}

/// Forgets answers older than a day to calls that belonged to no organization.
pub async fn forget_own(pool: &PgPool, before: Timestamp) -> Result<u64, Error> {
    let forgotten = query_scalar!(r#"select forget_own_answers($1) as "forgotten!""#, instant(before) as _).fetch_one(pool).await?;
    Ok(u64::try_from(forgotten).unwrap_or_default())
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
