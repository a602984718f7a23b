//! Access control: roles, permissions, and the scopes and write modes of tokens.
//!
//! The right to do something is a [`Permission`]; a [`Role`] is a set of permissions, and [`Role::may`] is the only place
//! in the code that names one. Ada founds a studio and is its *owner*. Grace runs the office as *admin*: she sees and
//! changes everything but who the owners are. Edsger leads the projects as *manager*: clients, everybody's time and
//! invoices, but no refunds. Barbara works there as *member*: she tracks her own time on the projects she is on and never
//! sees what an hour costs. Alan is a client's accountant and looks in as *viewer* at what was granted to him.
//!
//! A token narrows this further: what a call may do is the intersection of the member's role and the token's
//! [`Scope`]s. The row scope *within* a permission (whose time, which projects) is in the queries.

pub mod role_words;
pub mod sign_up_policy;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What a member is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema, sqlx::Type))]
#[cfg_attr(feature = "ssr", sqlx(type_name = "text", rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// Runs the organization.
    Admin,
    /// Leads work and invoices.
    Manager,
    /// Own time, no money.
    Member,
    /// Looks at granted clients.
    Viewer,
}

/// Which records a role sees within what it may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoleVisibility {
    /// Everything in the organization.
    Everything,
    /// The projects they are on, and their own time.
    OwnProjects,
    /// The clients granted to them: their projects, hours and sent invoices.
    GrantedClients,
}

/// The right to do one kind of thing in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// Be signed in; needs no organization.
    SignedIn,
    /// Belong to the organization.
    Belong,
    /// See clients and projects (for a member: the projects they are on).
    ReadWork,
    /// Create and change clients, projects, tasks, tags, budgets and rates.
    WriteWork,
    /// See budgets and how far they are used (for a member: in hours, of the projects they are on).
    ReadBudgets,
    /// See time (for a member: their own).
    ReadTime,
    /// Track own time.
    TrackTime,
    /// See and write everybody's time.
    EveryonesTime,
    /// See invoices, rates and amounts.
    ReadMoney,
    /// Draft and send invoices, record payments and expenses.
    WriteMoney,
    /// Void, refund, write off.
    Treasury,
    /// See cost rates and margins.
    ReadCosts,
    /// Invite and remove people, change their roles.
    ManagePeople,
    /// Change the organization's settings, see its audit log, manage tokens of others.
    ManageOrganization,
    /// Delete the organization, change who owns it.
    OwnOrganization,
}

/// What a token may be used for; the effective right is the intersection with the member's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum Scope {
    /// Read time entries and the timer.
    #[serde(rename = "time:read")]
    #[strum(serialize = "time:read")]
    TimeRead,
    /// Write time entries and the timer.
    #[serde(rename = "time:write")]
    #[strum(serialize = "time:write")]
    TimeWrite,
    /// Read clients and projects.
    #[serde(rename = "work:read")]
    #[strum(serialize = "work:read")]
    WorkRead,
    /// Write clients and projects.
    #[serde(rename = "work:write")]
    #[strum(serialize = "work:write")]
    WorkWrite,
    /// Read invoices and amounts.
    #[serde(rename = "money:read")]
    #[strum(serialize = "money:read")]
    MoneyRead,
    /// Write invoices and payments.
    #[serde(rename = "money:write")]
    #[strum(serialize = "money:write")]
    MoneyWrite,
    /// Read the organization and its people.
    #[serde(rename = "people:read")]
    #[strum(serialize = "people:read")]
    PeopleRead,
    /// Invite and change people.
    #[serde(rename = "people:write")]
    #[strum(serialize = "people:write")]
    PeopleWrite,
    /// Read reports.
    #[serde(rename = "reports:read")]
    #[strum(serialize = "reports:read")]
    ReportsRead,
}

