//! Builds the document of an invoice, both for the preview of a draft and for the frozen PDF.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    day::DateRange,
    document::{BankAccount, DocumentLine, DocumentPeriod, DocumentTax, InvoiceDocument, LabelledAmount, LineKind, Party},
    id::InvoiceId,
    locale::{Locale, tax_invoice::TaxInvoice},
    money::{Currency, UnitPrice},
    percent::Percent,
    quantity,
    tax::{category::TaxCategory, disbursement, party_identifiers::PartyIdentifiers},
    text::file_name,
    totals::{Discount, TaxTotal, Totals},
};
use jiff::{Timestamp, civil::Date};

use super::{
    InvoiceFile, address, compose, draft, line_texts, omitted_tax, parties, read,
    store::{self, InvoiceRow, LineRow},
    tax_statement::{self, TaxStatement},
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
    organizations::{self, Organization},
};

/// Number and dates of issue of a document.
pub struct IssueDetails {
    /// The number; none on a draft.
    pub number: Option<String>,
    /// Day of issue.
    pub issued_on: Date,
    /// Day on which payment is due.
    pub due_on: Date,
    /// The instant written into the file's metadata.
    pub at: Timestamp,
}

/// The PDF: the frozen bytes of a sent invoice, or a newly rendered one of a draft or a void invoice.
pub async fn invoice_file(cx: &mut Call, invoice: &str) -> Result<InvoiceFile, Error> {
    let row = read::find(cx, invoice).await?;
    let stored = match row.state.as_str() {
        "void" => None,
        _ => store::document(&mut cx.db, row.id).await?,
    };
    let frozen = stored.is_some();
    let bytes = match stored {
        Some(bytes) => bytes,
        None if row.state == "void" => voided(cx, &row).await?,
        None => preview(cx, &row).await?,
    };
    Ok(InvoiceFile {
        invoice: InvoiceId(row.id),
        file_name: file_name::file_name(row.number.as_deref().unwrap_or("draft")),
        media_type: "application/pdf".to_owned(),
        frozen,
        base64: STANDARD.encode(bytes),
    })
}

