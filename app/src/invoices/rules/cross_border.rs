//! Checks the tax category of goods and work against whether they cross a border.

use domain::{
    tax::{category::TaxCategory, party_identifiers, territory},
    text,
};

use super::InvoiceSource;
use crate::{
    clients::Client,
    error::Error,
    invoices::{InvoiceProblem, parties, read},
    organizations::Organization,
};

/// The problems of lines that are taxed as supplies to another country of the European Union (K), as exports out of it (G), or by reverse
/// charge (AE). Unknown places are no problem here, except that an export names its destination.
pub fn problems(source: &InvoiceSource<'_>) -> Result<Vec<InvoiceProblem>, Error> {
    let (seller, buyer) = (source.seller, source.buyer);
    let from = territory::of_seller(seller.country.as_deref(), seller.vat_id.as_deref());
    let to = territory::of_client(buyer.country.as_deref(), buyer.vat_id.as_deref());
    let mut problems = Vec::new();
    for line in source.lines {
        let category = read::line_tax(line)?.category;
        let way = GoodsMovement { category, client: &buyer.name, from: from.as_deref(), to: to.as_deref() };
        let wrong = match category {
            TaxCategory::K => {
                let place = way.of_supply().map(|message| ("lines.tax_category", message));
                place.or_else(|| Some(("client.vat_id", way.of_number(buyer.vat_id.as_deref())?)))
            }
            TaxCategory::G => {
                let place = way.of_export().map(|message| ("lines.tax_category", message));
                place.or_else(|| buyer.country.is_none().then(|| ("client.country", way.to_nowhere())))
            }
            TaxCategory::AE => {
                let recipient = way.of_recipient(buyer).map(|message| ("client.vat_id", message));
                recipient.or_else(|| Some(("organization.vat_id", way.of_number_of_seller(seller)?)))
            }
            _ => None,
        };
        problems.extend(wrong.map(|(field, message)| InvoiceProblem { rule: None, field: field.to_owned(), message }));
    }
    Ok(problems)
}

/// The message about a client whose VAT identifier was issued by another country of the European Union than that of their address, if a
/// category without tax rests on it (AE and K). They may be registered elsewhere than they are.
pub fn registered_elsewhere(buyer: &Client, mut categories: impl Iterator<Item = TaxCategory>) -> Option<String> {
    let (country, vat_id) = (buyer.country.as_deref()?, buyer.vat_id.as_deref()?);
    let issuer = territory::issuer(vat_id)
        .filter(|issuer| territory::in_eu(issuer) && !territory::in_same_territory_for_services(issuer, country))?;
    let category = categories.find(|category| matches!(category, TaxCategory::AE | TaxCategory::K))?;
    Some(format!(
        "The VAT identifier of {client} ({vat_id}) is one of {}, and their country is {}. Tax category {} rests on it: leave it where \
         {client} is registered there, or correct the identifier or the country.",
        territory::name(&issuer),
        territory::name(country),
        category.code(),
        client = buyer.name,
    ))
}

/// The route of the goods of a line.
struct GoodsMovement<'a> {
    category: TaxCategory,
    client: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

