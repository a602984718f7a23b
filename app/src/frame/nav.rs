//! The way around: pages, organizations, and the way out.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    access::Permission,
    account::sign_in::SignOut,
    assistant::drawer::DrawerButton,
    organizations::{Belonging, list_organizations},
    page::Page,
    ui::{Icon, fetched, icon, loaded},
    visit::use_here,
};
use leptos::server_fn::ServerFn;

/// Pages of the organization and the menu of the person.
#[component]
pub fn Nav(
    /// The name of the person.
    person: String,
) -> impl IntoView {
    let here = use_here();
    let money = here.may(Permission::ReadMoney);
    view! {
        <header class="side">
            <a class="brand" href=here.path("")>
                <Mark />
                <span>"Stint"</span>
            </a>
            <Switch />
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
            <details class="menu person">
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

/// The name of the organization, and the others of the person behind it.
#[component]
fn Switch() -> impl IntoView {
    let here = use_here();
    let organizations = fetched(|| (), |()| list_organizations());
    let slug = here.0.slug.clone();
    view! {
        <details class="menu switch">
            <summary>
                <span class="menu-name">{here.0.name.clone()}</span>
                {icon(Icon::Down)}
            </summary>
            <div class="menu-panel">
                {loaded(organizations, move |page| others(page, &slug))}
            </div>
        </details>
    }
}

fn others(page: Page<Belonging>, slug: &str) -> AnyView {
    let links = page.items.into_iter().map(move |organization| {
        let current = (organization.slug == slug).then_some("true");
        // Another organization is another page: everything on it is asked for anew.
        view! {
            <a rel="external" href=format!("/o/{}", organization.slug) aria-current=current>
                <span>{organization.name}</span>
                {current.map(|_| icon(Icon::Check))}
            </a>
        }
    });
    links.collect_view().into_any()
}

/// The sign of Stint: three pieces of work, one after the other.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <rect class="mark-one" x="2" y="4" width="11" height="4" rx="2"></rect>
            <rect class="mark-two" x="7" y="10" width="15" height="4" rx="2"></rect>
            <rect class="mark-three" x="4" y="16" width="8" height="4" rx="2"></rect>
        </svg>
    }
}
