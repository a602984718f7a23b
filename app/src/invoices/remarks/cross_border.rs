//! Remarks on work for a client abroad with domestic tax, and on domestic work without any.

use domain::{
    tax::{category::TaxCategory, exemption, line_tax::LineTax, territory},
    text,
};

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, draft, store::LineRow},
    organizations::Organization,
};

/// A seller and a client with the places of both, as far as they are known.
pub struct Supply<'a> {
    organization: &'a Organization,
    client: &'a Client,
    here: Option<String>,
    there: Option<String>,
}

impl<'a> Supply<'a> {
    /// The supply of this organization to this client.
    pub fn of(organization: &'a Organization, client: &'a Client) -> Self {
        let here = territory::of_work(organization.country.as_deref(), organization.vat_id.as_deref());
        let there = territory::of_work(client.country.as_deref(), client.vat_id.as_deref());
        Self { organization, client, here, there }
    }

    /// The remark on work for a client in another country with the seller's tax. By the VAT directive it is mostly taxed where a business
    /// receives it (Article 44), and for anybody else where the seller is; by other laws it is taxed abroad for every client. A business in
    /// the Union has a number. Outside of it a missing number proves nothing.
    pub fn taxed_abroad(&self, taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let (here, there) = self.across()?;
        let tax = taxes.iter().find(|tax| tax.category == TaxCategory::S)?;
        let (client, country) = (&self.client.name, territory::name(there));
        if self.client.vat_id.is_none() && territory::in_eu(there) && !territory::taxes_where_received(here) {
            let message = format!(
                "{client} is in {country} and has no VAT identifier: as a business they have one, so add it. A private client is taxed as \
                 one here."
            );
            return Some(remark("client.vat_id", message));
        }
        let message = format!("{client} is in {country} and is charged the tax of your own country. {}", self.way());
        Some(remark(self.field_of(tax), message))
    }

    /// The remark on work abroad without tax in an unusual category: between two countries of the European Union the recipient owes the tax
    /// (Articles 44 and 196 of Directive 2006/112/EC), whatever small businesses are exempt from at home (Article 284); elsewhere it is not
    /// taxed where the seller is.
    pub fn untaxed_abroad(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let (here, there) = self.across()?;
        let usual = usual_category(here, there)?;
        let within = usual == TaxCategory::AE;
        let is_other = |tax: &LineTax| is_without_border(tax.category) && tax.category != usual && self.is_unexplained(tax);
        let (line, tax) = lines.iter().zip(taxes).find(|(_, tax)| is_other(tax))?;
        let (client, place, category) = (&self.client.name, territory::name(there), tax.category.named());
        let goods = match line.seconds {
            None if within => format!(" Goods that go there are {}.", TaxCategory::K.named()),
            _ => String::new(),
        };
        let (told, field) = match (within, self.client.vat_id.is_some()) {
            (_, true) => (format!("{client} is in {place} and is charged no tax as {category}."), self.field_of(tax)),
            (false, false) if !territory::has_vat(there) || territory::taxes_where_received(here) => {
                (format!("{client} is in {place} and is charged no tax as {category}."), self.field_of(tax))
            }
            (false, false) => return None,
            (true, false) => (
                format!(
                    "{client} is in {place}, is charged no tax as {category} and has no VAT identifier: as a business they need one, and \
                     whoever is none is taxed as somebody in your own country mostly."
                ),
                "client.vat_id",
            ),
        };
        Some(remark(field, format!("{told}{goods} {} {}", self.way(), way_out(tax))))
    }

