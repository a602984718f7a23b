//! Creates, lists, revokes and authenticates personal access tokens.

use domain::{
    day::{OffsetDateTime, zone},
    id::{MemberId, OrganizationId, TokenId, UserId},
    text,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    store,
    tokens::{AccessToken, NewToken, RevokedToken},
    verified_password,
};
use crate::{
    access::{Scope, WriteMode},
    audit,
    context::{Caller, Membership, Person, Services, Token},
    database::{AccessMode, Database, Db, RowScope},
    error::Error,
    operation::{Call, membership},
    organizations,
    page::Page,
    secrets::{
        access_token::{PREFIX, id_in, parts},
        random_secret,
    },
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
};

/// An authenticated token with its member.
pub struct AuthenticatedToken {
    /// The person behind it.
    pub person: Person,
    /// Their membership.
    pub membership: Membership,
    /// The token with its scopes and write mode.
    pub token: Token,
    /// Whether its last use was recorded within the last minute.
    pub seen_recently: bool,
}

/// Authenticates a token; the refusal does not say what is wrong with it.
pub async fn authenticate(database: &Database, presented: &str, now: Timestamp) -> Result<AuthenticatedToken, Error> {
    let (id, presented) = parts(presented).ok_or_else(Error::unauthenticated)?;
    let fingerprint = random_secret::fingerprint(&format!("{}_{presented}", id.0));
    let mut db = database.begin_authentication(&fingerprint).await?;
    let owner = store::authenticate_token(&mut db, id, now).await?.ok_or_else(Error::unauthenticated)?;
    if !random_secret::matches(presented, &owner.secret_hash) {
        return Err(Error::unauthenticated());
    }
    database.remember_owner(&fingerprint, UserId(owner.user_id));
    recognized(id, owner)
}

/// The valid token with this id and its member; none if it was revoked or has expired.
pub async fn find_valid(db: &mut Db, id: TokenId, now: Timestamp) -> Result<Option<AuthenticatedToken>, Error> {
    store::authenticate_token(db, id, now).await?.map(|owner| recognized(id, owner)).transpose()
}

fn recognized(id: TokenId, owner: store::TokenOwner) -> Result<AuthenticatedToken, Error> {
    Ok(AuthenticatedToken {
        person: Person { id: UserId(owner.user_id), name: owner.user_name, email: owner.email, confirmed: owner.confirmed },
        membership: membership::membership(owner.standing)?,
        token: Token {
            id,
            name: owner.token_name,
            scopes: owner.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            writes: owner.writes.parse().unwrap_or_default(),
        },
        seen_recently: owner.seen_recently,
    })
}

/// Records the last use of a token with the program and, for the first time, the network. A failure does not fail the call. It runs in the
/// background, on connections of the workers rather than of the organization's share.
pub async fn seen(caller: &Caller, client: &str) -> Result<(), Error> {
    let (Some(token), Some(membership)) = (&caller.token, &caller.membership) else { return Ok(()) };
    let client = audit::redact_line(client, 100);
    let mut db = caller.services.workers.begin(RowScope::Organization(membership.organization), AccessMode::Write).await?;
    let now = caller.services.clock.now();
    store::touch_token(&mut db, token.id, now, &client).await?;
    if !caller.address.is_empty() {
        record_event(&mut db, caller.person()?.id, EventKind::TokenUsed, now, &RequestOrigin::of(caller), &token.name).await?;
    }
    db.commit().await
}

/// The properties of a new token.
pub struct TokenRequest {
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What happens when it writes.
    pub writes: WriteMode,
    /// Days until it expires, 0 for never.
    pub expires_in_days: u32,
}

/// Creates a token for the caller. Their sign-in is locked meanwhile: a password change that ends it revokes the token too.
pub async fn create(cx: &mut Call, name: &str, scopes: Vec<Scope>, writes: WriteMode, expires_in_days: u32) -> Result<NewToken, Error> {
    let (member, zone, now) = (cx.membership()?.member, cx.membership()?.member_zone.clone(), cx.now);
    verified_password::hold_sign_in(&mut cx.db, &cx.caller).await?;
    let made = make(&mut cx.db, member, &zone, now, TokenRequest { name: name.to_owned(), scopes, writes, expires_in_days }).await?;
    let (person, from) = (cx.caller.person()?.id, RequestOrigin::of(&cx.caller));
    record_event(&mut cx.db, person, EventKind::TokenMade, now, &from, &made.listed.name).await?;
    Ok(made)
}

