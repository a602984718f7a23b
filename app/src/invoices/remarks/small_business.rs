//! The words of a small business that nobody has said: an organization begins with them whose founder has left the rate of tax empty, and
//! not everybody who charges no tax is such a business.

use super::{Content, remark};
use crate::invoices::{InvoiceProblem, exemption, store::LineRow, totals::TaxCategory};

/// What is asked of the reason until somebody has said it in the settings, or has sent an invoice.
pub fn of(content: &Content<'_>) -> Option<InvoiceProblem> {
    let Content { organization, client, lines, .. } = content;
    let usual = exemption::usual(organization.tax_category, organization.country.as_deref())?;
    if organization.tax_reason_said || organization.has_invoiced || organization.tax_reason.as_deref() != Some(usual) {
        return None;
    }
    let claimed = |line: &LineRow| {
        let reason = line.tax_reason.clone().filter(|_| line.tax_category == TaxCategory::E.code())?;
        exemption::is_of_small_business(&reason, &client.language).then_some(reason)
    };
    let words = lines.iter().find_map(claimed)?;
    Some(remark(
        "organization.tax_reason",
        format!(
            "The invoice says \"{words}\", as no rate of tax was given, and nobody has said yet that this is so. Save it as the reason in \
             Settings where you are a small business. Where another law exempts you, write its words there; where you charge tax, its rate."
        ),
    ))
}