    /// The remark on an exempt seller, who states why on each invoice, if another category of the client leaves that out.
    pub fn exempt_otherwise(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let is_abroad = self.here.is_none() || self.across().is_some();
        if self.organization.tax_category != TaxCategory::E || self.there.is_some() && is_abroad {
            return None;
        }
        let is_other =
            |tax: &LineTax| matches!(tax.category, TaxCategory::AE | TaxCategory::O | TaxCategory::Z) && self.is_unexplained(tax);
        let (line, tax) = lines.iter().zip(taxes).find(|(_, tax)| is_other(tax))?;
        let why = self.organization.tax_reason.as_deref().map(|why| format!(", with the words \"{why}\"")).unwrap_or_default();
        let message = format!(
            "\"{}\" is {}, and your settings say that what you bill is {}{why}. {} Change the tax, or leave it as it is.",
            text::excerpt(&line.description),
            tax.category.named(),
            TaxCategory::E.named(),
            self.where_client_is(),
        );
        Some(remark(self.field_of(tax), message))
    }

    /// The remark on time taxed as goods that cross a border: work is no goods (Articles 44, 138, 146 and 196 of Directive 2006/112/EC).
    /// Other laws treat work as exported, like goods.
    pub fn taxed_as_goods(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let by_directive = self.here.as_deref().is_none_or(|here| !territory::exports_work(here));
        let is_of_goods = |category| category == TaxCategory::K || category == TaxCategory::G && by_directive;
        let (_, tax) = lines.iter().zip(taxes).find(|(line, tax)| line.seconds.is_some() && is_of_goods(tax.category))?;
        let message = format!("Time is taxed as {}, which is for goods. {}", tax.category.named(), self.way());
        Some(remark(self.field_of_category(tax), message))
    }

    /// The remark on a seller in a country without VAT who bills a supply within the European Union (K), or an export (G) to a client at
    /// home or of unknown country. Where there is VAT these are refused.
    pub fn taxed_as_elsewhere(&self, taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let seller = &self.organization;
        let here = seller.country.as_deref().filter(|here| !territory::has_vat(here))?;
        let leaves_from = territory::of_seller(Some(here), seller.vat_id.as_deref());
        let within = |tax: &&LineTax| tax.category == TaxCategory::K && !leaves_from.as_deref().is_some_and(territory::in_eu);
        if let Some(tax) = taxes.iter().find(within) {
            let message = format!(
                "{} is for goods that go from one country of the European Union to another (Article 138 of Directive 2006/112/EC), and your \
                 country is {}. Choose another tax.",
                tax.category.named(),
                territory::name(here)
            );
            return Some(remark(self.field_of(tax), message));
        }
        let stays = self.there.as_deref().is_none_or(|there| territory::in_same_territory(here, there));
        let tax = taxes.iter().find(|tax| tax.category == TaxCategory::G && stays)?;
        let message = format!(
            "{} is for what leaves the country. {} Change the tax, or the country of the client.",
            tax.category.named(),
            self.where_client_is()
        );
        Some(remark(self.field_of(tax), message))
    }

    /// The remark on untaxed work at home without a reason, by a seller who charges tax: mostly the tax is outdated, or meant for a client
    /// abroad.
    pub fn untaxed_at_home(&self, lines: &[LineRow], taxes: &[LineTax]) -> Option<InvoiceProblem> {
        let is_abroad = self
            .there
            .as_deref()
            .is_some_and(|there| self.here.as_deref().is_none_or(|here| !territory::in_same_territory_for_services(here, there)));
        if self.organization.tax_category != TaxCategory::S || is_abroad {
            return None;
        }
        let is_untaxed = |tax: &LineTax| tax.reason.is_none() && (tax.category == TaxCategory::AE || is_without_border(tax.category));
        let untaxed = || lines.iter().zip(taxes).filter(|(_, tax)| is_untaxed(tax));
        let (line, tax) = untaxed().next()?;
        let (client, rate) = (&self.client.name, self.organization.tax_rate);
        let whole = untaxed().count() == lines.len();
        let on = if whole { format!("to {client}") } else { format!("on \"{}\"", text::excerpt(&line.description)) };
        let message = format!(
            "No tax is charged {on} ({}), and your settings say that you charge {rate} %. {} {}",
            tax.category.named(),
            self.where_client_is(),
            way_out(tax)
        );
        Some(remark(self.field_of(tax), message))
    }

