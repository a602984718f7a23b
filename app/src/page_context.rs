//! The context of a page: user, organization and deployment, known before anything is rendered.

use std::sync::{Arc, atomic::AtomicBool};

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    account::{CallerOrganization, Profile, SignUpPolicy},
    platform,
    ui::ReturnedForm,
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
    provide_context(SharedValue::new(platform::page_context).into_inner());
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
