//! Settings → You: the person's own time zone.

use leptos::prelude::*;

use crate::{
    page_context::use_current_organization,
    people::{Member, SetTimeZone, get_member},
    platform,
    ui::{
        Field, Form, PageSection, Submit, WriteAction, create_resource, on_success, when_loaded,
        zones::{ZONE_NAMES, ZoneNames},
    },
};

/// The time zone in which one's own days begin and end.
#[component]
pub fn TimeZoneSection() -> impl IntoView {
    let action = WriteAction::<SetTimeZone>::new();
    let page = use_current_organization().path("settings");
    // Everything on the page uses the new time zone, so it is loaded again.
    on_success(action, move |_| platform::navigate(&page));
    let own = create_resource(|| (), |()| get_member("me".to_owned()));
    view! {
        <PageSection title="Time zone" id="time-zone">
            {when_loaded(own, move |member| view! { <Zone member action /> }.into_any())}
        </PageSection>
    }
}

#[component]
fn Zone(member: Member, action: WriteAction<SetTimeZone>) -> impl IntoView {
    let organization = use_current_organization().0.organization_time_zone;
    let words = match member.own_time_zone {
        true => format!("Your days begin and end in {}. Invoices, payments and due dates go by {organization}.", member.time_zone),
        false => format!("Your days begin and end in {organization}, as the organization's do."),
    };
    let browser = RwSignal::new(None::<String>);
    Effect::new(move |_| browser.set(platform::time_zone()));
    view! {
        <p class="quiet">{words} {move || browser.get().map(|browser| format!(" This browser is in {browser}."))}</p>
        <Form action id="zone" class="stack">
            <Field
                label="Your time zone"
                name="time_zone"
                value=member.own_time_zone.then(|| member.time_zone.clone())
                placeholder=organization
                list=ZONE_NAMES
                optional=true
                autocomplete="off"
                maxlength=100
                hint="Such as America/New_York; empty for that of the organization. What is logged already stays on its day."
            />
            <ZoneNames />
            <Submit label="Save time zone" />
        </Form>
    }
}
