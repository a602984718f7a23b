//! The navigation: pages, organizations, and signing out.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast};
use leptos_router::{components::A, hooks::use_location};
use web_sys::{HtmlDetailsElement, HtmlElement};

use crate::{
    access::Permission,
    account::sign_in::SignOut,
    organizations::{OrganizationSummary, list_organizations},
    page::Page,
    page_context::use_current_organization,
    pages::assistant::drawer::DrawerButton,
    people::invitations::{ReceivedInvitation, list_invitations},
    ui::{Icon, create_resource, icon, when_loaded},
};
use leptos::server_fn::ServerFn;

/// The pages of the organization and the menu of the person.
#[component]
pub fn Nav(
    /// The name of the person.
    person: String,
) -> impl IntoView {
    let here = use_current_organization();
    let money = here.may(Permission::ReadMoney);
    view! {
        <header class="side">
            <a class="brand" href=here.path("")>
                <Logo />
                <span>"Stint"</span>
            </a>
            <OrganizationSwitcher />
            <nav class="pages" aria-label="Pages">
                <ul>
                    {page(here.path(""), "Overview", Icon::Home, true)}
                    {page(here.path("time"), "Time", Icon::Clock, false)}
                    {page(here.path("clients"), "Clients", Icon::People, false)}
                    {page(here.path("projects"), "Projects", Icon::Folder, false)}
                    {money.then(|| page(here.path("invoices"), "Invoices", Icon::Sheet, false))}
                </ul>
            </nav>
            <DrawerButton />
            <details class="menu person" name="menu" node_ref=auto_closing_menu()>
                <summary>
                    <span class="initial" aria-hidden="true">{initial(&person)}</span>
                    <span class="menu-name">{person}</span>
                    {icon(Icon::Down)}
                </summary>
                <div class="menu-panel">
                    <A href=here.path("settings")>{icon(Icon::Sliders)} <span>"Settings"</span></A>
                    <form method="post" action=SignOut::url()>
                        <button type="submit">{icon(Icon::Leave)} <span>"Sign out"</span></button>
                    </form>
                </div>
            </details>
        </header>
    }
}

/// A menu that closes after navigation, on a click outside, and on Escape, which returns the focus to its button.
fn auto_closing_menu() -> NodeRef<html::Details> {
    let (menu, location) = (NodeRef::<html::Details>::new(), use_location());
    Effect::new(move |before: Option<String>| {
        let page = location.pathname.get();
        if before.is_some_and(|before| before != page)
            && let Some(menu) = menu.get_untracked()
        {
            menu.set_open(false);
        }
        page
    });
    Effect::new(move || {
        let pressed = window_event_listener(ev::pointerdown, move |event| {
            if let Some(menu) = menu.get_untracked()
                && !menu.contains(event.target().and_then(|target| target.dyn_into().ok()).as_ref())
            {
                menu.set_open(false);
            }
        });
        let escaped = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape"
                && let Some(menu) = menu.get_untracked().filter(|menu| menu.open())
            {
                menu.set_open(false);
                focus_summary(&menu);
            }
        });
        on_cleanup(move || {
            pressed.remove();
            escaped.remove();
        });
    });
    menu
}

fn focus_summary(menu: &HtmlDetailsElement) {
    let summary = menu.query_selector("summary").ok().flatten();
    if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
        summary.focus().ok();
    }
}

fn page(path: String, label: &'static str, drawing: Icon, exact: bool) -> impl IntoView {
    view! {
        <li>
            <A href=path exact=exact>
                {icon(drawing)}
                <span>{label}</span>
            </A>
        </li>
    }
}

fn initial(name: &str) -> String {
    name.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default()
}

/// The name of the organization, and a menu with the person's other organizations.
#[component]
fn OrganizationSwitcher() -> impl IntoView {
    let here = use_current_organization();
    let both = create_resource(|| (), |()| async { futures::try_join!(list_organizations(), list_invitations()) });
    let all = here.path("settings/organizations");
    let slug = here.0.slug.clone();
    view! {
        <details class="menu switch" name="menu" node_ref=auto_closing_menu()>
            <summary>
                <span class="menu-name">{here.0.name.clone()}</span>
                {icon(Icon::Down)}
            </summary>
            <div class="menu-panel">
                {when_loaded(both, move |(organizations, invitations)| view! { {others(organizations, &slug)} {invited(invitations, &all)} }.into_any())}
            </div>
        </details>
    }
}

fn others(page: Page<OrganizationSummary>, slug: &str) -> AnyView {
    let links = page.items.into_iter().map(move |organization| {
        let current = (organization.slug == slug).then_some("true");
        // Another organization is a new document, so that all of its data is loaded again.
        view! {
            <a rel="external" href=format!("/o/{}", organization.slug) aria-current=current>
                <span>{organization.name}</span>
                {current.map(|_| icon(Icon::Check))}
            </a>
        }
    });
    links.collect_view().into_any()
}

/// The person's invitations, and the link to create an organization.
fn invited(page: Page<ReceivedInvitation>, all: &str) -> AnyView {
    let links = page.items.into_iter().map(|invitation| {
        view! { <A href=all.to_owned() attr:class="invited">{icon(Icon::Send)} <span>{format!("Invited to {}", invitation.organization)}</span></A> }
    });
    view! {
        {links.collect_view()}
        <A href=all.to_owned() attr:class="apart">{icon(Icon::Plus)} <span>"Organizations"</span></A>
    }
    .into_any()
}

/// The logo of Stint: three pieces of work, one after the other.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <rect class="mark-one" x="2" y="4" width="11" height="4" rx="2"></rect>
            <rect class="mark-two" x="7" y="10" width="15" height="4" rx="2"></rect>
            <rect class="mark-three" x="4" y="16" width="8" height="4" rx="2"></rect>
        </svg>
    }
}
