//! Strips notes after a number that say since when it is valid: "DE136695976 (seit 01.01.2024)".

use super::{number_labels::words_in, search_key};

/// Words before such a date, as keys.
const SINCE: [&str; 16] =
    ["ab", "as", "dal", "depuis", "desde", "du", "fra", "from", "gultig", "od", "per", "seit", "since", "sinds", "valid", "vanaf"];

/// Strips parentheses that contain only a date or a year, with or without a word for "since". They are no number.
pub(super) fn without_days(text: &str) -> String {
    let Some((before, rest)) = text.split_once('(') else { return text.to_owned() };
    let Some((within, behind)) = rest.split_once(')') else { return text.to_owned() };
    match is_day(within) {
        true => format!("{}{}", before.trim_end(), without_days(behind)),
        false => format!("{before}({within}){}", without_days(behind)),
    }
}

fn is_day(within: &str) -> bool {
    let words = words_in(within);
    let (numbers, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.contains(char::is_numeric));
    let is_part = |number: &&str| number.bytes().all(|digit| digit.is_ascii_digit()) && (number.len() <= 2 || is_year(number));
    let is_since = names.first().is_none_or(|name| SINCE.contains(&search_key(name).as_str()));
    is_since && numbers.len() <= 3 && numbers.iter().all(is_part) && numbers.iter().filter(|number| is_year(number)).count() == 1
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && (number.starts_with("19") || number.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_behind_a_number_is_none() {
        for dated in [
            "DE136695976 (seit 01.01.2024)",
            "DE136695976 (2024-01-01)",
            "DE136695976 (ab Januar 2024)",
            "DE136695976 (since 1/2024)",
            "DE136695976 (gültig ab 1.1.2024)",
        ] {
            assert_eq!(without_days(dated), "DE136695976", "{dated}");
        }
        for other in
            ["DE136695976 (12/345/67890)", "DE136695976 (bis 31.12.2023)", "DE136695976 (Kunde 2024)", "DE136695976 (2024", "(VAT)"]
        {
            assert_eq!(without_days(other), other);
        }
    }
}
