//! A membership as calls carry it.

use domain::{
    day::zone,
    id::{MemberId, OrganizationId},
    money::Currency,
};
use uuid::Uuid;

use crate::{context::Membership, error::Error};

/// Parses a membership row. An unknown zone or role is corrupt data, so there is no default.
pub fn membership(row: MembershipRow) -> Result<Membership, Error> {
    let organization_zone = zone::load(&row.time_zone)?;
    let member_zone = row.member_time_zone.as_deref().map(zone::load).transpose()?;
    Ok(Membership {
        organization: OrganizationId(row.organization_id),
        slug: row.slug,
        name: row.organization_name,
        member: MemberId(row.member_id),
        role: row.role.parse()?,
        member_zone: member_zone.unwrap_or_else(|| organization_zone.clone()),
        organization_zone,
        currency: Currency::parse(&row.currency)?,
        week_start: u8::try_from(row.week_start).unwrap_or(1),
        language: row.language,
    })
}

/// A person's membership in the requested organization.
#[allow(missing_docs, reason = "the columns of `organization` and `member`, where they are described")]
pub struct MembershipRow {
    pub organization_id: Uuid,
    pub slug: String,
    pub organization_name: String,
    pub member_id: Uuid,
    pub role: String,
    pub time_zone: String,
    pub member_time_zone: Option<String>,
    pub currency: String,
    pub week_start: i16,
    pub language: String,
}
