//! Sellers who charge no tax without being exempt by words of the law. What they bill has the category O, which an electronic invoice
//! needs, and that is no claim: a document of theirs says no more of tax than they have said themselves.
//!
//! What is true of whoever says at sign-up that they charge none, by country:
//! - Germany, Austria, Belgium, France, Italy, Luxembourg, the Netherlands, Poland, Portugal: small businesses with words of the law
//!   ([`super::exemption`], each with its source). The other members of the European Union but Spain: exempt by Article 284 of
//!   Directive 2006/112/EC. All of these have the category E.
//! - Spain has no such exemption; Monaco has the tax of France: their invoices name the law by which they are exempt (Article 226 (11) of
//!   the directive), and the seller is asked for it.
//! - Switzerland and Liechtenstein: not liable to tax below the threshold (Article 10 (2) MWSTG), nor may the invoice refer to the tax
//!   (Article 27 MWSTG). The supply is taxable all the same.
//! - The United Kingdom and the Isle of Man (VAT Act 1994, schedule 1), Norway (merverdiavgiftsloven § 2-1), Iceland, Åland: not registered
//!   below the threshold, and no words are wanted.
//! - Japan: an exempt enterprise (Consumption Tax Act, Article 9). What it sells is taxed (課税取引) and not 対象外: its clients deduct a
//!   part of the tax in the years after 2023.
//! - Australia, Canada, India, New Zealand, Singapore and wherever else a tax knows registered sellers: no words are wanted of others.
//! - The United States and wherever else no tax is charged on work: none.
//! - Where nobody has said the country: nothing is known, and it is asked for.

use super::{
    store::{LineRow, SentDocument},
    totals::TaxCategory,
};
use crate::{
    error::Error,
    operation::Call,
    organizations::{self, Organization},
};

/// Whether a document of this seller claims nothing of what has this category: they charge none themselves, and not for the supply's sake.
pub fn omits_tax(seller: &Organization, category: TaxCategory) -> bool {
    category == TaxCategory::O && seller.tax_category == TaxCategory::O
}

/// Whether the document of an invoice with these lines claims nothing of what has no tax: what was sent is as it was printed.
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