/// Creates a token for a member without a call, for the operator's command line.
pub async fn issue(services: &Services, email: &str, slug: &str, order: TokenRequest) -> Result<NewToken, Error> {
    let unknown = || {
        Error::invalid(
            "organization",
            format!("{} does not belong to an organization at /o/{}.", text::excerpt(email), text::excerpt(slug)),
        )
    };
    let email = text::known_email("email", email)?;
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let (user, _) = store::user_by_email(&mut db, &email).await?.ok_or_else(unknown)?;
    drop(db);
    let mut db = services.database.begin(RowScope::Person(user), AccessMode::Read).await?;
    let organizations = organizations::store::of_person(&mut db, user).await?;
    let organization = organizations.iter().find(|organization| organization.slug == slug).ok_or_else(unknown)?.id;

    let mut db = services.database.begin(RowScope::Organization(OrganizationId(organization)), AccessMode::Write).await?;
    let member = store::member_of_user(&mut db, user).await?.ok_or_else(unknown)?;
    let zone = zone::load(&organizations::store::get(&mut db).await?.time_zone)?;
    let now = services.clock.now();
    let made = make(&mut db, MemberId(member), &zone, now, order).await?;
    record_event(&mut db, UserId(user), EventKind::TokenMade, now, &RequestOrigin::operator(), &made.listed.name).await?;
    db.commit().await?;
    Ok(made)
}

async fn make(db: &mut Db, member: MemberId, zone: &TimeZone, now: Timestamp, order: TokenRequest) -> Result<NewToken, Error> {
    if order.expires_in_days > 3650 {
        return Err(Error::invalid("expires_in_days", "A token lives at most 3650 days; write fewer, or 0 for never."));
    }
    let expires = (order.expires_in_days > 0).then(|| now + SignedDuration::from_hours(24 * i64::from(order.expires_in_days)));
    let listed = AccessToken {
        id: TokenId::new(),
        name: text::line("name", &order.name, 100)?,
        scopes: order.scopes,
        writes: order.writes,
        created_at: OffsetDateTime::at(now, zone),
        expires_at: expires.map(|at| OffsetDateTime::at(at, zone)),
        last_used_at: None,
        last_used_by: None,
    };
    let random = random_secret::random();
    store::insert_token(db, &listed, member.0, &random_secret::fingerprint(&random), now, expires).await?;
    Ok(NewToken { token: format!("{PREFIX}{}_{random}", listed.id.0.simple()), listed })
}

/// The caller's tokens.
pub async fn list(cx: &mut Call) -> Result<Page<AccessToken>, Error> {
    let (member, zone) = (cx.membership()?.member.0, cx.membership()?.member_zone.clone());
    let at = |at: jiff_sqlx::Timestamp| OffsetDateTime::at(at.to_jiff(), &zone);
    let rows = store::tokens(&mut cx.db, member).await?;
    let items = rows.into_iter().map(|row| AccessToken {
        id: TokenId(row.id),
        name: row.name,
        scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
        writes: row.writes.parse().unwrap_or_default(),
        created_at: at(row.created_at),
        expires_at: row.expires_at.map(at),
        last_used_at: row.last_used_at.map(at),
        last_used_by: row.last_used_by,
    });
    Ok(Page::single(items.collect()))
}

/// Revokes one of the caller's tokens.
pub async fn revoke(cx: &mut Call, token: &str) -> Result<RevokedToken, Error> {
    let id = id_in(token).ok_or_else(|| Error::not_found("token"))?;
    let (member, now) = (cx.membership()?.member.0, cx.now);
    let name = store::revoke_token(&mut cx.db, member, id.0, now).await?.ok_or_else(|| Error::not_found("token"))?;
    let (person, from) = (cx.caller.person()?.id, RequestOrigin::of(&cx.caller));
    record_event(&mut cx.db, person, EventKind::TokenRevoked, now, &from, &name).await?;
    Ok(RevokedToken { id })
}
