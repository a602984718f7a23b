//! The operations on the assistant's settings: the switch that permits a model, set by administrators, and the usage, seen by everybody.

use domain::day::OffsetDateTime;
use macros::operation;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Whether a model may be used here, which one, and how much of it was used this month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AssistantSettings {
    /// Whether the assistant is switched on for the organization.
    pub enabled: bool,
    /// Who switched it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched_at: Option<OffsetDateTime>,
    /// The model that this Stint is configured with; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The host that what is said is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Tokens that the model has read for the organization this month.
    pub input_tokens: i64,
    /// How many it may read in a month.
    pub input_cap: i64,
    /// Tokens that the model has written this month.
    pub output_tokens: i64,
    /// How many it may write in a month.
    pub output_cap: i64,
}

/// Get whether the assistant is switched on for the organization, which model it asks, and what was used this month.
#[operation(read, idempotent, needs = Belong, audience = Person, title = "Get the assistant's settings")]
pub async fn get_assistant(cx: &mut Call) -> Result<AssistantSettings, Error> {
    super::settings::get(cx).await
}

/// Switch the assistant on or off for the organization. Switching it on accepts that what members say to it, and the
/// records that it reads for them, are sent to the configured model. Slash commands work either way.
#[operation(write, idempotent, needs = ManageOrganization, audience = Person, title = "Switch the assistant")]
pub async fn set_assistant(
    cx: &mut Call,
    /// True to switch it on, false to switch it off.
    enabled: bool,
) -> Result<AssistantSettings, Error> {
    super::settings::set(cx, enabled).await
}
