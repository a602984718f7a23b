//! Dialogs and forms for an invoice as a whole: send, mail again, stop the mail, delete, void.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;

use super::{
    editor::{
        DRAFT_FORM_ID,
        form_snapshot::{self, FormSnapshot, SEND_DIALOG_ID},
    },
    problem_list::{BLOCKING, ListLayout, WORTH_A_LOOK, problem_list},
};
use crate::{
    error::Error,
    invoices::{DeleteInvoiceDraft, Invoice, ResendInvoice, SendInvoice, StopInvoiceMail, VoidInvoice},
    outbox::MailState,
    page_context::{invalidate, use_changes, use_current_organization, use_page_context},
    pages::done_words::{Done, DoneWords, MailLeaves},
    platform,
    ui::{Checkbox, Dialog, DialogTrigger, Form, Icon, Submit, TextArea, WriteAction, hidden, icon, on_success, refusal, use_flash},
};

/// The hint on how to enter several addresses.
const SEVERAL: &str = "Several with commas, semicolons or line ends between them, at most 10.";

/// What is said once a draft is sent.
pub(in crate::pages) fn sent_words(invoice: &Invoice) -> String {
    format!("Sent as {}.", invoice.number.clone().unwrap_or_default())
}

/// What is said once an invoice is mailed, or is where no mail leaves.
pub(in crate::pages) fn resent_words(mail_leaves: bool) -> String {
    let words = match mail_leaves {
        true => "A mail with the invoice waits to leave.",
        false => "The mail is kept in Settings under Mails. It does not leave: no mail server is set up.",
    };
    words.to_owned()
}

/// What is said once an invoice is void.
pub(in crate::pages) fn voided_words(invoice: &Invoice) -> String {
    let has_time = invoice.lines.iter().any(|line| line.worked.is_some());
    let words = if has_time { "The invoice is void. Its time can be billed again." } else { "The invoice is void." };
    words.to_owned()
}

/// The hint for a client without an e-mail address.
const NO_ADDRESS: &str = "The client has no e-mail address: write one here, or choose below to send without e-mail.";

/// The dialog that sends a draft.
#[component]
pub fn SendDialog(
    /// The draft.
    invoice: Invoice,
    /// The error of saving the draft's form.
    saving: Signal<Option<Error>>,
    /// Whether the dialog opens again when the page shows the saved draft.
    again: RwSignal<bool>,
    /// The form as it was on the screen when somebody else had saved the draft.
    screen: RwSignal<Option<FormSnapshot>>,
) -> impl IntoView {
    if form_snapshot::has_unresolved_conflict(&invoice, screen.get_untracked()) {
        return disabled_send_button().into_any();
    }
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<SendInvoice>::new();
    on_success(action, move |invoice| {
        flash.say(SendInvoice::done_words(invoice, ()));
        invalidate(changes.money);
    });
    form_snapshot::watch_for_conflict(action, action.version(), invoice.id, screen);
    let refused = refusal(action);
    let key = format!("send-{}-{}", invoice.id, invoice.version);
    // The user must see exactly what is sent: unsaved input is saved first, and the reloaded page opens the dialog again.
    let waits = RwSignal::new(false);
    let save = move || {
        let saves = platform::submit_if_unsaved(DRAFT_FORM_ID);
        waits.set(saves);
        again.set(saves);
        saves
    };
    let send = move |event: ev::SubmitEvent| {
        if waits.get_untracked() || save() {
            event.prevent_default();
        }
    };
    Effect::new(move |_| {
        if saving.with(Option::is_some) {
            again.set(false);
        }
    });
    let unsaved = move || match saving.get() {
        Some(_) => "Your changes could not be saved. Close this, and correct the draft first.",
        None if waits.get() => "Your changes are saved first …",
        None => "Save your changes first.",
    };
    view! {
        <DialogTrigger dialog=SEND_DIALOG_ID label="Send …" class="button primary" drawing=Icon::Send on:click=move |_: ev::MouseEvent| _ = save() />
        <Dialog id=SEND_DIALOG_ID title=format!("Send {} to {}?", invoice.sums.total.text(), invoice.client.name) refused closes=action.version() opens=again>
            <p>"It gets the next number and can no longer change. It can be voided later, and its number is never used again."</p>
            {open_questions(&invoice)}
            <div class="send" data-waits=move || waits.get().then_some("true") on:submit:capture=send>
            <div class="notice save-first" role="status">
                <p>{unsaved}</p>
                // With scripts they are saved when the dialog opens.
                <button type="submit" form=DRAFT_FORM_ID class="button">"Save draft"</button>
            </div>
            <Form action id="send" class="stack">
                {hidden("invoice", invoice.id)} {hidden("version", invoice.version)} {hidden("idempotency_key", key)}
                {mail_fields(invoice.client_email.clone())}
                {no_mail_server_hint()}
                <div class="actions"><Submit label="Send invoice" class="button primary large" drawing=Icon::Send /></div>
            </Form>
            </div>
        </Dialog>
    }
    .into_any()
}

