//! Parses and stores document level discounts, and identifies disbursements, to which no discount applies.

use domain::invalid_value::InvalidValue;
use domain::{
    money::{Amount, Currency, Money},
    percent::Percent,
    tax::{category::TaxCategory, disbursement},
    totals::Discount,
    width::half_width,
};

use super::store::LineRow;
use crate::error::Error;

/// The percent sign and the words for it that may follow a number.
const PERCENT: [&str; 8] = ["%", "percent", "per cent", "pct", "prozent", "procent", "pour cent", "パーセント"];

/// Parses a discount: "10%", "10 percent", or an amount such as "50.00".
pub fn read(given: Option<&str>, currency: &Currency) -> Result<Option<Discount>, Error> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return Ok(None) };
    let written = half_width(given).to_lowercase();
    if let Some(share) = PERCENT.iter().find_map(|word| written.strip_suffix(word)) {
        let percent = Percent::parse("discount", &format!("{}%", share.trim()))?;
        return Ok((percent.ten_thousandths() > 0).then_some(Discount::Percent(percent)));
    }
    let both_forms = |refused: InvalidValue| match given.contains(|letter: char| letter.is_numeric()) {
        true => refused,
        false => refused.hint("Write \"10%\" for a part of the sum, or \"50\" for an amount."),
    };
    match Amount::written(given).minor("discount", currency).map_err(both_forms)? {
        amount if amount < 0 => {
            Err(Error::invalid("discount", format!("\"{given}\" is below zero; a discount is a positive amount or percentage.")))
        }
        0 => Ok(None),
        amount => Ok(Some(Discount::Amount(amount))),
    }
}

/// The remark about an amount below one major unit, such as 0.10: it may be the fraction for a percentage.
pub fn remark(discount: &Option<Discount>, currency: &Currency) -> Option<String> {
    let Some(Discount::Amount(amount)) = discount else { return None };
    let unit = 10_i64.checked_pow(currency.minor_digits())?;
    let share = Percent(i32::try_from(Percent::WHOLE * i128::from(*amount) / i128::from(unit)).ok()?);
    let amount = (1..unit).contains(amount).then(|| Money::new(*amount, currency).text())?;
    Some(format!("The discount is an amount, {amount}. Write {share}% if you mean {share} percent, or leave it as it is."))
}

/// The columns `discount_amount` and `discount_rate`, of which at most one is set.
pub fn columns(discount: &Option<Discount>) -> (Option<i64>, Option<i32>) {
    match discount {
        None => (None, None),
        Some(Discount::Amount(amount)) => (Some(*amount), None),
        Some(Discount::Percent(percent)) => (None, Some(percent.ten_thousandths())),
    }
}

/// Whether a line is a disbursement: it repays what was paid in the name and for the account of the client. Beside taxed lines it has
/// category E, beside untaxed ones O, and the reason of the line says so. Tracked time is never one.
pub fn is_disbursement(line: &LineRow, category: TaxCategory) -> bool {
    can_be_disbursement(line, category) && disbursement::is_named(line.tax_reason.as_deref())
}

/// Whether a line was taken for a disbursement by the earlier rule, which knew no words that exclude it.
pub fn was_disbursement(line: &LineRow, category: TaxCategory) -> bool {
    can_be_disbursement(line, category) && disbursement::is_mentioned(line.tax_reason.as_deref())
}

fn can_be_disbursement(line: &LineRow, category: TaxCategory) -> bool {
    matches!(category, TaxCategory::E | TaxCategory::O) && line.seconds.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_a_share_with_its_sign_or_its_word_or_else_an_amount() {
        let euro = Currency::default();
        let read = |given: &str| read(Some(given), &euro);
        for share in ["10%", "10 %", "10 percent", "10 Prozent", "10 per cent", "10 pct", "10 procent", "１０％", "١٠٪"] {
            assert_eq!(read(share), Ok(Some(Discount::Percent(Percent(100_000)))), "{share}");
        }
        assert_eq!((read("10"), read("$10").is_err(), read("percent").is_err()), (Ok(Some(Discount::Amount(1_000))), true, true));
        assert!(read("150 percent").unwrap_err().message.starts_with("\"150%\" is not between"), "it is said as it was meant");
        for wrong in ["110%", "ten percent", "110 Prozent"] {
            assert!(read(wrong).unwrap_err().message.ends_with("write one such as 19%, 7.7% or 8.425%."), "19 would be an amount: {wrong}");
        }
        assert_eq!(read("ten").unwrap_err().hint.as_deref(), Some("Write \"10%\" for a part of the sum, or \"50\" for an amount."));
    }

    #[test]
    fn an_amount_that_may_have_been_a_fraction_is_told_to_be_an_amount() {
        let pound = Currency::parse("GBP").expect("a currency");
        let told = |given: &str| remark(&read(Some(given), &pound).expect("a discount"), &pound);
        let words = "The discount is an amount, 0.10 GBP. Write 10% if you mean 10 percent, or leave it as it is.";
        assert_eq!(told("0.1").as_deref(), Some(words));
        assert!(told("0.25").is_some_and(|told| told.contains("Write 25%")));
        for usual in ["0.1%", "1", "10", "0"] {
            assert_eq!(told(usual), None, "{usual}");
        }
    }
}
