//! The cookie of a signed-in browser.

use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use super::{registration, secret, store};
use crate::{
    context::Caller,
    database::{Access, Reach},
    error::Error,
    id::UserId,
};

/// The name of the cookie.
pub const COOKIE: &str = "stint";

/// Signs the browser of this request in.
pub async fn sign_in(caller: &Caller, user: UserId) -> Result<(), Error> {
    let user_agent = headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    let secret = registration::open_sign_in(&caller.services, user, &user_agent).await?;
    set_cookie(caller, &secret, registration::SIGN_IN_DAYS * 24 * 3600)
}

/// Signs the browser of this request out, here and in the database.
pub async fn sign_out(caller: &Caller) -> Result<(), Error> {
    if let Some(secret) = cookie(&headers(), COOKIE) {
        let mut db = caller.services.database.begin(Reach::Nobody, Access::Write).await?;
        store::delete_sign_in(&mut db, &secret::fingerprint(&secret)).await?;
        db.commit().await?;
    }
    set_cookie(caller, "", 0)
}

/// Changes the password and signs every other browser of the person out.
pub async fn change_password(caller: &Caller, present: String, password: String) -> Result<(), Error> {
    let person = caller.person()?;
    secret::acceptable_password(&password)?;
    let mut db = caller.services.database.begin(Reach::Person(person.id.0), Access::Read).await?;
    let kept = store::password_hash(&mut db, person.id.0).await?;
    db.release().await;
    if !secret::verify_password(present, kept).await? {
        return Err(Error::invalid("present", "The present password is wrong. Try again."));
    }
    let hash = secret::hash_password(password).await?;
    let this = cookie(&headers(), COOKIE).map(|secret| secret::fingerprint(&secret)).unwrap_or_default();
    let mut db = caller.services.database.begin(Reach::Person(person.id.0), Access::Write).await?;
    store::set_password(&mut db, person.id.0, &hash).await?;
    store::delete_other_sign_ins(&mut db, person.id.0, &this).await?;
    db.commit().await
}

/// The content of a cookie of a request; nothing when it is empty.
pub fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// Whether an address is a path of this site; anything else could lead a person astray after signing in.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains("://") && !path.chars().any(char::is_control)
}

fn headers() -> HeaderMap {
    use_context::<http::request::Parts>().map(|parts| parts.headers).unwrap_or_default()
}

fn set_cookie(caller: &Caller, secret: &str, max_age_seconds: i64) -> Result<(), Error> {
    let secure = if caller.services.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}{secure}");
    let value = HeaderValue::from_str(&cookie).map_err(|_| Error::internal())?;
    expect_context::<ResponseOptions>().append_header(header::SET_COOKIE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_to_after_signing_in() {
        assert!(is_local("/o/ada/invoices?state=draft"));
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "o/ada", "", "/a\nb", "/x?u=https://e.example"] {
            assert!(!is_local(elsewhere), "{elsewhere}");
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
}
