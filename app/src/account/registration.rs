//! Registration and sign-in. The page and the command line register people through the same function.

use domain::{
    id::{MemberId, OrganizationId, UserId},
    text,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{hash_queue::Requester, store, verified_password::VerifiedPassword};
use crate::{
    context::{Caller, Services},
    database::{AccessMode, Database, Db, RowScope},
    error::{Code, Error},
    organizations::{
        self,
        create::{Founder, insert_with_founder},
        initial_settings::InitialSettings,
    },
    secrets::{acceptable_password, link_purpose::LinkPurpose, random_secret},
    security::{
        self, EventKind,
        attempts::{self, AttemptKind, AttemptLimit},
        event::{RequestOrigin, record_event},
    },
    verification::{address, mail_limits},
};

/// How long a browser stays signed in.
pub const SIGN_IN_DAYS: i64 = 30;

/// The data of a person who signs up.
pub struct Registration {
    /// The address that they sign in with and get mails at.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: String,
    /// The name of their organization; their own name when absent.
    pub organization: Option<String>,
    /// Their IANA time zone; that of their country when absent or unknown.
    pub time_zone: Option<String>,
    /// The defaults for new clients and invoices of their organization.
    pub basics: InitialSettings,
    /// How their address is confirmed.
    pub confirmation: Confirmation,
}

/// How the address of a person is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The operator vouches for it.
    Vouched,
    /// By a link that is mailed to it.
    ByLink,
    /// By the link of an invitation mailed to it, which is accepted together with the registration.
    ByInvitation,
}

/// A registered person with their first organization.
pub struct Registered {
    /// The person.
    pub user: UserId,
    /// Their password, which counts as verified.
    pub verified: VerifiedPassword,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The organization that was created for them.
    pub organization: OrganizationId,
    /// Its URL slug.
    pub slug: String,
    /// Their membership as its owner.
    pub member: MemberId,
}

/// Inserts a person and their first organization in one transaction, on behalf of the operator.
pub async fn register(services: &Services, given: Registration) -> Result<Registered, Error> {
    let (registered, db) = begin(services, given, Requester::Operator).await?;
    db.commit().await?;
    Ok(registered)
}

/// The same without the commit: the caller adds to the transaction and commits it, or rolls it back.
pub async fn begin(services: &Services, given: Registration, requester: Requester) -> Result<(Registered, Db), Error> {
    let email = text::email("email", &given.email)?;
    let name = text::line("name", &given.name, 200)?;
    acceptable_password::acceptable_password(&given.password, &email)?;
    let organization_name = text::optional("organization", given.organization.as_deref(), 200)?.unwrap_or_else(|| name.clone());
    let password_hash = super::password::hash_password(requester, given.password).await?;
    let zone = given.basics.zone(given.time_zone.as_deref());

    let (user, organization, member) = (UserId::new(), OrganizationId::new(), MemberId::new());
    let now = services.clock.now();
    let mut db = services.database.begin_anonymous(RowScope::Organization(organization), AccessMode::Write).await?;
    store::insert_user(&mut db, user.0, &email, &name, &password_hash, now).await?;
    match given.confirmation {
        Confirmation::Vouched => store::confirm_email(&mut db, user, now).await?,
        Confirmation::ByInvitation => (),
        Confirmation::ByLink => {
            if let Requester::Network(network) = requester {
                mail_limits::count_for_network(&mut db, services, network).await?;
            }
            address::send(&mut db, user, LinkPurpose::ConfirmAddress, &email, now).await?;
        }
    }
    let slug = insert_with_founder(&mut db, &Founder { user, member, name: &name }, &organization_name, &zone, now).await?;
    given.basics.write(&mut db, services.documents.as_ref()).await?;
    let verified = VerifiedPassword::new(user, password_hash);
    Ok((Registered { user, verified, name, email, organization, slug, member }, db))
}

/// Checks a password; an unknown address and a wrong password give the same message after the same work. `browser` is the secret of a known
/// browser, if there is one: attempts from elsewhere do not slow it down.
pub async fn check_password(caller: &Caller, email: &str, password: String, browser: Option<&str>) -> Result<VerifiedPassword, Error> {
    let (services, email) = (&caller.services, text::known_email("email", email)?);
    let limits = count(caller, &email, browser).await?;
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let (user, kept) = store::user_by_email(&mut db, &email).await?.unzip();
    // Hashing is slow, so the connection is returned to the pool meanwhile.
    db.release().await;
    let right = super::password::verify_password(Requester::of(caller), password, kept.clone()).await?;
    match (user.map(UserId), kept) {
        (Some(user), Some(kept)) if right => {
            attempts::forget(&services.database, &limits).await?;
            Ok(VerifiedPassword::new(user, kept))
        }
        (known, _) => {
            known.into_iter().for_each(|user| record_event_later(caller, user, EventKind::SignInFailed));
            Err(wrong())
        }
    }
}

