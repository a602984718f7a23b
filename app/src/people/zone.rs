//! The time zone of a member.

use super::{Member, record, store::member};
use crate::{day, error::Error, operation::Call};

/// Gives the caller a zone of their own, or that of the organization.
pub async fn set(cx: &mut Call, given: Option<&str>) -> Result<Member, Error> {
    let own = cx.membership()?.member.0;
    let zone = given.filter(|zone| !zone.trim().is_empty()).map(day::zone::given).transpose()?;
    member::set_zone(&mut cx.db, own, zone.as_deref()).await?;
    record::get(cx, "me").await
}
