//! Remarks: warnings about a draft that do not keep it from being sent.

mod addresses;
mod agents;
mod buyer_number;
mod cross_border;
mod currency;
mod exchange_rate;
mod gst_parts;
pub(crate) mod identifiers;
mod late_payment;
mod missing_tax_basis;
mod period;
mod qualified_invoice;
pub(crate) mod rates;
mod registered_without_tax;
mod small_business;
mod tax;
mod tax_invoice;
mod tax_note;

use domain::{day::DateRange, money::Currency, tax::category::TaxCategory, totals::Totals};
use jiff::civil::Date;

use super::{
    InvoiceProblem, client_tax,
    compose::UnbilledEntry,
    read,
    store::{DraftEntry, InvoiceRow, LineRow},
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
    organizations::{self, Organization},
    people,
};

/// The content of an invoice, drafted or not, that remarks are based on.
pub struct RemarkInput<'a> {
    /// Who bills.
    pub organization: &'a Organization,
    /// Who is billed.
    pub client: &'a Client,
    /// Its lines.
    pub lines: &'a [LineRow],
    /// Its currency.
    pub currency: &'a Currency,
    /// Its service period, where it has one.
    pub period: Option<&'a DateRange>,
    /// The time on it.
    pub time: Vec<&'a UnbilledEntry>,
    /// Its note to the client.
    pub notes: Option<&'a str>,
    /// The tax of each rate that is charged, in minor units; `None` where its sums are refused.
    pub taxes: Option<Vec<i64>>,
    /// The latest day that has begun in the time zone of any member of the organization.
    pub today: Date,
}

/// All remarks on an invoice, drafted or not.
pub async fn all_remarks(cx: &mut Call, content: &RemarkInput<'_>) -> Result<Vec<InvoiceProblem>, Error> {
    let mut remarks = content_remarks(content)?;
    remarks.extend(small_business::of(cx, content).await?);
    Ok(remarks)
}

/// The remarks that follow from the content of the invoice alone.
pub fn content_remarks(content: &RemarkInput<'_>) -> Result<Vec<InvoiceProblem>, Error> {
    let RemarkInput { organization, client, lines, .. } = content;
    // Required statements come before likely mistakes.
    let mut remarks = unsaid(organization, client, lines)?;
    remarks.extend(tax::of(organization, client, lines)?);
    remarks.extend(small_business::of_elsewhere(content));
    remarks.extend(currency::of(content));
    remarks.extend(gst_parts::of(content));
    remarks.extend(buyer_number::of(content));
    remarks.extend(late_payment::of(content));
    remarks.extend(period::of(content));
    remarks.extend(agents::of(content));
    Ok(remarks)
}

/// The remarks on a draft with these lines and this time on it; none on an invoice that was sent.
pub async fn of(cx: &mut Call, row: &InvoiceRow, lines: &[LineRow], time: &[DraftEntry]) -> Result<Vec<InvoiceProblem>, Error> {
    let mut remarks = Vec::new();
    if row.state != "draft" {
        return Ok(remarks);
    }
    remarks.extend(rates::of(row, time)?);
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let former = client_tax::former(cx, row).await?;
    remarks.extend(tax::of_client(&client, lines, &former)?);
    let organization = organizations::settings::get(cx).await?;
    let (currency, period, today) = (Currency::parse(&row.currency)?, read::period(row), people::zone::latest_today(cx).await?);
    let content = RemarkInput {
        organization: &organization,
        client: &client,
        lines,
        currency: &currency,
        period: period.as_ref(),
        time: time.iter().map(|time| &time.entry).collect(),
        notes: row.notes.as_deref(),
        taxes: read::totals(row, lines).ok().map(|totals| charged_taxes(&totals)),
        today,
    };
    remarks.extend(all_remarks(cx, &content).await?);
    remarks.extend(currency::of_changed_tax(cx, row, &content).await?);
    Ok(remarks)
}

/// The tax of each rate that is charged, in minor units.
pub fn charged_taxes(totals: &Totals) -> Vec<i64> {
    totals.taxes.iter().filter(|tax| tax.category == TaxCategory::S).map(|tax| tax.tax).collect()
}

/// The remarks on details of both parties that the invoice lacks.
fn unsaid(organization: &Organization, client: &Client, lines: &[LineRow]) -> Result<Vec<InvoiceProblem>, Error> {
    let categories = lines.iter().map(|line| TaxCategory::parse(&line.tax_category)).collect::<Result<Vec<_>, _>>()?;
    Ok(addresses::unsaid(organization, client, &categories))
}

fn remark(field: &str, message: String) -> InvoiceProblem {
    InvoiceProblem { rule: None, field: field.to_owned(), message }
}
