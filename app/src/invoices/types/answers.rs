//! Answers beside the invoice itself: unbilled time, payments, documents, mails.

use serde::{Deserialize, Serialize};

use super::PaymentMethod;
use crate::{
    day::{Day, OffsetDateTime},
    hours::WorkDuration,
    id::{ClientId, InvoiceId, MailId, PaymentId, ProjectId},
    money::Money,
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

/// A client by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ClientRef {
    /// Its id.
    pub id: ClientId,
    /// Its new name.
    pub name: String,
}

/// A project by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectRef {
    /// Its id.
    pub id: ProjectId,
    /// Its new name.
    pub name: String,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedInvoice {
    /// The id it had.
    pub id: InvoiceId,
}

/// The reason stored with a mail that somebody has stopped.
pub const STOPPED: &str = "It was stopped before it left.";

/// The reason stored with the mail of a void invoice, which nobody owes.
pub const VOIDED: &str = "The invoice was voided before this mail left, so it does not leave any more.";

/// The end of the reason stored with the mail of an invitation that was answered or revoked.
pub const NOT_NEEDED: &str = "so its mail is not needed any more.";

/// How far a mail is: of an invoice always its latest one. Where that went to several at once, those are told who have it least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct MailState {
    /// To whom it goes; several with commas between them.
    pub recipient: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    /// Why it has not left: what the mail server last said against it, or why it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Whether it does not leave by itself any more, since it failed or has waited for more than 7 days: whoever it is for does not
    /// have it, unless `last_error` says that it may have arrived. An invoice is mailed
    /// again with `resend_invoice`, an invitation with `resend_invitation`. Left out when false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
}

impl MailState {
    /// Whether somebody has stopped the mail.
    pub fn is_stopped(&self) -> bool {
        self.state == "failed" && self.last_error.as_deref() == Some(STOPPED)
    }

    /// Whether the mail was stopped because its invoice was voided.
    pub fn is_void(&self) -> bool {
        self.state == "failed" && self.last_error.as_deref() == Some(VOIDED)
    }

    /// Whether the mail is not needed any more: its invitation was answered or revoked.
    pub fn is_not_needed(&self) -> bool {
        self.state == "failed" && self.last_error.as_deref().is_some_and(|why| why.ends_with(NOT_NEEDED))
    }
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