/// Renders a draft. Releases the database connection before typesetting, so that long drafts do not exhaust the
/// connection pool.
async fn preview(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<u8>, Error> {
    let issued_on = cx.organization_today()?;
    let issue = IssueDetails { number: None, issued_on, due_on: due_date(issued_on, row.payment_terms_days)?, at: cx.now };
    let document = document(cx, row, issue).await?;
    cx.db.release().await;
    cx.caller.services.documents.invoice(&cx.caller, document).await
}

/// Renders a void invoice: the document that was sent, marked as void and without bank account. The frozen bytes stay stored.
async fn voided(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<u8>, Error> {
    let sent = store::sent_document(&mut cx.db, row.id).await?.ok_or_else(Error::internal)?;
    let mut document: InvoiceDocument = serde_json::from_value(sent).map_err(|_| Error::internal())?;
    document.terms = Locale::of(&document.language).void().to_owned();
    document.bank = None;
    document.void = true;
    cx.db.release().await;
    cx.caller.services.documents.invoice(&cx.caller, document).await
}

/// The due date (BT-9) of an invoice issued on `issued` with `days` to pay.
pub fn due_date(issued: Date, days: i16) -> Result<Date, Error> {
    issued.checked_add(jiff::Span::new().days(i64::from(days))).map_err(|_| Error::internal())
}

/// Builds the document of an invoice with these details of issue.
async fn document(cx: &mut Call, row: &InvoiceRow, issue: IssueDetails) -> Result<InvoiceDocument, Error> {
    let organization = organizations::settings::get(cx).await?;
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let lines = line_texts::lines(cx, row).await?;
    DocumentBuilder::of_invoice(row, &organization, &client, lines)?.build(issue)
}

/// Input for the document of an invoice.
pub struct DocumentBuilder<'a> {
    seller: &'a Organization,
    buyer: &'a Client,
    currency: Currency,
    payment_terms_days: i16,
    lines: Vec<LineRow>,
    /// Document level discount.
    pub discount: Option<Discount>,
    /// The service period; the day of issue where absent.
    pub period: Option<DateRange>,
    /// A note to the client.
    pub notes: Option<String>,
}

impl<'a> DocumentBuilder<'a> {
    /// The input from a stored invoice with these lines.
    pub fn of_invoice(row: &InvoiceRow, seller: &'a Organization, buyer: &'a Client, lines: Vec<LineRow>) -> Result<Self, Error> {
        Ok(Self {
            seller,
            buyer,
            currency: Currency::parse(&row.currency)?,
            payment_terms_days: row.payment_terms_days,
            lines,
            discount: read::discount(row),
            period: read::period(row),
            notes: row.notes.clone(),
        })
    }

    /// The input from lines alone, in the currency of the client.
    pub fn of(seller: &'a Organization, buyer: &'a Client, lines: Vec<compose::ComposedLine>) -> Self {
        Self {
            seller,
            buyer,
            currency: buyer.currency.clone(),
            payment_terms_days: buyer.payment_terms_days as i16,
            lines: lines.into_iter().map(compose::row).collect(),
            discount: None,
            period: None,
            notes: None,
        }
    }

    /// Builds the document in the language of the client.
    pub fn build(self, issue: IssueDetails) -> Result<InvoiceDocument, Error> {
        let totals = Totals::of(&read::amounts(&self.lines)?, self.discount.clone())?;
        let (currency, locale, country) = (&self.currency, Locale::of(&self.buyer.language), self.seller.country.as_deref());
        let amount = |amount| locale.amount(amount, currency);
        let settled = totals.total == 0;
        let taxed = totals.taxes.iter().any(|tax| TaxInvoice::is_for(country, tax.category));
        let tax_invoice = TaxInvoice::of(country, taxed);
        let (seller, is_named) = seller(self.seller, self.buyer.country.as_deref(), locale, tax_invoice);
        let tax = |tax| document_tax(tax, &self.lines, currency, locale, self.seller);
        Ok(InvoiceDocument {
            title: tax_invoice.and_then(|known| known.title(taxed && is_named)).map(|title| locale.titled(title)),
            terms: if settled { locale.settled().to_owned() } else { locale.terms(issue.due_on, self.payment_terms_days) },
            number: issue.number,
            void: false,
            settled,
            issued_on: issue.issued_on.to_string(),
            due_on: issue.due_on.to_string(),
            period: Some(period(self.period, issue.issued_on)),
            seller,
            buyer: buyer(self.buyer, country, locale),
            client_name: Some(self.buyer.name.clone()),
            bank: bank(self.seller).filter(|_| !settled),
            lines: self.lines.iter().map(|line| document_line(line, currency, locale, self.seller)).collect::<Result<_, _>>()?,
            subtotal: amount(totals.subtotal),
            discount: discount(self.discount.as_ref(), &totals, currency, locale),
            tax_name: locale.tax_word(country).map(str::to_owned),
            taxes: totals.taxes.iter().filter_map(tax).collect(),
            net: amount(totals.net),
            tax: amount(totals.tax),
            total: amount(totals.total),
            currency: currency.to_string(),
            notes: self.notes,
            created_at: issue.at.to_string(),
            language: self.buyer.language.clone(),
        })
    }
}

/// The service period: that of the invoice, else the day of issue.
fn period(span: Option<DateRange>, issued_on: Date) -> DocumentPeriod {
    let span = span.unwrap_or_else(|| draft::service_period(None, issued_on));
    DocumentPeriod { from: span.from.as_str().to_owned(), to: span.to.as_str().to_owned() }
}

/// The seller, with its country if the client is in another one, and whether it states the number that a tax invoice requires.
fn seller(organization: &Organization, other: Option<&str>, locale: Locale, tax_invoice: Option<&TaxInvoice>) -> (Party, bool) {
    let (called, is_named) = called(parties::of_seller(organization), tax_invoice);
    let PartyIdentifiers { vat_id, tax_number, registered } = called.printed(organization.country.as_deref());
    let party = Party {
        name: organization.legal_name.clone().unwrap_or_else(|| organization.name.clone()),
        address: address::printed(organization.address.as_deref(), organization.country.as_deref(), other, locale),
        vat_id,
        tax_number,
        registered,
        email: organization.email.clone(),
        phone: organization.phone.clone(),
    };
    (party, is_named)
}

/// The identifiers of a party; the one that has a name of its own in the party's country gets that label. Also returns whether one does.
fn called(stated: PartyIdentifiers, tax_invoice: Option<&TaxInvoice>) -> (PartyIdentifiers, bool) {
    let mut numbers = [stated.vat_id, stated.tax_number, stated.registered];
    let named = |number: &Option<String>| tax_invoice?.named(number.as_deref()?);
    let found = numbers.iter().enumerate().find_map(|(at, number)| Some((at, named(number)?)));
    let is_named = found.is_some();
    if let Some((at, named)) = found {
        numbers[at] = None;
        numbers[2] = Some(numbers[2].take().map_or(named.clone(), |other| format!("{named}\n{other}")));
    }
    let [vat_id, tax_number, registered] = numbers;
    (PartyIdentifiers { vat_id, tax_number, registered }, is_named)
}

/// The buyer. An identifier gets the label of the buyer's country if it has the form that is used there.
fn buyer(client: &Client, other: Option<&str>, locale: Locale) -> Party {
    let name = client.legal_name.clone().unwrap_or_else(|| client.name.clone());
    let address = address::printed(client.address.as_deref(), client.country.as_deref(), other, locale);
    let known = TaxInvoice::of(client.country.as_deref(), true).filter(|known| known.form.is_some());
    let PartyIdentifiers { vat_id, tax_number, registered } = called(parties::of_buyer(client), known).0.printed(client.country.as_deref());
    Party { name, address, vat_id, tax_number, registered, ..Party::default() }
}

fn bank(organization: &Organization) -> Option<BankAccount> {
    let holder = organization.bank_holder.clone().or_else(|| organization.legal_name.clone()).unwrap_or_else(|| organization.name.clone());
    organization.says_where_to_pay().then(|| BankAccount {
        holder,
        iban: organization.iban.clone(),
        account_number: organization.account_number.clone(),
        bic: organization.bic.clone(),
        bank: organization.bank_name.clone(),
    })
}

fn document_line(line: &LineRow, currency: &Currency, locale: Locale, seller: &Organization) -> Result<DocumentLine, Error> {
    let category = TaxCategory::parse(&line.tax_category)?;
    let tax = || match disbursement::is_one(category, line.tax_reason.as_deref()) {
        true => locale.without_tax_of_line().to_owned(),
        false => locale.tax_of_line(category, Percent(line.tax_percent)),
    };
    let kind: LineKind = line.kind.parse()?;
    Ok(DocumentLine {
        description: line.description.clone(),
        details: None,
        quantity: locale.figure(&quantity::grouped(&read::quantity_text(line, currency))),
        unit: locale.unit(kind).to_owned(),
        price: locale.figure(&UnitPrice::new(line.unit_price, currency).formatted()),
        tax: if omitted_tax::omits_tax(seller, category) { String::new() } else { tax() },
        net: locale.amount(line.net, currency),
    })
}

/// The row of a tax; `None` where the tax is omitted and no reason was given.
fn document_tax(tax: &TaxTotal, lines: &[LineRow], currency: &Currency, locale: Locale, seller: &Organization) -> Option<DocumentTax> {
    let TaxStatement { label, reason } = tax_statement::of(tax, lines, locale, seller)?;
    Some(DocumentTax { label, base: locale.amount(tax.base, currency), amount: locale.amount(tax.tax, currency), reason })
}

/// The row of the discount. The subtotal is printed above it, so a percentage of another base names that base.
fn discount(given: Option<&Discount>, totals: &Totals, currency: &Currency, locale: Locale) -> Option<LabelledAmount> {
    let amount = |amount| locale.amount(amount, currency);
    let label = match given? {
        Discount::Percent(share) if totals.discounted != totals.subtotal => locale.discount_of(*share, &amount(totals.discounted)),
        Discount::Percent(share) => locale.discount(Some(*share)),
        Discount::Amount(_) => locale.discount(None),
    };
    (totals.discount != 0).then(|| LabelledAmount { label, amount: amount(-totals.discount) })
}
