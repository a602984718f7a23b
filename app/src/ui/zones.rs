//! Components for time zones: a note about the zone of a page, and the names to choose from.

use leptos::prelude::*;

use crate::{page_context::use_current_organization, platform};

/// States the zone in which times are shown and read, if the browser is in another one, which only the browser knows.
#[component]
pub fn ZoneNote() -> impl IntoView {
    let here = use_current_organization();
    let (settings, zone) = (here.path("settings#time-zone"), here.0.time_zone);
    let (elsewhere, shown) = (RwSignal::new(None::<String>), zone.clone());
    Effect::new(move |_| elsewhere.set(platform::time_zone().filter(|browser| !platform::is_same_clock(browser, &zone))));
    move || {
        elsewhere.get().map(|browser| {
            view! {
                <p class="quiet">
                    {format!("Times are in {shown}; this browser is in {browser}. ")} <a href=settings.clone()>"Change your time zone"</a>
                </p>
            }
        })
    }
}

/// The id of [`ZoneNames`], for the field that completes from them.
pub const ZONE_NAMES: &str = "time-zone-names";

/// The names of time zones to choose from, as the browser knows them.
#[component]
pub fn ZoneNames() -> impl IntoView {
    let names = RwSignal::new(Vec::new());
    Effect::new(move |_| names.set(platform::time_zones()));
    view! {
        <datalist id=ZONE_NAMES>
            {move || names.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
        </datalist>
    }
}
