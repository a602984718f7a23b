//! The context of a page: user, organization and deployment, known before anything is rendered.

#[cfg(feature = "ssr")]
pub mod server;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

use domain::{
    day::Day,
    id::{MemberId, OrganizationId},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    access::{Permission, Role, RoleVisibility, sign_up_policy::SignUpPolicy},
    error::Error,
};

/// The context of a page. The server serializes it into the page, so that the browser need not ask.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PageContext {
    /// The signed-in person.
    pub person: Option<Profile>,
    /// The organization in the address, if the person is a member.
    pub place: Option<CallerOrganization>,
    /// The public address of this deployment.
    pub address: String,
    /// Whether a mail server is configured; without one, mails are read in the settings.
    pub mail_leaves: bool,
    /// Who may sign up.
    pub sign_up: SignUpPolicy,
    /// The returned form that was sent without scripts, if it has something to show.
    pub returned: Option<ReturnedForm>,
    /// Whether the page of the returned form was left.
    #[serde(skip)]
    pub form_page_left: Arc<AtomicBool>,
    /// Whether a form on that page shows the refusal.
    #[serde(skip)]
    pub refusal_shown: ArcRwSignal<bool>,
}

/// Provides the context to all pages.
pub fn provide_page_context() {
    // The server writes the context into the page, where the browser finds it.
    #[cfg(feature = "ssr")]
    let context = server::page_context;
    #[cfg(not(feature = "ssr"))]
    let context = PageContext::default;
    provide_context(SharedValue::new(context).into_inner());
}

/// The context of the page; an empty one outside of pages.
pub fn use_page_context() -> PageContext {
    use_context().unwrap_or_default()
}

/// The organization of the pages, for everything inside its layout.
#[derive(Debug, Clone)]
pub struct CurrentOrganization(pub CallerOrganization);

impl CurrentOrganization {
    /// The path of one of the organization's pages, such as `clients`; that of the dashboard for empty text.
    pub fn path(&self, page: &str) -> String {
        match page {
            "" => format!("/o/{}", self.0.slug),
            page => format!("/o/{}/{page}", self.0.slug),
        }
    }

    /// The member filter of the user's own pages: `me`, or none (everything that they see) for users who track no time.
    pub fn own_time(&self) -> Option<String> {
        self.may(Permission::TrackTime).then(|| "me".to_owned())
    }

    /// Whether the user holds the permission. Pages use it to hide what would be refused anyway.
    pub fn may(&self, permission: Permission) -> bool {
        self.0.role.may(permission)
    }

    /// Whether the user sees who is on a project. Whoever sees granted clients is on no project, and sees no member but themselves: for
    /// them an empty list of members does not mean that there is none.
    pub fn sees_teams(&self) -> bool {
        self.0.role.visibility() != RoleVisibility::GrantedClients
    }
}

/// The organization of the pages.
pub fn use_current_organization() -> CurrentOrganization {
    expect_context()
}

/// Counters of changes made in this tab: resources that depend on one are fetched again.
#[derive(Debug, Clone, Copy)]
pub struct ChangeCounters {
    /// Entries and the timer.
    pub time: RwSignal<u32>,
    /// Clients and projects.
    pub work: RwSignal<u32>,
    /// Invoices, payments and mails.
    pub money: RwSignal<u32>,
}

impl ChangeCounters {
    /// Counters without changes.
    pub fn none() -> Self {
        Self { time: RwSignal::new(0), work: RwSignal::new(0), money: RwSignal::new(0) }
    }
}

/// The counters of this tab.
pub fn use_changes() -> ChangeCounters {
    expect_context()
}

/// Invalidates the resources that depend on a counter.
pub fn invalidate(count: RwSignal<u32>) {
    count.update(|count| *count += 1);
}

/// An organization and the caller's standing in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct CallerOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// Its place in addresses: `/o/<slug>/…`.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The caller as its member.
    pub member: MemberId,
    /// What the caller is there.
    pub role: Role,
    /// IANA name of the zone that the caller's days begin and end in: their own, or the organization's.
    pub time_zone: String,
    /// IANA name of the organization's zone, which decides what is about money: days of invoices and payments, due dates.
    pub organization_time_zone: String,
    /// Its own currency, an ISO 4217 code.
    pub currency: String,
    /// The first day of its week: 1 = Monday … 7 = Sunday.
    pub week_start: u8,
    /// Today, where the caller is.
    pub today: Day,
    /// Today, where the organization is.
    pub organization_today: Day,
}

#[cfg(feature = "ssr")]
impl CallerOrganization {
    /// The caller's organization with their membership at an instant.
    pub fn of(membership: crate::context::Membership, now: jiff::Timestamp) -> Self {
        let name = |zone: &jiff::tz::TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
        let today = |zone: &jiff::tz::TimeZone| now.to_zoned(zone.clone()).date().into();
        Self {
            id: membership.organization,
            time_zone: name(&membership.member_zone),
            organization_time_zone: name(&membership.organization_zone),
            today: today(&membership.member_zone),
            organization_today: today(&membership.organization_zone),
            slug: membership.slug,
            name: membership.name,
            member: membership.member,
            role: membership.role,
            currency: membership.currency.to_string(),
            week_start: membership.week_start,
        }
    }
}

/// The caller's profile after a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether it is confirmed: a link that was sent there was opened, or the operator vouched for it.
    pub confirmed: bool,
}

/// A form that was sent without scripts, for the next page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReturnedForm {
    /// The URL that it was posted to.
    pub call: String,
    /// Its id, where the page has several forms with this URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Why it was refused.
    #[serde(default)]
    pub refusal: Option<Error>,
    /// The input, when it was refused; never a password or a link secret.
    pub fields: BTreeMap<String, String>,
    /// The values of the other fields of a form that changes a record, as rendered.
    #[serde(default)]
    pub untouched: BTreeMap<String, String>,
    /// The answer in JSON, when it holds a secret that is shown only once.
    pub answer: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// The warnings of what was done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
