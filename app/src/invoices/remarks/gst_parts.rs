//! The remark on the parts of the tax in India, which an invoice states separately.

use domain::{percent::Percent, tax::category::TaxCategory};

use super::{RemarkInput, remark};
use crate::invoices::InvoiceProblem;

/// The names of the parts, in lower case: a note with one of these has stated them.
const PARTS: [&str; 6] = ["cgst", "sgst", "utgst", "igst", "central tax", "integrated tax"];

/// The remark on the tax of a seller in India as one sum: central and State tax, or integrated tax, each have a rate and an amount, and
/// between States the place of supply is named (rule 46 (l) to (n) of the CGST Rules 2017).
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let of_india = content.organization.country.as_deref() == Some("IN");
    let note = content.notes.unwrap_or_default().to_lowercase();
    if !of_india || PARTS.iter().any(|part| note.contains(part)) {
        return None;
    }
    let line = content.lines.iter().find(|line| line.tax_category == TaxCategory::S.code() && line.tax_percent > 0)?;
    let message = format!(
        "{} % is stated as one tax. An invoice from India states central tax (CGST) and State tax (SGST), or integrated tax (IGST), each with \
         its rate and amount, and to a client in another State the place of supply with the name of the State (rule 46 (l) to (n) of the \
         CGST Rules 2017): write them into the note.",
        Percent(line.tax_percent)
    );
    Some(remark("notes", message))
}
