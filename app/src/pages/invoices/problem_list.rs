//! The problems that keep an invoice from being sent, with links to where they are fixed.

use domain::id::ClientId;
use leptos::prelude::*;

use crate::{invoices::InvoiceProblem, organizations::no_tax_hint, page_context::use_current_organization, platform};

/// The heading of what keeps an invoice from being sent.
const BLOCKING: &str = "This keeps it from being sent:";

/// The heading of remarks.
pub const WORTH_A_LOOK: &str = "Worth a look before it is sent:";

/// The problems or the remarks of a preview or a draft, each with a link; empty without any.
#[component]
pub fn ProblemList(
    /// The heading.
    #[prop(default = BLOCKING)]
    title: &'static str,
    /// The problems.
    problems: Vec<InvoiceProblem>,
    /// The client of the invoice.
    client: ClientId,
    /// The link to a field that has no page of its own.
    here: fn(&str) -> Option<AnyView>,
) -> impl IntoView {
    (!problems.is_empty()).then(|| {
        let items = problems.into_iter().map(|problem| {
            let mended = fix_link(fix_of(&problem), client).map(IntoAny::into_any).or_else(|| here(&problem.field));
            view! { <li>{problem.message} " " {mended}</li> }
        });
        view! {
            <div class="notice" role="note">
                <p>{title}</p>
                <ul>{items.collect_view()}</ul>
            </div>
        }
    })
}

/// The field that fixes a problem: of a reason that has to be confirmed it is the checkbox that the message names.
pub fn fix_of(problem: &InvoiceProblem) -> &str {
    match problem.field.as_str() {
        "organization.tax_reason" if problem.message.contains(no_tax_hint::SAID) => "organization.tax_reason_said",
        field => field,
    }
}

/// The link to the field that fixes a problem, if it has a page of its own.
pub fn fix_link(field: &str, client: ClientId) -> Option<impl IntoView + use<>> {
    let here = use_current_organization();
    let (record, field) = field.split_once('.').unwrap_or((field, ""));
    let (page, form, words) = match (record, field) {
        ("organization", _) => ("settings/organization".to_owned(), "organization", "To the settings"),
        // By default, a line has the tax of the client.
        ("client", _) | ("lines", "tax_category" | "tax_rate") => (format!("clients/{client}"), "client", "To the client"),
        _ => return None,
    };
    let id = format!("{form}-{}", field.replace('_', "-"));
    let path = format!("{}#{id}", here.path(&page));
    Some(view! { <a href=path on:click=move |_| platform::focus_linked_field(id.clone())>{words}</a> })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        page_context::{CallerOrganization, CurrentOrganization},
    };

    fn link(field: &str) -> Option<String> {
        Owner::new().with(|| {
            let organization: CallerOrganization = serde_json::from_value(serde_json::json!({
                "id": "01980000-0000-7000-8000-000000000001", "slug": "studio", "name": "Studio", "role": Role::Owner,
                "member": "01980000-0000-7000-8000-000000000002", "time_zone": "UTC", "organization_time_zone": "UTC", "currency": "EUR",
                "week_start": 1, "today": "2026-11-20", "organization_today": "2026-11-20"
            }))
            .expect("an organization");
            provide_context(CurrentOrganization(organization));
            fix_link(field, ClientId::new()).map(|link| link.to_html())
        })
    }

    #[test]
    fn a_link_leads_to_the_very_field() {
        for (field, id) in [
            ("organization.vat_id", "/o/studio/settings/organization#organization-vat-id"),
            ("organization.address", "#organization-address"),
            ("client.legal_name", "#client-legal-name"),
            ("lines.tax_rate", "#client-tax-rate"),
            ("organization.tax_reason_said", "#organization-tax-reason-said"),
        ] {
            assert!(link(field).is_some_and(|link| link.contains(id)), "{field}: {:?}", link(field));
        }
        assert!(link("notes").is_none() && link("current_rates").is_none());
    }

    #[test]
    fn a_reason_to_be_confirmed_leads_to_the_box_to_tick() {
        let problem = |message: String| InvoiceProblem { rule: None, field: "organization.tax_reason".to_owned(), message };
        assert_eq!(fix_of(&problem(format!("If you are, tick \"{}\".", no_tax_hint::SAID))), "organization.tax_reason_said");
        assert_eq!(fix_of(&problem("It is of another country.".to_owned())), "organization.tax_reason");
    }
}
