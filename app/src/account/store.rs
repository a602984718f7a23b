//! SQL of people, sign-ins and tokens.

use domain::id::{TokenId, UserId};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::tokens::AccessToken;
use crate::{
    database::{Db, OnConstraint, instant},
    error::{Code, Error},
    operation::membership::MembershipRow,
};

/// The person of a sign-in cookie.
pub struct SignInOwner {
    pub user_id: Uuid,
    pub user_name: String,
    pub email: String,
    pub confirmed: bool,
    pub organization: Option<MembershipRow>,
}

/// The person and member of a token.
pub struct TokenOwner {
    pub user_id: Uuid,
    pub user_name: String,
    pub email: String,
    pub confirmed: bool,
    pub standing: MembershipRow,
    pub token_name: String,
    pub secret_hash: Vec<u8>,
    pub scopes: Vec<String>,
    pub writes: String,
    pub seen_recently: bool,
}

/// The person of a cookie, in one round trip; `slug` names the organization of the page, or is empty.
pub async fn authenticate_sign_in(db: &mut Db, cookie_hash: &[u8], slug: &str, now: Timestamp) -> Result<Option<SignInOwner>, Error> {
    let row = query!(
        r#"select user_id as "user_id!", user_name as "user_name!", email as "email!", confirmed as "confirmed!", organization_id, slug, organization_name,
               member_id, role, time_zone, member_time_zone, currency, week_start, language
           from authenticate_sign_in($1, $2, $3)"#,
        cookie_hash,
        slug,
        instant(now) as _
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(row.map(|row| SignInOwner {
        user_id: row.user_id,
        user_name: row.user_name,
        email: row.email,
        confirmed: row.confirmed,
        organization: row.organization_id.map(|organization_id| MembershipRow {
            organization_id,
            slug: row.slug.unwrap_or_default(),
            organization_name: row.organization_name.unwrap_or_default(),
            member_id: row.member_id.unwrap_or_default(),
            role: row.role.unwrap_or_default(),
            time_zone: row.time_zone.unwrap_or_default(),
            member_time_zone: row.member_time_zone,
            currency: row.currency.unwrap_or_default(),
            week_start: row.week_start.unwrap_or(1),
            language: row.language.unwrap_or_default(),
        }),
    }))
}

/// The person and member of a token, in one round trip. The caller still has to compare the secret.
pub async fn authenticate_token(db: &mut Db, token: TokenId, now: Timestamp) -> Result<Option<TokenOwner>, Error> {
    let row = query!(
        r#"select user_id as "user_id!", user_name as "user_name!", email as "email!", confirmed as "confirmed!", organization_id as "organization_id!", slug as "slug!",
               organization_name as "organization_name!", member_id as "member_id!", role as "role!", time_zone as "time_zone!",
               member_time_zone, currency as "currency!", week_start as "week_start!", language as "language!", token_name as "token_name!",
               secret_hash as "secret_hash!", scopes as "scopes!", writes as "writes!", seen_recently as "seen_recently!"
           from authenticate_token($1, $2) where user_id is not null"#,
        token.0,
        instant(now) as _
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(row.map(|row| TokenOwner {
        user_id: row.user_id,
        user_name: row.user_name,
        email: row.email,
        confirmed: row.confirmed,
        standing: MembershipRow {
            organization_id: row.organization_id,
            slug: row.slug,
            organization_name: row.organization_name,
            member_id: row.member_id,
            role: row.role,
            time_zone: row.time_zone,
            member_time_zone: row.member_time_zone,
            currency: row.currency,
            week_start: row.week_start,
            language: row.language,
        },
        token_name: row.token_name,
        secret_hash: row.secret_hash,
        scopes: row.scopes,
        writes: row.writes,
        seen_recently: row.seen_recently,
    }))
}

/// Records when and from which program a token was used.
pub async fn touch_token(db: &mut Db, token: TokenId, now: Timestamp, client: &str) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update access_token set last_used_at = $3, last_used_by = $4 where organization_id = $1 and id = $2",
        organization,
        token.0,
        instant(now) as _,
        client
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Inserts a person.
pub async fn insert_user(db: &mut Db, id: Uuid, email: &str, name: &str, password_hash: &str, now: Timestamp) -> Result<(), Error> {
    query!("select add_person($1, $2, $3, $4, $5)", id, email, name, password_hash, instant(now) as _)
        .fetch_one(db.connection())
        .await
        .on_constraint("app_user_email_unique", || {
            Error::invalid(
                "email",
                "There is already an account with this address. Sign in, or choose a new password under \"Forgot your password?\" there.",
            )
        })?;
    Ok(())
}

/// Confirms the address of a person.
pub async fn confirm_email(db: &mut Db, user: UserId, now: Timestamp) -> Result<(), Error> {
    query!("select confirm_person($1, $2)", user.0, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// The id and password hash of the person with this address.
pub async fn user_by_email(db: &mut Db, email: &str) -> Result<Option<(Uuid, String)>, Error> {
    let row = query!(r#"select person as "person!", hash as "hash!" from login_of($1)"#, email).fetch_optional(db.connection()).await?;
    Ok(row.map(|row| (row.person, row.hash)))
}

/// The id of a person as a member of the organization of this transaction.
pub async fn member_of_user(db: &mut Db, user: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!("select id from member where organization_id = $1 and user_id = $2 and removed_at is null", organization, user)
        .fetch_optional(db.connection())
        .await?)
}

/// The password hash of a person.
pub async fn password_hash(db: &mut Db, user: Uuid) -> Result<Option<String>, Error> {
    Ok(query_scalar!("select password_of($1)", user).fetch_one(db.connection()).await?)
}

/// Renames a person in every organization they belong to.
pub async fn rename_members(db: &mut Db, user: Uuid, name: &str) -> Result<(), Error> {
    query!("select rename_member($1, $2, $3)", user, name, domain::text::search_key(name)).fetch_one(db.connection()).await?;
    Ok(())
}

/// Renames a person.
pub async fn rename_user(db: &mut Db, user: Uuid, name: &str) -> Result<(), Error> {
    query!("select rename_person($1, $2)", user, name).fetch_one(db.connection()).await?;
    Ok(())
}

/// Sets the password hash of a person.
pub async fn set_password(db: &mut Db, user: Uuid, password_hash: &str) -> Result<(), Error> {
    query!("select set_password($1, $2)", user, password_hash).fetch_one(db.connection()).await?;
    Ok(())
}

/// Locks a person until the transaction ends if this is their password hash; whether it is.
pub async fn hold_verified(db: &mut Db, user: Uuid, password_hash: &str) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select hold_verified($1, $2) as "held!""#, user, password_hash).fetch_one(db.connection()).await?)
}

/// Deletes expired sign-ins.
pub async fn delete_expired_sign_ins(db: &mut Db, now: Timestamp) -> Result<u64, Error> {
    let forgotten = query_scalar!(r#"select forget_sign_ins($1) as "forgotten!""#, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(forgotten.unsigned_abs())
}

/// Inserts a token; only the fingerprint of its secret is stored.
pub async fn insert_token(
    db: &mut Db,
    token: &AccessToken,
    member: Uuid,
    secret_hash: &[u8],
    now: Timestamp,
    expires: Option<Timestamp>,
) -> Result<(), Error> {
    let organization = db.organization();
    let scopes: Vec<String> = token.scopes.iter().map(|scope| scope.name().to_owned()).collect();
    query!(
        "insert into access_token (organization_id, id, member_id, name, secret_hash, scopes, writes, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organization,
        token.id.0,
        member,
        token.name,
        secret_hash,
        &scopes,
        token.writes.name(),
        instant(now) as _,
        expires.map(instant) as _
    )
    .execute(db.connection())
    .await
    .on_constraints([
        ("access_token_few", || {
            Error::new(Code::Conflict, "You have 50 tokens here, and cannot have more. Revoke one that you do not use any more first.")
        }),
        ("access_token_of_present_member", Error::membership_changed),
    ])?;
    Ok(())
}

/// A row of the list of tokens.
pub struct TokenRow {
    pub id: Uuid,
    pub name: String,
    pub scopes: Vec<String>,
    pub writes: String,
    pub created_at: jiff_sqlx::Timestamp,
    pub expires_at: Option<jiff_sqlx::Timestamp>,
    pub last_used_at: Option<jiff_sqlx::Timestamp>,
    pub last_used_by: Option<String>,
}

/// The member's tokens that were not revoked, the newest first.
pub async fn tokens(db: &mut Db, member: Uuid) -> Result<Vec<TokenRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TokenRow,
        "select id, name, scopes, writes, created_at, expires_at, last_used_at, last_used_by from access_token
         where organization_id = $1 and member_id = $2 and revoked_at is null order by created_at desc limit 200",
        organization,
        member
    )
    .fetch_all(db.connection())
    .await?)
}

/// Revokes the member's token; returns its name, if there was one.
pub async fn revoke_token(db: &mut Db, member: Uuid, token: Uuid, now: Timestamp) -> Result<Option<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "update access_token set revoked_at = $4 where organization_id = $1 and member_id = $2 and id = $3 and revoked_at is null
         returning name",
        organization,
        member,
        token,
        instant(now) as _
    )
    .fetch_optional(db.connection())
    .await?)
}
