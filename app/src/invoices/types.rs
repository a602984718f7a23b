//! What the world sees of invoices.

use serde::{Deserialize, Serialize};

use crate::{
    day::{Day, Moment, Span},
    hours::Worked,
    id::{ClientId, InvoiceId, InvoiceLineId, MailId, PaymentId, ProjectId, TimeEntryId},
    invoices::{rounding::Rounding, totals::TaxCategory},
    money::{Amount, Currency, Money},
    percent::Percent,
};

/// How time becomes lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// One line per project.
    #[default]
    Project,
    /// One line per day.
    Day,
    /// One line per member.
    Member,
    /// One line per time entry.
    Entry,
}

/// Where an invoice stands. *Overdue* and *partly paid* are derived from dates and payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Still being written; reserves the time on it.
    Draft,
    /// Sent and not due yet.
    Sent,
    /// Sent, due, and not wholly paid.
    Overdue,
    /// Sent, not due yet, and paid in part.
    PartlyPaid,
    /// Wholly paid.
    Paid,
    /// Withdrawn; keeps its number.
    Void,
}

/// A line that is not made from time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct CustomLine {
    /// What it is, at most 2,000 characters.
    pub description: String,
    /// How many, as text with up to three decimals; "1" when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Net price of one, in minor units.
    pub price: Amount,
    /// Tax rate in percent as text; the client's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
}

/// A change of one line of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct LineChange {
    /// The line's id.
    pub line: String,
    /// Its new text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its new quantity, custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Its new price, custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// True to remove the line and release its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<bool>,
}

/// Unbilled time of one project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Unbilled {
    /// The client.
    pub client: ClientName,
    /// The project.
    pub project: ProjectName,
    /// How much time.
    pub worked: Worked,
    /// What it is worth before rounding.
    pub amount: Money,
    /// How many entries.
    pub entries: i64,
    /// The oldest day among them.
    pub oldest: Day,
    /// The newest day among them.
    pub newest: Day,
}

/// A client by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ClientName {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// A project by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectName {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// What an invoice would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoicePreview {
    /// Who is billed.
    pub client: ClientName,
    /// Currency of every amount.
    pub currency: Currency,
    /// The days of the work, when there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// The lines as they will be.
    pub lines: Vec<InvoiceLine>,
    /// The sums as they will be.
    #[serde(flatten)]
    pub sums: Sums,
    /// How many time entries are on it.
    pub entries: i64,
    /// What a careful person would want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The sums of an invoice (BG-22).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Sums {
    /// Sum of the lines (BT-106).
    pub subtotal: Money,
    /// Discount on the whole invoice (BT-107).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// Sum without tax (BT-109).
    pub net: Money,
    /// Tax by category and rate (BG-23).
    pub taxes: Vec<InvoiceTax>,
    /// Sum of the taxes (BT-110).
    pub tax: Money,
    /// What is to be paid (BT-112).
    pub total: Money,
}

/// Tax of one category and rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceTax {
    /// Category (BT-118).
    pub category: TaxCategory,
    /// Rate in percent (BT-119).
    pub rate: Percent,
    /// Taxable base (BT-116).
    pub base: Money,
    /// Tax (BT-117).
    pub tax: Money,
}

/// One line of an invoice (BG-25).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceLine {
    /// Its id.
    pub id: InvoiceLineId,
    /// `time` or `custom`.
    pub kind: LineKind,
    /// What was done (BT-153).
    pub description: String,
    /// The project, when the line is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// Time as it was worked; absent on a custom line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked: Option<Worked>,
    /// Time as it is billed, after rounding; absent on a custom line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<Worked>,
    /// Quantity as printed (BT-129).
    pub quantity: String,
    /// Unit as printed: `h` or nothing.
    pub unit: String,
    /// Net price of one unit (BT-146).
    pub price: Money,
    /// Net amount (BT-131).
    pub net: Money,
    /// Tax category (BT-151).
    pub tax_category: TaxCategory,
    /// Tax rate in percent (BT-152).
    pub tax_rate: Percent,
    /// The time entries on the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<TimeEntryId>,
}

/// What a line is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Tracked time.
    Time,
    /// Written by hand.
    Custom,
}

/// An invoice with everything on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number; absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Who is billed.
    pub client: ClientName,
    /// Currency of every amount.
    pub currency: Currency,
    /// The days of the work, when there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// Day of issue (BT-2); absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Day>,
    /// Day on which payment is due (BT-9); absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// Days the client has to pay.
    pub payment_terms_days: u16,
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
    /// The discount as it was written: "10%" or an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_written: Option<String>,
    /// What was paid so far.
    pub paid: Money,
    /// What is still to be paid.
    pub balance: Money,
    /// Payments, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// A note to the client (BT-22).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How time became lines.
    pub group_by: GroupBy,
    /// How time was rounded.
    pub rounding: Rounding,
    /// Goes up with every change of a draft; give it back so that nobody overwrites anybody.
    pub version: i32,
    /// When the draft was made.
    pub created_at: Moment,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
    /// Its mail, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailState>,
    /// Where the client's invoices are mailed by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_email: Option<String>,
    /// Where its PDF is in the app.
    pub pdf_url: String,
}

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceSummary {
    /// Its id.
    pub id: InvoiceId,
    /// Its number; absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Who is billed.
    pub client: ClientName,
    /// The days of the work, when there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// Day of issue; absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Day>,
    /// Day on which payment is due; absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// What is to be paid.
    pub total: Money,
    /// What is still to be paid.
    pub balance: Money,
    /// The day it was drafted.
    pub created_on: Day,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What was paid.
    pub amount: Money,
    /// The day it was paid.
    pub date: Day,
    /// How it was paid.
    pub method: PaymentMethod,
    /// A note for yourself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a payment was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// A transfer to the bank account on the invoice.
    #[default]
    BankTransfer,
    /// A card.
    Card,
    /// Cash.
    Cash,
    /// Something else.
    Other,
}

/// The document of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceFile {
    /// A name for the file.
    pub file_name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// Whether these are the frozen bytes of a sent invoice.
    pub frozen: bool,
    /// The bytes, as Base64.
    pub base64: String,
}

/// A draft that was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedInvoice {
    /// The id it had.
    pub id: InvoiceId,
}

/// How far the mail of an invoice is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct MailState {
    /// To whom it goes.
    pub recipient: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    /// What the mail server last said against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct OutgoingMail {
    /// Its id.
    pub id: MailId,
    /// How far it is.
    #[serde(flatten)]
    pub state: MailState,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// The invoice it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was written.
    pub created_at: Moment,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
}
