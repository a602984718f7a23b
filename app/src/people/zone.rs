//! The time zone of a member.

use domain::day;
use jiff::civil::Date;

use super::{Member, record, store::member};
use crate::{error::Error, operation::Call};

/// The latest date that has begun in the time zone of the organization or of one of its members: their work may be dated a day ahead of the
/// organization.
pub async fn latest_today(cx: &mut Call) -> Result<Date, Error> {
    let (now, here) = (cx.now, cx.organization_today()?);
    let zones = member::zones(&mut cx.db).await?;
    let days = zones.iter().map(|zone| Ok(now.to_zoned(day::zone::load(zone)?).date())).collect::<Result<Vec<_>, Error>>()?;
    Ok(days.into_iter().fold(here, Date::max))
}

/// Sets the caller's own time zone, or resets it to the organization's.
pub async fn set(cx: &mut Call, given: Option<&str>) -> Result<Member, Error> {
    let own = cx.membership()?.member.0;
    let zone = given.filter(|zone| !zone.trim().is_empty()).map(day::zone::parse_name).transpose()?;
    member::set_zone(&mut cx.db, own, zone.as_deref()).await?;
    record::get(cx, "me").await
}
