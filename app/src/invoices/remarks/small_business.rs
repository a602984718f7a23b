//! The remark on an unconfirmed small business exemption: it is the initial reason if the founder leaves the tax rate empty, and not
//! everybody who charges no tax is such a business.

use domain::tax::{category::TaxCategory, exemption};
use std::collections::BTreeSet;

use super::{RemarkInput, remark};
use crate::{
    error::Error,
    invoices::{InvoiceProblem, store::LineRow},
    operation::Call,
    organizations::{no_tax_hint, store},
};

/// The remark on the reason until it is confirmed in the settings, or an invoice was sent.
pub async fn of(cx: &mut Call, content: &RemarkInput<'_>) -> Result<Option<InvoiceProblem>, Error> {
    let Some(words) = unsaid(content) else { return Ok(None) };
    let is_asked = !store::has_sent(&mut cx.db).await?;
    Ok(is_asked.then(|| {
        let message = format!(
            "The invoice says \"{words}\", {}. If you are, tick \"{}\" in Settings. {}",
            no_tax_hint::RIGHT_WHERE,
            no_tax_hint::SAID,
            no_tax_hint::WAY
        );
        remark("organization.tax_reason", message)
    }))
}

/// The remark on a line that claims the law of another country than the seller's: left from before they moved, or a mistake.
pub fn of_elsewhere(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let RemarkInput { organization, client, lines, .. } = content;
    let here = organization.country.as_deref()?;
    let reasons: BTreeSet<&str> = lines.iter().filter_map(|line| line.tax_reason.as_deref()).collect();
    let words = reasons.into_iter().find(|words| exemption::is_of_elsewhere(words, here))?;
    let field = match Some(words) {
        words if words == organization.tax_reason.as_deref() => "organization.tax_reason",
        words if words == client.tax_reason.as_deref() => "client.tax_reason",
        _ => "lines",
    };
    let message = format!(
        "The invoice says \"{words}\", {}. Change the reason, or leave it as it is where that law exempts you.",
        exemption::whose_law(words, here)
    );
    Some(remark(field, message))
}

/// The small business exemption on the invoice, if it is the initial one of the organization and nobody has confirmed it.
fn unsaid(content: &RemarkInput<'_>) -> Option<String> {
    let RemarkInput { organization, client, lines, .. } = content;
    let usual = exemption::usual(organization.tax_category, organization.country.as_deref())?;
    if organization.tax_reason_said || organization.tax_reason.as_deref() != Some(usual) {
        return None;
    }
    let claimed = |line: &LineRow| {
        let reason = line.tax_reason.clone().filter(|_| line.tax_category == TaxCategory::E.code())?;
        exemption::is_of_small_business(&reason, &client.language).then_some(reason)
    };
    lines.iter().find_map(claimed)
}
