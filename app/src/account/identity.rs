//! Authenticates the cookie of a sign-in.

use domain::id::UserId;
use jiff::Timestamp;

use super::store::{self};
use crate::{
    context::{Membership, Person},
    database::Database,
    error::Error,
    operation::membership::membership,
    secrets::random_secret,
};

/// The person of a sign-in cookie, and their membership in the organization of the page.
pub async fn authenticate(
    database: &Database,
    cookie: &str,
    slug: &str,
    now: Timestamp,
) -> Result<Option<(Person, Option<Membership>)>, Error> {
    // A slug comes from a URL, so it can hold anything.
    if slug.contains('\0') {
        return Ok(None);
    }
    let fingerprint = random_secret::fingerprint(cookie);
    let mut db = database.begin_authentication(&fingerprint).await?;
    let Some(found) = store::authenticate_sign_in(&mut db, &fingerprint, slug, now).await? else { return Ok(None) };
    database.remember_owner(&fingerprint, UserId(found.user_id));
    let person = Person { id: UserId(found.user_id), name: found.user_name, email: found.email, confirmed: found.confirmed };
    Ok(Some((person, found.organization.map(membership).transpose()?)))
}
