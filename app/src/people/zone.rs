//! The time zone of a member.

use jiff::civil::Date;

use super::{Member, record, store::member};
use crate::{day, error::Error, operation::Call};

/// The latest day that has begun where the organization or one of its members is: their work may be of a day that is still to come for the
/// organization.
pub async fn latest_today(cx: &mut Call) -> Result<Date, Error> {
    let (now, here) = (cx.now, cx.organization_today()?);
    let zones = member::zones(&mut cx.db).await?;
    let days = zones.iter().map(|zone| Ok(now.to_zoned(day::zone::load(zone)?).date())).collect::<Result<Vec<_>, Error>>()?;
    Ok(days.into_iter().fold(here, Date::max))
}

/// Gives the caller a zone of their own, or that of the organization.
pub async fn set(cx: &mut Call, given: Option<&str>) -> Result<Member, Error> {
    let own = cx.membership()?.member.0;
    let zone = given.filter(|zone| !zone.trim().is_empty()).map(day::zone::parse_name).transpose()?;
    member::set_zone(&mut cx.db, own, zone.as_deref()).await?;
    record::get(cx, "me").await
}
