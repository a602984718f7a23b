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

/// What a member is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema, sqlx::Type))]
#[cfg_attr(feature = "ssr", sqlx(type_name = "text", rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum Scope {
    /// Read time entries and the timer.
    #[serde(rename = "time:read")]
    TimeRead,
    /// Write time entries and the timer.
    #[serde(rename = "time:write")]
    TimeWrite,
    /// Read clients and projects.
    #[serde(rename = "work:read")]
    WorkRead,
    /// Write clients and projects.
    #[serde(rename = "work:write")]
    WorkWrite,
    /// Read invoices and amounts.
    #[serde(rename = "money:read")]
    MoneyRead,
    /// Write invoices and payments.
    #[serde(rename = "money:write")]
    MoneyWrite,
    /// Read the organization and its people.
    #[serde(rename = "people:read")]
    PeopleRead,
    /// Invite and change people.
    #[serde(rename = "people:write")]
    PeopleWrite,
    /// Read reports.
    #[serde(rename = "reports:read")]
    ReportsRead,
}

impl Role {
    /// Every role, from the most to the least powerful.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Admin, Self::Manager, Self::Member, Self::Viewer];

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
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
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
    pub const ALL: [Self; 9] = [
        Self::TimeRead,
        Self::TimeWrite,
        Self::WorkRead,
        Self::WorkWrite,
        Self::MoneyRead,
        Self::MoneyWrite,
        Self::PeopleRead,
        Self::PeopleWrite,
        Self::ReportsRead,
    ];

    /// The scope as written in a token's list.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeRead => "time:read",
            Self::TimeWrite => "time:write",
            Self::WorkRead => "work:read",
            Self::WorkWrite => "work:write",
            Self::MoneyRead => "money:read",
            Self::MoneyWrite => "money:write",
            Self::PeopleRead => "people:read",
            Self::PeopleWrite => "people:write",
            Self::ReportsRead => "reports:read",
        }
    }

    /// The scope of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// Whether the scope permits writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::TimeWrite | Self::WorkWrite | Self::MoneyWrite | Self::PeopleWrite)
    }
}

/// What happens when a token writes something that a person would want to look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// Time and invoices wait as drafts until a person confirms or sends them; what has no draft is neither offered nor done.
    Drafts,
    /// The same, and what has no draft may be shown, by a dry run, to the person who then does it.
    Ask,
    /// The token writes directly.
    Direct,
}

impl WriteMode {
    /// The mode as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drafts => "drafts",
            Self::Ask => "ask",
            Self::Direct => "direct",
        }
    }

    /// The mode of this name; anything unknown is the strictest.
    pub fn from_name(name: &str) -> Self {
        match name {
            "direct" => Self::Direct,
            "ask" => Self::Ask,
            _ => Self::Drafts,
        }
    }
}
