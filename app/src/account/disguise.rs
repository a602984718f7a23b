//! Words that a password is when its disguise is taken off: what somebody puts around or into a word is guessed as soon as the word.

use crate::text;

/// How many times as long as a word a password may be that is this word in disguise, in characters: what stands around a short word may
/// be a password by itself.
const LENGTH_FACTOR: usize = 4;

/// What is left of a text without its disguise: its letters and digits as [`text::search_key`] folds them, but for the digits at its
/// ends. Of digits alone all stay, and of a text that has neither all of it.
pub(super) fn skeleton(text: &str) -> String {
    let key = text::search_key(text);
    let letters: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = letters.trim_matches(char::is_numeric);
    [bare, &letters, &key].into_iter().find(|form| !form.is_empty()).unwrap_or_default().to_owned()
}

/// The skeletons of the words that a password may be in disguise, forwards and backwards; none when more is around them than they are.
pub(super) fn words_in(password: &str) -> Vec<String> {
    let bare = skeleton(password);
    if text::plain(password).trim().chars().count() > LENGTH_FACTOR * bare.chars().count() {
        return Vec::new();
    }
    let backwards = bare.chars().rev().collect();
    vec![bare, backwards]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_word_in_disguise_the_word_is_left() {
        for disguised in
            ["Ada Lovelace", "ada.lovelace1815", "007_ＡＤＡ＿ＬＯＶＥＬＡＣＥ_", "á·d·â·l·o·v·e·l·a·c·e!", "a\u{200b}dalove\u{ad}lace"]
        {
            assert_eq!(skeleton(disguised), "adalovelace", "{disguised:?}");
        }
        assert_eq!(skeleton("1q2w3e4r5t6"), "q2w3e4r5t", "digits between letters stay");
        assert_eq!(skeleton("0172-83 94"), "01728394", "of digits alone all stay");
        assert_eq!(skeleton("!?!"), "!?!");
    }

    #[test]
    fn a_word_is_found_backwards_and_not_in_what_is_more_than_it() {
        assert_eq!(words_in("99 ecalevol.ada"), ["ecalevolada", "adalovelace"]);
        assert_eq!(words_in("adam12345678"), ["adam", "mada"]);
        for more in ["ad4937561802", "a 8273 6450 1928", "ada!%&/()=?+#*"] {
            assert!(words_in(more).is_empty(), "{more}");
        }
    }
}
