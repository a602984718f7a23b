//! Reads cookies of requests.

use http::{HeaderMap, header};

/// The name of a cookie. On a public URL with https it has the prefix `__Host-`, which browsers accept from this very host only, so that no
/// other subdomain can set it.
pub fn cookie_name(public_url: &str, name: &str) -> String {
    match public_url.starts_with("https://") {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

/// The value of a cookie of a request; none when it is empty.
///
/// Several different values of one name are rejected: whoever planted one of them would choose the account that the person acts with.
pub fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut contents = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, content)| *name == wanted && !content.is_empty())
        .map(|(_, content)| content);
    let first = contents.next()?;
    contents.all(|other| other == first).then(|| first.to_owned())
}
