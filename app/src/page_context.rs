//! Who looks at the pages, and from where: known before anything is rendered.

use std::sync::{Arc, atomic::AtomicBool};

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    account::{CallerOrganization, Profile, SignUpPolicy},
    platform,
    ui::ReturnedForm,
};

/// Who looks at the pages. The server puts it into the page, so the browser need not ask.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PageContext {
    /// The person who is signed in.
    pub person: Option<Profile>,
    /// The organization of the address, when the person belongs to it.
    pub place: Option<CallerOrganization>,
    /// The address under which people reach this Stint.
    pub address: String,
    /// Whether mails leave; without a mail server they are read in the settings.
    pub mail_leaves: bool,
    /// Who may sign up.
    pub sign_up: SignUpPolicy,
    /// The form that led here, when it was sent without scripts and has something to say.
    pub returned: Option<ReturnedForm>,
    /// Whether the page of that form was left.
    #[serde(skip)]
    pub form_page_left: Arc<AtomicBool>,
    /// Whether something on that page says why it was refused.
    #[serde(skip)]
    pub refusal_shown: ArcRwSignal<bool>,
}

/// Tells every page below who is visiting.
pub fn provide_page_context() {
    provide_context(SharedValue::new(platform::page_context).into_inner());
}

/// Who is visiting.
pub fn use_page_context() -> PageContext {
    use_context().unwrap_or_default()
}

/// The organization whose pages these are, for everything below its frame.
#[derive(Debug, Clone)]
pub struct CurrentOrganization(pub CallerOrganization);

impl CurrentOrganization {
    /// The address of one of the organization's pages, such as `clients`; its first page for empty text.
    pub fn path(&self, page: &str) -> String {
        match page {
            "" => format!("/o/{}", self.0.slug),
            page => format!("/o/{}/{page}", self.0.slug),
        }
    }

    /// Whose time the visitor's own pages show: their own, or whatever they see when they track none.
    pub fn own_time(&self) -> Option<String> {
        self.may(Permission::TrackTime).then(|| "me".to_owned())
    }

    /// Whether the visitor holds the permission. Pages use it to leave out what would be refused anyway.
    pub fn may(&self, permission: Permission) -> bool {
        self.0.role.may(permission)
    }
}

/// The organization whose pages these are.
pub fn use_current_organization() -> CurrentOrganization {
    expect_context()
}

/// What a tab has changed, counted: lists that show it load again.
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
    /// Nothing has changed yet.
    pub fn none() -> Self {
        Self { time: RwSignal::new(0), work: RwSignal::new(0), money: RwSignal::new(0) }
    }
}

/// What this tab has changed.
pub fn use_changes() -> ChangeCounters {
    expect_context()
}

/// Counts one more change.
pub fn invalidate(count: RwSignal<u32>) {
    count.update(|count| *count += 1);
}
