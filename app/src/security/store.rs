//! SQL of sign-ins, security events and attempts: calls of functions that belong to the owner of the tables.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{attempts::AttemptLimit, event::RequestOrigin};
use crate::{
    database::{Db, instant},
    error::Error,
};

/// Counts an attempt for all these limits or for none; returns the seconds to wait, 0 when it was counted.
pub async fn count_attempt(db: &mut Db, limits: &[AttemptLimit]) -> Result<f64, Error> {
    let keys: Vec<Vec<u8>> = limits.iter().map(|limit| limit.key.clone()).collect();
    let spacing: Vec<f64> = limits.iter().map(|limit| limit.spacing).collect();
    let tolerance: Vec<f64> = limits.iter().map(|limit| limit.tolerance).collect();
    let growing: Vec<bool> = limits.iter().map(|limit| limit.growing).collect();
    let wait = query_scalar!(r#"select count_attempt($1, $2, $3, $4) as "wait!""#, &keys, &spacing, &tolerance, &growing);
    Ok(wait.fetch_one(db.connection()).await?)
}

/// Counts an attempt at an account from one place, or nothing; returns the seconds to wait, 0 when it was counted.
pub async fn count_account_attempt(db: &mut Db, account: &AttemptLimit, place: &AttemptLimit) -> Result<f64, Error> {
    let wait = query_scalar!(r#"select count_account_attempt($1, $2) as "wait!""#, account.key, place.key);
    Ok(wait.fetch_one(db.connection()).await?)
}

/// Deletes the attempts under these keys.
pub async fn forget_attempts(db: &mut Db, keys: &[Vec<u8>]) -> Result<(), Error> {
    query!("select forget_attempts($1)", keys).fetch_one(db.connection()).await?;
    Ok(())
}

/// Whether somebody has signed in with this address in the browser with this hash.
pub async fn is_known_browser(db: &mut Db, email: &str, browser_hash: &[u8]) -> Result<bool, Error> {
    let known = query_scalar!(r#"select is_known_browser($1, $2) as "known!""#, email, browser_hash);
    Ok(known.fetch_one(db.connection()).await?)
}

/// Stores the hash of a browser in which a person has proved that an account is theirs.
pub async fn know_browser(db: &mut Db, person: Uuid, browser_hash: &[u8], now: Timestamp) -> Result<(), Error> {
    query!("select know_browser($1, $2, $3)", person, browser_hash, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// Deletes every known browser of a person.
pub async fn forget_browsers(db: &mut Db, person: Uuid) -> Result<(), Error> {
    query!("select forget_browsers($1)", person).fetch_one(db.connection()).await?;
    Ok(())
}

/// Records a security event; `once` skips it if it was recorded for the same network before.
pub async fn insert_event(
    db: &mut Db,
    person: Uuid,
    kind: &str,
    now: Timestamp,
    from: &RequestOrigin,
    detail: &str,
    once: bool,
) -> Result<(), Error> {
    query!(
        "select note_security_event($1, $2, $3, $4, $5, $6, $7)",
        person,
        kind,
        instant(now) as _,
        from.address,
        from.user_agent,
        detail,
        once
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// A row of the security events.
pub struct EventRow {
    pub kind: String,
    pub at: jiff_sqlx::Timestamp,
    pub times: i32,
    pub address: String,
    pub user_agent: String,
    pub detail: String,
}

/// The newest events of a person, `most` of each kind.
pub async fn events(db: &mut Db, person: Uuid, most: i32) -> Result<Vec<EventRow>, Error> {
    Ok(query_as!(
        EventRow,
        r#"select kind as "kind!", at as "at!: jiff_sqlx::Timestamp", times as "times!", address as "address!",
               user_agent as "user_agent!", detail as "detail!"
           from security_events_by_kind($1, $2)"#,
        person,
        most
    )
    .fetch_all(db.connection())
    .await?)
}

/// Inserts a sign-in, and the known browser, by the fingerprints of their secrets.
pub async fn open_sign_in(
    db: &mut Db,
    person: Uuid,
    cookie_hash: &[u8],
    browser_hash: &[u8],
    (now, expires): (Timestamp, Timestamp),
    from: &RequestOrigin,
) -> Result<(), Error> {
    query!(
        "select open_sign_in($1, $2, $3, $4, $5, $6, $7)",
        person,
        cookie_hash,
        browser_hash,
        instant(now) as _,
        instant(expires) as _,
        from.address,
        from.user_agent
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// A row of the sign-ins.
pub struct SignInRow {
    pub id: Uuid,
    pub created_at: jiff_sqlx::Timestamp,
    pub expires_at: jiff_sqlx::Timestamp,
    pub address: String,
    pub user_agent: String,
    pub is_present: bool,
}

/// The valid sign-ins of a person, the newest first; `present` is the fingerprint of the caller's cookie.
pub async fn sign_ins(db: &mut Db, person: Uuid, present: &[u8], now: Timestamp) -> Result<Vec<SignInRow>, Error> {
    Ok(query_as!(
        SignInRow,
        r#"select id as "id!", created_at as "created_at!: jiff_sqlx::Timestamp", expires_at as "expires_at!: jiff_sqlx::Timestamp",
               address as "address!", user_agent as "user_agent!", is_present as "is_present!"
           from sign_ins($1, $2, $3)"#,
        person,
        present,
        instant(now) as _
    )
    .fetch_all(db.connection())
    .await?)
}

/// Locks the sign-in with this cookie until the transaction ends; whether it is still a valid one of the person.
pub async fn hold_sign_in(db: &mut Db, person: Uuid, cookie_hash: &[u8], now: Timestamp) -> Result<bool, Error> {
    let held = query_scalar!(r#"select hold_sign_in($1, $2, $3) as "held!""#, person, cookie_hash, instant(now) as _);
    Ok(held.fetch_one(db.connection()).await?)
}

/// Ends one sign-in of a person; whether it existed.
pub async fn end_sign_in(db: &mut Db, person: Uuid, sign_in: Uuid) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select end_sign_in($1, $2) as "ended!""#, person, sign_in).fetch_one(db.connection()).await?)
}

/// Ends the sign-ins of a person except the one with this cookie; returns the number.
pub async fn end_sign_ins(db: &mut Db, person: Uuid, but: &[u8]) -> Result<i64, Error> {
    Ok(query_scalar!(r#"select end_sign_ins($1, $2) as "ended!""#, person, but).fetch_one(db.connection()).await?)
}

/// Ends the sign-in with this cookie; returns its person.
pub async fn sign_out(db: &mut Db, cookie_hash: &[u8]) -> Result<Option<Uuid>, Error> {
    Ok(query_scalar!("select sign_out($1)", cookie_hash).fetch_one(db.connection()).await?)
}

/// Revokes every token of a person in all organizations; returns the number.
pub async fn revoke_tokens(db: &mut Db, person: Uuid, now: Timestamp) -> Result<i64, Error> {
    let revoked = query_scalar!(r#"select revoke_tokens_of_person($1, $2) as "revoked!""#, person, instant(now) as _);
    Ok(revoked.fetch_one(db.connection()).await?)
}

/// Deletes expired events, browsers and attempts; returns the number of rows.
pub async fn forget_old(db: &mut Db, now: Timestamp) -> Result<u64, Error> {
    let forgotten =
        query_scalar!(r#"select forget_old_security($1) as "forgotten!""#, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(u64::try_from(forgotten).unwrap_or_default())
}
