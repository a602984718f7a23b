//! A draft while it is being written.

mod differences;
mod line;
mod new_line;
pub mod screen;

use leptos::prelude::*;

pub use self::new_line::line_fields;
use self::{differences::Differences, line::lines, screen::Screen};
use super::{
    Invoice, InvoiceProblem, UpdateInvoiceDraft,
    problems::{Problems, mended_at},
    sheet::Totals,
};
use crate::{
    day::{Day, Span},
    money::Currency,
    ui::{Area, Field, Form, Part, Submit, Write, answered, hidden, once, use_flash},
    visit::{changed, use_changes},
};

/// The id of its form.
pub const DRAFT: &str = "draft";

/// The lines with their texts, what is added by hand, discount, notes and terms: one form, so that each of its buttons saves all that
/// was typed.
#[component]
pub fn Editor(
    /// The draft.
    invoice: Invoice,
    /// What saves it.
    action: Write<UpdateInvoiceDraft>,
    /// What stood here when somebody else had saved the draft meanwhile.
    screen: RwSignal<Option<Screen>>,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let version = RwSignal::new(invoice.version);
    answered(action, move |saved| {
        // Until the page shows what was saved, its buttons go on from there.
        version.set(saved.version);
        screen.set(None);
        changed(changes.money);
        flash.done("Draft saved.", saved);
    });
    let id = invoice.id;
    screen::look_again(action, action.version(), id, screen);
    let stood = screen.get_untracked().and_then(|screen| screen.of(id));
    let period = invoice.period.clone();
    let day = move |of: fn(&Span) -> &Day| period.as_ref().map(|span| of(span).to_string()).unwrap_or_default();
    view! {
        <Problems problems=invoice.problems.clone() client=invoice.client.id />
        <Form action id=DRAFT class="draft-form" asks=true changes=true>
            // The key Enter presses the first button of a form, which must not be one that removes a line.
            <button type="submit" class="spoken" tabindex="-1" aria-hidden="true">"Save draft"</button>
            {once(action)} {hidden("invoice", id)}
            <input type="hidden" name="version" value=invoice.version prop:value=move || version.get().to_string() />
            {overtaken(&invoice, stood.clone())}
            {remarks(&invoice)}
            <section class="paper" aria-label="The draft">
                {lines(&invoice, stood.as_ref())}
                <Totals sums=invoice.sums.clone() />
                <div class="grid-form">
                    <Field label="Service from" name="period_from" kind="date" value=day(|span| &span.from) optional=true hint="The days of the work, as they stand on the invoice; empty for the day of issue." />
                    <Field label="Service to" name="period_to" kind="date" value=day(|span| &span.to) optional=true />
                    <Field label="Discount" name="discount" value=invoice.discount_written.clone().unwrap_or_default() optional=true placeholder=format!("10% or {}", invoice.currency.example(50)) />
                    <Field label="Days to pay" name="payment_terms_days" kind="number" value=invoice.payment_terms_days.to_string() />
                    <Area label="Note to the client" name="notes" value=invoice.notes.clone().unwrap_or_default() optional=true rows=2 class="span-2" />
                    <div class="form-end span-2"><Submit label="Save draft" /></div>
                </div>
            </section>
            <AddLine currency=invoice.currency.clone() />
        </Form>
    }
}

/// What somebody else has saved meanwhile.
fn overtaken(invoice: &Invoice, kept: Option<Screen>) -> impl IntoView + use<> {
    screen::stood(kept).map(|screen| view! { <Differences invoice=invoice.clone() screen /> })
}

/// What is worth a look before it is sent: what can be mended here by itself, the rest in one list with links.
fn remarks(invoice: &Invoice) -> impl IntoView + use<> {
    let mended = invoice.remarks.iter().filter_map(|remark| Some(remarked(remark, mended_here(&remark.field, &invoice.currency)?)));
    let mended = mended.collect_view();
    let others = invoice.remarks.iter().filter(|remark| mended_here(&remark.field, &invoice.currency).is_none());
    let others: Vec<_> = others
        .map(|remark| {
            let mended = mended_at(&remark.field, invoice.client.id);
            view! { <li>{remark.message.clone()} " " {mended}</li> }
        })
        .collect();
    let others = (!others.is_empty()).then(|| {
        view! {
            <div class="notice" role="note">
                <p>"Worth a look before it is sent:"</p>
                <ul>{others}</ul>
            </div>
        }
    });
    view! { {mended} {others} }
}

fn remarked(remark: &InvoiceProblem, mend: AnyView) -> impl IntoView + use<> {
    view! { <div class="notice" role="note"><p>{remark.message.clone()}</p> {mend}</div> }
}

/// What mends a remark on the draft itself: the client's present tax, the rates that hold by now, or a rate.
fn mended_here(field: &str, currency: &Currency) -> Option<AnyView> {
    match field {
        "lines.tax_category" => Some(taking("client_tax", "Take the client's tax on these lines").into_any()),
        "current_rates" => Some(taking("current_rates", "Take the rates that hold by now").into_any()),
        "time_rate" => Some(asked_rate(currency).into_any()),
        _ => None,
    }
}

/// The button that takes something up, and saves what was typed.
fn taking(name: &'static str, label: &'static str) -> impl IntoView {
    view! { <button type="submit" name=name value="true" class="button">{label}</button> }
}

/// What an hour costs of the time that has no rate.
fn asked_rate(currency: &Currency) -> impl IntoView + use<> {
    view! {
        <div class="log-form">
            <Field label=format!("Rate per hour in {currency}") name="time_rate" inputmode="decimal" placeholder=currency.example(80) class="short" />
            <Submit label="Set the rate of this time" class="button" />
        </div>
    }
}

/// What is added to the lines with the next button that is pressed; nothing while it is empty.
#[component]
fn AddLine(currency: Currency) -> impl IntoView {
    view! {
        <Part title="Add a line" id="add-line">
            <div class="log-form">
                {line_fields("add", &currency)}
                <Submit label="Add line" class="button" />
            </div>
        </Part>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_remark_stands_with_the_button_that_mends_it() {
        let shown = |field: &str| {
            let remark = InvoiceProblem { rule: None, field: field.to_owned(), message: "Look at this.".to_owned() };
            Owner::new().with(|| remarked(&remark, mended_here(field, &Currency::default()).expect("mended here")).to_html())
        };
        for (field, sent) in [("lines.tax_category", "client_tax"), ("current_rates", "current_rates")] {
            let button = shown(field);
            assert!(button.contains(&format!(r#"<button type="submit" name="{sent}" value="true""#)), "{button}");
        }
        let asked = shown("time_rate");
        assert!(asked.contains(r#"name="time_rate""#) && asked.contains("Rate per hour in EUR"), "{asked}");
    }
}