impl GoodsMovement<'_> {
    /// Checks that a supply within the European Union begins and ends in two of its countries (Article 138 of the VAT directive).
    fn of_supply(&self) -> Option<String> {
        let to = self.to?;
        let (what, law) = ("goods that go from one country of the European Union to another", "Article 138 of Directive 2006/112/EC");
        if !territory::in_eu(to) {
            return Some(self.wrong(what, law, &self.is_in(to), "G for an export of goods"));
        }
        let from = self.from?;
        if territory::in_same_territory(from, to) {
            return Some(self.wrong(what, law, &self.is_at_home(from, to), "S with your usual rate"));
        }
        (!territory::in_eu(from)).then(|| self.wrong(what, law, &format!("yours is {}", territory::name(from)), "G for an export of goods"))
    }

    /// Checks that a seller of work that the buyer is taxed for in another country of the European Union states their VAT identifier, and
    /// not their tax number alone (directive 2006/112/EC, article 226 (3)).
    fn of_number_of_seller(&self, seller: &Organization) -> Option<String> {
        let (from, to) = (self.from?, self.to?);
        let within = territory::in_eu(from) && territory::in_eu(to) && !territory::in_same_territory_for_services(from, to);
        let is_of_union = |vat_id: String| territory::issuer(&vat_id).is_some_and(|issuer| territory::in_eu(&issuer));
        (within && !parties::of_seller(seller).vat_id.is_some_and(is_of_union)).then(|| {
            let told = match seller.vat_id.as_deref() {
                Some(number) => format!("{} is no VAT identifier of a country of the European Union", text::excerpt(number)),
                None => "Your VAT identifier is missing".to_owned(),
            };
            format!(
                "{told}. An invoice to {} in another country of the European Union, who owes the tax (AE), states yours. Add it in Settings.",
                self.client
            )
        })
    }

    /// Checks that the recipient is registered in another country of the European Union than the one that the goods come from.
    fn of_number(&self, vat_id: Option<&str>) -> Option<String> {
        let issuer = territory::issuer(vat_id?)?;
        let home = self.from.is_some_and(|from| territory::in_same_territory(from, &issuer));
        (home || !territory::in_eu(&issuer)).then(|| {
            format!(
                "Tax category K needs a VAT identifier of another country of the European Union, and that of {} is one of {} (Article 138 of \
                 Directive 2006/112/EC). Correct it in the client, or choose another category.",
                self.client,
                territory::name(&issuer)
            )
        })
    }

    /// Checks that an export leaves the country and, from within the European Union, leaves that (Article 146 of the VAT directive).
    fn of_export(&self) -> Option<String> {
        let (from, to) = (self.from?, self.to?);
        let law = "Article 146 of Directive 2006/112/EC";
        if territory::in_same_territory(from, to) {
            return Some(self.wrong("goods that leave the country", law, &self.is_at_home(from, to), "S with your usual rate"));
        }
        (territory::in_eu(from) && territory::in_eu(to)).then(|| {
            let instead = "K for goods that go there, or AE for work";
            self.wrong("goods that leave the European Union", law, &self.is_in(to), instead)
        })
    }

    /// The message that an export must name its destination.
    fn to_nowhere(&self) -> String {
        format!(
            "The country of {} is missing: tax category G (export) is for goods that leave the European Union, and the invoice names where \
             they go (Article 146 of Directive 2006/112/EC). Add it to the client, or choose another category.",
            self.client
        )
    }

    /// Checks that the recipient owes the tax: between two countries of the European Union they do where they are registered (Articles 44
    /// and 196 of the VAT directive). At home, and outside of it, the law of the country decides.
    fn of_recipient(&self, buyer: &Client) -> Option<String> {
        let (from, to, number) = (self.from?, buyer.country.as_deref()?, buyer.vat_id.as_deref()?);
        let within = territory::in_eu(from) && territory::in_eu(to) && !territory::in_same_territory(from, to);
        let is = match territory::issuer(number) {
            Some(issuer) if !territory::in_eu(&issuer) => format!("one of {}", territory::name(&issuer)),
            None if party_identifiers::has_other_label(number) => "none".to_owned(),
            _ => return None,
        };
        within.then(|| {
            format!(
                "Tax category AE (reverse charge) to a client in {} needs a VAT identifier of a country of the European Union, and that of \
                 {} is {is} (Article 196 of Directive 2006/112/EC). Correct it in the client, or choose another category.",
                territory::name(to),
                self.client,
            )
        })
    }

    fn is_in(&self, to: &str) -> String {
        format!("the country of {} is {}", self.client, territory::name(to))
    }

    fn is_at_home(&self, from: &str, to: &str) -> String {
        format!("{}, {}", self.is_in(to), if from == to { "as yours is" } else { "which has one value added tax with yours" })
    }

    fn wrong(&self, what: &str, law: &str, but: &str, instead: &str) -> String {
        let (code, label, client) = (self.category.code(), self.category.label(), self.client);
        format!(
            "Tax category {code} ({label}) is for {what}, and {but} ({law}). Choose another in the line or for {client}, such as {instead}, or \
             correct the country."
        )
    }
}
