//! What waits to be billed, and what waits to be paid.

use leptos::prelude::*;

use super::figures::sums;
use crate::{
    access::Permission,
    day::Day,
    hours::Worked,
    invoices::{ClientName, InvoiceSummary, Unbilled as Unbilled_, page::name, standing::standing},
    money::Money,
    page::Offer,
    ui::{Part, money},
    visit::use_here,
};

/// Unbilled time of one client.
struct OfClient {
    client: ClientName,
    seconds: i64,
    oldest: Day,
    amounts: Vec<Money>,
}

fn by_client(unbilled: Vec<Unbilled_>) -> Vec<OfClient> {
    let mut clients: Vec<OfClient> = Vec::new();
    for of_project in unbilled {
        let Unbilled_ { client, worked, amount, oldest, .. } = of_project;
        match clients.iter_mut().find(|known| known.client.id == client.id) {
            Some(known) => {
                known.seconds += worked.seconds;
                known.oldest = known.oldest.clone().min(oldest);
                known.amounts.push(amount);
            }
            None => clients.push(OfClient { client, seconds: worked.seconds, oldest, amounts: vec![amount] }),
        }
    }
    clients
}

/// Unbilled time by client, each with the way to its invoice.
#[component]
pub fn Unbilled(
    /// The time, by client and project.
    unbilled: Offer<Unbilled_>,
) -> impl IntoView {
    let here = use_here();
    let writes = here.may(Permission::WriteMoney);
    let Offer { items, cut } = unbilled;
    let mut clients = by_client(items);
    if cut {
        // There may be more of the last one than came along.
        clients.pop();
    }
    let rows = clients.into_iter().map(|of| {
        let path = format!("{}?client={}", here.path("invoices/new"), of.client.id);
        let words = format!("{} since {}", Worked::of(of.seconds).text, of.oldest.label());
        let name = of.client.name;
        let named = match writes {
            true => view! { <a class="row-link" href=path>{name}</a> }.into_any(),
            false => view! { {name} }.into_any(),
        };
        view! {
            <li>
                <span>{named} <small>{words}</small></span>
                <span class="numbers">{sums(of.amounts.iter()).iter().map(money).collect_view()}</span>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <Part title="Not invoiced yet" id="unbilled">
            {match rows.is_empty() {
                true => view! { <p class="quiet">"All billable time is on an invoice or a draft."</p> }.into_any(),
                false => view! { <ul class="rows">{rows}</ul> }.into_any(),
            }}
            {cut.then(|| view! { <p class="below">"These are the first clients by name; the sum on top counts all."</p> })}
        </Part>
    }
}

/// Invoices that are not paid yet, and drafts.
#[component]
pub fn OpenInvoices(
    /// Sent and not wholly paid.
    open: Vec<InvoiceSummary>,
    /// Not sent yet.
    drafts: Vec<InvoiceSummary>,
) -> impl IntoView {
    let here = use_here();
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
                        <a class="row-link" href=path>{name(&invoice)}</a> {standing(invoice.status, &invoice.total, invoice.mail.as_ref())}
                        <small>{invoice.client.name.clone()} {due}</small>
                    </span>
                    <span class="numbers">{money(amount)}</span>
                </li>
            }
        })
        .collect();
    view! {
        <Part title="Invoices" id="open" aside=view! { <a href=here.path("invoices")>"All"</a> }.into_any()>
            {match rows.is_empty() {
                true => view! { <p class="quiet">"Nothing is waiting to be paid."</p> }.into_any(),
                false => view! { <ul class="rows">{rows}</ul> }.into_any(),
            }}
        </Part>
    }
}
