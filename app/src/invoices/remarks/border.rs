//! Work that leaves the country with the tax of home on it, and work at home without any.

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, draft, rules::place, store::LineRow, tax::LineTax, totals::TaxCategory},
    organizations::Organization,
    text,
};

/// Who works for whom, and where both are as far as anybody has said so.
pub struct Work<'a> {
    organization: &'a Organization,
    client: &'a Client,
    here: Option<String>,
    there: Option<String>,
}

impl<'a> Work<'a> {
    /// What this organization does for this client.
    pub fn of(organization: &'a Organization, client: &'a Client) -> Self {
        let here = place::of_work(organization.country.as_deref(), organization.vat_id.as_deref());
        let there = place::of_work(client.country.as_deref(), client.vat_id.as_deref());
        Self { organization, client, here, there }
    }

    /// Work for somebody in another country with the tax of the seller's: by the VAT directive it is taxed where a business is that
    /// receives it, mostly (Article 44), and somebody else's work where the seller is; by other laws it is an export to whomever it goes.
    pub fn taxed_abroad(&self, taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let (here, there) = self.across()?;
        let counts = self.client.vat_id.is_some() || !place::has_vat(there) || !place::has_vat(here);
        if !counts || taxes.iter().all(|tax| tax.category != TaxCategory::S) {
            return None;
        }
        let (client, country) = (&self.client.name, place::name(there));
        let message = format!("{client} is in {country} and is charged the tax of your own country. {}", self.way());
        Some(remark("client.tax_category", message))
    }

    /// Time is taxed as goods that cross a border: work is not (Articles 44, 138, 146 and 196 of Directive 2006/112/EC). By other laws
    /// work is exported as goods are.
    pub fn taxed_as_goods(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let by_directive = self.here.as_deref().is_none_or(place::has_vat);
        let is_of_goods = |category| category == TaxCategory::K || category == TaxCategory::G && by_directive;
        let (_, tax) = lines.iter().zip(taxes).find(|(line, tax)| line.seconds.is_some() && is_of_goods(tax.category))?;
        let message = format!("Time is taxed as {}, which is for goods. {}", tax.category.named(), self.way());
        Some(remark("client.tax_category", message))
    }

    /// Nothing is charged for work at home although the seller charges tax, and nobody has said why: mostly that is a tax from before,
    /// or one of a client abroad.
    pub fn untaxed_at_home(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let is_abroad = self.there.as_deref().is_some_and(|there| self.here.as_deref().is_none_or(|here| !place::at_home(here, there)));
        if self.organization.tax_category != TaxCategory::S || is_abroad {
            return None;
        }
        let untaxed = || lines.iter().zip(taxes).filter(|(_, tax)| is_unexplained(tax));
        let (line, tax) = untaxed().next()?;
        let (client, rate) = (&self.client.name, self.organization.tax_rate);
        let whole = untaxed().count() == lines.len();
        let on = if whole { format!("to {client}") } else { format!("on \"{}\"", text::excerpt(&line.description)) };
        let place = match self.there.as_deref() {
            Some(there) => format!("{client} is in {}, as you are.", place::name(there)),
            None => format!("Nobody has said in which country {client} is."),
        };
        let message = format!(
            "No tax is charged {on} ({}), and your settings say that you charge {rate} %. {place} {}",
            tax.category.named(),
            way_at_home(tax.category)
        );
        Some(remark(self.field_of(tax), message))
    }

    /// Where it is mended: what somebody has chosen for a line alone is mended there.
    fn field_of(&self, tax: &LineTax) -> &'static str {
        match (draft::tax_of(self.client) == *tax, &self.there) {
            (false, _) => "lines",
            (true, None) => "client.country",
            (true, Some(_)) => "client.tax_category",
        }
    }

    /// Both places, where a border is between them.
    fn across(&self) -> Option<(&str, &str)> {
        let (here, there) = (self.here.as_deref()?, self.there.as_deref()?);
        (!place::at_home(here, there)).then_some((here, there))
    }

    /// How work for somebody abroad is taxed, mostly: as far as is known where both are.
    fn way(&self) -> String {
        let (charge, none, export) = (TaxCategory::AE.named(), TaxCategory::O.named(), TaxCategory::G.named());
        let way = match self.across() {
            None => format!(
                "Work for a business in another country of the European Union is {charge}, and work for one elsewhere is {none} mostly."
            ),
            Some(("US", _)) => format!("Sales tax is for buyers in your own country, so work for one abroad is {none} mostly."),
            Some((here, _)) if !place::has_vat(here) => format!("Work for somebody abroad is {export} mostly, or {none}."),
            Some((here, there)) if place::in_union(here) && place::in_union(there) => {
                format!("Work for a business in another country of the European Union is {charge} mostly.")
            }
            Some((here, _)) if place::in_union(here) => format!("Work for a business outside of the European Union is {none} mostly."),
            Some(_) => format!("Work for a business in another country is {none} mostly."),
        };
        format!("{way} Ask your accountant.")
    }
}

/// Whether no tax is charged and nobody has written why.
fn is_unexplained(tax: &LineTax) -> bool {
    tax.reason.is_none() && matches!(tax.category, TaxCategory::AE | TaxCategory::E | TaxCategory::O | TaxCategory::Z)
}

/// A rate of zero has no reason that could be written (BR-Z-10).
fn way_at_home(category: TaxCategory) -> &'static str {
    match category.reason() {
        Some(_) => "If that is meant, write why as the reason of the tax; if not, change the tax.",
        None => "If that is not meant, change the tax.",
    }
}
