//! The layout of an organization's pages: navigation, timer and flash messages.

pub(crate) mod nav;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};

pub use self::nav::Logo;
use self::nav::Nav;
use super::{
    account::address_section::UnconfirmedBanner,
    assistant::drawer::{DrawerOutlet, provide_drawer},
    time::timer_bar::{TimerBar, provide_start_timer},
    undo_button::undo_button,
};
use crate::{
    page_context::{ChangeCounters, CurrentOrganization, PageContext, use_page_context},
    platform,
    time::live_clock::provide_live_clock,
    ui::{FlashRegion, NotFound, provide_flash, sign_in},
};

/// The layout for the organization in the address.
pub fn page() -> AnyView {
    let params = use_params_map();
    let context = use_page_context();
    let location = use_location();
    // Only the server knows the user's role in another organization, so switching loads a new document and the slug is read once.
    let slug = params.read_untracked().get("slug").unwrap_or_default();
    match context.place.clone().filter(|organization| organization.slug == slug) {
        Some(organization) => organization_layout(&context, CurrentOrganization(organization)).into_any(),
        None if context.person.is_none() => {
            platform::navigate(&sign_in(&location.pathname.get_untracked()));
            ().into_any()
        }
        None => NotFound().into_any(),
    }
}

fn organization_layout(context: &PageContext, here: CurrentOrganization) -> impl IntoView + use<> {
    let name = here.0.name.clone();
    let person = context.person.as_ref().map(|person| person.name.clone()).unwrap_or_default();
    provide_context(here);
    provide_context(ChangeCounters::none());
    let flash = provide_flash();
    let live_clock = provide_live_clock();
    provide_start_timer();
    provide_drawer();
    let title = move |page: String| match live_clock.clock() {
        Some(clock) => format!("{clock} · {page}"),
        None => format!("{page} · {name}"),
    };
    view! {
        <Title formatter=title />
        <a class="skip" href="#content">"Skip to the page"</a>
        <div class="frame">
            <Nav person />
            <div class="stage">
                <TimerBar />
                <main id="content" tabindex="-1">
                    <UnconfirmedBanner />
                    <Outlet />
                </main>
            </div>
        </div>
        <DrawerOutlet />
        <FlashRegion flash undo=undo_button />
    }
}
