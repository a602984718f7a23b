//! Read-only tables of the lines and sums of an invoice.

use domain::{money::Money, tax::category::TaxCategory};
use leptos::prelude::*;

use crate::{
    invoices::{InvoiceLine, InvoiceTax, Sums},
    ui::{money, quantity, unit_price},
};

/// The table of the lines.
#[component]
pub fn LinesTable(
    /// The lines.
    lines: Vec<InvoiceLine>,
) -> impl IntoView {
    let rows = lines.into_iter().map(|line| {
        let tax = tax_of(&line);
        let rounded = line.worked.as_ref().zip(line.billed.as_ref()).filter(|(worked, billed)| worked != billed);
        let rounded = rounded.map(|(worked, billed)| format!("{} worked, billed as {}", worked.text, billed.text));
        view! {
            <tr>
                <th scope="row" class="line-words">
                    {line.description}
                    {rounded.map(|rounded| view! { <small>{rounded}</small> })}
                </th>
                <td class="number" data-label="Quantity">{quantity(&line.quantity, &line.unit)}</td>
                <td class="number" data-label="Price">{unit_price(&line.price)} {no_rate(line.without_rate)}</td>
                <td class="number" data-label="Tax">{tax}</td>
                <td class="number" data-label="Net">{money(&line.net)}</td>
            </tr>
        }
    });
    view! {
        <table class="list lines">
            <caption class="spoken">"Lines of the invoice"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col" class="number">"Quantity"</th>
                    <th scope="col" class="number">"Price"</th>
                    <th scope="col" class="number">"Tax"</th>
                    <th scope="col" class="number">"Net"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// The words beside the price of time that has no rate: its 0 is no price that somebody has set.
pub fn no_rate(without_rate: bool) -> impl IntoView + use<> {
    without_rate.then(|| view! { <small>"no rate"</small> })
}

/// The list of the totals.
#[component]
pub fn TotalsList(
    /// The sums.
    sums: Sums,
) -> impl IntoView {
    let discount = sums.discount.as_ref().map(|discount| {
        let less = Money { amount: -discount.amount, ..discount.clone() };
        view! {
            <div><dt>"Subtotal"</dt><dd>{money(&sums.subtotal)}</dd></div>
            <div><dt>"Discount"</dt><dd>{money(&less)}</dd></div>
        }
    });
    let taxes = sums.taxes.iter().filter_map(|tax| {
        let words = tax_in(tax)?;
        Some(view! { <div><dt>{words}</dt><dd>{money(&tax.tax)}</dd></div> })
    });
    view! {
        <dl class="sums">
            {discount} <div><dt>"Net"</dt><dd>{money(&sums.net)}</dd></div> {taxes.collect_view()}
            <div class="sum-total"><dt>"Total"</dt><dd>{money(&sums.total)}</dd></div>
        </dl>
    }
}

/// The tax of a line as the document states it; empty where the document states none.
fn tax_of(line: &InvoiceLine) -> String {
    match (line.tax_untold, line.laid_out) {
        (true, _) => String::new(),
        (false, true) => "No tax".to_owned(),
        (false, false) => line.tax_category.at(line.tax_rate),
    }
}

/// The label of a tax in the totals; `None` where the document has no row for it.
fn tax_in(tax: &InvoiceTax) -> Option<String> {
    let label = || match tax.category {
        TaxCategory::S | TaxCategory::Z => format!("Tax {} % of {}", tax.rate, tax.base.text()),
        other => other.label().to_owned(),
    };
    tax.reason.clone().or_else(|| (!tax.not_printed).then(label))
}