fn wrong() -> Error {
    Error::new(Code::Unauthenticated, "The address or the password is wrong. Check both and try again.")
}

/// Whether the owner of the account with this address has signed in before in the browser with this secret.
pub async fn is_known_browser(database: &Database, email: &str, browser: &str) -> Result<bool, Error> {
    let email = text::known_email("email", email)?;
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    security::store::is_known_browser(&mut db, &email, &random_secret::fingerprint(browser)).await
}

/// Counts an attempt with a password; returns the limits that it counted for.
async fn count(caller: &Caller, email: &str, browser: Option<&str>) -> Result<Vec<AttemptLimit>, Error> {
    const TRIES: &str = "There were too many wrong passwords for this account.";
    let (database, browser) = (&caller.services.database, browser.map(random_secret::fingerprint).unwrap_or_default());
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let known = security::store::is_known_browser(&mut db, email, &browser).await?;
    db.release().await;
    if known {
        let limits = vec![AttemptLimit::of_browser(AttemptKind::SignIn, email, &browser)];
        return attempts::count(database, &limits, TRIES).await.map(|()| limits);
    }
    let [account, place] = of_elsewhere(caller, email);
    attempts::count_from(database, &account, &place, TRIES).await?;
    Ok(vec![account, place])
}

/// The limits for an attempt from an unknown browser: the account, and the account from this network.
fn of_elsewhere(caller: &Caller, email: &str) -> [AttemptLimit; 2] {
    [AttemptLimit::of_account(AttemptKind::SignIn, email), AttemptLimit::of_account_from(AttemptKind::SignIn, email, &caller.address)]
}

/// Trusts the browser of a person who has proved otherwise that the account is theirs: the counted attempts are deleted and the browser
/// becomes a known one, which attempts from elsewhere do not slow down.
pub async fn trust_browser(
    db: &mut Db,
    caller: &Caller,
    (user, email): (UserId, &str),
    browser: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let browser = random_secret::fingerprint(browser);
    let [account, place] = of_elsewhere(caller, email);
    let of_browser = AttemptLimit::of_browser(AttemptKind::SignIn, email, &browser);
    attempts::forget_with(db, &[account, place, of_browser, AttemptLimit::of_person(AttemptKind::Password, user.0)]).await?;
    security::store::know_browser(db, user.0, &browser, now).await
}

/// Records an event in the background, so that the response time does not tell whether the account exists.
pub(super) fn record_event_later(caller: &Caller, user: UserId, kind: EventKind) {
    let (services, from) = (caller.services.clone(), RequestOrigin::of(caller));
    caller.services.tasks.spawn(async move {
        let now = services.clock.now();
        let noted = async {
            let mut db = services.workers.begin(RowScope::Person(user.0), AccessMode::Write).await?;
            record_event(&mut db, user, kind, now, &from, "").await?;
            db.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a security event could not be written down");
        }
    });
}

/// Signs in a browser without a known secret; returns the secret for its cookie.
pub async fn open_sign_in(services: &Services, verified: &VerifiedPassword, user_agent: &str) -> Result<String, Error> {
    sign_in_browser(services, verified, &RequestOrigin::new("", user_agent), &random_secret::random()).await
}

/// Signs in a browser, which is known by its own secret from then on; returns the secret of the sign-in for its cookie. Refuses when the
/// password was changed since it was verified.
pub async fn sign_in_browser(
    services: &Services,
    verified: &VerifiedPassword,
    from: &RequestOrigin,
    browser: &str,
) -> Result<String, Error> {
    let (random, now) = (random_secret::random(), services.clock.now());
    let expires = now + SignedDuration::from_hours(24 * SIGN_IN_DAYS);
    let (cookie, browser) = (random_secret::fingerprint(&random), random_secret::fingerprint(browser));
    let mut db = services.database.begin(RowScope::Person(verified.user.0), AccessMode::Write).await?;
    if !verified.hold(&mut db).await? {
        return Err(wrong());
    }
    security::store::open_sign_in(&mut db, verified.user.0, &cookie, &browser, (now, expires), from).await?;
    db.commit().await?;
    Ok(random)
}

/// The path to go to after signing in: the organization they joined first.
pub async fn home_path(services: &Services, user: Uuid) -> Result<String, Error> {
    let mut db = services.database.begin(RowScope::Person(user), AccessMode::Read).await?;
    let organizations = organizations::store::of_person(&mut db, user).await?;
    Ok(organizations.first().map_or_else(|| "/welcome".to_owned(), |first| format!("/o/{}", first.slug)))
}
