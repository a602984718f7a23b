//! Suggests invoice numbers that are similar to an unknown one.

use domain::text::{self, similar};

use super::store;
use crate::{
    error::{Code, Error},
    operation::Call,
    reference,
};

/// Maximum number of suggestions.
const SUGGESTIONS_MAX: usize = 3;

/// Minimum length of a number that counts as contained in a text; shorter ones occur in any text.
const LETTERS_MIN: usize = 3;

/// The `not_found` error for an unknown invoice, with suggestions among the numbers that the caller may see.
pub async fn not_found_error(cx: &mut Call, given: &str) -> Result<Error, Error> {
    let numbers = if reference::parse_id(given).is_nil() { store::newest_numbers(&mut cx.db).await? } else { Vec::new() };
    let near = closest_numbers(given, &numbers);
    if near.is_empty() {
        return Ok(cx.with_operation_hint("list_invoices", Error::not_found("invoice")));
    }
    let message = format!("There is no invoice \"{}\". Did you mean {}?", text::excerpt(given), near.join(" or "));
    Ok(Error::new(Code::NotFound, message))
}

/// The closest numbers in this order: those contained in the input, such as `2026-0001` in `INV-2026-0001`, and those that end with it,
/// the longest first; those with the input as their count, as `2026-0006` for `6`; similar spellings, the nearest first.
fn closest_numbers<'a>(given: &str, numbers: &'a [String]) -> Vec<&'a str> {
    let (given, keys) = (given.to_lowercase(), numbers.iter().map(|number| number.to_lowercase()).collect::<Vec<_>>());
    let alike = similar::similar_names(&given, &keys.iter().map(String::as_str).collect::<Vec<_>>());
    let holds = |one: &str, other: &str| other.len() >= LETTERS_MIN && one.contains(other);
    let place = |key: &String| match holds(&given, key) || holds(key, &given) && key.ends_with(&given) {
        true => Some((0, usize::MAX - key.len())),
        false if counts(key, &given) => Some((1, 0)),
        false => alike.iter().position(|near| near == key).map(|place| (2, place)),
    };
    let mut near: Vec<_> = keys.iter().zip(numbers).filter_map(|(key, number)| Some((place(key)?, number.as_str()))).collect();
    near.sort_by_key(|(place, _)| *place);
    near.into_iter().take(SUGGESTIONS_MAX).map(|(_, number)| number).collect()
}

/// Whether a number ends with the given count, ignoring leading zeros; the numbers are ordered newest first.
fn counts(number: &str, given: &str) -> bool {
    let count = given.trim_start_matches('#').trim().trim_start_matches('0');
    let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let counted = number[number.len() - digits..].trim_start_matches('0');
    !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) && counted == count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(given: &str) -> Vec<String> {
        let numbers = ["2026-0012", "2026-0003", "2026-0002", "2026-0001", "7"].map(str::to_owned);
        closest_numbers(given, &numbers).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_number_that_was_given_with_something_around_it_is_the_nearest() {
        for given in ["INV-2026-0001", "inv-2026-0001", "#2026-0001", "2026-0001.pdf", "0001"] {
            assert_eq!(near(given).first().map(String::as_str), Some("2026-0001"), "{given}");
        }
        assert_eq!(near("#2026-0012")[0], "2026-0012");
    }

    #[test]
    fn a_count_alone_means_the_number_that_ends_with_it() {
        assert_eq!(near("3"), ["2026-0003"]);
        assert_eq!(near("#12"), ["2026-0012"]);
        assert_eq!(near("7"), ["7"]);
        assert!(near("0").is_empty() && near("202").is_empty(), "{:?} {:?}", near("0"), near("202"));
    }

    #[test]
    fn a_number_that_is_misspelled_is_near_and_a_digit_alone_tells_none() {
        assert!(near("2026-0021").contains(&"2026-0012".to_owned()), "{:?}", near("2026-0021"));
        assert!(near("none").is_empty() && near("17").is_empty(), "{:?} {:?}", near("none"), near("17"));
    }
}
