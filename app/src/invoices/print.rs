//! From an invoice to its document: wording and formatting, once, for the draft's preview and for the frozen PDF.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::Date};

use super::{
    InvoiceFile, LineKind, compose,
    document::{BankAccount, DocumentLine, DocumentTax, InvoiceDocument, LabelledAmount, Party, Period},
    read,
    store::{self, LineRow, Row},
    totals::{TaxCategory, Totals},
};
use crate::{
    clients::{self, Client},
    error::Error,
    money::{self, Currency},
    operation::Call,
    organizations::{self, Organization},
    percent::Percent,
};

/// When and under which number a document is issued.
pub struct Issue {
    /// The number; none on a draft.
    pub number: Option<String>,
    /// Day of issue.
    pub issued_on: Date,
    /// Day on which payment is due.
    pub due_on: Date,
    /// The instant in the file's metadata.
    pub at: Timestamp,
}

/// The PDF: the frozen bytes of a sent invoice, or what a draft would look like.
pub async fn file(cx: &mut Call, invoice: &str) -> Result<InvoiceFile, Error> {
    let row = read::find(cx, invoice).await?;
    let frozen = store::document(&mut cx.db, row.id).await?;
    let name = row.number.clone().unwrap_or_else(|| "draft".to_owned());
    let is_frozen = frozen.is_some();
    let bytes = match frozen {
        Some(bytes) => bytes,
        None => {
            let (today, now) = (cx.today()?, cx.now);
            let due_on = due(today, &row)?;
            let document = document(cx, &row, Issue { number: None, issued_on: today, due_on, at: now }).await?;
            cx.caller.services.documents.invoice(document).await?
        }
    };
    Ok(InvoiceFile {
        file_name: format!("{}.pdf", file_name(&name)),
        media_type: "application/pdf".to_owned(),
        frozen: is_frozen,
        base64: STANDARD.encode(bytes),
    })
}

/// The day on which an invoice issued on `issued` is due.
pub fn due(issued: Date, row: &Row) -> Result<Date, Error> {
    issued.checked_add(jiff::Span::new().days(i64::from(row.payment_terms_days))).map_err(|_| Error::internal())
}

/// The document of an invoice, issued like this.
pub async fn document(cx: &mut Call, row: &Row, issue: Issue) -> Result<InvoiceDocument, Error> {
    let organization = organizations::settings::get(cx).await?;
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let lines = store::lines(&mut cx.db, row.id).await?;
    let totals = read::totals(row, &lines)?;
    let currency = Currency::parse(&row.currency)?;
    let german = client.language == "de";
    Ok(InvoiceDocument {
        terms: terms(german, &issue, row.payment_terms_days),
        number: issue.number,
        issued_on: issue.issued_on.to_string(),
        due_on: issue.due_on.to_string(),
        period: read::period(row).map(|span| Period { from: span.from.as_str().to_owned(), to: span.to.as_str().to_owned() }),
        seller: seller(&organization),
        buyer: buyer(&client),
        bank: bank(&organization),
        lines: lines.iter().map(|line| document_line(line, &currency, german)).collect::<Result<_, _>>()?,
        subtotal: money::formatted(totals.subtotal, &currency),
        discount: discount(row, &totals, &currency, german),
        taxes: totals
            .taxes
            .iter()
            .map(|tax| DocumentTax {
                label: tax_label(tax.category, tax.rate, german),
                base: money::formatted(tax.base, &currency),
                amount: money::formatted(tax.tax, &currency),
                reason: tax.category.reason().map(str::to_owned),
            })
            .collect(),
        net: money::formatted(totals.net, &currency),
        tax: money::formatted(totals.tax, &currency),
        total: money::formatted(totals.total, &currency),
        currency: currency.to_string(),
        notes: row.notes.clone(),
        created_at: issue.at.to_string(),
        language: client.language,
    })
}

fn seller(organization: &Organization) -> Party {
    Party {
        name: organization.legal_name.clone().unwrap_or_else(|| organization.name.clone()),
        address: organization.address.clone(),
        vat_id: organization.vat_id.clone(),
        email: organization.email.clone(),
        phone: organization.phone.clone(),
    }
}

fn buyer(client: &Client) -> Party {
    Party { name: client.name.clone(), address: client.address.clone(), vat_id: client.vat_id.clone(), email: None, phone: None }
}

fn bank(organization: &Organization) -> Option<BankAccount> {
    let holder = organization.bank_holder.clone().or_else(|| organization.legal_name.clone()).unwrap_or_else(|| organization.name.clone());
    organization.iban.clone().map(|iban| BankAccount { holder, iban, bic: organization.bic.clone(), bank: organization.bank_name.clone() })
}

fn document_line(line: &LineRow, currency: &Currency, german: bool) -> Result<DocumentLine, Error> {
    let kind = LineKind::named(&line.kind).ok_or_else(Error::internal)?;
    let quantity = compose::quantity_text(kind, line.billed_seconds, line.quantity);
    Ok(DocumentLine {
        description: line.description.clone(),
        details: None,
        quantity: if german { quantity.replace('.', ",") } else { quantity },
        unit: compose::unit(kind).to_owned(),
        price: money::formatted(line.price, currency),
        tax: match TaxCategory::parse(&line.tax_category)? {
            TaxCategory::S => format!("{} %", Percent(line.tax_rate)),
            other => other.code().to_owned(),
        },
        net: money::formatted(line.net, currency),
    })
}

fn discount(row: &Row, totals: &Totals, currency: &Currency, german: bool) -> Option<LabelledAmount> {
    let word = if german { "Rabatt" } else { "Discount" };
    (totals.discount != 0).then(|| LabelledAmount {
        label: row.discount_percent.map_or_else(|| word.to_owned(), |percent| format!("{word} {} %", Percent(percent))),
        amount: money::formatted(-totals.discount, currency),
    })
}

fn tax_label(category: TaxCategory, rate: Percent, german: bool) -> String {
    match category {
        TaxCategory::S if german => format!("USt. {rate} %"),
        TaxCategory::S => format!("VAT {rate} %"),
        other => other.label().to_owned(),
    }
}

/// Payment terms in words (BT-20).
fn terms(german: bool, issue: &Issue, days: i16) -> String {
    let due = issue.due_on;
    match (german, days) {
        (false, 0) => "Payable on receipt.".to_owned(),
        (true, 0) => "Zahlbar sofort nach Erhalt.".to_owned(),
        (false, _) => format!("Payable within {days} days, by {due}, without deduction."),
        (true, _) => format!("Zahlbar innerhalb von {days} Tagen bis zum {:02}.{:02}.{} ohne Abzug.", due.day(), due.month(), due.year()),
    }
}

/// A number as the name of a file.
fn file_name(number: &str) -> String {
    number.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}
