//! The organization of a page, for tests that render parts of one.

use leptos::prelude::provide_context;
use serde_json::json;

use crate::{
    access::Role,
    page_context::{CallerOrganization, CurrentOrganization, server},
};

/// The organization of the caller for whom a part of a page is rendered.
pub fn current_organization() -> CurrentOrganization {
    CurrentOrganization(server::page_context().place.expect("an organization"))
}

/// Provides the organization of the caller to the parts of a page, as the layout does, and returns it.
pub fn provide_organization() -> CurrentOrganization {
    let here = current_organization();
    provide_context(here.clone());
    here
}

/// Provides an organization to the parts of a page in which nobody calls anything, to a caller of this role.
pub fn provide_made_up_organization(role: Role) {
    let organization: CallerOrganization = serde_json::from_value(json!({
        "id": "01980000-0000-7000-8000-000000000001", "slug": "studio", "name": "Studio", "role": role,
        "member": "01980000-0000-7000-8000-000000000002", "time_zone": "UTC", "organization_time_zone": "UTC", "currency": "EUR",
        "week_start": 1, "today": "2026-11-21", "organization_today": "2026-11-21"
    }))
    .expect("an organization");
    provide_context(CurrentOrganization(organization));
}
