//! Idempotency keys: a call repeated with its key within 24 hours is done once and gets the stored answer.
//!
//! A key belongs to one credential: the same key from a token is another call than from the page, and from another token yet
//! another. Otherwise a guessed key would reveal an answer with more in it than the caller may see. Within a credential the
//! role is compared with that of the first call: after a change of role a repeated call is refused, neither answered as before
//! nor done a second time.

use std::borrow::Cow;

use domain::id::TokenId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    access::Role,
    audit,
    context::{Caller, Channel},
    database::{Db, instant},
    error::{Code, Error},
};

/// How long an answer is stored.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Maximum number of answers that one call of [`delete_expired`] or [`delete_expired_of_persons`] deletes. Answers may be long, and a
/// statement has 15 seconds.
pub const DELETED_AT_ONCE: u64 = 500;

/// The scope of idempotency keys: callers in different scopes may use the same key.
#[derive(Debug, Clone, Copy)]
pub struct IdempotencyScope {
    owner: KeyOwner,
    token: Option<TokenId>,
    role: Option<Role>,
    at_page: bool,
}

/// The owner of stored answers.
#[derive(Debug, Clone, Copy)]
enum KeyOwner {
    /// A member of the organization of this transaction.
    Member(Uuid),
    /// A person, for what they do before they are in an organization.
    Person(Uuid),
}

impl IdempotencyScope {
    /// The scope of the caller as a member of the organization of this transaction.
    pub fn member(caller: &Caller) -> Result<Self, Error> {
        let membership = caller.membership()?;
        let token = caller.token.as_ref().map(|token| token.id);
        Ok(Self {
            owner: KeyOwner::Member(membership.member.0),
            token,
            role: Some(membership.role),
            at_page: caller.channel == Channel::Page,
        })
    }

    /// The scope of the caller as a person, whatever their memberships.
    pub fn person(caller: &Caller) -> Result<Self, Error> {
        let token = caller.token.as_ref().map(|token| token.id);
        Ok(Self { owner: KeyOwner::Person(caller.person()?.id.0), token, role: None, at_page: caller.channel == Channel::Page })
    }

    /// The key made unique to its credential: that of a page as it is, that of a token prefixed with the token's id.
    fn own(&self, key: &str) -> String {
        match self.token {
            Some(token) => format!("{token} {key}"),
            None => key.to_owned(),
        }
    }

    /// The key as it is stored. Of a key that contains a secret, the SHA-256 is stored instead.
    fn kept(&self, key: &str) -> String {
        match audit::redact_message(key) {
            Cow::Borrowed(_) => self.own(key),
            Cow::Owned(_) => self.own(&Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        }
    }

    /// The hash that must be equal for an answer to be repeated. It covers the token too, since a page's key may look like that
    /// of a token.
    fn hash(&self, arguments: &Value) -> Vec<u8> {
        Sha256::digest(json!([self.token, self.role, arguments]).to_string()).to_vec()
    }
}

/// Whether a call is the first with its idempotency key.
pub enum Claim {
    /// It is the first call with this key.
    First,
    /// An earlier call got this answer; none when the answer held a secret.
    Answered(Option<Value>),
}

/// The call that claims a key: its operation, and the hash of its arguments.
struct ClaimedCall<'a> {
    operation: &'a str,
    hash: &'a [u8],
}

/// A stored answer and its call.
struct StoredAnswer {
    operation: String,
    arguments_hash: Vec<u8>,
    answer: Option<Value>,
}

/// Claims an idempotency key for this call, or finds the answer that the key already has.
///
/// A second call with the same key waits here until the first has ended. The age of an answer is measured by the clock of the
/// database: a process with a wrong clock would repeat a write.
pub async fn claim(db: &mut Db, scope: IdempotencyScope, key: &str, operation: &str, arguments: &Value) -> Result<Claim, Error> {
    let (hash, kept) = (scope.hash(arguments), scope.kept(key));
    find_as_given(db, scope, key, &kept).await?;
    let claimed = ClaimedCall { operation, hash: &hash };
    let first = match scope.owner {
        KeyOwner::Member(member) => claim_of_member(db, member, &kept, &claimed).await?,
        KeyOwner::Person(person) => claim_of_person(db, person, &kept, &claimed).await?,
    };
    if first {
        return Ok(Claim::First);
    }
    let given = match scope.owner {
        KeyOwner::Member(member) => given_to_member(db, member, &kept).await?,
        KeyOwner::Person(person) => given_to_person(db, person, &kept).await?,
    };
    if given.operation != operation || given.arguments_hash != hash {
        return Err(match scope.at_page {
            // A person with a form knows no keys: the form was also sent from another window.
            true => Error::new(Code::IdempotencyMismatch, "This was done from another window meanwhile, with other values.")
                .hint("Load the page anew, look at what stands there now, and then do what is still to be done."),
            false => Error::new(
                Code::IdempotencyMismatch,
                format!("The idempotency key \"{key}\" was used for another call. Send a new key for a new call."),
            ),
        });
    }
    Ok(Claim::Answered(given.answer))
}

/// Renames a key that was stored as it was given to the form in which it is stored now, in the transaction of this call. An upgrade
/// may change what counts as a secret; without this a call from before the upgrade would be done again.
async fn find_as_given(db: &mut Db, scope: IdempotencyScope, key: &str, kept: &str) -> Result<(), Error> {
    let own = scope.own(key);
    // PostgreSQL cannot store a NUL.
    if own == kept || key.contains('\0') {
        return Ok(());
    }
    match scope.owner {
        KeyOwner::Member(member) => rename_of_member(db, member, &own, kept).await,
        KeyOwner::Person(person) => rename_of_person(db, person, &own, kept).await,
    }
}

