//! Normalizes digits and marks of other keyboards to ASCII: fullwidth forms as in Chinese and Japanese, and the digits of Arabic, Persian
//! and the languages of India.

use std::borrow::Cow;

/// The distance from a fullwidth form to its ASCII character.
const DISTANCE: u32 = 0xfee0;

/// The zeros of other scripts, each followed by its nine digits: Arabic-Indic, its eastern forms, Devanagari and Bengali.
const ZEROS: [char; 4] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}'];

/// The text with fullwidth forms and digits of other scripts as ASCII: `１２３` and `١٢٣` are `123`, `１０％` is `10%`.
pub fn half_width(text: &str) -> Cow<'_, str> {
    if text.chars().any(|letter| narrow(letter) != letter) { Cow::Owned(text.chars().map(narrow).collect()) } else { Cow::Borrowed(text) }
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - DISTANCE).unwrap_or(letter),
        '\u{3000}' => ' ',
        '￥' => '¥',
        '￡' => '£',
        '￦' => '₩',
        ' '..='~' => letter,
        '\u{66a}' => '%',
        other => digit(other).unwrap_or(other),
    }
}

/// The ASCII digit of a digit in another script.
fn digit(letter: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(letter).checked_sub(u32::from(*zero)).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_digits_and_marks_are_the_usual_ones() {
        for (wide, usual) in [
            ("１２３", "123"),
            ("１：３０", "1:30"),
            ("１０．５％", "10.5%"),
            ("￥1,200", "¥1,200"),
            ("１\u{3000}h", "1 h"),
            ("١٢٣", "123"),
            ("۱۹٪", "19%"),
            ("१,००,०००", "1,00,000"),
            ("৯", "9"),
            ("90m", "90m"),
        ] {
            assert_eq!(half_width(wide), usual);
        }
        assert_eq!(half_width("東京"), "東京");
    }
}
