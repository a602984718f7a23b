//! Builds the semantic model of EN 16931 from an invoice, for checking the rules of the standard.

use domain::{
    day::DateRange,
    money::Currency,
    percent::Percent,
    tax::{
        category::TaxCategory,
        party_identifiers::{self, PartyIdentifiers},
    },
    totals::{TaxTotal, Totals},
};
use en16931::{
    Date, Identifier, InvoiceAmount, Percentage, Quantity, UnitPriceAmount,
    invoice::{
        Code, Delivery, DocumentAllowanceCharge, DocumentTotals, Invoice, InvoiceLine, LineVat, Party, Period, PostalAddress, PriceDetails,
        VatBreakdown,
    },
};
use rust_decimal::Decimal;

use super::{exemption_reasons, parties, read, store::LineRow};
use crate::{clients::Client, error::Error, organizations::Organization};

/// BT-24 of an invoice that follows the core without extensions.
const SPECIFICATION: &str = "urn:cen.eu:en16931:2017";

/// The total in cents up to which an Austrian invoice is one over a small amount.
const SMALL_IN_AUSTRIA: i64 = 40_000;

/// The content of an invoice.
pub struct InvoiceSource<'a> {
    /// The number; a draft has none yet.
    pub number: Option<&'a str>,
    /// Day of issue.
    pub issued_on: jiff::civil::Date,
    /// Day on which payment is due.
    pub due_on: jiff::civil::Date,
    /// The service period.
    pub period: &'a DateRange,
    /// Who bills.
    pub seller: &'a Organization,
    /// Who is billed.
    pub buyer: &'a Client,
    /// Currency of every amount.
    pub currency: &'a Currency,
    /// The lines.
    pub lines: &'a [LineRow],
    /// Their sums.
    pub totals: &'a Totals,
    /// A note to the client (BT-22).
    pub notes: Option<&'a str>,
}

/// Builds the model. Amounts are in the smallest unit of their currency, which the model takes for hundredths.
pub fn model(source: &InvoiceSource<'_>) -> Result<Invoice, Error> {
    let issued_on = date(source.issued_on)?;
    let number = source.number.unwrap_or("draft");
    let mut invoice = Invoice::builder(SPECIFICATION, number, issued_on, "380", source.currency.as_str()).build();
    invoice.due_date = Some(date(source.due_on)?);
    invoice.seller = seller(source);
    invoice.buyer = buyer(source);
    invoice.invoicing_period = Some(Period { start: Some(date(source.period.from.date())?), end: Some(date(source.period.to.date())?) });
    invoice.delivery = Some(Delivery { address: Some(invoice.buyer.address.clone()), ..Delivery::default() });
    invoice.lines = source.lines.iter().enumerate().map(|(at, row)| line(at, row, source.currency)).collect::<Result<_, _>>()?;
    invoice.allowances = source.totals.taxes.iter().filter(|tax| tax.discount != 0).map(allowance).collect();
    invoice.vat_breakdown = source.totals.taxes.iter().map(|tax| breakdown(tax, source.lines)).collect();
    invoice.totals = totals(source.totals);
    Ok(invoice)
}

/// Whether VAT identifiers are stated: not if nothing is subject to tax (BR-O-02).
fn states_vat_ids(source: &InvoiceSource<'_>) -> bool {
    source.totals.taxes.iter().all(|tax| tax.category != TaxCategory::O)
}

/// The seller. The rules report a number that is no VAT identifier and has no label of another kind.
fn seller(source: &InvoiceSource<'_>) -> Party {
    let seller = source.seller;
    let PartyIdentifiers { vat_id, tax_number, registered } = parties::of_seller(seller);
    let unread =
        seller.vat_id.clone().filter(|number| !party_identifiers::is_vat_id(number) && !party_identifiers::has_other_label(number));
    let of_iceland = |number: &str| party_identifiers::of_iceland(seller.country.as_deref(), number);
    let needs_vat_id = source.totals.taxes.iter().any(|tax| tax.category.needs_vat_id());
    let of_export = tax_number.as_deref().filter(|_| needs_vat_id).and_then(of_iceland);
    let of_tax = registered.clone().filter(|number| unread.is_none() && is_tax_number(source, number));
    Party {
        name: Some(seller.legal_name.clone().unwrap_or_else(|| seller.name.clone())),
        legal_registration: registered.filter(|_| unread.is_none() && of_tax.is_none()).map(Identifier::new),
        vat_identifier: unread.clone().or(vat_id).or(of_export).filter(|_| states_vat_ids(source)),
        tax_registration: tax_number.filter(|number| Some(number) != unread.as_ref() && is_tax_number(source, number)).or(of_tax),
        address: address(seller.address.as_deref(), seller.country.as_deref()),
        ..Party::default()
    }
}

