//! Unbilled time, open invoices and drafts.

use domain::{day::Day, hours::WorkDuration, money::Money};
use leptos::prelude::*;

use super::key_figures::sums;
use crate::{
    invoices::{InvoiceSummary, UnbilledByProject, balance::WaitingTime},
    page::PickerOptions,
    page_context::use_current_organization,
    pages::invoices::{invoice_label, status_badges::status_badges},
    summary::ClientRef,
    ui::{PageSection, money},
};

/// The unbilled time of one client.
struct ClientUnbilled {
    client: ClientRef,
    seconds: i64,
    oldest: Day,
    amounts: Vec<Money>,
}

fn by_client(unbilled: Vec<UnbilledByProject>) -> Vec<ClientUnbilled> {
    let mut clients: Vec<ClientUnbilled> = Vec::new();
    for of_project in unbilled {
        let UnbilledByProject { client, worked, amount, oldest, .. } = of_project;
        match clients.iter_mut().find(|known| known.client.id == client.id) {
            Some(known) => {
                known.seconds += worked.seconds;
                known.oldest = known.oldest.clone().min(oldest);
                known.amounts.push(amount);
            }
            None => clients.push(ClientUnbilled { client, seconds: worked.seconds, oldest, amounts: vec![amount] }),
        }
    }
    clients
}

/// Unbilled time by client, each with a link to its new invoice; for users who write invoices.
#[component]
pub fn UnbilledByClient(
    /// The time, by client and project.
    unbilled: PickerOptions<UnbilledByProject>,
    /// The time that cannot be billed yet, per currency.
    waiting: Vec<WaitingTime>,
) -> impl IntoView {
    let here = use_current_organization();
    let PickerOptions { items, cut } = unbilled;
    let mut clients = by_client(items);
    if cut {
        // The list is truncated, so the last client may be incomplete.
        clients.pop();
    }
    let rows = clients.into_iter().map(|of| {
        let path = format!("{}?client={}", here.path("invoices/new"), of.client.id);
        let words = format!("{} since {}", WorkDuration::of(of.seconds).text, of.oldest.label());
        let name = of.client.name;
        view! {
            <li>
                <span><a class="row-link" href=path>{name}</a> <small>{words}</small></span>
                <span class="numbers">{sums(of.amounts.iter()).iter().map(money).collect_view()}</span>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    let none = match waiting.is_empty() {
        true => "All billable time is on an invoice or a draft.",
        false => "All billable time that counts is on an invoice or a draft.",
    };
    let waiting = waiting_words(&waiting).map(|words| {
        let path = here.path("time");
        view! { <p class="below">{words} " " <a href=path>"To the time"</a></p> }
    });
    view! {
        <PageSection title="Not invoiced yet" id="unbilled">
            {match rows.is_empty() {
                true => view! { <p class="quiet">{none}</p> }.into_any(),
                false => view! { <ul class="rows">{rows}</ul> }.into_any(),
            }}
            {cut.then(|| view! { <p class="below">"These are the first clients by name; the sum on top counts all."</p> })}
            {waiting}
        </PageSection>
    }
}

/// The time that waits to be confirmed or approved, in words; none where no time waits.
fn waiting_words(waiting: &[WaitingTime]) -> Option<String> {
    let seconds: i64 = waiting.iter().map(|of_currency| of_currency.worked.seconds).sum();
    let amounts: Vec<String> = sums(waiting.iter().map(|of_currency| &of_currency.amount)).iter().map(Money::text).collect();
    let worth = if amounts.is_empty() { String::new() } else { format!(" ({})", amounts.join(" and ")) };
    let time = WorkDuration::of(seconds);
    let verb = time.verb("waits", "wait");
    (seconds > 0).then(|| format!("{}{worth} {verb} to be confirmed or approved and cannot be invoiced until then.", time.text))
}

/// Unpaid invoices, and drafts.
#[component]
pub fn OpenInvoices(
    /// Sent invoices that are not fully paid.
    open: Vec<InvoiceSummary>,
    /// Drafts.
    drafts: Vec<InvoiceSummary>,
) -> impl IntoView {
    let here = use_current_organization();
    let rows: Vec<_> = drafts
        .into_iter()
        .chain(open)
        .map(|invoice| {
            let path = here.path(&format!("invoices/{}", invoice.id));
            let due = invoice.due_on.as_ref().map(|day| format!(", due {}", day.label()));
            let amount = if invoice.number.is_some() { &invoice.balance } else { &invoice.total };
            view! {
                <li>
                    <span>
                        <a class="row-link" href=path>{invoice_label(&invoice)}</a> {status_badges(invoice.status, &invoice.total, invoice.mail.as_ref())}
                        <small>{invoice.client.name.clone()} {due}</small>
                    </span>
                    <span class="numbers">{money(amount)}</span>
                </li>
            }
        })
        .collect();
    view! {
        <PageSection title="Invoices" id="open" aside=view! { <a href=here.path("invoices")>"All"</a> }.into_any()>
            {match rows.is_empty() {
                true => view! { <p class="quiet">"Nothing is waiting to be paid."</p> }.into_any(),
                false => view! { <ul class="rows">{rows}</ul> }.into_any(),
            }}
        </PageSection>
    }
}
