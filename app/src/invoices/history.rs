//! The history of an invoice.

use domain::{day::OffsetDateTime, id::ActionId};
use macros::operation;
use serde::{Deserialize, Serialize};

use crate::{error::Error, summary::MemberSummary};

/// What was done to an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceHistory {
    /// The newest first, 100 at most.
    pub events: Vec<InvoiceEvent>,
    /// Whether there is more than that.
    pub more: bool,
}

/// One thing that was done to an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceEvent {
    /// The action.
    pub id: ActionId,
    /// When it was done.
    pub at: OffsetDateTime,
    /// What was done, in words: "Payment of 100.00 EUR removed from 2026-0001: typed twice".
    pub told: String,
    /// Who did it: the person at the page, or the owner of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberSummary>,
    /// The name of the token it was done with; absent at the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undone: bool,
}

/// Get what was done to an invoice: drafted, sent, mailed, paid, a payment removed and why, voided, each with who and when.
///
/// For who leads the work. Example: {"invoice": "2026-0001"}.
#[operation(read, idempotent, needs = WriteMoney, audience = Person, title = "Get the history of an invoice")]
pub async fn get_invoice_history(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<InvoiceHistory, Error> {
    super::history_events::history(cx, &invoice).await
}
