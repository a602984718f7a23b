//! Finds the word in a disguised password: additions and substitutions are guessed together with the word.

use domain::text;

/// How many times longer than a word a password in disguise may be, in characters: the addition to a short word may be a password by
/// itself.
const LENGTH_FACTOR: usize = 4;

/// The most digits around a word, before and behind it together, that count as disguise, as those of a year and a month: more may be a
/// password by themselves.
const DIGITS_AROUND: usize = 6;

/// The least number of letters of a word that is searched in disguise: a short name is part of many passwords.
const LETTERS_LEAST: usize = 5;

/// The text without its disguise: its letters and digits as [`text::search_key`] folds them, without a few digits at its ends. A text of
/// digits only stays, and so does one without letters and digits.
pub(super) fn skeleton(text: &str) -> String {
    let key = text::search_key(text);
    let letters: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = letters.trim_matches(char::is_numeric);
    let around = letters.chars().count() - bare.chars().count();
    let bare = if around <= DIGITS_AROUND { bare } else { letters.as_str() };
    [bare, &letters, &key].into_iter().find(|form| !form.is_empty()).unwrap_or_default().to_owned()
}

/// The skeletons of the words that a password may disguise, with signs and digits read literally and as letters, forwards and backwards;
/// none if the additions are too long.
pub(super) fn words_in(password: &str) -> Vec<String> {
    let (key, length) = (text::search_key(password), text::plain(password).trim().chars().count());
    let forms = [key.clone(), as_letters(&key, 'l'), as_letters(&key, 'i')].map(|form| skeleton(&form));
    let words = forms.into_iter().filter(|word| length <= LENGTH_FACTOR * word.chars().count());
    words.flat_map(|word| [word.chars().rev().collect(), word]).collect()
}

/// Whether a password is just this word, such as a name, plain or disguised.
pub(super) fn is_disguised(password: &str, word: &str) -> bool {
    let bare = skeleton(word);
    let is_long = bare.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS_LEAST;
    text::search_key(password) == text::search_key(word) || is_long && words_in(password).contains(&bare)
}

/// Replaces signs and digits by the letters that they usually stand for, and one by `one`. Outside the letters digits stay digits, and an
/// exclamation mark stays the end of a sentence.
fn as_letters(text: &str, one: char) -> String {
    let text = text.replace('@', "a").replace('$', "s");
    let start = text.find(char::is_alphabetic).unwrap_or(0);
    let end = text.rfind(char::is_alphabetic).unwrap_or(0).max(start);
    let read = |c: char| match c {
        '0' => 'o',
        '1' => one,
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '!' => 'i',
        c => c,
    };
    format!("{}{}{}", &text[..start], text[start..end].chars().map(read).collect::<String>(), &text[end..])
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
        assert_eq!(skeleton("18-Lovelace-1512"), "lovelace", "so many digits are its disguise");
        assert_eq!(skeleton("18-Lovelace-15120"), "18lovelace15120", "and one more is not");
        assert_eq!(skeleton("lovelace-8364-9173"), "lovelace83649173", "so many are more than that");
    }

    #[test]
    fn signs_and_digits_between_letters_are_read_as_letters_too() {
        for (disguised, word) in [
            ("l0v3l4ce-1815", "lovelace"),
            ("Lo\u{200b}vel@ce!", "lovelace"),
            ("1815_LOV3L@CE", "lovelace"),
            ("ec4l3v0l", "lovelace"),
            ("b1tr4t3$", "bitrates"),
            ("b!trat3s!!", "bitrates"),
            ("fu1lmoon", "fullmoon"),
        ] {
            assert!(words_in(disguised).contains(&word.to_owned()), "{disguised:?}");
        }
    }

    #[test]
    fn a_word_is_found_backwards_and_not_in_what_is_more_than_it() {
        assert!(words_in("99 ecalevol.ada").contains(&"adalovelace".to_owned()));
        assert!(words_in("ada!%&/()=?+#*").is_empty());
        for (more, word) in [("adam12345678", "adam"), ("ada 8364 9173", "ada"), ("a8273 64501928", "a")] {
            assert!(!words_in(more).contains(&word.to_owned()), "{more}");
        }
    }

    #[test]
    fn a_short_name_is_looked_for_as_it_stands_and_a_long_one_in_disguise() {
        assert!(is_disguised("Ada", "ada") && !is_disguised("ada-1815!", "ada"));
        assert!(is_disguised("«Lovelace» 1815", "lovelace") && is_disguised("L0vel4ce!", "lovelace"));
        assert!(!is_disguised("lovelace-8364-9173", "lovelace"));
    }
}
