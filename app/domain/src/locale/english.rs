//! The English locale.

use jiff::civil::Date;

use super::Translation;
use crate::{country, day::Day, tax::category::TaxCategory, text};

pub(super) struct English;

impl Translation for English {
    fn country(&self, code: &str) -> Option<&'static str> {
        country::name(code)
    }

    fn day(&self, day: Date) -> String {
        Day::from(day).in_words()
    }

    fn discount(&self) -> &'static str {
        "Discount"
    }

    fn share_of(&self, share: &str, amount: &str) -> String {
        format!("{share} of {amount}")
    }

    fn category(&self, category: TaxCategory) -> &'static str {
        category.label()
    }

    fn category_of_line(&self, category: TaxCategory) -> &'static str {
        match category {
            TaxCategory::S | TaxCategory::Z => self.category(category),
            TaxCategory::E => "exempt",
            TaxCategory::AE => "reverse charge",
            TaxCategory::K => "intra-EU",
            TaxCategory::G => "export",
            TaxCategory::O => "not taxable",
        }
    }

    fn without_tax(&self) -> [&'static str; 2] {
        ["Without tax", "no tax"]
    }

    fn tax_name(&self, country: Option<&str>) -> &'static str {
        match country {
            Some("US") => "Sales tax",
            Some("AU" | "IN" | "NZ" | "SG") => "GST",
            // Each province has one or the other.
            Some("CA") => "GST/HST",
            // Goods and services tax ended there in 2018.
            Some("MY") => "SST",
            Some("JP") => "Consumption tax",
            _ => "VAT",
        }
    }

    fn reason(&self, category: TaxCategory, _: Option<&str>) -> Option<&'static str> {
        category.reason()
    }

    fn and_other_lines(&self, names: &str, more: usize) -> String {
        format!("{names} and {}", text::pluralize(more as i64, "other line", "other lines"))
    }

    fn titled(&self, title: &str) -> String {
        title.to_owned()
    }

    fn terms(&self, day: &str, days: i16) -> String {
        match days {
            0 => "Payable on receipt.".to_owned(),
            1 => format!("Payable within 1 day, by {day}, without deduction."),
            _ => format!("Payable within {days} days, by {day}, without deduction."),
        }
    }

    fn void(&self) -> &'static str {
        "This invoice was voided. Nothing is to be paid for it."
    }

    fn settled(&self) -> &'static str {
        "Nothing is to be paid."
    }

    fn subject(&self, number: &str, from: &str) -> String {
        format!("Invoice {number} from {from}")
    }

    fn letter(&self, number: &str, total: &str, due_on: Option<&str>, from: &str) -> String {
        let due = due_on.map_or_else(|| ". Nothing is left to pay.".to_owned(), |day| format!(", due on {day}."));
        format!("Hello,\n\nplease find attached invoice {number} for {total}{due}\n\nKind regards\n{from}")
    }
}
