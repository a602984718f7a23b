//! The content of an invoice document as plain data, ready to print.
//!
//! Everything is text that has already been worded and formatted; the template only lays it out. Text is data and
//! never markup, so a client may be called `#panic()` or `*x*`.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// The printed content of one invoice, frozen when the invoice is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InvoiceDocument {
    /// Language of the document as a BCP 47 tag: `en`, `de` or `ja`. Labels follow it.
    pub language: String,
    /// The title that the law of the seller requires, in the document's language; the usual title when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The number given on sending; a draft has none and is marked as a draft.
    pub number: Option<String>,
    /// Whether the invoice is void: the document says so and asks for no payment.
    #[serde(default)]
    pub void: bool,
    /// Whether nothing is left to pay when it is sent: the document asks for no payment either.
    #[serde(default)]
    pub settled: bool,
    /// Day of issue, `YYYY-MM-DD`.
    pub issued_on: String,
    /// Day on which payment is due, `YYYY-MM-DD`.
    pub due_on: String,
    /// First and last day of the work that is billed (BG-14 of EN 16931), when there is one.
    pub period: Option<DocumentPeriod>,
    /// The seller (BG-4).
    pub seller: Party,
    /// The buyer (BG-7).
    pub buyer: Party,
    /// The organization's name for the client; absent in older documents, which have the buyer's name only.
    #[serde(default)]
    pub client_name: Option<String>,
    /// The account to pay to (BG-17).
    pub bank: Option<BankAccount>,
    /// ISO 4217 code of every amount on the document.
    pub currency: String,
    /// The lines in the order of the document.
    pub lines: Vec<DocumentLine>,
    /// Sum of the line nets (BT-106).
    pub subtotal: String,
    /// Discount on the whole document (BT-107), with its label.
    pub discount: Option<LabelledAmount>,
    /// The name of the tax in the seller's country, where the labels of the language depend on it.
    #[serde(default)]
    pub tax_name: Option<String>,
    /// One row per tax category and rate (BG-23); none where the tax is omitted: the seller charges none and gives no reason.
    pub taxes: Vec<DocumentTax>,
    /// Sum without tax (BT-109).
    pub net: String,
    /// Sum of the taxes (BT-110).
    pub tax: String,
    /// Sum with tax, to be paid (BT-112).
    pub total: String,
    /// Payment terms in words (BT-20).
    pub terms: String,
    /// A note to the client (BT-22), plain text with line breaks.
    pub notes: Option<String>,
    /// The instant written into the file's metadata, RFC 3339; the same input gives the same bytes.
    pub created_at: String,
}

/// Days from `from` to `to`, both included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentPeriod {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
}

/// A seller or a buyer as printed in the letterhead or the address field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Party {
    /// Legal name (BT-27, BT-44).
    pub name: String,
    /// Postal address with line breaks; its last line is the country if the other party is in another country.
    pub address: Option<String>,
    /// VAT identifier (BT-31, BT-48).
    pub vat_id: Option<String>,
    /// Tax number at the local tax office (BT-32).
    #[serde(default)]
    pub tax_number: Option<String>,
    /// Registration number with its label, as the register issued it (BT-30, BT-47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<String>,
    /// Address for questions about the invoice.
    pub email: Option<String>,
    /// Telephone for questions about the invoice.
    pub phone: Option<String>,
}

/// A bank account as printed under the payment terms (BG-17).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankAccount {
    /// Holder of the account (BT-85).
    pub holder: String,
    /// IBAN (BT-84), printed in groups of four.
    pub iban: Option<String>,
    /// Account number where there is no IBAN (BT-84), as the bank writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// BIC (BT-86).
    pub bic: Option<String>,
    /// Name of the bank.
    pub bank: Option<String>,
}

/// One line of the invoice (BG-25).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentLine {
    /// What was done (BT-153).
    pub description: String,
    /// A second, smaller text, for instance the project or the days.
    pub details: Option<String>,
    /// Quantity with its decimals (BT-129), for instance `12.50` or `1,234.5`.
    pub quantity: String,
    /// Unit of the quantity in words of the document's language, for instance `h`.
    pub unit: String,
    /// Net price of one unit (BT-146).
    pub price: String,
    /// Tax rate of the line, for instance `19 %`, or a word for why there is none; empty where the tax is omitted.
    pub tax: String,
    /// Net amount of the line (BT-131).
    pub net: String,
}

/// An amount with its label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledAmount {
    /// The label.
    pub label: String,
    /// The amount, formatted.
    pub amount: String,
}

/// Tax of one category and rate over the document (BG-23).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentTax {
    /// For instance `VAT 19 %`; empty where only the reason is stated.
    pub label: String,
    /// Taxable base (BT-116).
    pub base: String,
    /// Tax amount (BT-117).
    pub amount: String,
    /// Why no tax is charged (BT-120), for instance reverse charge.
    pub reason: Option<String>,
}

/// What a line is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LineKind {
    /// Tracked time.
    Time,
    /// Written by hand.
    Custom,
}

impl LineKind {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
