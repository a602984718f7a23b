//! The mail section of an invoice's page: the state of the latest mail, and mailing again.

use std::time::Duration;

use domain::id::InvoiceId;
use leptos::{prelude::*, task::spawn_local};

use super::{
    actions::{ResendDialog, StopMailForm, is_resend},
    status_badges::is_awaiting_payment,
};
use crate::{
    access::Permission,
    invoices::{Invoice, InvoiceStatus, get_invoice},
    outbox::MailState,
    page_context::{use_current_organization, use_page_context},
    ui::{DialogTrigger, Icon},
};

/// Interval between two polls of the mail state.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// Maximum number of polls: a mail that has not left by then takes longer.
const POLLS_MAX: u32 = 60;

/// The state of the latest mail of the invoice. While the mail is about to leave, the browser polls it; nothing else on the page
/// changes, so no input is lost.
pub fn poll_mail_state(invoice: &Invoice) -> RwSignal<Option<MailState>> {
    let (id, mail) = (invoice.id, RwSignal::new(invoice.mail.clone()));
    if use_page_context().mail_leaves {
        Effect::new(move |_| poll(id, mail, POLLS_MAX));
    }
    mail
}

/// Whether a mail is about to leave by itself.
fn is_leaving(mail: &MailState) -> bool {
    mail.state == "waiting" && !mail.stays
}

fn poll(invoice: InvoiceId, mail: RwSignal<Option<MailState>>, looks: u32) {
    let leaves = move || mail.try_with_untracked(|mail| mail.as_ref().is_some_and(is_leaving)).unwrap_or_default();
    if looks == 0 || !leaves() {
        return;
    }
    let look = async move {
        // The user may have left the page meanwhile, which disposes the signal.
        if !leaves() {
            return;
        }
        if let Ok(found) = get_invoice(invoice.to_string()).await
            && mail.try_with_untracked(|known| *known != found.mail).unwrap_or_default()
        {
            mail.try_set(found.mail);
        }
        poll(invoice, mail, looks - 1);
    };
    set_timeout(move || spawn_local(look), POLL_INTERVAL);
}

/// The warning on top of the page that the client has not received the invoice, with the dialog that mails it again.
pub fn warning(invoice: &Invoice, mail: RwSignal<Option<MailState>>) -> impl IntoView + use<> {
    let (owed, writes) = (is_awaiting_payment(invoice.status), use_current_organization().may(Permission::WriteMoney));
    let notice = move |mail: MailState| {
        let label = if is_resend(Some(&mail)) { "Mail again …" } else { "Mail …" };
        let became = if mail.state == "failed" && !mail.is_stopped() { " failed. " } else { " has not left. " };
        view! {
            <div class="notice wrong" role="alert">
                <p>"The mail to " <b>{mail.recipient}</b> {became} {mail.last_error}</p>
                {writes.then(|| view! { <DialogTrigger dialog="resend-dialog" label drawing=Icon::Send /> })}
            </div>
        }
    };
    move || mail.get().filter(|mail| owed && mail.stays).map(notice)
}

/// The mail section; empty for users who may not see mails.
pub fn part(invoice: Invoice, mail: RwSignal<Option<MailState>>) -> impl IntoView {
    let here = use_current_organization();
    let (writes, mails, leaves) = (here.may(Permission::WriteMoney), here.path("settings/mails"), use_page_context().mail_leaves);
    move || {
        let mail = mail.get();
        let again = writes && invoice.status != InvoiceStatus::Void && !mail.as_ref().is_some_and(is_leaving);
        let stop = writes && mail.as_ref().is_some_and(is_leaving);
        let stop = stop.then(|| view! { <StopMailForm invoice=invoice.clone() /> });
        let again = again.then(|| view! { <ResendDialog invoice=Invoice { mail: mail.clone(), ..invoice.clone() } /> });
        (writes || mail.is_some()).then(|| {
            view! {
                <section class="part" aria-labelledby="mail">
                    <div class="part-head"><h2 id="mail">"Mail"</h2></div>
                    {words(mail, mails.clone(), leaves)} {stop} {again}
                </section>
            }
        })
    }
}

fn words(mail: Option<MailState>, mails: String, leaves: bool) -> AnyView {
    let Some(mail) = mail else {
        return view! { <p class="quiet">"Sent without e-mail."</p> }.into_any();
    };
    let word = match mail.state.as_str() {
        "sent" => "Mailed to ",
        "failed" if mail.is_stopped() => "Is not mailed to ",
        "failed" if mail.is_void() => "Stopped: it is not mailed to ",
        "failed" => "Could not be mailed to ",
        _ if !leaves => "Is kept here, since no mail server is set up, and does not leave: the mail to ",
        _ => "Waits to be mailed to ",
    };
    let problem = mail.last_error.filter(|_| mail.state != "sent");
    view! {
        <p>{word} <b>{mail.recipient}</b> ". " <a href=mails>"See the mails"</a></p>
        {problem.map(|problem| view! { <p class="quiet">{problem}</p> })}
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::outbox::{STOPPED, VOIDED};

    fn failed(why: &str) -> MailState {
        let (recipient, state) = ("billing@acme.example".to_owned(), "failed".to_owned());
        MailState { recipient, state, last_error: Some(why.to_owned()), stays: true }
    }

    #[test]
    fn a_mail_says_whether_it_failed_or_was_stopped() {
        let said = |why: &str| words(Some(failed(why)), String::new(), true).to_html();
        assert!(said("no such mailbox").contains("Could not be mailed to"));
        assert!(said(STOPPED).contains("Is not mailed to"));
        assert!(said(VOIDED).contains("Stopped: it is not mailed to") && said(VOIDED).contains("was voided"), "{}", said(VOIDED));
    }

    #[test]
    fn a_mail_that_does_not_leave_is_said_not_to() {
        let waiting = MailState { state: "waiting".to_owned(), last_error: None, stays: false, ..failed("") };
        let said = |leaves| words(Some(waiting.clone()), String::new(), leaves).to_html();
        assert!(said(true).contains("Waits to be mailed to"));
        assert!(!said(false).contains("Waits") && said(false).contains("no mail server is set up"), "{}", said(false));
    }

    #[test]
    fn what_never_went_out_is_not_mailed_again() {
        assert!(!is_resend(None) && !is_resend(Some(&failed(STOPPED))));
        assert!(is_resend(Some(&failed("no such mailbox"))));
    }
}
