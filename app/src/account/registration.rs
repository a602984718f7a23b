//! Signing up, in and out. The page and the command line register people through the same function.

use jiff::SignedDuration;
use uuid::Uuid;

use super::{secret, store};
use crate::{
    context::Services,
    database::{Access, Reach},
    error::{Code, Error},
    id::{MemberId, OrganizationId, UserId},
    organizations::{
        self,
        found::{Founder, found},
    },
    text,
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
    /// Their IANA time zone; UTC when absent or unknown.
    pub time_zone: Option<String>,
    /// Whether somebody vouches for the address, as the operator does; otherwise a link that is sent there confirms it.
    pub confirmed: bool,
}

/// A person with their personal organization.
pub struct Registered {
    /// The person.
    pub user: UserId,
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

/// Adds a person and their personal organization, both or neither.
pub async fn register(services: &Services, given: Registration) -> Result<Registered, Error> {
    let email = text::email("email", &given.email)?;
    let name = text::line("name", &given.name, 200)?;
    secret::acceptable_password(&given.password)?;
    let organization_name = text::optional("organization", given.organization.as_deref(), 200)?.unwrap_or_else(|| name.clone());
    let password_hash = secret::hash_password(given.password).await?;
    let zone = given.time_zone.filter(|zone| jiff::tz::TimeZone::get(zone).is_ok()).unwrap_or_else(|| "UTC".to_owned());

    let (user, organization, member) = (UserId::new(), OrganizationId::new(), MemberId::new());
    let now = services.clock.now();
    let mut db = services.database.begin(Reach::Organization(organization), Access::Write).await?;
    store::insert_user(&mut db, user.0, &email, &name, &password_hash, now).await?;
    if given.confirmed {
        store::confirm_email(&mut db, user, now).await?;
    }
    let slug = found(&mut db, &Founder { user, member, name: &name }, &organization_name, &zone, now).await?;
    db.commit().await?;
    Ok(Registered { user, name, email, organization, slug, member })
}

/// Checks a password; the same words for an unknown address and a wrong password.
pub async fn check_password(services: &Services, email: &str, password: String) -> Result<UserId, Error> {
    let email = text::email("email", email)?;
    let mut db = services.database.begin(Reach::Nobody, Access::Read).await?;
    let (user, kept) = store::user_by_email(&mut db, &email).await?.unzip();
    // Hashing takes long: nobody else waits for the connection meanwhile.
    db.release().await;
    let right = secret::verify_password(password, kept).await?;
    match user.filter(|_| right) {
        Some(user) => Ok(UserId(user)),
        None => Err(Error::new(Code::Unauthenticated, "The address or the password is wrong. Check both and try again.")),
    }
}

/// Signs a browser in; the secret goes into its cookie.
pub async fn open_sign_in(services: &Services, user: UserId, user_agent: &str) -> Result<String, Error> {
    let (random, now) = (secret::random(), services.clock.now());
    let expires = now + SignedDuration::from_hours(24 * SIGN_IN_DAYS);
    let user_agent: String = user_agent.chars().filter(|c| !c.is_control()).take(300).collect();
    let mut db = services.database.begin(Reach::Person(user.0), Access::Write).await?;
    store::insert_sign_in(&mut db, &secret::fingerprint(&random), user.0, now, expires, &user_agent).await?;
    db.commit().await?;
    Ok(random)
}

/// Where a person lands after signing in: the organization they joined first.
pub async fn landing(services: &Services, user: Uuid) -> Result<String, Error> {
    let mut db = services.database.begin(Reach::Person(user), Access::Read).await?;
    let organizations = organizations::store::of_person(&mut db, user).await?;
    Ok(organizations.first().map_or_else(|| "/welcome".to_owned(), |first| format!("/o/{}", first.slug)))
}
