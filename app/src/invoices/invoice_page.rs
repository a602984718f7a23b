//! One invoice: written while it is a draft, read once it is sent.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    Invoice, InvoiceStatus, MailState, UpdateInvoiceDraft, again,
    deed::{DeleteDraft, Send, Void},
    editor::{Editor, screen::Screen},
    get_invoice, mail_part,
    payments::Payments,
    sheet::{Lines, Totals},
    standing::{has_due_day, standing},
};
use crate::{
    access::Permission,
    history,
    ui::{Head, Icon, Write, date, fact, fetched, icon, loaded_page, money, refusal, refused_form},
    visit::{use_changes, use_here},
};

/// The page of one invoice.
pub fn page() -> AnyView {
    let params = use_params_map();
    let changes = use_changes();
    let asked = move || (changes.money.get(), params.with(|params| params.get("invoice").unwrap_or_default()));
    let invoice = fetched(asked, |(_, invoice)| get_invoice(invoice));
    let (again, screen) = (RwSignal::new(false), RwSignal::new(None));
    loaded_page(invoice, move |invoice| match invoice.status {
        InvoiceStatus::Draft => draft(invoice, again, screen),
        _ => sent(invoice),
    })
}

/// What an invoice is called on its own page.
fn title(invoice: &Invoice) -> String {
    match &invoice.number {
        Some(number) => format!("Invoice {number}"),
        None => format!("Draft for {}", invoice.client.name),
    }
}

fn lead(invoice: &Invoice, mail: RwSignal<Option<MailState>>) -> AnyView {
    let (here, status, total) = (use_here(), invoice.status, invoice.sums.total.clone());
    let client = here.path(&format!("clients/{}", invoice.client.id));
    let days = invoice.period.as_ref().map(|span| format!(" · {}", span.label()));
    view! { {move || standing(status, &total, mail.get().as_ref())} " " <a href=client>{invoice.client.name.clone()}</a> {days} }.into_any()
}

fn pdf(invoice: &Invoice, label: &'static str) -> impl IntoView + use<> {
    view! {
        <a class="button" href=invoice.pdf_url.clone() target="_blank" rel="external noopener">
            {icon(Icon::Download)}
            <span>{label}</span>
        </a>
    }
}

fn draft(invoice: Invoice, again: RwSignal<bool>, screen: RwSignal<Option<Screen>>) -> AnyView {
    let writes = use_here().may(Permission::WriteMoney);
    let pdf = pdf(&invoice, "PDF of the draft");
    let action = Write::<UpdateInvoiceDraft>::new();
    let send = writes.then(|| view! { <Send invoice=invoice.clone() saving=refusal(action) again screen /> });
    let words = match writes {
        true => view! { <Editor invoice=invoice.clone() action screen /> }.into_any(),
        false => paper(&invoice).into_any(),
    };
    view! {
        <Head title=title(&invoice) lead=lead(&invoice, RwSignal::new(None))>{pdf} {send}</Head>
        {again::origin(&invoice)}
        {words}
        {writes.then(|| view! { <DeleteDraft invoice /> })}
    }
    .into_any()
}

fn paper(invoice: &Invoice) -> impl IntoView + use<> {
    view! {
        <section class="paper" aria-label="The invoice">
            <Lines lines=invoice.lines.clone() />
            <Totals sums=invoice.sums.clone() />
            {invoice.notes.clone().map(|notes| view! { <p class="words">{notes}</p> })}
        </section>
    }
}

/// What was typed without scripts into a draft that is none any more: it was not saved, and is not lost.
fn not_saved() -> Option<impl IntoView + use<>> {
    let returned = refused_form::<UpdateInvoiceDraft>()?;
    let message = returned.refusal?.message;
    let is_typed = |name: &str| name != "invoice" && name != "version" && !name.ends_with("[line]");
    let typed = returned.fields.into_iter().filter(|(name, _)| is_typed(name)).map(|(_, text)| view! { <li>{text}</li> });
    let typed = typed.collect_view();
    Some(view! {
        <div class="refusal" role="alert">
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
    let here = use_here();
    // Of what came to nothing nothing was paid, either.
    let voidable = here.may(Permission::Treasury) && invoice.payments.is_empty() && invoice.status != InvoiceStatus::Void;
    let due = match has_due_day(invoice.status, &invoice.sums.total) {
        true => fact("Due", invoice.due_on.as_ref().map(date), None),
        false => fact("Due", "Nothing is due", None),
    };
    let facts = [
        fact("Total", money(&invoice.sums.total), None),
        fact("Still to be paid", money(&invoice.balance), None),
        fact("Issued", invoice.issued_on.as_ref().map(date), None),
        due,
    ];
    let again = (here.may(Permission::WriteMoney) && invoice.status == InvoiceStatus::Void).then(|| again::part(&invoice));
    let history = here.may(Permission::WriteMoney).then(|| history::part::of_invoice(invoice.id));
    let (pdf, paper, mail) = (pdf(&invoice, "Open the PDF"), paper(&invoice), mail_part::followed(&invoice));
    view! {
        <Head title=title(&invoice) lead=lead(&invoice, mail)>{pdf}</Head>
        {again::origin(&invoice)}
        {not_saved()}
        {mail_part::warning(&invoice, mail)}
        <dl class="facts">{facts.collect_view()}</dl>
        <div class="columns wide-left">
            {paper}
            <div>
                <Payments invoice=invoice.clone() />
                {mail_part::part(invoice.clone(), mail)}
                {history}
                {again} {voidable.then(|| view! { <Void invoice /> })}
            </div>
        </div>
    }
    .into_any()
}