impl Role {
    /// Every role, from the most to the least powerful.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Whether the role holds the permission: the table of roles of the domain, and the only one in the code.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::*;
        match permission {
            SignedIn | Belong | ReadWork | ReadTime => true,
            TrackTime | ReadBudgets => self != Self::Viewer,
            ReadMoney => self != Self::Member,
            WriteWork | EveryonesTime | WriteMoney => matches!(self, Self::Owner | Self::Admin | Self::Manager),
            Treasury | ReadCosts | ManagePeople | ManageOrganization => matches!(self, Self::Owner | Self::Admin),
            OwnOrganization => self == Self::Owner,
        }
    }

    /// Which records the role sees within what it may read.
    pub fn visibility(self) -> RoleVisibility {
        match self {
            Self::Owner | Self::Admin | Self::Manager => RoleVisibility::Everything,
            Self::Member => RoleVisibility::OwnProjects,
            Self::Viewer => RoleVisibility::GrantedClients,
        }
    }

    /// Whether a member with this role may give the other role, or take it away: never one above their own.
    pub fn covers(self, other: Self) -> bool {
        self as u8 <= other as u8
    }

    /// The name as stored and shown.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Permission {
    /// The roles that can grant a role with this permission, as the beginning of a sentence. Nobody grants one above their own.
    pub fn given_by(self) -> &'static str {
        if Role::Admin.may(self) { "An owner or admin" } else { "An owner" }
    }

    /// What the permission allows, as a verb phrase for the sentence *you may not …*.
    pub fn verb(self) -> &'static str {
        match self {
            Self::SignedIn | Self::Belong => "do this",
            Self::ReadWork => "see clients and projects",
            Self::WriteWork => "change clients and projects",
            Self::ReadBudgets => "see budgets",
            Self::ReadTime => "see time",
            Self::TrackTime => "track time",
            Self::EveryonesTime => "change the time of others",
            Self::ReadMoney => "see invoices and amounts",
            Self::WriteMoney => "write invoices and payments",
            Self::Treasury => "void or refund",
            Self::ReadCosts => "see costs",
            Self::ManagePeople => "manage people",
            Self::ManageOrganization => "change the organization's settings",
            Self::OwnOrganization => "act as an owner",
        }
    }
}

impl Scope {
    /// Every scope a token can hold.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The scope as written in a token's list.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The permission that a role must hold for the scope to be of use. A write that whoever belongs to the organization may call, such as
    /// to stop one's own timer, needs less.
    pub fn needs(self) -> Permission {
        match self {
            Self::TimeRead | Self::ReportsRead => Permission::ReadTime,
            Self::TimeWrite => Permission::TrackTime,
            Self::WorkRead => Permission::ReadWork,
            Self::WorkWrite => Permission::WriteWork,
            Self::MoneyRead => Permission::ReadMoney,
            Self::MoneyWrite => Permission::WriteMoney,
            Self::PeopleRead => Permission::Belong,
            Self::PeopleWrite => Permission::ManagePeople,
        }
    }

    /// Whether the scope permits writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::TimeWrite | Self::WorkWrite | Self::MoneyWrite | Self::PeopleWrite)
    }
}

/// What happens when a token writes something that a person would want to look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum WriteMode {
    // The strictest is the default, for a stored word that this version does not know.
    /// Time and invoices wait as drafts until a person confirms or sends them; what has no draft is neither offered nor done.
    #[default]
    Drafts,
    /// The same, and what has no draft may be shown, by a dry run, to the person who then does it.
    Ask,
    /// The token writes directly.
    Direct,
}

impl WriteMode {
    /// The mode as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_written_the_same_in_a_token_and_in_json() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).expect("json"), scope.name());
            assert_eq!(scope.name().parse::<Scope>(), Ok(*scope));
        }
        let words = "time:read time:write work:read work:write money:read money:write people:read people:write reports:read";
        assert_eq!(Scope::ALL.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "), words);
        assert!("time".parse::<Scope>().is_err() && "Time:Read".parse::<Scope>().is_err());
    }

    #[test]
    fn a_token_with_an_unknown_mode_has_the_strictest() {
        let mode = |word: &str| word.parse::<WriteMode>().unwrap_or_default();
        assert_eq!(["drafts", "ask", "direct"].map(mode), [WriteMode::Drafts, WriteMode::Ask, WriteMode::Direct]);
        assert_eq!(mode("all"), WriteMode::Drafts);
    }

    #[test]
    fn roles_are_told_from_the_most_to_the_least_powerful() {
        assert_eq!(Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>(), ["owner", "admin", "manager", "member", "viewer"]);
        assert!(Role::ALL.is_sorted_by(|one, other| one.covers(*other) && !other.covers(*one)));
    }
}
