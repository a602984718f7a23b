//! Records as other records name them: id and name.

use serde::{Deserialize, Serialize};

use domain::{
    id::{ClientId, MemberId, ProjectId},
    money::Currency,
};

/// A client by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ClientRef {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// A project by id and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectRef {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// The client of a project or of time, as far as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ClientSummary {
    /// Its id.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// Currency of its rates and invoices.
    pub currency: Currency,
}

/// A member, as far as lists show them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct MemberSummary {
    /// Their id.
    pub id: MemberId,
    /// Their name.
    pub name: String,
}

/// The project of a time entry, as far as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectSummary {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its colour, `#rrggbb`.
    pub color: String,
}
