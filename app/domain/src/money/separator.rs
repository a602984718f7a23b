//! Ambiguous separators between digits: `1,000` is a thousand to some and one to others.

use super::shown;
use crate::invalid_value::InvalidValue;

/// Whether a mark between these digits may separate thousands: it stands after one to three of them, without a leading zero, and before
/// exactly three.
pub(super) fn may_part_thousands(before: &str, after: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&before.len()) && after.len() == 3 && !before.starts_with('0') && digits(before) && digits(after)
}

/// The two readings of a number such as `1,000`, in unambiguous form: `1000` and `1.0`. `None` if there is only one.
///
/// An amount is read as thousands there, as nobody writes tenths of a cent. Quantities and hours stay ambiguous.
pub fn readings(number: &str) -> Option<(String, String)> {
    let (before, after) = number.split_once(['.', ','])?;
    if !may_part_thousands(before, after) {
        return None;
    }
    let decimals = match after.trim_end_matches('0') {
        "" => "0".to_owned(),
        // Before a fourth digit the mark can only be the decimal separator.
        three if three.len() == 3 => format!("{three}0"),
        fewer => fewer.to_owned(),
    };
    Some((format!("{before}{after}"), format!("{before}.{decimals}")))
}

/// The decimal text of a JSON number, in which the point can only be the decimal separator: `2.1250` for 2.125.
pub fn of_json_number(number: &str) -> String {
    let (sign, size) = number.strip_prefix('-').map_or(("", number), |size| ("-", size));
    readings(size).map_or_else(|| number.to_owned(), |(_, decimal)| format!("{sign}{decimal}"))
}

/// The error for a text with a number that has two readings.
pub fn ambiguous(field: &'static str, text: &str, readings: (String, String)) -> InvalidValue {
    let (shown, (thousands, decimal)) = (shown(text), readings);
    InvalidValue::new(field, format!("{shown} holds a number that can be read in two ways; write {thousands} or {decimal} instead."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_before_exactly_three_digits_can_be_read_in_two_ways() {
        let both = |number: &str| readings(number).map(|(thousands, decimal)| format!("{thousands} {decimal}"));
        for (number, expected) in [
            ("1,000", "1000 1.0"),
            ("1.000", "1000 1.0"),
            ("12.500", "12500 12.5"),
            ("999,125", "999125 999.1250"),
            ("2.125", "2125 2.1250"),
        ] {
            assert_eq!(both(number).as_deref(), Some(expected), "{number}");
        }
        for number in ["", "1", "1000", "1,5", "1.50", "0.125", ".125", "1.0", "2.1250", "1234.567", "1,000,000", "1.", "a.000", "1.00a"] {
            assert_eq!(both(number), None, "{number}");
        }
    }

    #[test]
    fn a_json_number_has_one_reading() {
        for (number, text) in
            [("2.125", "2.1250"), ("-2.125", "-2.1250"), ("1.5", "1.5"), ("0.125", "0.125"), ("1667", "1667"), ("1.0", "1.0")]
        {
            assert_eq!(of_json_number(number), text);
            assert_eq!(readings(text.trim_start_matches('-')), None, "{number}");
        }
    }

    #[test]
    fn what_is_proposed_instead_has_one_reading() {
        for number in ["1,000", "12.500", "999,125", "2.125"] {
            let (thousands, decimal) = readings(number).expect("two readings");
            assert_eq!((readings(&thousands), readings(&decimal)), (None, None), "{number}");
        }
    }
}