    /// Whether this tax of the client has no written reason: the words of a small business are on each of its invoices.
    fn is_unexplained(&self, tax: &LineTax) -> bool {
        let of_seller = |reason: &String| {
            self.organization.tax_reason.as_ref() == Some(reason) || exemption::is_of_small_business(reason, &self.client.language)
        };
        tax.reason.as_ref().is_none_or(of_seller)
    }

    /// Says where a client is who is not abroad, as far as that is known.
    fn where_client_is(&self) -> String {
        let client = &self.client.name;
        match (self.there.as_deref(), self.here.as_deref()) {
            (None, _) => format!("Nobody has said in which country {client} is."),
            (Some(there), Some(here)) if here != there => {
                format!("{client} is in {}, which has one tax with your country.", territory::name(there))
            }
            (Some(there), _) => format!("{client} is in {}, as you are.", territory::name(there)),
        }
    }

    /// The field to correct: the country of the client if that is not known, else the one that sets the tax.
    fn field_of(&self, tax: &LineTax) -> &'static str {
        match (self.field_of_category(tax), &self.there) {
            ("client.tax_category", None) => "client.country",
            (field, _) => field,
        }
    }

    /// The field that sets the tax: a tax that was chosen for a line alone is corrected there.
    pub fn field_of_category(&self, tax: &LineTax) -> &'static str {
        if draft::tax_of(self.client) == *tax { "client.tax_category" } else { "lines" }
    }

    /// Both places, if a border is between them.
    fn across(&self) -> Option<(&str, &str)> {
        let (here, there) = (self.here.as_deref()?, self.there.as_deref()?);
        (!territory::in_same_territory_for_services(here, there)).then_some((here, there))
    }

    /// Says how work for a client abroad is mostly taxed, as far as both places are known.
    fn way(&self) -> String {
        let (charge, none, export) = (TaxCategory::AE.named(), TaxCategory::O.named(), TaxCategory::G.named());
        let way = match self.across() {
            None => format!(
                "Work for a business in another country of the European Union is {charge}, and work for one elsewhere is {none} mostly."
            ),
            Some(("US", _)) => format!("Sales tax is for buyers in your own country, so work for one abroad is {none} mostly."),
            Some((here, _)) if territory::exports_work(here) => format!("Work for somebody abroad is {export} mostly, or {none}."),
            Some((here, there)) if territory::in_eu(here) && territory::in_eu(there) => {
                format!("Work for a business in another country of the European Union is {charge} mostly.")
            }
            Some((_, there)) if territory::is_apart(there) => {
                format!(
                    "{} outside of the area of the European Union's tax, and work for a business there has rules of its own.",
                    territory::subject(there)
                )
            }
            Some((here, _)) if territory::in_eu(here) => format!("Work for a business outside of the European Union is {none} mostly."),
            Some((here, _)) if territory::taxes_where_received(here) => {
                format!("Work for somebody in another country is {none} mostly.")
            }
            Some(_) => format!("Work for a business in another country is {none} mostly."),
        };
        format!("{way} Ask your accountant.")
    }
}

/// The usual category of work for a business abroad; `None` if the law of the seller's country has several.
fn usual_category(here: &str, there: &str) -> Option<TaxCategory> {
    match territory::in_eu(here) && territory::in_eu(there) {
        true => Some(TaxCategory::AE),
        false if territory::exports_work(here) || territory::is_apart(here) || territory::is_apart(there) => None,
        false => Some(TaxCategory::O),
    }
}

/// Whether a category charges nothing for a reason other than a border.
fn is_without_border(category: TaxCategory) -> bool {
    matches!(category, TaxCategory::E | TaxCategory::O | TaxCategory::Z)
}

/// The suggested correction. A rate of zero takes no written reason (BR-Z-10).
fn way_out(tax: &LineTax) -> &'static str {
    match (tax.category.reason(), &tax.reason) {
        (_, Some(_)) => "Change the tax, or leave it as it is.",
        (Some(_), None) => "If that is meant, write why as the reason of the tax; if not, change the tax.",
        (None, None) => "If that is not meant, change the tax.",
    }
}
