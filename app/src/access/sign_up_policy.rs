//! The sign-up policy.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// Who may sign up, as the operator decides; operators can always add people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
