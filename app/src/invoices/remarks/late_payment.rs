//! The remark on missing late payment statements on an invoice to a business.

use domain::tax::territory;

use super::{RemarkInput, remark};
use crate::invoices::{InvoiceProblem, late_payment};

/// The remark, whose statements the draft can add to its note in one step.
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let (organization, client) = (content.organization, content.client);
    let missing_statements = late_payment::missing_statements(organization, client, content.notes)?;
    let message = format!(
        "An invoice from {} to a business states {} ({}), and this one does not. Add to the note: \"{}\" Where {} is no business, leave it as it \
         is. Or write it once under your address in Settings, then every invoice says it.",
        organization.country.as_deref().map(territory::name).unwrap_or_default(),
        missing_statements.what,
        missing_statements.law,
        missing_statements.sentences,
        client.name
    );
    Some(remark("late_payment_terms", message))
}
