//! Billing terms and prices of time: the rate closest to the work applies. Pure.

use domain::{
    id::ClientId,
    money::{Amount, Currency},
};
use jiff::{civil::Date, tz::TimeZone};
use uuid::Uuid;

use super::Labour;
use crate::{
    access::{Permission, RoleVisibility, Scope},
    clients,
    context::Caller,
    error::Error,
    operation::{permission_error, read_scope::ReadScope},
    organizations::settings::rate_of,
    projects::{self, Billing},
};

/// The terms of the time of one member on one project.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingTerms {
    /// Who works.
    pub member: Uuid,
    /// The project.
    pub project: Uuid,
    /// Its name with that of its client.
    pub project_name: String,
    /// The client.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// How the work is paid.
    pub billing: Billing,
    /// Whether what agents do on their own is billable by default.
    pub bill_agent_time: bool,
    /// Whether the project is archived.
    pub archived: bool,
    /// Whether the client is archived.
    pub client_archived: bool,
    /// The client's currency.
    pub currency: Currency,
    /// The rates from the nearest to the farthest: project, client, member, organization.
    pub project_rate: Option<i64>,
    /// See above.
    pub client_rate: Option<i64>,
    /// See above.
    pub member_rate: Option<i64>,
    /// See above.
    pub organization_rate: Option<i64>,
    /// The currency of the rates of members and of the organization.
    pub organization_currency: Currency,
    /// What an hour of the member costs the organization.
    pub cost_rate: Option<i64>,
    /// The time zone of the member, in which their days begin and end.
    pub zone: TimeZone,
    /// The last closed day.
    pub lock_date: Option<Date>,
    /// Seconds that a timer may run before a warning asks to check its end.
    pub timer_limit: i64,
}

/// Whether time is billable, and at what rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Whether the client pays.
    pub billable: bool,
    /// Minor units per hour when the entry was made, also of time that is not billable, which may become so. `None` if nobody had set
    /// a rate.
    pub rate: Option<i64>,
    /// Whether the rate is the entry's own.
    pub own: bool,
}

impl BillingTerms {
    /// The rate of new time: project, else client, else member, else organization. `None` if nobody has set one.
    ///
    /// Nothing converts between currencies, so the rates of members and of the organization hold only for clients in the
    /// organization's currency; others have none until the project or client has one.
    pub fn rate(&self) -> Option<i64> {
        let far = || (self.currency == self.organization_currency).then(|| self.member_rate.or(self.organization_rate)).flatten();
        self.project_rate.or(self.client_rate).or_else(far)
    }

    /// Whether time is billable: as given, else the default of the project, or of work of agents. Overhead never is.
    pub fn billable(&self, given: Option<bool>, labour: Labour) -> Result<bool, Error> {
        if given == Some(true) && self.billing == Billing::Overhead {
            return Err(Error::invalid(
                "billable",
                format!("{} is overhead, which is never billable. Leave billable out, or change the project's billing.", self.project_name),
            ));
        }
        Ok(given.unwrap_or_else(|| self.billable_by_default(labour)))
    }

    /// Whether time is billable if the caller does not say.
    fn billable_by_default(&self, labour: Labour) -> bool {
        match labour {
            Labour::Human => self.billing.billable(),
            Labour::Agent => self.bill_agent_time && self.billing != Billing::Overhead,
        }
    }

    /// The price of time on these terms; an own rate replaces that of the terms.
    pub fn price(&self, billable: bool, own: Option<i64>) -> Price {
        Price { billable, rate: own.or_else(|| self.rate()), own: own.is_some() }
    }

    /// Parses a rate for one entry alone. The caller needs the right to write rates and to see money, and the time has to be billable.
    pub fn own_rate(&self, caller: &Caller, given: &Amount, billable: bool, read_scope: &ReadScope) -> Result<i64, Error> {
        check_may_set_rate(caller, read_scope)?;
        if !billable {
            return Err(Error::invalid(
                "rate",
                "Time that is not billable takes no rate of its own. Leave the rate out, or make the time billable.",
            ));
        }
        rate_of("rate", given, &self.currency)
    }

    /// Refuses new time on an archived project or for an archived client: each is restored by its own operation.
    pub fn check_open(&self) -> Result<(), Error> {
        let (project, client) = (&self.project_name, &self.client_name);
        let (what, it, way) = match (self.archived, self.client_archived) {
            (false, false) => return Ok(()),
            (true, false) => (format!("{project} is archived, so no new time goes on it."), "it", projects::record::RESTORE_HINT),
            (false, true) => (format!("{client} is archived, so no new time goes on {project}."), "it", clients::record::RESTORE_HINT),
            (true, true) => (
                format!("{project} and its client {client} are archived, so no new time goes on it."),
                "both",
                "restore_client restores the client, and restore_project the project.",
            ),
        };
        Err(Error::invalid("project", format!("{what} Choose another project, or have {it} restored.")).hint(way))
    }

    /// Refuses a closed day.
    pub fn check_day_open(&self, day: Date) -> Result<(), Error> {
        match self.lock_date {
            Some(last) if day <= last => Err(super::lock::day_closed(last)),
            _ => Ok(()),
        }
    }
}

/// Refuses callers who may not set rates, which takes the right to write work and to see money.
pub fn check_may_set_rate(caller: &Caller, read_scope: &ReadScope) -> Result<(), Error> {
    match read_scope.seen == RoleVisibility::Everything && read_scope.money {
        true => Ok(()),
        false => Err(permission_error(caller, Permission::WriteWork, Scope::MoneyRead, "set rates")),
    }
}
