//! Settings → Security: the person's sign-ins and security events.

use domain::day::OffsetDateTime;
use leptos::prelude::*;

use crate::{
    page::Page,
    pages::done_words::Done,
    security::{ActiveSignIn, EndOtherSignIns, EndSignIn, EventKind, SecurityEvent, list_security_events, list_sign_ins},
    ui::{
        Empty, Form, PageSection, Submit, Tone, WriteAction, badge, create_resource, hidden, idempotency_field, on_success, use_flash,
        when_loaded,
    },
};

/// The lists of sign-ins and events.
#[component]
pub fn SecuritySection() -> impl IntoView {
    let ended = RwSignal::new(0_u32);
    let sign_ins = create_resource(move || ended.get(), |_| list_sign_ins());
    let events = create_resource(move || ended.get(), |_| list_security_events());
    view! {
        <div class="columns">
            <PageSection title="Where you are signed in" id="sign-ins">
                {when_loaded(sign_ins, move |page| active(page, ended))}
            </PageSection>
            <PageSection title="What happened" id="security-events">
                <p class="quiet">"Your sign-ins, password, address and tokens, the newest 50 of each kind. If something here was not you, change your password."</p>
                {when_loaded(events, happened)}
            </PageSection>
        </div>
    }
}

fn active(page: Page<ActiveSignIn>, ended: RwSignal<u32>) -> AnyView {
    let others = page.items.iter().any(|sign_in| !sign_in.this_one);
    view! {
        <ul class="rows">{page.items.into_iter().map(|sign_in| view! { <Active sign_in ended /> }).collect_view()}</ul>
        {others.then(|| view! { <EndOthers ended /> })}
    }
    .into_any()
}

#[component]
fn Active(sign_in: ActiveSignIn, ended: RwSignal<u32>) -> impl IntoView {
    let place = sign_in.address.clone().map(|address| format!(" from {address}")).unwrap_or_default();
    let words = format!("signed in {}{place}, runs out {}", when(&sign_in.signed_in_at), sign_in.expires_at.day().label());
    let this_one = sign_in.this_one;
    view! {
        <li>
            <span>
                <b>{sign_in.device.clone()}</b>
                {this_one.then(|| view! { " " {badge(Tone::Good, "This browser")} })}
                <small>{words}</small>
            </span>
            {(!this_one).then(|| view! { <End sign_in ended /> })}
        </li>
    }
}

#[component]
fn End(sign_in: ActiveSignIn, ended: RwSignal<u32>) -> impl IntoView {
    let form = format!("end-{}", sign_in.id);
    let (flash, action) = (use_flash(), WriteAction::<EndSignIn>::of_form(&form));
    on_success(action, move |_| {
        flash.say(EndSignIn::DONE);
        ended.update(|count| *count += 1);
    });
    view! {
        <Form action id=form>
            {idempotency_field(action)}
            {hidden("sign_in", sign_in.id)}
            <Submit label="Sign out" spoken=format!("Sign out {}", sign_in.device) class="button" />
        </Form>
    }
}

#[component]
fn EndOthers(ended: RwSignal<u32>) -> impl IntoView {
    let (flash, action) = (use_flash(), WriteAction::<EndOtherSignIns>::new());
    on_success(action, move |_| {
        flash.say(EndOtherSignIns::DONE);
        ended.update(|count| *count += 1);
    });
    view! {
        <Form action id="end-others" class="actions">
            {idempotency_field(action)}
            <Submit label="Sign out all others" class="button danger" />
        </Form>
    }
}

fn happened(page: Page<SecurityEvent>) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty title="Nothing yet" text="From now on your sign-ins and changes of your credentials stand here." /> }
            .into_any();
    }
    view! { <ul class="rows">{page.items.into_iter().map(|event| view! { <Event event /> }).collect_view()}</ul> }.into_any()
}

#[component]
fn Event(event: SecurityEvent) -> impl IntoView {
    let what = in_words(event.kind);
    let what = event.detail.as_ref().map_or_else(|| what.to_owned(), |detail| format!("{what}: {detail}"));
    let times = if event.times > 1 { format!("{} times, the last ", event.times) } else { String::new() };
    let place = match &event.address {
        Some(address) => format!("{} from {address}", event.device),
        None => event.device.clone(),
    };
    view! {
        <li>
            <span>
                <b>{what}</b>
                <small>{format!("{times}{}, {place}", when(&event.at))}</small>
            </span>
        </li>
    }
}

fn when(at: &OffsetDateTime) -> String {
    format!("{} at {}", at.day().label(), at.clock())
}

/// The label of an event.
fn in_words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::SignedIn => "Signed in",
        EventKind::SignInFailed => "A wrong password was tried",
        EventKind::SignedOut => "Signed out",
        EventKind::SignInsEnded => "Signed out elsewhere",
        EventKind::PasswordChanged => "Password changed",
        EventKind::PasswordRefused => "A wrong current password was given",
        EventKind::PasswordResetAsked => "A link for a new password was asked for",
        EventKind::AddressChangeAsked => "Another address was asked for",
        EventKind::AddressChangeWithdrawn => "The wish for another address was taken back",
        EventKind::AddressChanged => "Address changed",
        EventKind::AddressConfirmed => "Address confirmed",
        EventKind::OrganizationFromBefore => "Check this organization and who is in it: it is from before your address was confirmed",
        EventKind::MembershipWaits => {
            "You are invited anew: you had joined before your address was confirmed, and belong to this organization no longer"
        }
        EventKind::MembersJoinedBefore => "Check these members: they joined through this account before your address was confirmed",
        EventKind::TokenMade => "Token made",
        EventKind::TokenRevoked => "Token revoked",
        EventKind::TokenUsed => "Token used from a new network",
    }
}
