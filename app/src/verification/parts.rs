//! What other pages show of one's address: that it is not confirmed yet, and how to change it.

use leptos::prelude::*;

use super::links::{ChangeAddress, SendVerification};
use crate::{
    ui::{Field, Form, Part, Submit, Tone, Write, answered, badge, use_flash},
    visit::use_visit,
};

/// Above every page while the address of whoever looks is not confirmed and a mail could confirm it.
#[component]
pub fn Unconfirmed() -> impl IntoView {
    let visit = use_visit();
    let email = visit.person.filter(|person| !person.confirmed && visit.mail_leaves).map(|person| person.email);
    email.map(|email| {
        view! {
            <div class="notice" role="note">
                <span>"Confirm that " <b>{email}</b> " is yours by the link that was sent there. Until then nothing is mailed for you."</span>
                <SendAgain id="send-verification" />
            </div>
        }
    })
}

/// Sends the link that confirms an address once more.
#[component]
fn SendAgain(id: &'static str) -> impl IntoView {
    let (flash, action) = (use_flash(), Write::<SendVerification>::new());
    answered(action, move |()| flash.say("The mail is on its way. Look among unwanted mails too."));
    view! {
        <Form action id=id>
            <Submit label="Send the link again" class="button" />
        </Form>
    }
}

/// The address that one signs in with.
#[component]
pub fn AddressPart() -> impl IntoView {
    let visit = use_visit();
    let (flash, action) = (use_flash(), Write::<ChangeAddress>::new());
    answered(action, move |()| flash.say("A link is on its way to the new address. It counts once you have opened it."));
    let person = visit.person.unwrap_or_default();
    let confirmed = person.confirmed;
    view! {
        <Part title="Address" id="address">
            <p>
                "You sign in as " <b>{person.email.clone()}</b> " "
                {if confirmed { badge(Tone::Good, "Confirmed") } else { badge(Tone::Warn, "Not confirmed") }}
            </p>
            {(!confirmed && visit.mail_leaves).then(|| view! { <SendAgain id="send-verification-again" /> })}
            {(!visit.mail_leaves).then(|| view! {
                <p class="quiet">
                    "No mail server is set up here, so no link leaves. Whoever runs this Stint makes one with stint admin confirm."
                </p>
            })}
            <Form action id="change-address" class="stack" clears=true>
                <Field label="New address" name="email" kind="email" required=true maxlength=254 autocomplete="email" />
                <Field label="Present password" name="present" kind="password" required=true autocomplete="current-password" />
                <Submit label="Change address" class="button" />
            </Form>
        </Part>
    }
}
