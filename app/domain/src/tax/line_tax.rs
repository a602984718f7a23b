//! The tax of a line: category, rate and reason (BG-30 of EN 16931). The client's tax is the default of each line.

#[cfg(test)]
mod tests;

use super::{category::TaxCategory, disbursement};
use crate::{invalid_value::InvalidValue, patch::Patch, percent::Percent, text};

/// The most characters of a reason.
const REASON_MAX: usize = 500;

/// The tax of a line. A further tax of another name, as in Quebec, would be a second value of this type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LineTax {
    /// Category (BT-151).
    pub category: TaxCategory,
    /// Rate (BT-152).
    pub rate: Percent,
    /// Why no tax is charged (BT-120); the usual words of the category where absent.
    pub reason: Option<String>,
}

impl LineTax {
    /// This tax with the given changes. A category that charges nothing implies the rate 0, and a rate above zero the standard category; 0
    /// % alone implies none. A reason that names a disbursement is valid for E and O.
    pub fn changed(&self, category: Option<TaxCategory>, rate: Option<&str>, reason: Option<&str>) -> Result<Self, InvalidValue> {
        let rate = rate.filter(|rate| !rate.trim().is_empty()).map(|rate| Percent::parse("tax_rate", rate)).transpose()?;
        // A form sends the previous rate along with another category: it is no change then.
        let rate = rate.filter(|rate| *rate != self.rate || category.is_none_or(|category| category == self.category));
        let category = TaxCategory::chosen(category, rate).unwrap_or(self.category);
        let rate = match (category, rate) {
            (_, Some(rate)) => rate,
            (TaxCategory::S, None) => self.rate,
            _ => Percent(0),
        };
        category.check(rate)?;
        let is_laid_out = matches!(category, TaxCategory::E | TaxCategory::O) && disbursement::is_named(self.reason.as_deref());
        let stays = category == self.category || is_laid_out;
        let kept = self.reason.clone().filter(|_| stays);
        // The same holds for the previous reason.
        let reason = match reason.filter(|given| stays || self.reason.as_deref() != Some(given.trim())) {
            Some(given) => reason_of(category, given)?,
            None => kept,
        };
        Ok(Self { category, rate, reason })
    }
}

/// Refuses a rate above zero beside a category that charges no tax. Whoever gives both means one of them; a form alone sends the previous
/// rate along with another category.
pub fn reject_rate_without_tax(category: Option<TaxCategory>, rate: Option<&str>) -> Result<(), InvalidValue> {
    match (category, rate.filter(|rate| !rate.trim().is_empty())) {
        (Some(category), Some(rate)) => category.check_rate_absent(Percent::parse("tax_rate", rate)?),
        _ => Ok(()),
    }
}

/// The reason after a change of the category or of the reason itself: it belongs to its category. A form sends the previous one, too.
pub fn reason_after(
    before: (TaxCategory, Option<String>),
    category: TaxCategory,
    change: Patch<String>,
) -> Result<Option<String>, InvalidValue> {
    match change {
        Patch::Keep => Ok(before.1.filter(|_| category == before.0)),
        Patch::Clear => Ok(None),
        Patch::Set(reason) if category != before.0 && before.1.as_deref() == Some(reason.trim()) => Ok(None),
        Patch::Set(reason) => reason_of(category, &reason),
    }
}

/// The reason as stored; `None` if it is empty. A category with a rate has none (BR-S-10, BR-Z-10).
pub fn reason_of(category: TaxCategory, given: &str) -> Result<Option<String>, InvalidValue> {
    let reason = text::optional("tax_reason", Some(given), REASON_MAX)?;
    if reason.is_some() && category.reason().is_none() {
        let message =
            format!("{} has no reason why no tax is charged (EN 16931, BR-{}-10); leave it out.", category.named(), category.code());
        return Err(InvalidValue::new("tax_reason", message));
    }
    Ok(reason)
}