/// What is open on the draft, as its page says it, and the notice that the total is zero. Once sent, none of it can be mended.
fn open_questions(invoice: &Invoice) -> impl IntoView + use<> {
    let client = invoice.client.id;
    let is_zero = invoice.sums.total.amount == 0;
    view! {
        {is_zero.then(|| view! { <p class="notice">"The client is asked for nothing."</p> })}
        {problem_list(ListLayout::Open, BLOCKING, &invoice.problems, client, &no_link)}
        {problem_list(ListLayout::Folded, WORTH_A_LOOK, &invoice.remarks, client, &no_link)}
    }
}

/// No link: the fields of the draft are below the dialog.
fn no_link(_field: &str) -> Option<AnyView> {
    None
}

/// A disabled button in place of the dialog while an edit conflict is unresolved.
fn disabled_send_button() -> impl IntoView {
    view! {
        <button type="button" class="button primary" disabled=true title="Say first, below, which of the two drafts is to count.">
            {icon(Icon::Send)}
            <span>"Send …"</span>
        </button>
    }
}

/// Whether and to whom the invoice is mailed. To send it without e-mail is the choice of a person alone: a tick that nobody has made would
/// contradict an address that is typed above it.
fn mail_fields(email: Option<String>) -> impl IntoView {
    let hint = if email.is_some() { SEVERAL } else { NO_ADDRESS };
    view! {
        {recipients(email, hint)}
        <TextArea label="Words for the mail" name="message" optional=true placeholder="A short standard text when left empty." />
        <Checkbox label="Without e-mail: give number and PDF only" name="without_email" />
    }
}

/// The field for the recipients; it has several lines, since pasted lists keep their line ends.
fn recipients(to: Option<String>, hint: &'static str) -> impl IntoView {
    view! { <TextArea label="To" name="to" rows=2 value=to.unwrap_or_default() hint=hint placeholder="billing@acme.example" /> }
}

/// The hint that mails do not leave without a mail server; `None` if one is set up.
fn no_mail_server_hint() -> Option<impl IntoView + use<>> {
    let words = "No mail server is set up: the mail is kept in Settings under Mails and does not leave.";
    (!use_page_context().mail_leaves).then(|| view! { <p class="hint">{words}</p> })
}

/// Whether mailing is a repetition: an invoice without a mail, or with a stopped one, has not been mailed yet.
pub fn is_resend(mail: Option<&MailState>) -> bool {
    mail.is_some_and(|mail| !mail.is_stopped())
}

