//! The settings pages.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{profile::ProfileSection, security::SecuritySection, tokens::TokensSection};
use crate::{
    access::Permission,
    error::Error,
    page_context::use_current_organization,
    pages::{
        assistant::settings::AssistantSection,
        audit_log::AuditSection,
        invoices::mail::MailsSection,
        organizations::{OrganizationSection, memberships::OrganizationsSection},
        people::MembersSection,
    },
    ui::{PageHeader, Problem},
};

/// The pages of settings.
pub fn page() -> AnyView {
    let here = use_current_organization();
    let params = use_params_map();
    let section = Memo::new(move |_| params.with(|params| params.get("section").unwrap_or_default()));
    let sections = [
        ("", "You", true),
        ("security", "Security", true),
        ("organization", "Organization", true),
        ("members", "Members", true),
        ("tokens", "Tokens", true),
        ("assistant", "Assistant", true),
        ("mails", "Mails", here.may(Permission::WriteMoney)),
        ("audit", "Audit", here.may(Permission::ManageOrganization)),
        ("organizations", "Organizations", true),
    ];
    let links = sections.into_iter().filter(|(.., seen)| *seen).map(|(name, label, _)| {
        let path = if name.is_empty() { here.path("settings") } else { here.path(&format!("settings/{name}")) };
        view! { <li><a href=path aria-current=move || (section.get() == name).then_some("page")>{label}</a></li> }
    });
    view! {
        <PageHeader title="Settings" />
        <nav class="tabs" aria-label="Settings">
            <ul>{links.collect_view()}</ul>
        </nav>
        {move || match section.get().as_str() {
            "" => view! { <ProfileSection /> }.into_any(),
            "security" => view! { <SecuritySection /> }.into_any(),
            "organization" => view! { <OrganizationSection /> }.into_any(),
            "members" => view! { <MembersSection /> }.into_any(),
            "organizations" => view! { <OrganizationsSection /> }.into_any(),
            "tokens" => view! { <TokensSection /> }.into_any(),
            "assistant" => view! { <AssistantSection /> }.into_any(),
            "mails" => view! { <MailsSection /> }.into_any(),
            "audit" => view! { <AuditSection /> }.into_any(),
            _ => view! { <Problem error=Error::not_found("page") /> }.into_any(),
        }}
    }
    .into_any()
}
