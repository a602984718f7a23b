//! What the browser does for a page.

use leptos::prelude::window;

use crate::visit::Visit;

/// Who asked for the page is in the page itself; this is only read when that cannot be.
pub fn visit() -> Visit {
    Visit::default()
}

/// The status was sent long ago.
pub fn set_status(_status: u16) {}

/// Sends the visitor to another page, as a page of its own.
pub fn go(path: &str) {
    // It fails only for an address that is none.
    _ = window().location().set_href(path);
}

/// A key that was never used before: sent with a write, it makes a second click harmless.
///
/// The server keeps keys per member for a day, so the clock and 52 random bits are plenty.
pub fn key() -> String {
    format!("{:x}-{:x}", js_sys::Date::now() as u64, (js_sys::Math::random() * 4_503_599_627_370_496.0) as u64)
}
