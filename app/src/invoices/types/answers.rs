//! Answers beside the invoice itself: unbilled time, payments, documents, mails.

use domain::{
    day::{Day, OffsetDateTime},
    hours::WorkDuration,
    id::{InvoiceId, MailId, PaymentId},
    money::Money,
};
use macros::answer;
use serde::{Deserialize, Serialize};

use super::PaymentMethod;
use crate::{
    outbox::MailState,
    summary::{ClientRef, ProjectRef},
};

/// Unbilled time of one project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct UnbilledByProject {
    /// The client.
    pub client: ClientRef,
    /// The project.
    pub project: ProjectRef,
    /// How much time.
    pub worked: WorkDuration,
    /// What it is worth before rounding.
    pub amount: Money,
    /// How much of the time has no rate, so it counts nothing in the amount until it gets one. Time before the lock date is among it, since
    /// it would be billed at nothing, too; list_rates leaves that out, since no rate reaches it until the lock date is moved.
    pub without_rate: WorkDuration,
    /// How many entries.
    pub entries: i64,
    /// The oldest day among them.
    pub oldest: Day,
    /// The newest day among them.
    pub newest: Day,
}

/// Unbilled time by client and project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct UnbilledTime {
    /// The items, in the order of the list.
    pub items: Vec<UnbilledByProject>,
    /// Give this as `cursor` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The first day that was asked for, when it was asked for days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// On the first page: the billable time that cannot be invoiced yet because it waits to be confirmed or approved. It is logged already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// An invoice by id and number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceRef {
    /// Its id.
    pub invoice: InvoiceId,
    /// Its number; absent while it is a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
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

/// The document of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceFile {
    /// The invoice.
    pub invoice: InvoiceId,
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
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedInvoice {
    /// The id it had.
    #[hidden]
    pub id: InvoiceId,
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
    /// Its text; absent when it carries no invoice, since it holds a link that is for its reader only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The invoice it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<OffsetDateTime>,
}
