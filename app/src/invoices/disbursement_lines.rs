//! Disbursements among the lines of an invoice.

use domain::tax::{category::TaxCategory, disbursement::is_one};

use super::store::LineRow;

/// Whether a line is a disbursement.
pub fn is_line(line: &LineRow) -> bool {
    TaxCategory::parse(&line.tax_category).is_ok_and(|category| is_one(category, line.tax_reason.as_deref()))
}

/// Whether there is a disbursement among the lines of a category.
pub fn is_among(category: TaxCategory, lines: &[LineRow]) -> bool {
    lines.iter().any(|line| line.tax_category == category.code() && is_line(line))
}
