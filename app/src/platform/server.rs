//! The platform functions on the server, while it renders a page.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::{
    ev::{FocusEvent, SubmitEvent},
    prelude::use_context,
};
use leptos_axum::ResponseOptions;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    account::{
        CallerOrganization, Profile,
        browser::{cookie, cookie_name},
    },
    context::Caller,
    error::Error,
    page_context::PageContext,
    ui::ReturnedForm,
};

/// The context of the page. Empty while the routes are only being listed.
pub fn page_context() -> PageContext {
    let Some(caller) = use_context::<Caller>() else { return PageContext::default() };
    let now = caller.services.clock.now();
    let person = caller.person.map(|person| Profile { name: person.name, email: person.email, confirmed: person.confirmed });
    let place = caller.membership.map(|membership| CallerOrganization::of(membership, now));
    let services = &caller.services;
    PageContext {
        person,
        place,
        address: services.public_url.clone(),
        mail_leaves: services.mail_leaves,
        sign_up: services.sign_up,
        returned: returned(),
        ..PageContext::default()
    }
}

/// The cookie that returns a form sent without scripts to its page.
pub const RETURNED_FORM_COOKIE: &str = "stint-form";

/// The returned form for this page. Reading it deletes the cookie, so the next page does not see it.
fn returned() -> Option<ReturnedForm> {
    let name = cookie_name(&use_context::<Caller>()?.services.public_url, RETURNED_FORM_COOKIE);
    let content = cookie(&use_context::<Parts>()?.headers, &name)?;
    let secure = if name == RETURNED_FORM_COOKIE { "" } else { "; Secure" };
    let forget = format!("{name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}");
    use_context::<ResponseOptions>()?.append_header(header::SET_COOKIE, HeaderValue::from_str(&forget).ok()?);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
}

/// Sets the status of the response.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Redirects to another page.
pub fn navigate(path: &str) {
    // A path from an address is percent-encoded, so it contains nothing that a header must not contain.
    if path.is_ascii() && !path.chars().any(char::is_control) {
        leptos_axum::redirect(path);
    }
}

/// No form is submitted during rendering.
pub fn submits_to(_event: &SubmitEvent, _url: &str) -> bool {
    false
}

/// No form is submitted during rendering.
pub fn urlencoded_fields(_event: &SubmitEvent) -> Option<String> {
    None
}

/// No form is submitted during rendering.
pub async fn post_form(_url: &'static str, _fields: String) -> Result<Value, Error> {
    Err(Error::internal())
}

/// Nothing is typed during rendering.
pub fn has_unsaved_changes(_form: &str) -> bool {
    false
}

/// Nothing is typed during rendering.
pub fn submit_if_unsaved(_form: &str) -> bool {
    false
}

/// No form is submitted during rendering.
pub fn submit_if_valid(_form: &str) {}

/// Nothing is typed during rendering.
pub fn field_values(_form: &str) -> Vec<(String, String, bool)> {
    Vec::new()
}

/// Nothing is typed during rendering.
pub fn reset_form(_form: &str) {}

/// Nothing has the focus during rendering.
pub fn focus_linked_field(_id: String) {}

/// No dialog is open during rendering.
pub fn hide_popover(_dialog: &str) {}

/// Nothing has the focus during rendering.
pub fn focus_leaves(_event: &FocusEvent) -> bool {
    false
}

/// Only the browser needs the path of the page.
pub fn current_path() -> String {
    String::new()
}

/// A new idempotency key: sent with a write, it makes a second click harmless.
pub fn new_idempotency_key() -> String {
    Uuid::now_v7().simple().to_string()
}

/// The time zone of the browser is unknown during rendering.
pub fn time_zone() -> Option<String> {
    None
}

/// The list is that of the browser.
pub fn time_zones() -> Vec<String> {
    Vec::new()
}

/// Compares only names; the browser compares clocks.
pub fn is_same_clock(one: &str, other: &str) -> bool {
    one == other
}

/// The offset of a zone from UTC at an instant, both in seconds; `None` for an unknown zone.
pub fn utc_offset(zone: &str, at: i64) -> Option<i64> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    Some(zone.to_offset(jiff::Timestamp::from_second(at).ok()?).seconds().into())
}

/// Nothing is covered during rendering.
pub fn avoid_overlap(_words: &web_sys::Element) {}
