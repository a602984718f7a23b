//! Omitted tax: sellers who charge no tax and state no exemption of the law. Their supplies have the category O, which an e-invoice
//! needs, but which claims nothing: their documents state no more about tax than they have stated themselves.
//!
//! The legal situation of sellers who state at sign-up that they charge no tax, by country:
//! - Germany, Austria, Belgium, France, Italy, Luxembourg, the Netherlands, Poland, Portugal: small businesses with a statutory text
//!   ([`super::exemption`], each with its source). The other members of the European Union except Spain: exempt by Article 284 of
//!   Directive 2006/112/EC. All of these have the category E.
//! - Spain has no such exemption; Monaco has the tax of France: their invoices name the law by which they are exempt (Article 226 (11) of
//!   the directive), and the seller is asked for it.
//! - Switzerland and Liechtenstein: not liable to tax below the threshold (Article 10 (2) MWSTG), nor may the invoice refer to the tax
//!   (Article 27 MWSTG). The supply is taxable all the same.
//! - The United Kingdom and the Isle of Man (VAT Act 1994, schedule 1), Norway (merverdiavgiftsloven § 2-1), Iceland, Åland: not registered
//!   below the threshold; no statement is required.
//! - Japan: an exempt enterprise (Consumption Tax Act, Article 9). What it sells is taxed (課税取引) and not 対象外: its clients deduct a
//!   part of the tax in the years after 2023.
//! - Australia, Canada, India, New Zealand, Singapore and other countries that register sellers: unregistered ones need no statement.
//! - The United States and other countries without a tax on services: none.
//! - Country not given: nothing is known, and the seller is asked for it.

use domain::tax::category::TaxCategory;

use super::store::{LineRow, SentDocument};
use crate::{
    error::Error,
    operation::Call,
    organizations::{self, Organization},
};

/// Whether this seller's documents omit the tax of this category: the seller charges none in general, not only for this supply.
pub fn omits_tax(seller: &Organization, category: TaxCategory) -> bool {
    category == TaxCategory::O && seller.tax_category == TaxCategory::O
}

/// Whether the document of an invoice with these lines omits the tax; for a sent invoice, as it was printed.
pub async fn of_invoice(cx: &mut Call, lines: &[LineRow], printed: Option<&SentDocument>) -> Result<bool, Error> {
    let of_none = |line: &LineRow| line.tax_category == TaxCategory::O.code();
    if !lines.iter().any(of_none) {
        return Ok(false);
    }
    match printed {
        Some(printed) => Ok(lines.iter().zip(&printed.taxes).any(|(line, tax)| of_none(line) && tax.is_empty())),
        None => Ok(omits_tax(&organizations::settings::get(cx).await?, TaxCategory::O)),
    }
}
