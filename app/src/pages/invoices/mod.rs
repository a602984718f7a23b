//! The page with the list of invoices.

pub mod actions;
pub mod editor;
pub mod exemption_reasons;
pub mod history_section;
pub mod invoice;
pub mod lines_table;
pub mod mail;
pub mod mail_section;
pub mod new_invoice;
pub mod numbers;
pub mod payments_section;
pub mod problem_list;
pub mod redraft_section;
pub mod status_badges;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    access::Permission,
    invoices::{InvoiceStatus, InvoiceSummary, ListInvoices},
    page::{Page, PageRequest},
    page_context::{use_changes, use_current_organization},
    pages::invoices::status_badges::{has_due_day, status_badges},
    ui::{Empty, Icon, PageHeader, create_resource, date, icon, money, pager, when_loaded},
};

/// The filters of the list: status, word in the address, label.
const FILTERS: [(Option<InvoiceStatus>, &str, &str); 6] = [
    (None, "", "All"),
    (Some(InvoiceStatus::Draft), "draft", "Drafts"),
    (Some(InvoiceStatus::Sent), "sent", "Open"),
    (Some(InvoiceStatus::Overdue), "overdue", "Overdue"),
    (Some(InvoiceStatus::Paid), "paid", "Paid"),
    (Some(InvoiceStatus::Void), "void", "Void"),
];

/// The page with every invoice.
pub fn page() -> AnyView {
    let here = use_current_organization();
    let changes = use_changes();
    let query = use_query_map();
    let word = Memo::new(move |_| query.with(|query| query.get("status").unwrap_or_default()));
    let asked = move || (changes.money.get(), word.get(), query.with(|query| query.get("cursor")));
    let invoices = create_resource(asked, |(_, word, cursor)| {
        let status = FILTERS.iter().find(|(_, name, _)| *name == word).and_then(|(status, ..)| *status);
        ListInvoices { status, page: PageRequest::after(cursor, 50), ..Default::default() }.call()
    });
    let list = here.path("invoices");
    let filters = FILTERS.iter().map(|(_, name, label)| {
        let path = if name.is_empty() { list.clone() } else { format!("{list}?status={name}") };
        view! { <li><a href=path aria-current=move || (word.get() == *name).then_some("page")>{*label}</a></li> }
    });
    let makes = here.may(Permission::WriteMoney);
    view! {
        <PageHeader title="Invoices">
            {makes.then(|| view! { <a class="button" href=here.path("invoices/numbers")>"Numbers"</a> })}
            {makes.then(|| view! { <a class="button primary" href=here.path("invoices/new")>{icon(Icon::Plus)} <span>"New invoice"</span></a> })}
        </PageHeader>
        <nav class="tabs" aria-label="State of the invoices">
            <ul>{filters.collect_view()}</ul>
        </nav>
        {when_loaded(invoices, move |page| rows(page, word.get_untracked()))}
    }
    .into_any()
}

fn rows(page: Page<InvoiceSummary>, word: String) -> AnyView {
    let here = use_current_organization();
    if page.items.is_empty() {
        return match word.as_str() {
            "" if !here.may(Permission::WriteMoney) => {
                let text = "The invoices of the clients that were granted to you are listed here once they are sent.";
                view! { <Empty title="No invoice yet" text /> }.into_any()
            }
            "" => view! {
                <Empty title="No invoice yet" text="An invoice is made from tracked time. Choose a client and a period, look at the preview, and send it.">
                    <a class="button" href=here.path("invoices/new")>"Choose client and period"</a>
                </Empty>
            }
            .into_any(),
            _ => view! { <Empty title="None in this state" /> }.into_any(),
        };
    }
    let path = if word.is_empty() { here.path("invoices") } else { format!("{}?status={word}", here.path("invoices")) };
    let next = page.next_cursor;
    let rows = page.items.into_iter().map(|invoice| row(&here.path(&format!("invoices/{}", invoice.id)), invoice)).collect_view();
    view! {
        <table class="list">
            <caption class="spoken">"Invoices"</caption>
            <thead>
                <tr>
                    <th scope="col">"Invoice"</th>
                    <th scope="col" class="wide">"Client"</th>
                    <th scope="col" class="wide">"Issued"</th>
                    <th scope="col" class="wide">"Due"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="number wide">"Balance"</th>
                    <th scope="col" class="number">"Total"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(path, next)}
    }
    .into_any()
}

fn row(path: &str, invoice: InvoiceSummary) -> impl IntoView + use<> {
    let due = invoice.due_on.as_ref().filter(|_| has_due_day(invoice.status, &invoice.total));
    let open = invoice.balance.amount > 0 && !matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Void);
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=path.to_owned()>{invoice_label(&invoice)}</a>
                <small class="narrow">{invoice.client.name.clone()}</small>
            </th>
            <td class="wide named">{invoice.client.name.clone()}</td>
            <td class="wide">{invoice.issued_on.as_ref().map(date)}</td>
            <td class="wide">{due.map(date)}</td>
            <td>{status_badges(invoice.status, &invoice.total, invoice.mail.as_ref())}</td>
            <td class="number wide">{open.then(|| money(&invoice.balance))}</td>
            <td class="number">{money(&invoice.total)}</td>
        </tr>
    }
}

/// The label of an invoice: its number, or that it is a draft.
pub fn invoice_label(invoice: &InvoiceSummary) -> String {
    invoice.number.clone().unwrap_or_else(|| format!("Draft of {}", invoice.created_on.label()))
}