/// Whether any line of the invoice is taxed.
pub fn is_taxed(source: &InvoiceSource<'_>) -> bool {
    source.totals.taxes.iter().any(|tax| tax.category == TaxCategory::S)
}

/// Whether a number counts as the tax number of the seller (BT-32) on this invoice. Austria requires the VAT identifier only on an invoice
/// over more than 400 euros (§ 11 (6) UStG 1994).
pub fn is_tax_number(source: &InvoiceSource<'_>, number: &str) -> bool {
    let InvoiceSource { seller, totals, currency, .. } = source;
    let is_small = seller.country.as_deref() == Some("AT") && **currency == Currency::default() && totals.total <= SMALL_IN_AUSTRIA;
    let taxed = !is_small && is_taxed(source);
    party_identifiers::is_tax_number(seller.country.as_deref(), taxed, number)
}

/// The buyer. A number that is no VAT identifier is stated as a registration number (BT-47).
fn buyer(source: &InvoiceSource<'_>) -> Party {
    let buyer = source.buyer;
    let (registered, vat_id) = match buyer.vat_id.clone() {
        Some(number) if party_identifiers::is_no_vat_id(&number, buyer.country.as_deref()) => (Some(number), None),
        number => (None, number),
    };
    Party {
        name: Some(buyer.legal_name.clone().unwrap_or_else(|| buyer.name.clone())),
        legal_registration: registered.map(Identifier::new),
        vat_identifier: vat_id.filter(|_| states_vat_ids(source)),
        address: address(buyer.address.as_deref(), buyer.country.as_deref()),
        ..Party::default()
    }
}

fn address(lines: Option<&str>, country: Option<&str>) -> PostalAddress {
    let mut lines = lines.unwrap_or_default().lines().map(str::to_owned);
    PostalAddress { line1: lines.next(), line2: lines.next(), line3: lines.next(), country: country.map(Code::new), ..Default::default() }
}

fn line(at: usize, row: &LineRow, currency: &Currency) -> Result<InvoiceLine, Error> {
    let tax = read::line_tax(row)?;
    let quantity = read::quantity(row, currency);
    let price = PriceDetails { net_price: UnitPriceAmount::new(Decimal::new(row.unit_price, 6)), ..PriceDetails::default() };
    let vat = vat(tax.category, tax.rate);
    let (id, quantity) = ((at + 1).to_string(), Quantity::new(Decimal::new(quantity.digits, quantity.decimals)));
    let net = InvoiceAmount::from_minor_units(row.net);
    let name = row.description.lines().next().unwrap_or_default();
    Ok(InvoiceLine::new(id, name, quantity, row.unit.as_str(), net, vat.category, vat.rate).with_price(price))
}

/// The tax of a line. Category O has no rate, not even 0 (BR-O-05).
fn vat(category: TaxCategory, rate: Percent) -> LineVat {
    let rate = Percentage::new(Decimal::new(rate.ten_thousandths().into(), 4));
    LineVat { category: Code::new(category.code()), rate: (category != TaxCategory::O).then_some(rate) }
}

fn allowance(tax: &TaxTotal) -> DocumentAllowanceCharge {
    DocumentAllowanceCharge {
        amount: InvoiceAmount::from_minor_units(tax.discount),
        base_amount: None,
        percentage: None,
        vat: vat(tax.category, tax.rate),
        reason: Some("Discount".to_owned()),
        reason_code: None,
    }
}

fn breakdown(tax: &TaxTotal, lines: &[LineRow]) -> VatBreakdown {
    let LineVat { category, rate } = vat(tax.category, tax.rate);
    VatBreakdown {
        taxable_amount: InvoiceAmount::from_minor_units(tax.base),
        tax_amount: InvoiceAmount::from_minor_units(tax.tax),
        category,
        rate,
        exemption_reason: exemption_reasons::as_one_text(tax.category, lines, tax.category.reason()),
        exemption_reason_code: None,
    }
}

fn totals(totals: &Totals) -> DocumentTotals {
    let amount = InvoiceAmount::from_minor_units;
    DocumentTotals {
        line_total: amount(totals.subtotal),
        allowance_total: (totals.discount != 0).then(|| amount(totals.discount)),
        taxable_total: amount(totals.net),
        vat_total: Some(amount(totals.tax)),
        gross_total: amount(totals.total),
        due: amount(totals.total),
        ..DocumentTotals::default()
    }
}

fn date(day: jiff::civil::Date) -> Result<Date, Error> {
    Date::new(day.year().into(), day.month() as u8, day.day() as u8).map_err(|_| Error::internal())
}
