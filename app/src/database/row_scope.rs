//! Whose rows a transaction may touch, and what it may do to them: the settings that row security reads.

use std::{fmt::Write, time::Duration};

use uuid::Uuid;

use crate::id::{MemberId, OrganizationId};

/// Whose rows a transaction may touch.
#[derive(Debug, Clone, Copy)]
pub enum RowScope {
    /// Nobody's: what is asked before it is known who asks, through functions of the database that answer no more than that.
    Nobody,
    /// What a person sees before an organization is chosen: where they belong.
    Person(Uuid),
    /// The rows of one organization.
    Organization(OrganizationId),
    /// Of the rows of one organization, those of the clients granted to a viewer.
    Granted(OrganizationId, MemberId),
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMode {
    /// Look.
    Read,
    /// Change rows.
    Write,
    /// Change rows, with every change written down for this action.
    Action(Uuid),
}

impl AccessMode {
    /// How long one statement may take: nobody waits long for a look, and lists and sums of others wait behind it.
    fn statement_seconds(self) -> u32 {
        match self {
            Self::Read => 5,
            Self::Write | Self::Action(_) => 15,
        }
    }
}

impl RowScope {
    /// The organization whose rows are in reach.
    pub(super) fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) | Self::Granted(organization, _) => Some(organization),
            Self::Nobody | Self::Person(_) => None,
        }
    }

    /// The statements that begin such a transaction. Every setting is said, empty where there is none: what a transaction
    /// may touch never depends on what another one has left. With `lock_limit` no statement waits for longer for what somebody holds.
    pub(super) fn begin(self, access: AccessMode, lock_limit: Option<Duration>) -> String {
        let (person, viewer) = match self {
            Self::Person(person) => (Some(person), None),
            Self::Granted(_, viewer) => (None, Some(viewer.0)),
            Self::Nobody | Self::Organization(_) => (None, None),
        };
        let action = match access {
            AccessMode::Action(action) => Some(action),
            AccessMode::Read | AccessMode::Write => None,
        };
        let mut statements = String::from(if access == AccessMode::Read { "begin read only" } else { "begin" });
        let organization = self.organization().map(|organization| organization.0);
        for (name, value) in [("organization_id", organization), ("user_id", person), ("viewer_id", viewer), ("action_id", action)] {
            let value = value.map(|id| id.to_string()).unwrap_or_default();
            // Writing to a string does not fail.
            write!(statements, "; set local app.{name} = '{value}'").ok();
        }
        for name in ["token_id", "worker", "secret"] {
            write!(statements, "; set local app.{name} = ''").ok();
        }
        let role = if viewer.is_some() { "stint_viewer" } else { "stint_app" };
        write!(statements, "; set local statement_timeout = '{}s'; set local role {role}", access.statement_seconds()).ok();
        if let Some(limit) = lock_limit {
            write!(statements, "; set local lock_timeout = '{}ms'", limit.as_millis()).ok();
        }
        statements
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_said_whatever_the_reach() {
        let id = Uuid::from_u128(7);
        let (organization, member) = (OrganizationId(id), MemberId(id));
        for reach in [RowScope::Nobody, RowScope::Person(id), RowScope::Organization(organization), RowScope::Granted(organization, member)]
        {
            for access in [AccessMode::Read, AccessMode::Write, AccessMode::Action(id)] {
                let statements = reach.begin(access, None);
                assert_eq!(statements.starts_with("begin read only;"), access == AccessMode::Read, "{statements}");
                for setting in ["organization_id", "user_id", "viewer_id", "action_id", "token_id", "worker", "secret"] {
                    assert_eq!(statements.matches(&format!("set local app.{setting} = ")).count(), 1, "{setting} in {statements}");
                }
                assert_eq!(statements.contains("set local role stint_viewer"), matches!(reach, RowScope::Granted(..)), "{statements}");
                assert_eq!(statements.matches("set local role").count(), 1, "{statements}");
            }
        }
    }
}
