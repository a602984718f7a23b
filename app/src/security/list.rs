//! Lists and ends the sign-ins of a person, and lists their security events.

use domain::{day::OffsetDateTime, id::SignInId};
use jiff::tz::TimeZone;

use super::{
    ActiveSignIn, EndedSignIns, EventKind, SecurityEvent,
    event::{RequestOrigin, record_event},
    store, user_agent,
};
use crate::{error::Error, operation::Call, page::Page};

/// The most events listed per kind, so that a frequent kind does not displace the others.
const EVENTS_LISTED: i32 = 50;

/// The caller's time zone in the organization of the call, or UTC outside of any.
fn zone(cx: &Call) -> TimeZone {
    cx.caller.membership.as_ref().map_or(TimeZone::UTC, |membership| membership.member_zone.clone())
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

pub(super) async fn events(cx: &mut Call) -> Result<Page<SecurityEvent>, Error> {
    let (person, zone) = (cx.caller.person()?.id, zone(cx));
    let rows = store::events(&mut cx.db, person.0, EVENTS_LISTED).await?;
    let events = rows.into_iter().filter_map(|row| {
        Some(SecurityEvent {
            // Unknown kinds are left out, since a newer build may have recorded them.
            kind: row.kind.parse().ok()?,
            at: OffsetDateTime::at(row.at.to_jiff(), &zone),
            times: u32::try_from(row.times).unwrap_or(1),
            address: given(row.address),
            device: user_agent::describe(&row.user_agent),
            detail: given(row.detail),
        })
    });
    Ok(Page::single(events.collect()))
}

pub(super) async fn sign_ins(cx: &mut Call) -> Result<Page<ActiveSignIn>, Error> {
    let (person, zone, now) = (cx.caller.person()?.id, zone(cx), cx.now);
    let present = cx.caller.sign_in.clone().unwrap_or_default();
    let rows = store::sign_ins(&mut cx.db, person.0, &present, now).await?;
    let items = rows.into_iter().map(|row| ActiveSignIn {
        id: SignInId(row.id),
        device: user_agent::describe(&row.user_agent),
        address: given(row.address),
        signed_in_at: OffsetDateTime::at(row.created_at.to_jiff(), &zone),
        expires_at: OffsetDateTime::at(row.expires_at.to_jiff(), &zone),
        this_one: row.is_present,
    });
    Ok(Page::single(items.collect()))
}

pub(super) async fn end(cx: &mut Call, sign_in: &str) -> Result<EndedSignIns, Error> {
    let id: SignInId = sign_in.parse().map_err(|_| Error::not_found("sign-in"))?;
    let (person, now) = (cx.caller.person()?.id, cx.now);
    let open = store::sign_ins(&mut cx.db, person.0, &[], now).await?;
    if !store::end_sign_in(&mut cx.db, person.0, id.0).await? {
        return Err(Error::not_found("sign-in"));
    }
    let device = open.iter().find(|row| row.id == id.0).map(|row| user_agent::describe(&row.user_agent)).unwrap_or_default();
    ended(cx, 1, &device).await
}

pub(super) async fn end_others(cx: &mut Call) -> Result<EndedSignIns, Error> {
    let person = cx.caller.person()?.id;
    let present = cx.caller.sign_in.clone().unwrap_or_default();
    let gone = store::end_sign_ins(&mut cx.db, person.0, &present).await?;
    ended(cx, u32::try_from(gone).unwrap_or(u32::MAX), "all other browsers").await
}

/// Records which browsers were signed out.
async fn ended(cx: &mut Call, ended: u32, which: &str) -> Result<EndedSignIns, Error> {
    let (person, now, from) = (cx.caller.person()?.id, cx.now, RequestOrigin::of(&cx.caller));
    if ended > 0 {
        record_event(&mut cx.db, person, EventKind::SignInsEnded, now, &from, which).await?;
    }
    Ok(EndedSignIns { ended })
}
