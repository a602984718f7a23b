//! Authenticates the cookie of a sign-in.

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
    let fingerprint = secret::fingerprint(cookie);
    let mut db = database.begin_authentication(&fingerprint).await?;
    let Some(found) = store::authenticate_sign_in(&mut db, &fingerprint, slug, now).await? else { return Ok(None) };
    database.remember_owner(&fingerprint, UserId(found.user_id));
    let person = Person { id: UserId(found.user_id), name: found.user_name, email: found.email, confirmed: found.confirmed };
    Ok(Some((person, found.organization.map(membership).transpose()?)))
}

/// Parses a membership row. An unknown zone or role is corrupt data, so there is no default.
pub fn membership(row: MembershipRow) -> Result<Membership, Error> {
    let organization_zone = zone::load(&row.time_zone)?;
    let member_zone = row.member_time_zone.as_deref().map(zone::load).transpose()?;
    Ok(Membership {
        organization: OrganizationId(row.organization_id),
        slug: row.slug,
        name: row.organization_name,
        member: MemberId(row.member_id),
        role: Role::from_name(&row.role).ok_or_else(Error::internal)?,
        member_zone: member_zone.unwrap_or_else(|| organization_zone.clone()),
        organization_zone,
        currency: Currency::parse(&row.currency)?,
        week_start: u8::try_from(row.week_start).unwrap_or(1),
        language: row.language,
    })
}
