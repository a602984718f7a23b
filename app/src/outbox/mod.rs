//! The outbox: mails that wait to be delivered.

#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
pub mod store;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use store::{MailBody, NewOutgoingMail, cancel_mails, insert_mail};

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
