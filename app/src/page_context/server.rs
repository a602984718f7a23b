//! The context of a page on the server.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use http::{header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::{CallerOrganization, PageContext, Profile, ReturnedForm};
use crate::{
    context::Caller,
    platform::cookies::{SameSite, cookie, cookie_name, set_cookie_header},
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
pub fn returned() -> Option<ReturnedForm> {
    let public_url = use_context::<Caller>()?.services.public_url.clone();
    let content = cookie(&use_context::<Parts>()?.headers, &cookie_name(&public_url, RETURNED_FORM_COOKIE))?;
    let forget = set_cookie_header(&public_url, RETURNED_FORM_COOKIE, "", SameSite::Strict, 0)?;
    use_context::<ResponseOptions>()?.append_header(header::SET_COOKIE, forget);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(content).ok()?).ok()
}
