//! The platform functions on the server, while it renders a page.

use http::StatusCode;
use leptos::{
    ev::{FocusEvent, SubmitEvent},
    prelude::use_context,
};
use leptos_axum::ResponseOptions;
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;

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
