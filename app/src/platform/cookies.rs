//! The cookies of requests and responses.

pub use cookie::SameSite;
use cookie::{Cookie, time::Duration};
use http::{HeaderMap, HeaderValue, header};

/// The name of a cookie. On a public URL with https it has the prefix `__Host-`, which browsers accept from this very host only, so that no
/// other subdomain can set it.
pub fn cookie_name(public_url: &str, name: &str) -> String {
    match is_https(public_url) {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

fn is_https(public_url: &str) -> bool {
    public_url.starts_with("https://")
}

/// The `Set-Cookie` header of a cookie for every page of this site and for no script. A lifetime of 0 seconds deletes the cookie. `None`
/// for a value that cannot stand in a header.
pub fn set_cookie_header(public_url: &str, name: &str, value: &str, same_site: SameSite, seconds: i64) -> Option<HeaderValue> {
    let cookie = Cookie::build((cookie_name(public_url, name), value))
        .path("/")
        .http_only(true)
        .same_site(same_site)
        .secure(is_https(public_url))
        .max_age(Duration::seconds(seconds))
        .build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}

/// The value of a cookie of a request; none when it is empty.
///
/// Several different values of one name are rejected: whoever planted one of them would choose the account that the person acts with.
pub fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    // Lines with other letters than those of ASCII are left out: the crate takes every white space off a name, and browsers let anybody
    // set a cookie whose name is the prefix `__Host-` after a white space of Unicode.
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let cookies = lines.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let mut contents = cookies.filter(|cookie| cookie.name() == wanted && !cookie.value().is_empty());
    let first = contents.next()?;
    contents.all(|other| other.value() == first.value()).then(|| first.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(public_url: &str, value: &str, same_site: SameSite, seconds: i64) -> Option<String> {
        let header = set_cookie_header(public_url, "stint", value, same_site, seconds)?;
        header.to_str().ok().map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_for_every_page_and_no_script_and_by_https_for_this_host_alone() {
        let plain = written("http://localhost:3000", "secret", SameSite::Lax, 60);
        assert_eq!(plain.as_deref(), Some("stint=secret; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"));
        let forgotten = written("https://stint.example.com", "", SameSite::Strict, 0);
        assert_eq!(forgotten.as_deref(), Some("__Host-stint=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"));
        assert_eq!(written("http://localhost:3000", "a\nb", SameSite::Lax, 60), None);
    }

    #[test]
    fn a_cookie_that_was_written_is_read_again_as_it_was() {
        let mut headers = HeaderMap::new();
        for value in ["secret", "Q8vN2kXy_r5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U", "a=b", "\"quoted\"", "100%25"] {
            let written = written("http://localhost:3000", value, SameSite::Lax, 60).expect("a header");
            let brought = written.split(';').next().expect("a cookie").to_owned();
            headers.insert(header::COOKIE, HeaderValue::from_str(&format!("a; =b; other=1;{brought} ;;")).expect("a header"));
            assert_eq!(cookie(&headers, "stint").as_deref(), Some(value));
        }
    }

    #[test]
    fn a_name_after_a_white_space_that_browsers_do_not_take_off_is_not_believed() {
        let mut headers = HeaderMap::new();
        for space in ["\u{2000}", "\u{a0}", "\u{3000}"] {
            let planted = HeaderValue::from_bytes(format!("{space}__Host-stint=planted").as_bytes()).expect("a header");
            headers.insert(header::COOKIE, planted);
            assert_eq!(cookie(&headers, "__Host-stint"), None, "{space:?}");
        }
    }
}
