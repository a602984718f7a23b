//! Projects: work for a client, and how it is billed.

#[cfg(feature = "ssr")]
pub mod assign;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub(crate) mod store;
pub mod team;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{
    hours::WorkDuration,
    id::ProjectId,
    money::{Amount, Money},
    patch::Patch,
};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    budgets::BudgetStatus,
    error::Error,
    page::{Page, PageRequest},
    summary::ClientSummary,
};

/// How the work on a project is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Billing {
    /// By the hour.
    #[default]
    TimeAndMaterials,
    /// Agreed; time is billable only when said so.
    FixedPrice,
    /// Own work, never billable.
    Overhead,
}

impl Billing {
    /// Every way of billing.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::TimeAndMaterials => "Time and materials",
            Self::FixedPrice => "Fixed price",
            Self::Overhead => "Overhead",
        }
    }

    /// Whether time is billable when nobody says otherwise.
    pub fn billable(self) -> bool {
        self == Self::TimeAndMaterials
    }
}

/// A project of a client. Rates and amounts are absent for callers who may not see money.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema), schemars(extend("x-page" = "projects")))]
pub struct Project {
    /// Its id.
    #[hidden]
    pub id: ProjectId,
    /// Its name, unique among the projects of the client.
    #[label("Name", rank = 20, always)]
    pub name: String,
    /// Whom it is for.
    #[label("Client", rank = 30, always)]
    pub client: ClientSummary,
    /// A short code of your own, such as a cost centre.
    #[label("Code")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Colour in lists and charts, `#rrggbb`.
    #[hidden]
    pub color: String,
    /// How the work is paid.
    #[label("Billing")]
    pub billing: Billing,
    /// Rate per hour of its own; the client's, else the organization's when absent.
    #[label("Rate per hour", rank = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Rate per hour that new time gets, unless a member has a rate of their own: the project's, else the client's, else the organization's; absent where none has one.
    #[label("Effective rate")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_rate: Option<Money>,
    /// Whether time that agents work on their own is billed.
    #[label("Bill agent time")]
    pub bill_agent_time: bool,
    /// Whether it is hidden from pickers; its history stays.
    #[hidden]
    pub archived: bool,
    /// Time worked on it, drafts and a running timer left out; in a list only when asked for.
    #[label("Duration", rank = 150, status, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked: Option<WorkDuration>,
    /// What of it could be invoiced now; in a list only when asked for.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled: Option<Money>,
    /// Its budget and how much of it is used, when it has one; in a list only when hours are asked for.
    #[label("Budget", status, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_reference_schema"))]
    pub budget: Option<BudgetStatus>,
}

impl Project {
    /// The name that tells it from the projects of other clients: `Acme / Dashboard`.
    pub fn full_name(&self) -> String {
        format!("{} / {}", self.client.name, self.name)
    }
}

/// A project that was deleted.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedProject {
    /// The id it had.
    #[hidden]
    pub id: ProjectId,
    /// The name it had.
    #[label("Name", rank = 20, always)]
    pub name: String,
}

/// List projects by client and name: those you are on, or all when you lead the work. Archived ones are left out unless asked for.
#[operation(read, idempotent, everyday, needs = ReadWork, scope = WorkRead, title = "List projects")]
pub async fn list_projects(
    cx: &mut Call,
    /// Words of name, code or client.
    #[server(default)]
    #[max_length(200)]
    query: Option<String>,
    /// Id or name.
    #[server(default)]
    client: Option<String>,
    /// Also archived ones, and those of archived clients.
    #[server(default)]
    archived: Option<bool>,
    /// Also tell hours, unbilled amount and budget.
    #[server(default)]
    with_hours: Option<bool>,
    #[flatten] page: PageRequest,
) -> Result<Page<Project>, Error> {
    let wanted = record::ProjectQuery { query, client, archived: archived.unwrap_or(false), with_hours: with_hours.unwrap_or(false) };
    record::list(cx, wanted, page).await
}

/// Get one project with its rates, hours worked, unbilled amount and budget, by id, by "Client / Project" or by a name that only one project has.
#[operation(read, idempotent, needs = ReadWork, scope = WorkRead, title = "Get a project")]
pub async fn get_project(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<Project, Error> {
    record::get(cx, &project).await
}

/// Add a project to a client and put yourself on it.
///
/// Refused when the client has a project of this name or is archived. Example: {"client": "Acme", "name": "Dashboard", "rate": "120.00"} bills 120.00 an hour in the client's currency.
#[operation(write, everyday, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Add a project")]
pub async fn create_project(
    cx: &mut Call,
    /// Id or name.
    client: String,
    /// Unique among the client's projects.
    #[max_length(200)]
    name: String,
    /// A short code of your own.
    #[server(default)]
    #[max_length(30)]
    code: Option<String>,
    /// How the work is paid; by the hour when absent.
    #[server(default)]
    billing: Option<Billing>,
    /// Per hour, such as "120.00"; the client's when absent.
    #[server(default)]
    rate: Option<Amount>,
    /// Bill what agents do on their own; off when absent.
    #[server(default)]
    bill_agent_time: Option<bool>,
    /// Such as #2f6f4e.
    #[server(default)]
    color: Option<String>,
) -> Result<Project, Error> {
    let given = record::NewProject { client, name, code, billing, rate, bill_agent_time, color };
    record::create(cx, given).await
}

/// Change a project. What is not given stays; empty text clears an optional value. Time that was logged keeps its rate.
#[operation(write, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Change a project")]
pub async fn update_project(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// Its new name.
    #[server(default)]
    #[max_length(200)]
    name: Option<String>,
    /// A short code of your own.
    #[server(default)]
    #[max_length(30)]
    code: Patch<String>,
    /// How the work is paid, for new time.
    #[server(default)]
    billing: Option<Billing>,
    /// Per hour, such as "120.00", for new time; empty for the client's. set_rate also reprices.
    #[server(default)]
    rate: Patch<Amount>,
    /// Bill what agents do on their own.
    #[server(default)]
    bill_agent_time: Option<bool>,
    /// Such as #2f6f4e.
    #[server(default)]
    color: Option<String>,
) -> Result<Project, Error> {
    let given = record::ProjectChange { name, code, billing, rate, bill_agent_time, color };
    record::update(cx, &project, given).await
}

/// Hide a project from pickers: no new time on it. What was logged stays and can still be invoiced; a running timer can be stopped.
#[operation(write, idempotent, everyday, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Archive a project")]
pub async fn archive_project(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<Project, Error> {
    record::set_archived(cx, &project, true).await
}

/// Bring an archived project back into the pickers.
#[operation(write, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Restore a project")]
pub async fn restore_project(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<Project, Error> {
    record::set_archived(cx, &project, false).await
}

/// Delete a project that nothing refers to. Refused (in_use) when it has time or invoice lines: archive it instead.
#[operation(destroy, needs = WriteWork, scope = WorkWrite, agent = Ask, title = "Delete a project")]
pub async fn delete_project(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<DeletedProject, Error> {
    record::delete(cx, &project).await
}
