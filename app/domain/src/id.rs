//! Identifiers of records: one type per noun, so that a client's id cannot be taken for a project's.
//!
//! They are UUIDs of version 7, so new rows are adjacent in their index. They cannot be guessed, and nothing relies on that.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type))]
        #[cfg_attr(feature = "sqlx", sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        #[cfg(feature = "server")]
        impl $name {
            /// A new identifier.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        #[cfg(feature = "server")]
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A person with a login.
    UserId,
    /// An organization, the tenant that owns every other record.
    OrganizationId,
    /// A person or an agent in one organization.
    MemberId,
    /// A personal access token.
    TokenId,
    /// A browser in which somebody is signed in.
    SignInId,
    /// A client.
    ClientId,
    /// A project.
    ProjectId,
    /// A time entry or a running timer.
    TimeEntryId,
    /// An invoice.
    InvoiceId,
    /// A line of an invoice.
    InvoiceLineId,
    /// A payment of an invoice.
    PaymentId,
    /// A mail on its way out.
    MailId,
    /// One recorded call.
    ActionId,
    /// A conversation with the assistant.
    ConversationId,
    /// Something that was said in a conversation.
    MessageId,
    /// A card of the assistant: a write that waits for a person.
    CardId,
    /// An answer of the assistant that is being made.
    RunId,
    /// An invitation into an organization.
    InvitationId,
    /// A budget.
    BudgetId,
    /// Something a member should know.
    NotificationId,
}
