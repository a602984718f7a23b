//! What the server does for a page while it renders it.

use http::StatusCode;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use uuid::Uuid;

use crate::{
    account::{Place, Profile},
    context::{Caller, Membership},
    visit::Visit,
};

/// Who asked for the page. Nobody when the routes are only being listed.
pub fn visit() -> Visit {
    let Some(caller) = use_context::<Caller>() else { return Visit::default() };
    let now = caller.services.clock.now();
    let person = caller.person.map(|person| Profile { name: person.name, email: person.email });
    let place = caller.membership.map(|membership| place(membership, now));
    let services = &caller.services;
    Visit { person, place, address: services.public_url.clone(), mail_leaves: services.mail_leaves }
}

fn place(membership: Membership, now: jiff::Timestamp) -> Place {
    Place {
        id: membership.organization,
        today: now.to_zoned(membership.zone.clone()).date().into(),
        slug: membership.slug,
        name: membership.name,
        member: membership.member,
        role: membership.role,
        time_zone: membership.zone.iana_name().unwrap_or("UTC").to_owned(),
        currency: membership.currency.to_string(),
        week_start: membership.week_start,
    }
}

/// Answers the request with this status.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Sends the visitor to another page, as a page of its own.
pub fn go(path: &str) {
    // A path from an address can hold nothing that a header cannot, since it comes percent-encoded.
    if path.is_ascii() && !path.chars().any(char::is_control) {
        leptos_axum::redirect(path);
    }
}

/// A key that was never used before: sent with a write, it makes a second click harmless.
pub fn key() -> String {
    Uuid::now_v7().simple().to_string()
}