/// Stores the answer of a write under its key, in the transaction of the write.
pub async fn store_answer(db: &mut Db, scope: IdempotencyScope, key: &str, answer: Value) -> Result<(), Error> {
    let kept = scope.kept(key);
    match scope.owner {
        KeyOwner::Member(member) => store_for_member(db, member, &kept, answer).await,
        KeyOwner::Person(person) => store_for_person(db, person, &kept, answer).await,
    }
}

async fn rename_of_member(db: &mut Db, member: Uuid, key: &str, kept: &str) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update idempotency set key = $4 where organization_id = $1 and member_id = $2 and key = $3 and not exists (
             select from idempotency other where other.organization_id = $1 and other.member_id = $2 and other.key = $4
         )",
        organization,
        member,
        key,
        kept
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

async fn rename_of_person(db: &mut Db, person: Uuid, key: &str, kept: &str) -> Result<(), Error> {
    query!(
        "update own_idempotency set key = $3 where user_id = $1 and key = $2 and not exists (
             select from own_idempotency other where other.user_id = $1 and other.key = $3
         )",
        person,
        key,
        kept
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

async fn claim_of_member(db: &mut Db, member: Uuid, key: &str, claimed: &ClaimedCall<'_>) -> Result<bool, Error> {
    let organization = db.organization();
    let inserted = query!(
        "insert into idempotency as kept (organization_id, member_id, key, operation, arguments_hash, created_at)
         values ($1, $2, $3, $4, $5, now())
         on conflict (organization_id, member_id, key) do update
             set operation = excluded.operation, arguments_hash = excluded.arguments_hash,
                 answer = null, created_at = excluded.created_at
             where kept.created_at < now() - make_interval(secs => $6)",
        organization,
        member,
        key,
        claimed.operation,
        claimed.hash,
        RETENTION.as_secs_f64()
    )
    .execute(db.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn claim_of_person(db: &mut Db, person: Uuid, key: &str, claimed: &ClaimedCall<'_>) -> Result<bool, Error> {
    let inserted = query!(
        "insert into own_idempotency as kept (user_id, key, operation, arguments_hash, created_at)
         values ($1, $2, $3, $4, now())
         on conflict (user_id, key) do update
             set operation = excluded.operation, arguments_hash = excluded.arguments_hash,
                 answer = null, created_at = excluded.created_at
             where kept.created_at < now() - make_interval(secs => $5)",
        person,
        key,
        claimed.operation,
        claimed.hash,
        RETENTION.as_secs_f64()
    )
    .execute(db.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn given_to_member(db: &mut Db, member: Uuid, key: &str) -> Result<StoredAnswer, Error> {
    let organization = db.organization();
    Ok(query_as!(
        StoredAnswer,
        "select operation, arguments_hash, answer from idempotency
         where organization_id = $1 and member_id = $2 and key = $3",
        organization,
        member,
        key
    )
    .fetch_one(db.connection())
    .await?)
}

async fn given_to_person(db: &mut Db, person: Uuid, key: &str) -> Result<StoredAnswer, Error> {
    Ok(query_as!(
        StoredAnswer,
        "select operation, arguments_hash, answer from own_idempotency where user_id = $1 and key = $2",
        person,
        key
    )
    .fetch_one(db.connection())
    .await?)
}

async fn store_for_member(db: &mut Db, member: Uuid, key: &str, answer: Value) -> Result<(), Error> {
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

async fn store_for_person(db: &mut Db, person: Uuid, key: &str, answer: Value) -> Result<(), Error> {
    query!("update own_idempotency set answer = $3 where user_id = $1 and key = $2", person, key, answer).execute(db.connection()).await?;
    Ok(())
}

/// Deletes the oldest answers stored before an instant, of the organization of this transaction, [`DELETED_AT_ONCE`] at most; returns
/// their number.
pub async fn delete_expired(db: &mut Db, before: Timestamp) -> Result<u64, Error> {
    let organization = db.organization();
    Ok(query!(
        "delete from idempotency where organization_id = $1 and ctid = any (array(
             select i.ctid from idempotency i where i.organization_id = $1 and i.created_at < $2
             order by i.created_at limit $3 for update skip locked))",
        organization,
        instant(before) as _,
        DELETED_AT_ONCE as i64
    )
    .execute(db.connection())
    .await?
    .rows_affected())
}

/// Deletes the oldest answers stored before an instant, of calls that belonged to no organization, [`DELETED_AT_ONCE`] at most; returns
/// their number.
pub async fn delete_expired_of_persons(db: &mut Db, before: Timestamp) -> Result<u64, Error> {
    let forgotten = query_scalar!(r#"select forget_own_answers($1, $2) as "forgotten!""#, instant(before) as _, DELETED_AT_ONCE as i64)
        .fetch_one(db.connection())
        .await?;
    Ok(forgotten.unsigned_abs())
}

/// Organizations with answers stored before an instant.
pub async fn organizations_with_answers_before(db: &mut Db, before: Timestamp, at_most: i32) -> Result<Vec<Uuid>, Error> {
    Ok(query_scalar!(
        r#"select organization_id as "organization_id!" from organizations_with_answers_before($1, $2)"#,
        instant(before) as _,
        at_most
    )
    .fetch_all(db.connection())
    .await?)
}
