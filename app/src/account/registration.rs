//! Signing up, in and out. The page and the command line register people through the same function.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{hash_queue::Requester, secret, store, verified_password::VerifiedPassword};
use crate::{
    context::{Caller, Services},
    database::{AccessMode, Database, Db, RowScope},
    error::{Code, Error},
    id::{MemberId, OrganizationId, UserId},
    organizations::{
        self,
        create::{Founder, insert_with_founder},
        initial_settings::InitialSettings,
    },
    security::{
        self, EventKind,
        attempts::{self, AttemptKind, AttemptLimit},
        event::{RequestOrigin, record_event},
    },
    text,
    verification::{self, address, mail_limits},
};

/// How long a browser stays signed in.
pub const SIGN_IN_DAYS: i64 = 30;

/// What a person tells when they sign up.
pub struct Registration {
    /// Where they can be reached and what they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: String,
    /// What their organization is called; their own name when absent.
    pub organization: Option<String>,
    /// Their IANA time zone; that of their country when absent or unknown.
    pub time_zone: Option<String>,
    /// What new clients and invoices of their organization start from.
    pub basics: InitialSettings,
    /// What shows that the address is theirs.
    pub confirmation: Confirmation,
}

/// What shows that an address is a person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The operator vouches for it.
    Vouched,
    /// A link that is sent there.
    ByLink,
    /// The link of an invitation that was sent there, and is answered together with the registration.
    ByInvitation,
}

/// A person with their personal organization.
pub struct Registered {
    /// The person.
    pub user: UserId,
    /// Their password, which they have just chosen.
    pub verified: VerifiedPassword,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The organization that was made for them.
    pub organization: OrganizationId,
    /// Its place in addresses.
    pub slug: String,
    /// They as its owner.
    pub member: MemberId,
}

/// Adds a person and their personal organization, both or neither, as the operator does.
pub async fn register(services: &Services, given: Registration) -> Result<Registered, Error> {
    let (registered, db) = begin(services, given, Requester::Operator).await?;
    db.commit().await?;
    Ok(registered)
}

/// The same, before it is kept: whoever asks for it keeps it, together with what else they do, or lets it go.
pub async fn begin(services: &Services, given: Registration, requester: Requester) -> Result<(Registered, Db), Error> {
    let email = text::email("email", &given.email)?;
    let name = text::line("name", &given.name, 200)?;
    secret::acceptable_password(&given.password, &email)?;
    let organization_name = text::optional("organization", given.organization.as_deref(), 200)?.unwrap_or_else(|| name.clone());
    let password_hash = secret::hash_password(requester, given.password).await?;
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
            address::send(&mut db, user, verification::LinkPurpose::ConfirmAddress, &email, now).await?;
        }
    }
    let slug = insert_with_founder(&mut db, &Founder { user, member, name: &name }, &organization_name, &zone, now).await?;
    given.basics.write(&mut db, services.documents.as_ref()).await?;
    let verified = VerifiedPassword::new(user, password_hash);
    Ok((Registered { user, verified, name, email, organization, slug, member }, db))
}

/// Checks a password; the same words, and the same work, for an unknown address and a wrong password. `browser` is the secret of
/// the browser, when it has one: where somebody has signed in before, tries from elsewhere do not slow them down.
pub async fn check_password(caller: &Caller, email: &str, password: String, browser: Option<&str>) -> Result<VerifiedPassword, Error> {
    let (services, email) = (&caller.services, text::known_email("email", email)?);
    let limits = count(caller, &email, browser).await?;
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let (user, kept) = store::user_by_email(&mut db, &email).await?.unzip();
    // Hashing takes long: nobody else waits for the connection meanwhile.
    db.release().await;
    let right = secret::verify_password(Requester::of(caller), password, kept.clone()).await?;
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

/// Whether the owner of the account with this address has signed in before with the browser of this secret.
pub async fn is_known_browser(database: &Database, email: &str, browser: &str) -> Result<bool, Error> {
    let email = text::known_email("email", email)?;
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    security::store::is_known_browser(&mut db, &email, &secret::fingerprint(browser)).await
}

/// Counts a try with a password; under what it counts.
async fn count(caller: &Caller, email: &str, browser: Option<&str>) -> Result<Vec<AttemptLimit>, Error> {
    const TRIES: &str = "There were too many wrong passwords for this account.";
    let (database, browser) = (&caller.services.database, browser.map(secret::fingerprint).unwrap_or_default());
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

/// Under what a try from a browser counts in which the owner of the account has not signed in: the account, and where it comes
/// from.
fn of_elsewhere(caller: &Caller, email: &str) -> [AttemptLimit; 2] {
    [AttemptLimit::of_account(AttemptKind::SignIn, email), AttemptLimit::of_account_from(AttemptKind::SignIn, email, &caller.address)]
}

/// Lets a person in at once who has shown otherwise that the account is theirs: what was tried is forgotten, and the browser is
/// one of theirs from then on, so that whoever guesses elsewhere does not slow them down there.
pub async fn trust_browser(
    db: &mut Db,
    caller: &Caller,
    (user, email): (UserId, &str),
    browser: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let browser = secret::fingerprint(browser);
    let [account, place] = of_elsewhere(caller, email);
    let of_browser = AttemptLimit::of_browser(AttemptKind::SignIn, email, &browser);
    attempts::forget_with(db, &[account, place, of_browser, AttemptLimit::of_person(AttemptKind::Password, user.0)]).await?;
    security::store::know_browser(db, user.0, &browser, now).await
}

/// Writes an event down without letting anybody wait for it, so that the time of an answer does not tell whether there is an
/// account.
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

/// Signs a browser in that nobody knows anything about; the secret goes into its cookie.
pub async fn open_sign_in(services: &Services, verified: &VerifiedPassword, user_agent: &str) -> Result<String, Error> {
    sign_in_browser(services, verified, &RequestOrigin::new("", user_agent), &secret::random()).await
}

/// Signs a browser in, which is known by its own secret from then on; the secret of the sign-in goes into its cookie. Refused
/// when the password was changed since it was looked at: it is a wrong one by now.
pub async fn sign_in_browser(
    services: &Services,
    verified: &VerifiedPassword,
    from: &RequestOrigin,
    browser: &str,
) -> Result<String, Error> {
    let (random, now) = (secret::random(), services.clock.now());
    let expires = now + SignedDuration::from_hours(24 * SIGN_IN_DAYS);
    let (cookie, browser) = (secret::fingerprint(&random), secret::fingerprint(browser));
    let mut db = services.database.begin(RowScope::Person(verified.user.0), AccessMode::Write).await?;
    if !verified.hold(&mut db).await? {
        return Err(wrong());
    }
    security::store::open_sign_in(&mut db, verified.user.0, &cookie, &browser, (now, expires), from).await?;
    db.commit().await?;
    Ok(random)
}

/// Where a person lands after signing in: the organization they joined first.
pub async fn home_path(services: &Services, user: Uuid) -> Result<String, Error> {
    let mut db = services.database.begin(RowScope::Person(user), AccessMode::Read).await?;
    let organizations = organizations::store::of_person(&mut db, user).await?;
    Ok(organizations.first().map_or_else(|| "/welcome".to_owned(), |first| format!("/o/{}", first.slug)))
}