/// The dialog that mails a sent invoice, for the first time or again.
#[component]
pub fn ResendDialog(
    /// The invoice.
    invoice: Invoice,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<ResendInvoice>::new();
    let leaves = use_page_context().mail_leaves;
    on_success(action, move |invoice| {
        flash.say(ResendInvoice::done_words(invoice, MailLeaves(leaves)));
        invalidate(changes.money);
    });
    let refused = refusal(action);
    let number = invoice.number.clone().unwrap_or_default();
    let again = is_resend(invoice.mail.as_ref());
    let (title, does) = if again { (format!("Mail {number} again?"), "Mail it again") } else { (format!("Mail {number}?"), "Mail it") };
    let lead =
        if again { "The same document goes out once more." } else { "The document goes out as it was made when the invoice was sent." };
    let usual = if invoice.mail.is_some() { "Those of its last mail when left empty." } else { "A short standard text when left empty." };
    let to = invoice.mail.map(|mail| mail.recipient).or(invoice.client_email);
    view! {
        <DialogTrigger dialog="resend-dialog" label=if again { "Mail again …" } else { "Mail …" } class="button" drawing=Icon::Send />
        <Dialog id="resend-dialog" title refused closes=action.version()>
            <p>{lead}</p>
            <Form action id="resend" class="stack">
                {hidden("invoice", invoice.id)}
                {recipients(to, SEVERAL)}
                <TextArea label="Words for the mail" name="message" optional=true placeholder=usual />
                {no_mail_server_hint()}
                <div class="actions"><Submit label=does class="button primary large" drawing=Icon::Send /></div>
            </Form>
        </Dialog>
    }
}

/// The form that stops the waiting mail of an invoice.
#[component]
pub fn StopMailForm(
    /// The invoice.
    invoice: Invoice,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<StopInvoiceMail>::new();
    on_success(action, move |_| {
        flash.say(StopInvoiceMail::DONE);
        invalidate(changes.money);
    });
    view! {
        <Form action id="stop-mail" class="actions">
            {hidden("invoice", invoice.id)}
            <Submit label="Stop this mail" class="button" />
        </Form>
    }
}

/// The dialog that deletes a draft, which releases its time.
#[component]
pub fn DeleteDraftDialog(
    /// The draft.
    invoice: Invoice,
) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = WriteAction::<DeleteInvoiceDraft>::new();
    on_success(action, move |deleted| {
        flash.done(DeleteInvoiceDraft::DONE, deleted);
        navigate(&here.path("invoices"), Default::default());
        invalidate(changes.money);
    });
    let refused = refusal(action);
    view! {
        <div class="ends">
            <DialogTrigger dialog="delete-draft-dialog" label="Delete draft …" class="button danger" drawing=Icon::Bin />
            <Dialog id="delete-draft-dialog" title="Delete this draft?" refused closes=action.version()>
                <p>"The time on it becomes unbilled again. No number was given, so none is lost."</p>
                <Form action id="delete-draft" class="actions">
                    {hidden("invoice", invoice.id)}
                    <Submit label="Delete draft" class="button danger solid" />
                </Form>
            </Dialog>
        </div>
    }
}

/// The dialog that voids a sent invoice without payments.
#[component]
pub fn VoidDialog(
    /// The invoice.
    invoice: Invoice,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<VoidInvoice>::new();
    on_success(action, move |invoice| {
        flash.say(VoidInvoice::done_words(invoice, ()));
        invalidate(changes.money);
    });
    let refused = refusal(action);
    let number = invoice.number.clone().unwrap_or_default();
    view! {
        <div class="ends">
            <DialogTrigger dialog="void-dialog" label="Void …" class="button danger" />
            <Dialog id="void-dialog" title=format!("Void {number}?") refused closes=action.version()>
                <p>"The client owes nothing for it any more, and its time can be billed again. The number stays used. This cannot be undone."</p>
                <Form action id="void" class="actions">
                    {hidden("invoice", invoice.id)}
                    <Submit label="Void invoice" class="button danger solid" />
                </Form>
            </Dialog>
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::page_context::PageContext;

    #[test]
    fn nobody_is_taken_to_send_without_e_mail_before_they_say_so() {
        for email in [None, Some("billing@acme.example".to_owned())] {
            let is_missing = email.is_none();
            let html = Owner::new().with(|| mail_fields(email).to_html());
            assert!(html.contains("without_email") && !html.contains(" checked"), "{html}");
            assert_eq!(html.contains("The client has no e-mail address"), is_missing, "{html}");
        }
    }

    #[test]
    fn where_no_mail_leaves_it_is_said_before_one_is_written() {
        let said = |mail_leaves| {
            Owner::new().with(|| {
                provide_context(PageContext { mail_leaves, ..PageContext::default() });
                no_mail_server_hint().map(|words| words.to_html())
            })
        };
        assert!(said(false).is_some_and(|words| words.contains("No mail server is set up")));
        assert_eq!(said(true), None);
    }
}
