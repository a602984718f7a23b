//! Digits and marks as wide as Chinese and Japanese letters, as keyboards for these languages type them.

use std::borrow::Cow;

/// How far a wide form stands behind the letter of ASCII that it is.
const DISTANCE: u32 = 0xfee0;

/// The text with the usual forms in the place of wide ones: `１２３` is `123`, and `１０％` is `10%`.
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
        other => other,
    }
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
            ("90m", "90m"),
        ] {
            assert_eq!(half_width(wide), usual);
        }
        assert_eq!(half_width("東京"), "東京");
    }
}
