//! From a cookie to the person behind it.

use jiff::Timestamp;

use super::{
    secret,
    store::{self, MembershipRow},
};
use crate::{
    access::Role,
    context::{Membership, Person},
    database::Database,
    day::zone,
    error::Error,
    id::{MemberId, OrganizationId, UserId},
    money::Currency,
};

/// The person behind a cookie, and where they stand in the organization of the page.
pub async fn authenticate(
    database: &Database,
    cookie: &str,
    slug: &str,
    now: Timestamp,
) -> Result<Option<(Person, Option<Membership>)>, Error> {
    // A slug comes from an address, where it can be anything.
    if slug.contains('\0') {
        return Ok(None);
    }
    let fingerprint = secret::fingerprint(cookie);
    let mut db = database.begin_authentication(&fingerprint).await?;
    let Some(found) = store::authenticate_sign_in(&mut db, &fingerprint, slug, now).await? else { return Ok(None) };
    database.remember_owner(&fingerprint, UserId(found.user_id));
    let person = Person { id: UserId(found.user_id), name: found.user_name, email: found.email, confirmed: found.confirmed };
    Ok(Some((person, found.organization.map(membership).transpose()?)))
}

/// Reads a standing. A zone or role this build does not know is a fault of the data, never a default.
pub fn membership(standing: MembershipRow) -> Result<Membership, Error> {
    let organization_zone = zone::load(&standing.time_zone)?;
    let member_zone = standing.member_time_zone.as_deref().map(zone::load).transpose()?;
    Ok(Membership {
        organization: OrganizationId(standing.organization_id),
        slug: standing.slug,
        name: standing.organization_name,
        member: MemberId(standing.member_id),
        role: Role::from_name(&standing.role).ok_or_else(Error::internal)?,
        member_zone: member_zone.unwrap_or_else(|| organization_zone.clone()),
        organization_zone,
        currency: Currency::parse(&standing.currency)?,
        week_start: u8::try_from(standing.week_start).unwrap_or(1),
        language: standing.language,
    })
}
