//! Answers about invoices: single, in lists, previewed, and drafted in batches.

use domain::{
    day::{DateRange, Day, OffsetDateTime},
    hours::WorkDuration,
    id::InvoiceId,
    money::{Currency, Money},
    percent::Percent,
    tax::category::TaxCategory,
    time_rounding::Rounding,
};
use macros::answer;
use serde::{Deserialize, Serialize};

use super::{InvoiceGroupBy, InvoiceLine, InvoiceRef, InvoiceStatus, Payment};
use crate::{outbox::MailState, summary::ClientRef};

/// An invoice with everything on it.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema), schemars(extend("x-page" = "invoices")))]
pub struct Invoice {
    /// Its id.
    #[hidden]
    pub id: InvoiceId,
    /// Its number; absent until it is sent.
    #[label("Number", rank = 10, always)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands.
    #[label("Status")]
    pub status: InvoiceStatus,
    /// Who is billed.
    #[label("Client", rank = 30, always)]
    pub client: ClientRef,
    /// Currency of every amount.
    #[label("Currency", rank = 190)]
    pub currency: Currency,
    /// The days of the work, when there is any.
    #[label("Period", rank = 120)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<DateRange>,
    /// Day of issue (BT-2); absent until it is sent.
    #[label("Issued", rank = 310)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Day>,
    /// Day on which payment is due (BT-9); absent until it is sent.
    #[label("Due", rank = 320)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// Days the client has to pay.
    #[label("Days to pay", rank = 390)]
    pub payment_terms_days: u16,
    /// The lines.
    #[label("Line", rank = 230)]
    pub lines: Vec<InvoiceLine>,
    /// The sums.
    #[serde(flatten)]
    pub sums: Sums,
    /// The discount as it was written: "10%" or an amount.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_written: Option<String>,
    /// What keeps a draft from being sent.
    #[label("Problems")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<InvoiceProblem>,
    /// What is worth a look before a draft is sent; nothing of it keeps it from being sent.
    #[label("Remarks")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<InvoiceProblem>,
    /// What was paid so far.
    #[label("Paid", rank = 290)]
    pub paid: Money,
    /// What is still to be paid.
    #[label("Still to be paid", rank = 300, derived)]
    pub balance: Money,
    /// Payments, the oldest first.
    #[hidden]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// A note to the client (BT-22).
    #[label("Notes")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How time became lines.
    #[hidden]
    pub group_by: InvoiceGroupBy,
    /// How time was rounded.
    #[hidden]
    pub rounding: Rounding,
    /// Goes up with every change of a draft; give it back so that nobody overwrites anybody.
    #[hidden]
    pub version: i32,
    /// When the draft was made.
    #[hidden]
    pub created_at: OffsetDateTime,
    /// When it was sent.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<OffsetDateTime>,
    /// The void invoice that it drafts again.
    #[label("Redraft of")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redraft_of: Option<InvoiceRef>,
    /// The invoice that drafts this void one again, while it is there.
    #[label("Redrafted as")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrafted_as: Option<InvoiceRef>,
    /// How far its latest mail is. Absent when it was sent without e-mail, and for viewers.
    #[label("Mailed to", rank = 330)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailState>,
    /// Where the client's invoices are mailed by default.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_email: Option<String>,
    /// Where its PDF is in the app.
    #[hidden]
    pub pdf_url: String,
}

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema), schemars(extend("x-page" = "invoices")))]
pub struct InvoiceSummary {
    /// Its id.
    pub id: InvoiceId,
    /// Its number; absent until it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Who is billed.
    pub client: ClientRef,
    /// The days of the work, when there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<DateRange>,
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
    /// How far its latest mail is: a `status` of sent says nothing of that. With `stays`, the client has not got the invoice by mail.
    /// Absent when it was sent without e-mail, and for viewers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailState>,
}

/// What an invoice would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoicePreview {
    /// Who is billed.
    pub client: ClientRef,
    /// Currency of every amount.
    pub currency: Currency,
    /// The service period (BG-14): the first and the last day of the time on it, today when there is none.
    pub period: DateRange,
    /// The lines as they will be.
    pub lines: Vec<InvoiceLine>,
    /// The sums as they will be.
    #[serde(flatten)]
    pub sums: Sums,
    /// How many time entries are on it.
    pub entries: i64,
    /// What the time on it is worth entry by entry, as it counts as unbilled.
    pub unbilled: Money,
    /// How much of that time has no rate, and is billed at 0; absent where all of it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_rate: Option<WorkDuration>,
    /// What rounding makes of that: the net of the lines of time less `unbilled`.
    pub rounding_difference: Money,
    /// What would keep it from being sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<InvoiceProblem>,
    /// What a careful person would want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Which fields mend what some of the warnings are about, such as organization.address, each with the words of its warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<InvoiceProblem>,
}

/// Something that keeps an invoice from being sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceProblem {
    /// The rule of EN 16931 that it would break, such as BR-AE-02. Absent where it breaks none, as letters that no font has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The field that mends it, such as organization.vat_id, client.vat_id, client.name, lines, lines.tax_category, lines.tax_rate,
    /// lines.description or notes; of a remark an argument of update_invoice_draft where one mends it, such as current_rates or time_rate.
    pub field: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// The sums of an invoice (BG-22).
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Sums {
    /// Sum of the lines (BT-106).
    #[label("Subtotal", rank = 240)]
    pub subtotal: Money,
    /// Discount on the whole invoice (BT-107).
    #[label("Discount", rank = 250)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// Sum without tax (BT-109).
    #[label("Net", rank = 260)]
    pub net: Money,
    /// Tax by category and rate (BG-23).
    #[hidden]
    pub taxes: Vec<InvoiceTax>,
    /// Sum of the taxes (BT-110).
    #[label("Tax", rank = 270)]
    pub tax: Money,
    /// What is to be paid (BT-112).
    #[label("Total", rank = 280, always)]
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
    /// Why no tax is charged (BT-120), as the document prints it, in its language; absent where it prints none beside the name of the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The document has no row for it: the seller charges no tax, and has said no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_printed: bool,
}

/// One of several invoices that were drafted at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema), schemars(extend("x-page" = "invoices")))]
pub struct DraftedInvoice {
    /// Its id.
    pub id: InvoiceId,
    /// Who is billed.
    pub client: ClientRef,
    /// Where it stands: a draft.
    pub status: InvoiceStatus,
    /// What is to be paid.
    pub total: Money,
}

/// Invoices that were drafted together.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DraftedInvoices {
    /// The drafts, by the name of the client unless clients were named.
    #[label("Items")]
    pub items: Vec<DraftedInvoice>,
    /// The first day that was billed, when days were given.
    #[label("From")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day that was billed.
    #[label("To")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}
