//! The sign-up policy.

use serde::{Deserialize, Serialize};

/// Who may sign up, as the operator decides; operators can always add people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpPolicy {
    /// Anybody.
    #[default]
    Open,
    /// Whoever has the link of an open invitation.
    Invited,
    /// Nobody.
    Closed,
}

impl SignUpPolicy {
    /// All policies.
    pub const ALL: [Self; 3] = [Self::Open, Self::Invited, Self::Closed];

    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invited => "invited",
            Self::Closed => "closed",
        }
    }

    /// The policy with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}
