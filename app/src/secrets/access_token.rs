//! Access tokens in texts.

use std::{borrow::Cow, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use super::redaction::{hidden_behind, hidden_words};
use crate::id::TokenId;

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
