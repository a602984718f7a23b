//! The person's own address on other pages: the notice while it is unconfirmed, and its change.

use leptos::prelude::*;

use crate::{
    account::address_change::{ChangeAddress, ForgetAddressChange, SendAddressChange, show_waiting_address},
    page_context::{Profile, invalidate, use_current_organization, use_page_context},
    pages::done_words::{Done, DoneWords, MailLeaves},
    ui::{Field, Form, PageSection, Submit, Tone, WriteAction, badge, create_resource, on_success, use_flash, when_loaded},
    verification::links::{LinkMail, SendVerification, show_link_mail},
};

/// The notice above every page while the person's address is unconfirmed and a mail could confirm it.
#[component]
pub fn UnconfirmedBanner() -> impl IntoView {
    let context = use_page_context();
    let email = context.person.filter(|person| !person.confirmed && context.mail_leaves).map(|person| person.email);
    email.map(|email| {
        let settings = use_current_organization().path("settings#address");
        view! {
            <div class="notice" role="note">
                <span>
                    "Confirm that " <b>{email}</b> " is yours by the link that is mailed there. Until then nothing is mailed for you. "
                    <a href=settings>"Has it arrived?"</a>
                </span>
                <SendAgain id="send-verification" />
            </div>
        }
    })
}

/// The state of the latest mail with the link.
fn mail_status(mail: Option<LinkMail>) -> AnyView {
    let words = match mail {
        Some(LinkMail::Sent) => "A mail server has taken the latest mail with the link. Look among unwanted mails too.",
        Some(LinkMail::Waiting) => "The mail with the link leaves in a moment.",
        Some(LinkMail::Postponed) => "No mail server has taken the mail with the link yet. It is tried again: is the address right?",
        Some(LinkMail::Stays) => "The mail with the link has waited for too long and does not leave by itself any more. Send it again.",
        Some(LinkMail::Failed) => "The mail with the link could not be delivered. Send it again, or change the address.",
        None => "No mail with a link was sent there yet.",
    };
    view! { <p class="quiet">{words}</p> }.into_any()
}

/// The button that sends the confirmation link again.
#[component]
fn SendAgain(
    id: &'static str,
    /// A counter of the mails sent from here.
    #[prop(default = RwSignal::new(0))]
    sent: RwSignal<u32>,
) -> impl IntoView {
    let (flash, action) = (use_flash(), WriteAction::<SendVerification>::new());
    on_success(action, move |()| {
        flash.say(SendVerification::DONE);
        invalidate(sent);
    });
    view! {
        <Form action id=id>
            <Submit label="Send the link again" class="button" />
        </Form>
    }
}

/// The person's current address, and the one that is pending.
#[component]
pub fn AddressSection() -> impl IntoView {
    let context = use_page_context();
    let (flash, action, changes) = (use_flash(), WriteAction::<ChangeAddress>::new(), RwSignal::new(0_u32));
    let leaves = context.mail_leaves;
    on_success(action, move |answer| {
        flash.say(ChangeAddress::done_words(answer, MailLeaves(leaves)));
        invalidate(changes);
    });
    let waiting = create_resource(move || changes.get(), |_| show_waiting_address());
    let person = context.person.unwrap_or_default();
    view! {
        <PageSection title="Address" id="address">
            {present(&person, leaves)}
            {when_loaded(waiting, move |waiting| waiting.map(|address| view! { <Waiting address changes /> }).into_any())}
            <Form action id="change-address" class="stack" clears=true>
                <Field label="New address" name="email" kind="email" required=true maxlength=254 autocomplete="email" />
                <Field label="Current password" name="present" kind="password" required=true autocomplete="current-password" />
                <Submit label="Change address" class="button" />
            </Form>
        </PageSection>
    }
}

fn present(person: &Profile, leaves: bool) -> AnyView {
    let confirmed = person.confirmed;
    view! {
        <p>
            "You sign in as " <b>{person.email.clone()}</b> " "
            {if confirmed { badge(Tone::Good, "Confirmed") } else { badge(Tone::Warn, "Not confirmed") }}
        </p>
        {(!confirmed && leaves).then(|| {
            let sent = RwSignal::new(0_u32);
            let mail = create_resource(move || sent.get(), |_| show_link_mail());
            view! { {when_loaded(mail, mail_status)} <SendAgain id="send-verification-again" sent /> }
        })}
        {(!confirmed && !leaves).then(|| by_the_operator(&person.email))}
    }
    .into_any()
}

/// How an operator confirms an address where no mail leaves.
fn by_the_operator(email: &str) -> AnyView {
    view! {
        <p class="quiet">"No mail leaves here. Ask whoever runs this Stint for the link, which this command makes:"</p>
        <p><code>{format!("stint admin confirm --email={}", shell_word(email))}</code></p>
    }
    .into_any()
}

/// Quotes a word for a shell: an address may hold characters with a meaning there, and the operator copies the command.
fn shell_word(text: &str) -> String {
    match text.chars().all(|c| c.is_ascii_alphanumeric() || "@.+-_".contains(c)) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A pending address: where its link was sent, and the button to withdraw the request.
#[component]
fn Waiting(address: String, changes: RwSignal<u32>) -> impl IntoView {
    let flash = use_flash();
    let (again, forget) = (WriteAction::<SendAddressChange>::new(), WriteAction::<ForgetAddressChange>::new());
    on_success(again, move |()| flash.say(SendAddressChange::DONE));
    on_success(forget, move |()| {
        flash.say(ForgetAddressChange::DONE);
        invalidate(changes);
    });
    let leaves = use_page_context().mail_leaves;
    view! {
        <div class="waits">
            <p><b>{address.clone()}</b> " " {badge(Tone::Warn, "Waits to be confirmed")}</p>
            {(!leaves).then(|| by_the_operator(&address))}
            <div class="actions">
                {leaves.then(|| view! {
                    <Form action=again id="send-address-change">
                        <Submit label="Send the link again" class="button" />
                    </Form>
                })}
                <Form action=forget id="forget-address-change">
                    <Submit label="Keep my address" class="button" />
                </Form>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_runs_nothing_where_its_command_is_copied_to() {
        assert_eq!(shell_word("ada+new@studio.test"), "ada+new@studio.test");
        assert_eq!(shell_word("`reboot`@studio.test"), "'`reboot`@studio.test'");
        assert_eq!(shell_word("a'|sh|'@studio.test"), r"'a'\''|sh|'\''@studio.test'");
    }
}
