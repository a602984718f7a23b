//! The page of one invoice: an editor while it is a draft, read-only once it is sent.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    actions::{DeleteDraftDialog, SendDialog, VoidDialog},
    editor::{Editor, form_snapshot::FormSnapshot},
    history_section,
    lines_table::{LinesTable, TotalsList},
    mail_section,
    payments_section::PaymentsSection,
    redraft_section,
    status_badges::{has_due_day, status_badges},
};
use crate::{
    access::Permission,
    invoices::{Invoice, InvoiceStatus, UpdateInvoiceDraft, get_invoice},
    outbox::MailState,
    page_context::{use_changes, use_current_organization},
    ui::{
        Icon, PageHeader, REFUSAL_ID, WriteAction, create_resource, date, icon, money, page_when_loaded, refusal, refused_form, statistic,
    },
};

/// The page of one invoice.
pub fn page() -> AnyView {
    let params = use_params_map();
    let changes = use_changes();
    let asked = move || (changes.money.get(), params.with(|params| params.get("invoice").unwrap_or_default()));
    let invoice = create_resource(asked, |(_, invoice)| get_invoice(invoice));
    let (again, screen) = (RwSignal::new(false), RwSignal::new(None));
    page_when_loaded(invoice, move |invoice| match invoice.status {
        InvoiceStatus::Draft => draft(invoice, again, screen),
        _ => sent(invoice),
    })
}

/// The title of the page.
fn title(invoice: &Invoice) -> String {
    match &invoice.number {
        Some(number) => format!("Invoice {number}"),
        None => format!("Draft for {}", invoice.client.name),
    }
}

fn lead(invoice: &Invoice, mail: RwSignal<Option<MailState>>) -> AnyView {
    let (here, status, total) = (use_current_organization(), invoice.status, invoice.sums.total.clone());
    let client = here.path(&format!("clients/{}", invoice.client.id));
    let days = invoice.period.as_ref().map(|span| format!(" · {}", span.label()));
    view! { {move || status_badges(status, &total, mail.get().as_ref())} " " <a href=client>{invoice.client.name.clone()}</a> {days} }
        .into_any()
}

fn pdf(invoice: &Invoice, label: &'static str) -> impl IntoView + use<> {
    view! {
        <a class="button" href=invoice.pdf_url.clone() target="_blank" rel="external noopener">
            {icon(Icon::Download)}
            <span>{label}</span>
        </a>
    }
}

fn draft(invoice: Invoice, again: RwSignal<bool>, screen: RwSignal<Option<FormSnapshot>>) -> AnyView {
    let writes = use_current_organization().may(Permission::WriteMoney);
    let pdf = pdf(&invoice, "PDF of the draft");
    let action = WriteAction::<UpdateInvoiceDraft>::new();
    let send = writes.then(|| view! { <SendDialog invoice=invoice.clone() saving=refusal(action) again screen /> });
    let words = match writes {
        true => view! { <Editor invoice=invoice.clone() action screen /> }.into_any(),
        false => paper(&invoice).into_any(),
    };
    let said_below = invoice.problems.iter().chain(&invoice.remarks).map(|problem| problem.message.clone()).collect();
    view! {
        <PageHeader title=title(&invoice) lead=lead(&invoice, RwSignal::new(None)) said_below>{pdf} {send}</PageHeader>
        {redraft_section::redrafted_from(&invoice)}
        {words}
        {writes.then(|| view! { <DeleteDraftDialog invoice /> })}
    }
    .into_any()
}

fn paper(invoice: &Invoice) -> impl IntoView + use<> {
    view! {
        <section class="paper" aria-label="The invoice">
            <LinesTable lines=invoice.lines.clone() />
            <TotalsList sums=invoice.sums.clone() />
            {invoice.notes.clone().map(|notes| view! { <p class="words">{notes}</p> })}
        </section>
    }
}

/// The unsaved input of a form that was submitted without scripts to an invoice that is no draft any more, so that it is not lost.
fn not_saved() -> Option<impl IntoView + use<>> {
    let returned = refused_form::<UpdateInvoiceDraft>()?;
    let message = returned.refusal?.message;
    let is_typed = |name: &str| name != "invoice" && name != "version" && !name.ends_with("[line]");
    let typed = returned.fields.into_iter().filter(|(name, _)| is_typed(name)).map(|(_, text)| view! { <li>{text}</li> });
    let typed = typed.collect_view();
    Some(view! {
        <div id=REFUSAL_ID class="refusal" role="alert">
            {icon(Icon::Warning)}
            <div>
                <p>{message}</p>
                <p class="quiet">"This was typed and is not saved:"</p>
                <ul>{typed}</ul>
            </div>
        </div>
    })
}

fn sent(invoice: Invoice) -> AnyView {
    let here = use_current_organization();
    // An invoice with a total of zero is paid but has no payments, so it can be voided.
    let voidable = here.may(Permission::Treasury) && invoice.payments.is_empty() && invoice.status != InvoiceStatus::Void;
    let due = match has_due_day(invoice.status, &invoice.sums.total) {
        true => statistic("Due", invoice.due_on.as_ref().map(date), None),
        false => statistic("Due", "Nothing is due", None),
    };
    let facts = [
        statistic("Total", money(&invoice.sums.total), None),
        statistic("Still to be paid", money(&invoice.balance), None),
        statistic("Issued", invoice.issued_on.as_ref().map(date), None),
        due,
    ];
    let again = (here.may(Permission::WriteMoney) && invoice.status == InvoiceStatus::Void).then(|| redraft_section::part(&invoice));
    let history = here.may(Permission::WriteMoney).then(|| history_section::invoice_history_section(invoice.id));
    let (pdf, paper, mail) = (pdf(&invoice, "Open the PDF"), paper(&invoice), mail_section::poll_mail_state(&invoice));
    view! {
        <PageHeader title=title(&invoice) lead=lead(&invoice, mail)>{pdf}</PageHeader>
        {redraft_section::redrafted_from(&invoice)}
        {not_saved()}
        {mail_section::warning(&invoice, mail)}
        <dl class="facts">{facts.collect_view()}</dl>
        <div class="columns wide-left">
            {paper}
            <div>
                <PaymentsSection invoice=invoice.clone() />
                {mail_section::part(invoice.clone(), mail)}
                {history}
                {again} {voidable.then(|| view! { <VoidDialog invoice /> })}
            </div>
        </div>
    }
    .into_any()
}
