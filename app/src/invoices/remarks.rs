//! What a careful person would want to know of a draft before it is sent. Nothing of it keeps it from being sent.

mod border;
pub(crate) mod numbers;
mod rates;
mod registration;
mod tax;

use jiff::civil::Date;

use super::{
    InvoiceProblem, client_tax, read,
    store::{self, LineRow, Row},
};
use crate::{
    clients::{self, Client},
    day::Span,
    error::Error,
    money::Currency,
    operation::Call,
    organizations::{self, Organization},
    people,
};

/// What an invoice is made of, drafted or not.
pub struct Content<'a> {
    /// Who bills.
    pub organization: &'a Organization,
    /// Who is billed.
    pub client: &'a Client,
    /// Its lines.
    pub lines: &'a [LineRow],
    /// Its currency.
    pub currency: &'a Currency,
    /// Its service period, where it has one.
    pub period: Option<&'a Span>,
    /// The latest day that has begun for somebody of the organization.
    pub today: Date,
}

/// What is to be said of an invoice, drafted or not.
pub fn of_content(content: &Content<'_>) -> Result<Vec<InvoiceProblem>, Error> {
    let Content { organization, client, lines, currency, .. } = content;
    let mut remarks = tax::of(organization, client, lines, currency)?;
    remarks.extend(of_days(content));
    remarks.extend(unsaid(organization, client));
    Ok(remarks)
}

/// The remarks on a draft with these lines; none on what was sent.
pub async fn of(cx: &mut Call, row: &Row, lines: &[LineRow]) -> Result<Vec<InvoiceProblem>, Error> {
    let mut remarks = Vec::new();
    if row.state != "draft" {
        return Ok(remarks);
    }
    remarks.extend(rates::of(row, &store::time_on(&mut cx.db, row.id).await?)?);
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let former = client_tax::former(cx, row).await?;
    remarks.extend(tax::of_client(&client, lines, &former)?);
    let organization = organizations::settings::get(cx).await?;
    let (currency, period, today) = (Currency::parse(&row.currency)?, read::period(row), people::zone::latest_today(cx).await?);
    let content = Content { organization: &organization, client: &client, lines, currency: &currency, period: period.as_ref(), today };
    remarks.extend(of_content(&content)?);
    Ok(remarks)
}

/// Work of days that are still to come is billed: that is a payment in advance, which an invoice has to call so (§ 14 (5) UStG,
/// Article 220 (1) no. 4 of Directive 2006/112/EC).
fn of_days(content: &Content<'_>) -> Option<InvoiceProblem> {
    let last = content.period.filter(|period| period.to.date() > content.today)?;
    let message = format!(
        "The service period ends on {}, which is still to come: the work is billed before it is done. Say so in the note, or correct the days.",
        last.to.in_words()
    );
    Some(remark("period_to", message))
}

/// What an invoice says of both parties, and this one cannot. Directive 2006/112/EC, article 226, wants the addresses of both.
pub fn unsaid(organization: &Organization, client: &Client) -> Vec<InvoiceProblem> {
    let seller = "Your organization has no postal address; most clients need one on an invoice. Add it in Settings.".to_owned();
    let buyer = format!("{} has no postal address; most tax offices want one on an invoice. Add it on the client's page.", client.name);
    let bank = "There are no bank details, so the invoice does not say where to pay. Add them in Settings.".to_owned();
    let unsaid = [
        (organization.address.is_none(), "organization.address", seller),
        (client.address.is_none(), "client.address", buyer),
        (!organization.says_where_to_pay(), "organization.iban", bank),
    ];
    let unsaid = unsaid.into_iter().filter_map(|(missing, field, message)| missing.then(|| remark(field, message)));
    unsaid.collect()
}

fn remark(field: &str, message: String) -> InvoiceProblem {
    InvoiceProblem { rule: None, field: field.to_owned(), message }
}
