//! What stands around every page of an organization: the way around, the timer, and short words about what was done.

mod nav;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};

pub use self::nav::Mark;
use self::nav::Nav;
use crate::{
    assistant::drawer::{DrawerPlace, provide_drawer},
    ends,
    history::button::undo,
    time::{
        bar::{TimerBar, provide_start},
        ticking::provide_ticking,
    },
    ui::{FlashRegion, NotFound, provide_flash, sign_in},
    verification::parts::Unconfirmed,
    visit::{Changes, Here, Visit, use_visit},
};

/// The frame around the pages of the organization in the address.
pub fn page() -> AnyView {
    let params = use_params_map();
    let visit = use_visit();
    let location = use_location();
    // Another organization is another page: only the server can tell who somebody is there. So this is read once.
    let slug = params.read_untracked().get("slug").unwrap_or_default();
    match visit.place.clone().filter(|place| place.slug == slug) {
        Some(place) => framed(&visit, Here(place)).into_any(),
        None if visit.person.is_none() => {
            ends::go(&sign_in(&location.pathname.get_untracked()));
            ().into_any()
        }
        None => NotFound().into_any(),
    }
}

fn framed(visit: &Visit, here: Here) -> impl IntoView + use<> {
    let name = here.0.name.clone();
    let person = visit.person.as_ref().map(|person| person.name.clone()).unwrap_or_default();
    provide_context(here);
    provide_context(Changes::none());
    let flash = provide_flash();
    let ticking = provide_ticking();
    provide_start();
    provide_drawer();
    let title = move |page: String| match ticking.clock() {
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
                    <Unconfirmed />
                    <Outlet />
                </main>
            </div>
        </div>
        <DrawerPlace />
        <FlashRegion flash undo />
    }
}
