//! Quantities of lines (BT-129): in whole hundred-millionths where somebody writes them, and as fine as it takes where they are hours, so
//! that quantity × price is the net of every line to the smallest unit.

#[cfg(test)]
mod tests;
mod words;

use crate::{
    invalid_value::InvalidValue,
    money::{self, Currency, millionths_of, rounded_quotient, saturated},
    text,
    width::half_width,
};

/// Hundred-millionths per unit.
const ONE: i64 = 100_000_000;

/// The most decimals of a quantity that somebody writes.
const DECIMALS: usize = 8;

/// The fewest decimals of a quantity of hours.
const HOUR_DECIMALS: u32 = 2;

/// The most decimals of a quantity of hours. The last one of them at the highest rate of any currency ([`money::rate_max`]) is one of its
/// smallest unit, so no net is skipped.
const HOUR_DECIMALS_MAX: u32 = 13;

/// The highest quantity: a million.
const QUANTITY_MAX: i64 = 1_000_000 * ONE;

/// A quantity as it stands on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Its digits without the point.
    pub digits: i64,
    /// How many of them stand after the point: at most 13.
    pub decimals: u32,
}

impl Quantity {
    /// The quantity of a custom line, in hundred-millionths.
    pub fn custom(hundred_millionths: i64) -> Self {
        Self { digits: hundred_millionths, decimals: DECIMALS as u32 }
    }

    /// So many seconds as hours, rounded to `decimals` decimals.
    fn of_seconds(seconds: i64, decimals: u32) -> Self {
        let digits = saturated(rounded_quotient(i128::from(seconds) * 10_i128.pow(decimals), 3_600));
        Self { digits, decimals }
    }

    /// The net in minor units: quantity × price in millionths of the major unit, rounded half up once.
    fn net(self, unit_price: i64, currency: &Currency) -> i64 {
        let parts = 10_i128.pow(self.decimals) * i128::from(millionths_of(currency));
        saturated(rounded_quotient(i128::from(self.digits) * i128::from(unit_price), parts))
    }
}

/// The net of a custom line (BT-131) in minor units: its quantity in hundred-millionths × its price in millionths of the major unit,
/// rounded half up once.
pub fn net(quantity: i64, unit_price: i64, currency: &Currency) -> i64 {
    Quantity::custom(quantity).net(unit_price, currency)
}

/// The hours of a line of time: the quantity with the fewest decimals, from two to thirteen, whose product with the price, rounded, is the
/// line's net. At each length the rounded hours are tried first, then their neighbour above and the one below. If none is, as with a rate
/// beyond the highest, the hours are rounded to eight decimals. Time above 0 has as many decimals as it takes to be above 0: nobody is
/// billed for 0 hours.
///
/// 36 min 40 s at 99.99 are 61.11: neither 0.61 nor 0.611, nor one beside them, times the price comes to that. Of 0.6111 the neighbour
/// above does, 0.6112.
pub fn hours(seconds: i64, unit_price: i64, net_amount: i64, currency: &Currency) -> Quantity {
    let is_shown = |quantity: &Quantity| seconds == 0 || quantity.digits != 0;
    let fits = |quantity: &Quantity| is_shown(quantity) && quantity.net(unit_price, currency) == net_amount;
    (HOUR_DECIMALS..=HOUR_DECIMALS_MAX)
        .map(|decimals| Quantity::of_seconds(seconds, decimals))
        .filter(is_shown)
        .find_map(|nearest| {
            [0, 1, -1].map(|more| Quantity { digits: nearest.digits.saturating_add(more), ..nearest }).into_iter().find(fits)
        })
        .unwrap_or_else(|| Quantity::of_seconds(seconds, DECIMALS as u32))
}

/// Formats hours with at least two decimals.
pub fn hours_text(quantity: Quantity) -> String {
    shown(quantity, HOUR_DECIMALS as usize)
}

/// Formats the quantity of a custom line, in hundred-millionths, without needless zeros.
pub fn text_of(quantity: i64) -> String {
    shown(Quantity::custom(quantity), 0)
}

/// Separates the thousands of a quantity with commas, like those of an amount.
pub fn grouped(quantity: &str) -> String {
    let (sign, size) = quantity.strip_prefix('-').map_or(("", quantity), |size| ("-", size));
    let (whole, decimals) = size.split_at(size.find('.').unwrap_or(size.len()));
    format!("{sign}{}{decimals}", money::grouped(whole))
}

/// Formats a quantity with at least `least` decimals, and with further ones that are not zero.
fn shown(quantity: Quantity, least: usize) -> String {
    let (size, one, width) = (quantity.digits.unsigned_abs(), 10_u64.pow(quantity.decimals), quantity.decimals as usize);
    let all = format!("{:0width$}", size % one);
    let decimals = &all[..all.trim_end_matches('0').len().max(least)];
    let (sign, point) = (if quantity.digits < 0 { "-" } else { "" }, if decimals.is_empty() { "" } else { "." });
    format!("{sign}{}{point}{decimals}", size / one)
}

/// Parses a quantity: not zero, at most a million, with up to eight decimals, and negative for a deduction. Ambiguous text, such as
/// `1,000`, is refused. A word for the unit may follow.
pub fn parse(given: &str) -> Result<i64, InvalidValue> {
    let given = &*half_width(given);
    let decimal = words::decimal(words::without_unit(given.trim()).trim());
    let (sign, size) = match decimal.strip_prefix(['-', '\u{2212}']) {
        Some(size) => (-1, size.trim_start()),
        None => (1, &*decimal),
    };
    if let Some((thousands, decimal)) = money::readings(size) {
        let signed = |size: String| if sign < 0 { format!("-{size}") } else { size };
        return Err(money::ambiguous("quantity", given.trim(), (signed(thousands), signed(decimal))));
    }
    // "2." is an unfinished number.
    let ended = size.strip_suffix(['.', ',']).unwrap_or(size);
    let Some((whole, decimals)) = money::digits(ended).filter(|(whole, decimals)| whole.len() <= 7 && decimals.len() <= DECIMALS) else {
        return Err(unreadable(given));
    };
    let value = format!("{whole}{decimals:0<DECIMALS$}").parse::<i64>().map_err(|_| unreadable(given))?;
    if (1..=QUANTITY_MAX).contains(&value) { Ok(sign * value) } else { Err(unreadable(given)) }
}

fn unreadable(given: &str) -> InvalidValue {
    let message = format!(
        "\"{}\" is not a quantity; write a number up to 1,000,000 with at most eight decimals, such as 2.5, or -1 to take something off.",
        text::excerpt(given)
    );
    InvalidValue::new("quantity", message)
}
