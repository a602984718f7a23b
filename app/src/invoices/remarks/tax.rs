//! What is more often than not a slip in the tax of an invoice.

use super::remark;
use crate::{
    clients::Client,
    country,
    error::Error,
    invoices::{
        InvoiceProblem, client_tax, draft, exemption, read,
        rules::{self, place},
        store::LineRow,
        tax::LineTax,
        totals::TaxCategory,
    },
    money::Currency,
    organizations::Organization,
};

/// What is to be said of the taxes of these lines, whether they are drafted already or not.
pub fn of(organization: &Organization, client: &Client, lines: &[LineRow], currency: &Currency) -> Result<Vec<InvoiceProblem>, Error> {
    let taxes = lines.iter().map(|line| Ok(read::line_tax(line)?.category)).collect::<Result<Vec<_>, Error>>()?;
    let work: Vec<TaxCategory> =
        lines.iter().zip(&taxes).filter(|(line, _)| line.seconds.is_some()).map(|(_, category)| *category).collect();
    let remarks = [
        of_vat_id(client, &taxes),
        of_work(&work),
        of_work_abroad(organization, client, &work),
        of_organization(organization, client, &taxes),
        of_currency(organization, &taxes, currency),
    ];
    Ok(remarks.into_iter().flatten().collect())
}

/// The client has another tax by now than all of its time was drafted with; where there is no time, than all of the lines.
pub fn of_client(client: &Client, lines: &[LineRow]) -> Result<Option<InvoiceProblem>, Error> {
    let now = draft::tax_of(client);
    let Some(before) = client_tax::before(lines, &now)? else { return Ok(None) };
    let (tax, client) = (&before.tax, &client.name);
    let [what, of] = if before.of_time { ["The time is", "the time"] } else { ["The lines are", "the lines"] };
    let said = |tax: &LineTax| match tax.category {
        TaxCategory::S => format!("{} at {} %", tax.category.named(), tax.rate),
        other => other.named(),
    };
    let told = match (tax.category, tax.rate) == (now.category, now.rate) {
        true => format!("The reason for the tax of {of} is another one than {client} has by now."),
        false => format!("{what} taxed as {} and {client} as {} by now.", said(tax), said(&now)),
    };
    let kept = before.kept().map(|kept| format!(" {kept}")).unwrap_or_default();
    let message = format!("{told} Take the client's tax on what is taxed so, or leave it as it is.{kept}");
    Ok(Some(remark("lines.tax_category", message)))
}

/// Time is taxed as goods that cross a border: work is not (Articles 44, 138, 146 and 196 of Directive 2006/112/EC).
fn of_work(work: &[TaxCategory]) -> Option<InvoiceProblem> {
    let category = work.iter().find(|category| matches!(category, TaxCategory::K | TaxCategory::G))?;
    let message = format!("Time is taxed as {}, which is for goods. {}", category.named(), by_whom_work_is_received());
    Some(remark("client.tax_category", message))
}

/// Work for a business of another country is taxed where that is, mostly (Article 44 of Directive 2006/112/EC).
fn of_work_abroad(organization: &Organization, client: &Client, work: &[TaxCategory]) -> Option<InvoiceProblem> {
    let (here, there) = (organization.country.as_deref()?, client.country.as_deref()?);
    let is_business = client.vat_id.is_some() || !place::has_vat(there);
    if !place::has_vat(here) || place::at_home(here, there) || !is_business || !work.contains(&TaxCategory::S) {
        return None;
    }
    let (client, country) = (&client.name, country::name(there).unwrap_or(there));
    let message = format!("{client} is in {country} and is charged the tax of your own country. {}", by_whom_work_is_received());
    Some(remark("client.tax_category", message))
}

fn by_whom_work_is_received() -> String {
    format!(
        "Work for a business in another country of the European Union is {}, and work for one elsewhere is {} mostly. Ask your accountant.",
        TaxCategory::AE.named(),
        TaxCategory::O.named()
    )
}

/// The client is registered for tax elsewhere than they are.
fn of_vat_id(client: &Client, taxes: &[TaxCategory]) -> Option<InvoiceProblem> {
    rules::abroad::registered_elsewhere(client, taxes.iter().copied()).map(|message| remark("client.vat_id", message))
}

/// The client is charged tax and nobody else is any more, or is the one that still has the words of a small business: what is charged
/// without being owed is owed nevertheless (Article 203 of Directive 2006/112/EC).
fn of_organization(organization: &Organization, client: &Client, taxes: &[TaxCategory]) -> Option<InvoiceProblem> {
    let without = |category| matches!(category, TaxCategory::E | TaxCategory::O);
    let name = &client.name;
    let message = if without(organization.tax_category) && taxes.contains(&TaxCategory::S) {
        format!("{name} is charged tax, and your settings say that you charge none ({}).", organization.tax_category.named())
    } else if organization.tax_category == TaxCategory::S && taxes.contains(&TaxCategory::E) && exemption::is_small_business(client) {
        format!(
            "{name} is billed as by a small business that charges no tax, and your settings say that you charge {} %.",
            organization.tax_rate
        )
    } else {
        return None;
    };
    Some(remark("client.tax_category", format!("{message} Change the tax of the client, or leave it as it is.")))
}

/// Tax in another currency than the seller's is stated in the seller's own, too (Article 230 of Directive 2006/112/EC, EN 16931 BT-111;
/// for a qualified invoice in Japan in yen).
fn of_currency(organization: &Organization, taxes: &[TaxCategory], currency: &Currency) -> Option<InvoiceProblem> {
    let (own, country) = (&organization.currency, organization.country.as_deref()?);
    let wanted = place::has_vat(country) || country == "JP";
    if own == currency || !wanted || !taxes.contains(&TaxCategory::S) {
        return None;
    }
    let message = format!(
        "The tax is stated in {currency} alone. An invoice from {} states it in {own}, too: write the amount and the exchange rate into the note.",
        country::name(country).unwrap_or(country)
    );
    Some(remark("notes", message))
}
