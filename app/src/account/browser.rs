//! The cookies of a signed-in browser.

use domain::id::UserId;
use http::{HeaderMap, header};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use super::{
    hash_queue::Requester,
    registration, store,
    verified_password::{self, VerifiedPassword},
};
use crate::{
    context::Caller,
    database::{AccessMode, RowScope},
    error::Error,
    platform::cookies::{SameSite, cookie, cookie_name, set_cookie_header},
    secrets::{acceptable_password, random_secret},
    security::{
        self, ChangedPassword, EventKind,
        event::{RequestOrigin, apply_password_change, record_event},
    },
    verification::{
        address::{forget_links, notify},
        mail::lost_password,
    },
};

/// How long a browser stays known after a sign-in, in seconds: 400 days, the longest that browsers keep a cookie.
const KNOWN_SECONDS: i64 = 400 * 24 * 3600;

/// The cookie of a sign-in.
pub const COOKIE: &str = "stint";

/// The cookie of a known browser, in which somebody has signed in before.
const KNOWN_BROWSER: &str = "stint-browser";

/// The secret of the sign-in in a request, if the request has exactly one.
pub fn sign_in_cookie(headers: &HeaderMap, public_url: &str) -> Option<String> {
    cookie(headers, &cookie_name(public_url, COOKIE))
}

/// Signs the browser of this request in.
pub async fn sign_in(caller: &Caller, verified: &VerifiedPassword) -> Result<(), Error> {
    let browser = known_browser(caller).unwrap_or_else(random_secret::random);
    let secret = registration::sign_in_browser(&caller.services, verified, &RequestOrigin::of(caller), &browser).await?;
    caller.services.admission.signed_in_with(&browser);
    set_cookie(caller, COOKIE, &secret, registration::SIGN_IN_DAYS * 24 * 3600)?;
    set_known_browser(caller, &browser)
}

/// The secret of the known browser of this request, if there is one.
pub fn known_browser(caller: &Caller) -> Option<String> {
    known_browser_in(&headers(), &caller.services.public_url)
}

/// The same from the headers of a request.
pub fn known_browser_in(headers: &HeaderMap, public_url: &str) -> Option<String> {
    cookie(headers, &cookie_name(public_url, KNOWN_BROWSER))
}

/// Sets the cookie of a known browser; outside of a request there is no browser.
pub fn set_known_browser(caller: &Caller, browser: &str) -> Result<(), Error> {
    match use_context::<ResponseOptions>() {
        Some(_) => set_cookie(caller, KNOWN_BROWSER, browser, KNOWN_SECONDS),
        None => Ok(()),
    }
}

/// Signs the browser of this request out, here and in the database.
pub async fn sign_out(caller: &Caller) -> Result<(), Error> {
    if let Some(secret) = sign_in_cookie(&headers(), &caller.services.public_url) {
        // A signed-in caller uses their own row scope, so a transaction that locks their sign-in blocks only their own calls.
        let row_scope = caller.person.as_ref().map_or(RowScope::Nobody, |person| RowScope::Person(person.id.0));
        let mut db = caller.services.database.begin(row_scope, AccessMode::Write).await?;
        if let Some(person) = security::store::sign_out(&mut db, &random_secret::fingerprint(&secret)).await? {
            record_event(&mut db, UserId(person), EventKind::SignedOut, caller.services.clock.now(), &RequestOrigin::of(caller), "")
                .await?;
        }
        db.commit().await?;
    }
    set_cookie(caller, COOKIE, "", 0)
}

/// Changes the password and signs out every other browser of the person; revokes their tokens if asked to. Links that were sent before
/// become invalid.
pub async fn change_password(caller: &Caller, present: String, password: String, revoke_tokens: bool) -> Result<ChangedPassword, Error> {
    let (person, services) = (caller.person()?, &caller.services);
    acceptable_password::acceptable_password(&password, &person.email)?;
    if password == present {
        return Err(Error::invalid("password", "That is the password that you have. Choose another one."));
    }
    let verified = verified_password::verify_current(caller, present).await?;
    let hash = super::password::hash_password(Requester::of(caller), password).await?;
    let (this, now) = (caller.sign_in.clone().unwrap_or_default(), services.clock.now());
    let mut db = caller.begin(AccessMode::Write).await?;
    verified.hold_caller(&mut db, caller).await?;
    store::set_password(&mut db, person.id.0, &hash).await?;
    let changed = apply_password_change(&mut db, person.id, &this, revoke_tokens, now, &RequestOrigin::of(caller)).await?;
    forget_links(&mut db, person.id, now).await?;
    // The reader of an unconfirmed address may be somebody else.
    if person.confirmed {
        let told = format!(
            "Hello {},\n\nyour password for Stint was changed. If it was not you, choose another one now:\n\n{}",
            person.name,
            lost_password(&services.public_url)
        );
        notify(&mut db, person.id, &person.email, "Your password for Stint was changed", &told, now).await?;
    }
    db.commit().await?;
    services.outbox_wakeup.notify_one();
    Ok(changed)
}

/// The maximum length of a path to return to, in characters.
const PATH_LONGEST: usize = 2_000;

/// Whether an address is a path of this site, as browsers write it; anything else could redirect to another site after signing in, or is
/// invalid in a header.
pub fn is_local(path: &str) -> bool {
    let written = path.len() <= PATH_LONGEST && path.bytes().all(|byte| byte.is_ascii_graphic());
    written && path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains("://")
}

fn headers() -> HeaderMap {
    use_context::<http::request::Parts>().map(|parts| parts.headers).unwrap_or_default()
}

fn set_cookie(caller: &Caller, name: &str, secret: &str, max_age_seconds: i64) -> Result<(), Error> {
    let cookie = set_cookie_header(&caller.services.public_url, name, secret, SameSite::Lax, max_age_seconds);
    expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, cookie.ok_or_else(Error::internal)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_to_after_signing_in() {
        assert!(is_local("/o/ada/invoices?state=draft"));
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "o/ada", "", "/a\nb", "/x?u=https://e.example"] {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
        for unwritten in ["/\u{202e}cod", "/ü", "/a b", &format!("/{}", "x".repeat(PATH_LONGEST))] {
            assert!(!is_local(unwritten), "{unwritten}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; stint=secret; b=2"));
        assert_eq!(cookie(&headers, COOKIE).as_deref(), Some("secret"));
        headers.insert(header::COOKIE, HeaderValue::from_static("xstint=secret; stint="));
        assert_eq!(cookie(&headers, COOKIE), None);
    }

    #[test]
    fn of_several_cookies_none_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("stint=planted; stint=own"));
        assert_eq!(cookie(&headers, COOKIE), None);
        headers.insert(header::COOKIE, HeaderValue::from_static("stint=own"));
        headers.append(header::COOKIE, HeaderValue::from_static("stint=planted"));
        assert_eq!(cookie(&headers, COOKIE), None, "in several headers");
    }

    #[test]
    fn by_https_a_cookie_is_one_that_no_neighbour_can_plant() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("stint=planted; __Host-stint=own"));
        assert_eq!(sign_in_cookie(&headers, "https://stint.example.com").as_deref(), Some("own"));
        headers.insert(header::COOKIE, HeaderValue::from_static("stint=planted"));
        assert_eq!(sign_in_cookie(&headers, "https://stint.example.com"), None);
        assert_eq!(sign_in_cookie(&headers, "http://localhost:3000").as_deref(), Some("planted"));
    }
}
