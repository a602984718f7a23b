//! Row scope and access mode of a transaction, as the settings that row security reads.

use std::{fmt::Write, time::Duration};

use uuid::Uuid;

use domain::id::{MemberId, OrganizationId};

/// The row scope of a transaction: whose rows it may touch under row security.
#[derive(Debug, Clone, Copy)]
pub enum RowScope {
    /// No rows: for statements before authentication, which use only functions of the database that answer no more than needed.
    Nobody,
    /// The rows of a person before an organization is chosen, such as their memberships.
    Person(Uuid),
    /// The rows of one organization.
    Organization(OrganizationId),
    /// The rows of one organization that belong to the clients granted to a viewer.
    Granted(OrganizationId, MemberId),
}

/// The access mode of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMode {
    /// Read rows.
    Read,
    /// Change rows.
    Write,
    /// Change rows, with every change recorded for this action.
    Action(Uuid),
}

impl AccessMode {
    /// The statement timeout. That of reads is short: nobody waits long for them, and the lists and sums of others wait behind them.
    fn statement_seconds(self) -> u32 {
        match self {
            Self::Read => 5,
            Self::Write | Self::Action(_) => 15,
        }
    }
}

impl RowScope {
    /// The organization in scope.
    pub(super) fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) | Self::Granted(organization, _) => Some(organization),
            Self::Nobody | Self::Person(_) => None,
        }
    }

    /// The statements that begin such a transaction. Every setting is set, empty where there is no value: the row scope never
    /// depends on what another transaction has left. `lock_limit` becomes the lock timeout.
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
    fn every_setting_is_said_whatever_the_scope() {
        let id = Uuid::from_u128(7);
        let (organization, member) = (OrganizationId(id), MemberId(id));
        for row_scope in
            [RowScope::Nobody, RowScope::Person(id), RowScope::Organization(organization), RowScope::Granted(organization, member)]
        {
            for access in [AccessMode::Read, AccessMode::Write, AccessMode::Action(id)] {
                let statements = row_scope.begin(access, None);
                assert_eq!(statements.starts_with("begin read only;"), access == AccessMode::Read, "{statements}");
                for setting in ["organization_id", "user_id", "viewer_id", "action_id", "token_id", "worker", "secret"] {
                    assert_eq!(statements.matches(&format!("set local app.{setting} = ")).count(), 1, "{setting} in {statements}");
                }
                assert_eq!(statements.contains("set local role stint_viewer"), matches!(row_scope, RowScope::Granted(..)), "{statements}");
                assert_eq!(statements.matches("set local role").count(), 1, "{statements}");
            }
        }
    }
}
