//! Remarks on likely mistakes in the tax of an invoice.

use domain::{
    locale,
    tax::{category::TaxCategory, line_tax::LineTax, rate},
};

use super::{cross_border::Supply, identifiers, missing_tax_basis, qualified_invoice, registered_without_tax, remark, tax_invoice};
use crate::{
    clients::Client,
    error::Error,
    invoices::{InvoiceProblem, client_tax, draft, read, rules, store::LineRow},
    organizations::Organization,
};

/// The remarks on the taxes of these lines, whether they are drafted already or not.
pub fn of(organization: &Organization, client: &Client, lines: &[LineRow]) -> Result<Vec<InvoiceProblem>, Error> {
    let taxes = lines.iter().map(read::line_tax).collect::<Result<Vec<LineTax>, Error>>()?;
    let categories: Vec<TaxCategory> = taxes.iter().map(|tax| tax.category).collect();
    let work = Supply::of(organization, client);
    let remarks = [
        of_vat_id(client, &categories),
        work.taxed_as_elsewhere(&taxes).or_else(|| work.taxed_as_goods(lines, &taxes)),
        work.taxed_abroad(&taxes),
        work.untaxed_abroad(lines, &taxes),
        work.untaxed_at_home(lines, &taxes),
        work.exempt_otherwise(lines, &taxes),
        of_organization(organization, client, &work, &taxes),
        missing_tax_basis::of(organization, client, &taxes),
        registered_without_tax::of(organization, client, &taxes),
        qualified_invoice::of(organization, client, &categories),
        tax_invoice::of(organization, &categories),
    ];
    let of_rate = taxes.iter().find_map(|tax| rate::told(tax.rate)).or_else(|| of_parts(organization, &taxes));
    let of_rate = of_rate.map(|message| remark("lines.tax_rate", message));
    Ok(remarks.into_iter().flatten().chain(of_rate).chain(identifiers::of(organization, client, &categories)).collect())
}

/// The remark that the client has another tax by now than the lines of the draft that took it from the client.
pub fn of_client(client: &Client, lines: &[LineRow], former: &[LineTax]) -> Result<Option<InvoiceProblem>, Error> {
    let now = draft::tax_of(client);
    let Some(before) = client_tax::before(lines, &now, former)? else { return Ok(None) };
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

/// The remark that the client is registered for tax in another country than theirs.
fn of_vat_id(client: &Client, taxes: &[TaxCategory]) -> Option<InvoiceProblem> {
    rules::cross_border::registered_elsewhere(client, taxes.iter().copied()).map(|message| remark("client.vat_id", message))
}

/// The remark that only this client is still charged tax, or still has the words of a small business: tax that is charged without being due
/// is owed nevertheless (Article 203 of Directive 2006/112/EC).
fn of_organization(organization: &Organization, client: &Client, work: &Supply<'_>, taxes: &[LineTax]) -> Option<InvoiceProblem> {
    let (name, usual) = (&client.name, organization.tax_category);
    let of = |category: TaxCategory| taxes.iter().find(|tax| tax.category == category);
    let (tax, message) = match usual {
        TaxCategory::E | TaxCategory::O => {
            (of(TaxCategory::S)?, format!("{name} is charged tax, and your settings say that you charge none ({}).", usual.named()))
        }
        TaxCategory::S if client_tax::is_small_business(client) => (
            of(TaxCategory::E)?,
            format!(
                "{name} is billed as by a small business that charges no tax, and your settings say that you charge {} %.",
                organization.tax_rate
            ),
        ),
        _ => return None,
    };
    let field = work.field_of_category(tax);
    let whose = if field == "lines" { "lines that have one of their own" } else { "client" };
    Some(remark(field, format!("{message} Change the tax of the {whose}, or leave it as it is.")))
}

/// The message that a Canadian rate other than a federal one includes that of a province, and whoever deducts the federal tax needs its
/// amount (section 3 of the Input Tax Credit Information Regulations).
fn of_parts(organization: &Organization, taxes: &[LineTax]) -> Option<String> {
    let of_canada = organization.country.as_deref() == Some("CA");
    let is_other = |tax: &&LineTax| tax.category == TaxCategory::S && tax.rate.ten_thousandths() > 0 && !locale::is_of_canada(tax.rate);
    let tax = taxes.iter().filter(|_| of_canada).find(is_other)?;
    Some(format!(
        "{} % is no rate of GST or HST in Canada, so the tax is called a sales tax. Where it has several in it, such as GST and QST or PST, write \
         each with its rate, amount and number into the note: clients deduct the one without the other.",
        tax.rate
    ))
}
