//! E-mail addresses.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{clean, excerpt, invisible_characters::is_invisible};
use crate::invalid_value::InvalidValue;

/// Parses an e-mail address in the form without quotes: words with dots between them, an @, and a domain; only sending shows whether it
/// exists. It is stored as written, in lower case; [`ascii_domain`] converts its domain for sending.
pub fn email(field: &str, given: &str) -> Result<String, InvalidValue> {
    held(field, given, is_domain)
}

/// The same for an address that may be empty.
pub fn optional_email(field: &str, given: &str) -> Result<Option<String>, InvalidValue> {
    match super::invisible_characters::shows_nothing(given) {
        true => Ok(None),
        false => email(field, given).map(Some),
    }
}

/// Parses the address of an existing account, which may date from when a domain needed no dot.
pub fn known_email(field: &str, given: &str) -> Result<String, InvalidValue> {
    held(field, given, is_host_name)
}

/// The address in a text such as `Bob <bob@example.com>`, the form in which mail programs write it; any other text as it is.
pub fn without_display_name(given: &str) -> &str {
    let bracketed = given.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    bracketed.map_or(given, |(_, address)| address)
}

fn held(field: &str, given: &str, is_host: fn(&str) -> bool) -> Result<String, InvalidValue> {
    let text = clean(field, given, 254, false)?.to_lowercase();
    match text.split_once('@').is_some_and(|(name, host)| is_mailbox_name(name) && is_host(host)) {
        true => Ok(text),
        false => Err(InvalidValue::new(field, format!("\"{}\" is not an e-mail address; write it like ada@example.com.", excerpt(&text)))),
    }
}

/// The address with its domain in ASCII for mail servers (IDNA): `ada@bücher.example` is sent to `ada@xn--bcher-kva.example`.
pub fn ascii_domain(address: &str) -> String {
    let sent = address.rsplit_once('@').and_then(|(name, host)| Some(format!("{name}@{}", ascii(host)?)));
    sent.unwrap_or_else(|| address.to_owned())
}

/// The ASCII form of a valid domain (UTS 46, as registries and browsers read it).
fn ascii(host: &str) -> Option<String> {
    let uts = Uts46::new();
    uts.to_ascii(host.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify).ok().map(|ascii| ascii.into_owned())
}

/// Whether a host has at least two labels, the last of which is no number, as in an IP address; `localhost` is allowed alone.
fn is_domain(host: &str) -> bool {
    let Some(ascii) = ascii(host) else { return false };
    match ascii.rsplit_once('.') {
        Some((_, last)) => !last.bytes().all(|c| c.is_ascii_digit()),
        None => ascii == "localhost",
    }
}

/// Whether a name consists of atoms of RFC 5322, section 3.2.3, or characters beyond ASCII (RFC 6531), with dots between them.
fn is_mailbox_name(name: &str) -> bool {
    name.len() <= 64
        && name.split('.').all(|word| {
            !word.is_empty() && word.chars().all(|c| is_international(c) || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

/// Whether a host consists of labels with dots between them, including other scripts (RFC 5890, section 2.3.1), and is no IP address.
/// Separators beyond ASCII are mapped to a dot (UTS 46).
fn is_host_name(host: &str) -> bool {
    let mut labels = host.split(['.', '\u{3002}', '\u{FF0E}', '\u{FF61}']);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_international(c) || c.is_ascii_alphanumeric() || c == '-')
    };
    let is_number = labels.clone().next_back().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
    !is_number && labels.all(is_label)
}

/// Visible characters beyond ASCII.
fn is_international(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_invisible(c)
}
