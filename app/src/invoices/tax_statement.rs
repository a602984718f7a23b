//! What an invoice states about a tax beside its amount, alike on its document and in answers.

use domain::{locale::Locale, tax::category::TaxCategory, totals::TaxTotal};

use super::{disbursement_lines, exemption_reasons, omitted_tax, store::LineRow};
use crate::{clients::Client, organizations::Organization};

/// What a document states about the tax of one category and rate.
#[derive(Debug, Clone, PartialEq)]
pub struct TaxStatement {
    /// What it calls the tax; empty where the tax is omitted, and its reason stands alone.
    pub label: String,
    /// Why no tax is charged, one reason a line.
    pub reason: Option<String>,
}

/// The statement of this seller about a tax in a language; `None` where the tax is omitted and no reason was given.
pub fn of(tax: &TaxTotal, lines: &[LineRow], locale: Locale, seller: &Organization) -> Option<TaxStatement> {
    if omitted_tax::omits_tax(seller, tax.category) {
        let reason = exemption_reasons::as_document_lines(tax.category, lines, None, locale)?;
        return Some(TaxStatement { label: String::new(), reason: Some(reason) });
    }
    let country = seller.country.as_deref();
    let label = match disbursement_lines::is_among(tax.category, lines) {
        true => locale.without_tax().to_owned(),
        false => locale.tax(tax.category, tax.rate, country),
    };
    // A reason that equals the label is not printed twice.
    let reason = exemption_reasons::as_document_lines(tax.category, lines, locale.reason(tax.category, country), locale)
        .filter(|reason| *reason != label);
    Some(TaxStatement { label, reason })
}

/// The statements of a document that is still to be made: those of this seller, in the language of this buyer.
pub fn of_parties(seller: &Organization, buyer: &Client, lines: &[LineRow]) -> impl Fn(&TaxTotal) -> Option<TaxStatement> {
    let locale = Locale::of(&buyer.language);
    move |tax: &TaxTotal| of(tax, lines, locale, seller)
}

/// The statement in the usual words, for a tax that the document of a sent invoice has no row for.
pub fn usual(tax: &TaxTotal, lines: &[LineRow], omitted_tax: bool) -> Option<TaxStatement> {
    let usual = tax.category.reason().filter(|_| !(omitted_tax && tax.category == TaxCategory::O));
    let reason = exemption_reasons::as_one_text(tax.category, lines, usual);
    let is_stated = reason.is_some() || !omitted_tax || tax.category != TaxCategory::O;
    is_stated.then(|| TaxStatement { label: tax.category.at(tax.rate), reason })
}
