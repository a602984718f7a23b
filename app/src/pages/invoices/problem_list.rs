//! The problems that keep an invoice from being sent and the remarks on it, with links and controls that fix them.

use domain::id::ClientId;
use leptos::prelude::*;

use crate::{invoices::InvoiceProblem, organizations::no_tax_hint, page_context::use_current_organization, platform};

/// The heading of what keeps an invoice from being sent.
pub const BLOCKING: &str = "This keeps it from being sent:";

/// The heading of remarks.
pub const WORTH_A_LOOK: &str = "Worth a look before it is sent:";

/// How a list of problems is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListLayout {
    /// All of them under the heading.
    Open,
    /// Folded away behind the heading and their number, where room is short; a single one is unfolded.
    Folded,
}

/// The problems or the remarks of a preview or a draft under their heading, each with what fixes it: what `here` makes for its field, or
/// else the link to the page of the field. `None` without any.
pub fn problem_list(
    layout: ListLayout,
    title: &'static str,
    problems: &[InvoiceProblem],
    client: ClientId,
    here: &dyn Fn(&str) -> Option<AnyView>,
) -> Option<AnyView> {
    if problems.is_empty() {
        return None;
    }
    let list = view! { <ul>{items(problems, client, here)}</ul> }.into_any();
    let count = problems.len();
    let open = count == 1;
    Some(match layout {
        ListLayout::Open => view! { <div class="notice" role="note"><p>{title}</p> {list}</div> }.into_any(),
        ListLayout::Folded => {
            view! { <details class="notice" open=open><summary>{title} " " {count}</summary> {list}</details> }.into_any()
        }
    })
}

fn items(problems: &[InvoiceProblem], client: ClientId, here: &dyn Fn(&str) -> Option<AnyView>) -> Vec<AnyView> {
    let item = |problem: &InvoiceProblem| {
        let mended = here(&problem.field).or_else(|| fix_link(fix_of(problem), client).map(IntoAny::into_any));
        view! { <li>{problem.message.clone()} " " {mended}</li> }.into_any()
    };
    problems.iter().map(item).collect()
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
    let (record, field) = field.split_once('.').unwrap_or((field, ""));
    let (page, form, words) = match (record, field) {
        ("organization", _) => ("settings/organization".to_owned(), "organization", "To the settings"),
        // By default, a line has the tax of the client.
        ("client", _) | ("lines", "tax_category" | "tax_rate") => (format!("clients/{client}"), "client", "To the client"),
        _ => return None,
    };
    let id = format!("{form}-{}", field.replace('_', "-"));
    let path = format!("{}#{id}", use_current_organization().path(&page));
    Some(view! { <a href=path on:click=move |_| platform::focus_linked_field(id.clone())>{words}</a> })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{access::Role, testing::provide_made_up_organization};

    fn link(field: &str) -> Option<String> {
        Owner::new().with(|| {
            provide_made_up_organization(Role::Owner);
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
    fn where_room_is_short_several_are_folded_away_behind_their_number() {
        let shown = |count: usize| {
            let problem = InvoiceProblem { rule: None, field: "notes".to_owned(), message: "The note is long.".to_owned() };
            Owner::new().with(|| {
                problem_list(ListLayout::Folded, WORTH_A_LOOK, &vec![problem; count], ClientId::new(), &|_| None).map(|list| list.to_html())
            })
        };
        assert!(shown(0).is_none());
        let (one, four) = (shown(1).expect("a list"), shown(4).expect("a list"));
        assert!(one.contains("<details") && one.contains(" open"), "{one}");
        assert!(four.contains(WORTH_A_LOOK) && four.contains('4') && !four.contains(" open"), "{four}");
        assert_eq!(four.matches("<li>").count(), 4, "{four}");
    }

    #[test]
    fn a_reason_to_be_confirmed_leads_to_the_box_to_tick() {
        let problem = |message: String| InvoiceProblem { rule: None, field: "organization.tax_reason".to_owned(), message };
        assert_eq!(fix_of(&problem(format!("If you are, tick \"{}\".", no_tax_hint::SAID))), "organization.tax_reason_said");
        assert_eq!(fix_of(&problem("It is of another country.".to_owned())), "organization.tax_reason");
    }
}
