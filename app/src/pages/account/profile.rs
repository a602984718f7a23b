//! The person's own name and password.

use domain::count::pluralize;
use leptos::prelude::*;

use super::address_section::AddressSection;
use crate::{
    account::{UpdateProfile, sign_in::ChangePassword},
    page_context::use_page_context,
    pages::{
        done_words::{Done, DoneWords},
        people::zone::TimeZoneSection,
    },
    security::ChangedPassword,
    ui::{Checkbox, Field, Form, PageSection, Submit, WriteAction, on_success, use_flash},
};

/// The forms for the name and the password.
#[component]
pub fn ProfileSection() -> impl IntoView {
    let person = use_page_context().person;
    let (name, email) = person.map(|person| (person.name, person.email)).unwrap_or_default();
    let flash = use_flash();
    let (profile, password) = (WriteAction::<UpdateProfile>::new(), WriteAction::<ChangePassword>::new());
    on_success(profile, move |_| flash.say(UpdateProfile::DONE));
    on_success(password, move |changed| flash.say(ChangePassword::done_words(changed, ())));
    view! {
        <div class="columns">
            <div>
                <PageSection title="You" id="you">
                    <Form action=profile id="profile" class="stack">
                        <Field label="Your name" name="name" required=true autocomplete="name" maxlength=200 value=name />
                        <Submit label="Save name" />
                    </Form>
                </PageSection>
                <TimeZoneSection />
                <PageSection title="Password" id="password">
                    <Form action=password id="password-form" class="stack" clears=true>
                        // Hidden and not sent: it tells a password manager which account the password belongs to.
                        <input type="email" autocomplete="username" value=email hidden readonly />
                        <Field label="Current password" name="present" kind="password" required=true autocomplete="current-password" />
                        <Field label="New password" name="password" kind="password" required=true autocomplete="new-password" hint="At least 10 characters." />
                        <Checkbox label="Also revoke my access tokens, so that agents and programs stop too" name="revoke_tokens" ticked=true />
                        <Submit label="Change password" class="button" />
                    </Form>
                </PageSection>
            </div>
            <AddressSection />
        </div>
    }
}

/// What is said once the password is changed.
pub(in crate::pages) fn changed_words(changed: &ChangedPassword) -> String {
    let ended = [
        (changed.signed_out, "other browser was signed out", "other browsers were signed out"),
        (changed.revoked_tokens, "token was revoked", "tokens were revoked"),
    ];
    let ended = ended.into_iter().filter(|(count, ..)| *count > 0);
    let told = ended.map(|(count, one, many)| format!(" {}.", pluralize(count, one, many)));
    format!("Your password was changed.{}", told.collect::<String>())
}
