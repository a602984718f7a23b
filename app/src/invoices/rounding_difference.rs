//! What rounding makes of the time on a new draft, in words. A preview has the figures themselves.

use domain::money::{Currency, Money};

/// The warning that the lines of time come to `difference` more than the `worth` of the time entry by entry, both in minor units; `None`
/// where they come to the same.
pub fn warning(difference: i64, worth: i64, currency: &Currency) -> Option<String> {
    if difference == 0 {
        return None;
    }
    let (changed, more) = (Money::new(difference.abs(), currency).text(), if difference > 0 { "more" } else { "less" });
    let worth = Money::new(worth, currency).text();
    Some(format!("Rounding makes this invoice {changed} {more} than its time is worth ({worth})."))
}
