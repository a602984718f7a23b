//! Parses quantities as people write them beside plain numbers: with a word for the unit, and in halves and quarters.

use std::borrow::Cow;

/// Words for an hour, a day and a piece. They have no effect, as a line counts whatever its price is for.
const UNITS: [&str; 24] = [
    "h", "hr", "hrs", "hour", "hours", "std", "std.", "stunde", "stunden", "時間", "d", "day", "days", "tag", "tage", "日", "x", "pc",
    "pcs", "stk", "stk.", "stück", "個", "件",
];

/// Characters for fractions, each with its decimals.
const FRACTIONS: [(char, &str); 8] =
    [('½', "5"), ('¼', "25"), ('¾', "75"), ('⅕', "2"), ('⅛', "125"), ('⅜', "375"), ('⅝', "625"), ('⅞', "875")];

/// Strips a word for the unit after the number: `2 h` and `2 Std.` are 2.
pub fn without_unit(text: &str) -> &str {
    let end =
        text.rfind(|letter: char| letter.is_numeric()).map_or(text.len(), |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let (number, word) = text.split_at(end);
    if UNITS.contains(&word.trim().to_lowercase().as_str()) { number } else { text }
}

/// Replaces a fraction with decimals: `1½` and `1 ½` are 1.50. A zero ends them, as three decimals alone could be thousands.
pub fn decimal(text: &str) -> Cow<'_, str> {
    let fraction = FRACTIONS.iter().find_map(|(letter, decimals)| Some((text.strip_suffix(*letter)?, decimals)));
    match fraction {
        Some((whole, decimals)) if whole.trim_start_matches(['-', '\u{2212}']).trim().bytes().all(|digit| digit.is_ascii_digit()) => {
            Cow::Owned(format!("{}.{decimals}0", whole.trim_end()))
        }
        _ => Cow::Borrowed(text),
    }
}
