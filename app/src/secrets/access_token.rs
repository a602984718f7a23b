//! Access tokens in texts.

use std::{borrow::Cow, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain::id::TokenId;

use super::redaction::{hidden_behind, hidden_words};

/// The beginning of every token.
pub const PREFIX: &str = "stint_pat_";

/// The id and the secret of a whole token.
pub fn parts(presented: &str) -> Option<(TokenId, &str)> {
    let (id, secret) = presented.strip_prefix(PREFIX)?.split_once('_')?;
    Some((id.parse().ok()?, secret))
}

/// The id of a token, given alone or within the whole token.
pub fn id_in(given: &str) -> Option<TokenId> {
    let given = given.trim();
    given.strip_prefix(PREFIX).map_or(given, |token| token.split('_').next().unwrap_or_default()).parse().ok()
}

/// The prefix of a token in Base64 after zero, one or two bytes, without the characters that depend on neighbours.
static ENCODED: LazyLock<[String; 3]> = LazyLock::new(|| {
    [0, 1, 2].map(|before| {
        let bytes = [&[0; 2][..before], PREFIX.as_bytes()].concat();
        STANDARD_NO_PAD.encode(&bytes)[(before * 8).div_ceil(6)..bytes.len() * 8 / 6].to_owned()
    })
});

/// A text without the secrets of tokens, to store and show. A token that is encoded, escaped or broken by a line end is found as well, and
/// its id stays; one in Base64 is removed as a whole.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let is_encoded = |text: &str| ENCODED.iter().any(|beginning| text.contains(beginning.as_str()));
    // Plain text needs no decoding letter by letter.
    let is_plain = text.is_ascii() && !text.contains(['%', '&', '\\', '<']) && !text.contains(|c: char| c.is_ascii_control());
    if is_plain && !text.to_ascii_lowercase().contains(PREFIX) && !is_encoded(text) {
        return Cow::Borrowed(text);
    }
    let shown = hidden_behind(text, PREFIX, |token| token.find('_').map(|at| at + 1).filter(|at| *at < token.len()));
    let without_encoded = match hidden_words(&shown, |c| c.is_ascii_alphanumeric() || "+/-_".contains(c), is_encoded) {
        Cow::Owned(shown) => Some(shown),
        Cow::Borrowed(_) => None,
    };
    without_encoded.map_or(shown, Cow::Owned)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const ID: &str = "0190163d8694739b8ea1000000000007";

    #[test]
    fn of_a_token_that_is_percent_encoded_the_id_stays() {
        let secret = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0123";
        let token = format!("{PREFIX}{ID}_{secret}");
        let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for written in [encoded.clone(), encoded.replace('%', "%25"), token.replace('_', "%5F"), token.replacen('s', "%73", 1)] {
            let told = format!("curl {written} and so on");
            let shown = without_secrets(&told);
            assert!(shown.starts_with("curl ") && shown.ends_with("… and so on"), "{shown}");
            assert!(!shown.contains(&written[written.len() - 20..]), "{shown}");
        }
        assert_eq!(without_secrets(&format!("a {token}.")), format!("a {PREFIX}{ID}_…."));
        assert_eq!(without_secrets(&token.replacen('s', "S", 1)), format!("Stint_pat_{ID}_…"), "as a telephone writes it");
        for plain in ["100%25 of stint_pat_ tokens", "stint%5Fpat%5F", "50% off"] {
            assert!(matches!(without_secrets(plain), Cow::Borrowed(shown) if shown == plain), "{plain}");
        }
    }

    #[test]
    fn of_a_token_that_is_escaped_or_broken_the_id_stays_as_it_was_written() {
        let (prefix, secret) = (format!("{PREFIX}{ID}_"), "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U");
        for written in [prefix.replace('_', "\\_"), prefix.replace('_', "&#95;"), prefix.replacen("0190", "01\n> 90", 1)] {
            assert_eq!(without_secrets(&format!("a {written}{secret}\nand")), format!("a {written}…\nand"));
        }
        let ends = format!("{PREFIX}{ID}_\nis-how-a-token-with-Its-Secret-Looks-Like-In-A-List");
        assert_eq!(without_secrets(&ends), ends);
    }

    #[test]
    fn of_a_token_in_base64_nothing_stays() {
        let token = format!("{PREFIX}{ID}_sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0123");
        for before in ["", ":", "a:", "ada:", "ada@example.com:"] {
            for encoded in [STANDARD.encode(format!("{before}{token}")), URL_SAFE_NO_PAD.encode(format!("{before}{token}:"))] {
                assert_eq!(without_secrets(&format!("Basic {encoded}, so")).replace('=', ""), "Basic …, so", "{before}");
                let passed_on = encoded.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                assert_eq!(without_secrets(&format!("?x={passed_on}&y")).replace("%3D", ""), "?x=…&y", "{before}");
            }
        }
        let other = format!("Basic {}", STANDARD.encode("ada:correct horse battery staple"));
        assert_eq!(without_secrets(&other), other);
    }
}
