//! A draft while it is being written.

use leptos::prelude::*;

use super::{Invoice, InvoiceLine, InvoiceProblem, LineKind, UpdateInvoiceDraft, problems::Problems, sheet::Totals, totals::TaxCategory};
use crate::{
    clients::form::tax_categories,
    day::{Day, Span},
    money::{Currency, readings},
    ui::{
        Area, Choice, Field, Form, FormState, Icon, Part, Select, Submit, Write, answered, hidden, icon, kept, money, once, unit_price,
        use_flash,
    },
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
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let version = RwSignal::new(invoice.version);
    answered(action, move |saved| {
        // Until the page shows what was saved, its buttons go on from there.
        version.set(saved.version);
        changed(changes.money);
        flash.done("Draft saved.", saved);
    });
    let id = invoice.id;
    let period = invoice.period.clone();
    let day = move |of: fn(&Span) -> &Day| period.as_ref().map(|span| of(span).to_string()).unwrap_or_default();
    view! {
        <Problems problems=invoice.problems.clone() client=invoice.client.id />
        <Form action id=DRAFT class="draft-form" asks=true>
            // The key Enter presses the first button of a form, which must not be one that removes a line.
            <button type="submit" class="spoken" tabindex="-1" aria-hidden="true">"Save draft"</button>
            {once(action)} {hidden("invoice", id)}
            <input type="hidden" name="version" value=invoice.version prop:value=move || version.get().to_string() />
            {remarks(&invoice)}
            <section class="paper" aria-label="The draft">
                {lines(&invoice)}
                <Totals sums=invoice.sums.clone() />
                <div class="grid-form">
                    <Field label="Service from" name="period_from" kind="date" value=day(|span| &span.from) optional=true hint="The days of the work, as they stand on the invoice." />
                    <Field label="Service to" name="period_to" kind="date" value=day(|span| &span.to) optional=true />
                    <Field label="Discount" name="discount" value=invoice.discount_written.clone().unwrap_or_default() optional=true placeholder="10% or 50.00" />
                    <Field label="Days to pay" name="payment_terms_days" kind="number" value=invoice.payment_terms_days.to_string() />
                    <Area label="Note to the client" name="notes" value=invoice.notes.clone().unwrap_or_default() optional=true rows=2 class="span-2" />
                    <div class="form-end span-2"><Submit label="Save draft" /></div>
                </div>
            </section>
            <AddLine currency=invoice.currency.to_string() />
        </Form>
    }
}

/// What is worth a look before it is sent.
fn remarks(invoice: &Invoice) -> impl IntoView + use<> {
    invoice.remarks.iter().map(|remark| remarked(remark, &invoice.currency)).collect_view()
}

/// One of it with what mends it: the client's present tax, the rates that hold by now, or a rate.
fn remarked(remark: &InvoiceProblem, currency: &Currency) -> impl IntoView + use<> {
    let mend = match remark.field.as_str() {
        "lines.tax_category" => taking("client_tax", "Take the client's tax").into_any(),
        "current_rates" => taking("current_rates", "Take the rates that hold by now").into_any(),
        "time_rate" => asked_rate(currency).into_any(),
        _ => ().into_any(),
    };
    view! { <div class="notice" role="note"><p>{remark.message.clone()}</p> {mend}</div> }
}

/// The button that takes something up, and saves what was typed.
fn taking(name: &'static str, label: &'static str) -> impl IntoView {
    view! { <button type="submit" name=name value="true" class="button">{label}</button> }
}

/// What an hour costs of the time that has no rate.
fn asked_rate(currency: &Currency) -> impl IntoView + use<> {
    view! {
        <div class="log-form">
            <Field label=format!("Rate per hour in {currency}") name="time_rate" inputmode="decimal" placeholder="80.00" class="short" />
            <Submit label="Set the rate of this time" class="button" />
        </div>
    }
}

fn lines(invoice: &Invoice) -> impl IntoView + use<> {
    let only = invoice.lines.len() == 1;
    view! {
        <table class="list lines">
            <caption class="spoken">"Lines of the draft"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col" class="number">"Quantity"</th>
                    <th scope="col" class="number">"Price"</th>
                    <th scope="col" class="number">"Tax"</th>
                    <th scope="col" class="number">"Net"</th>
                    <th scope="col"><span class="spoken">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>{invoice.lines.iter().enumerate().map(|(at, line)| line_row(at, line, only)).collect_view()}</tbody>
        </table>
    }
}

/// One line: its words can change, and its quantity and price where they do not come from time.
fn line_row(at: usize, line: &InvoiceLine, only: bool) -> impl IntoView + use<> {
    let name = |field: &str| format!("lines[{at}][{field}]");
    let now = |field: &str, stored: String| typed(at, line, field).unwrap_or(stored);
    let label = format!("Text of line {}", at + 1);
    let words = now("description", line.description.clone());
    let rows = words.lines().count().clamp(1, 6) as i32;
    let quantity = match line.kind {
        LineKind::Time => view! { {line.quantity.clone()} " " <span class="unit">{line.unit.clone()}</span> }.into_any(),
        LineKind::Custom => small(name("quantity"), format!("Quantity of line {}", at + 1), now("quantity", written_quantity(line)), line),
    };
    let price = match line.kind {
        LineKind::Time => unit_price(&line.price).into_any(),
        LineKind::Custom => small(name("price"), format!("Price of line {}", at + 1), now("price", line.price.written()), line),
    };
    let remove = (!only).then(|| {
        let label = format!("Remove line {}", at + 1);
        view! { <button type="submit" class="button bare" name=name("remove") value="true" aria-label=label>{icon(Icon::Cross)}</button> }
    });
    view! {
        <tr>
            <th scope="row" class="line-words">
                <input type="hidden" name=name("line") value=line.id.to_string() prop:value=line.id.to_string() />
                <textarea class="input plain" name=name("description") rows=rows aria-label=label prop:kept=kept(words.clone(), &line.id.to_string())>
                    {words.clone()}
                </textarea>
            </th>
            <td class="number" data-label="Quantity">{quantity}</td>
            <td class="number" data-label="Price">{price}</td>
            <td class="number line-tax" data-label="Tax"><div>{tax(at, line)}</div></td>
            <td class="number" data-label="Net">{money(&line.net)}</td>
            <td class="row-actions">{remove}</td>
        </tr>
    }
}

/// How a line is taxed: its category, and its rate where it has one.
fn tax(at: usize, line: &InvoiceLine) -> impl IntoView + use<> {
    let now = |field: &str, stored: String| typed(at, line, field).unwrap_or(stored);
    let category = now("tax_category", line.tax_category.code().to_owned());
    let rate = (line.tax_category == TaxCategory::S).then(|| {
        let rate = now("tax_rate", line.tax_rate.to_string());
        let field = small(format!("lines[{at}][tax_rate]"), format!("Tax rate of line {} in percent", at + 1), rate, line);
        view! { {field} <span class="unit">"%"</span> }
    });
    let options = TaxCategory::ALL.into_iter().map(|choice| {
        let selected = choice.code() == category;
        view! { <option value=choice.code() selected=selected>{choice.choice()}</option> }
    });
    let options = options.collect_view();
    let kept = kept(category, &line.id.to_string());
    view! {
        <select class="input plain" name=format!("lines[{at}][tax_category]") aria-label=format!("Tax of line {}", at + 1) prop:kept=kept>
            {options}
        </select>
        {rate}
    }
}

/// What was typed for a line when the draft was sent without scripts and refused. The line is looked for by its id: another
/// one may stand in its place by now.
fn typed(at: usize, line: &InvoiceLine, field: &str) -> Option<String> {
    let typed = use_context::<FormState>()?.typed;
    typed.get(&format!("lines[{at}][line]")).filter(|id| **id == line.id.to_string())?;
    typed.get(&format!("lines[{at}][{field}]")).cloned()
}

/// The quantity as it is read back, also where its three decimals could be taken for thousands.
fn written_quantity(line: &InvoiceLine) -> String {
    let (sign, size) = line.quantity.strip_prefix('-').map_or(("", line.quantity.as_str()), |size| ("-", size));
    readings(size).map_or_else(|| line.quantity.clone(), |(_, decimal)| format!("{sign}{decimal}"))
}

fn small(name: String, label: String, value: String, line: &InvoiceLine) -> AnyView {
    let kept = kept(value.clone(), &line.id.to_string());
    view! { <input class="input plain short" inputmode="decimal" name=name aria-label=label value=value prop:kept=kept /> }.into_any()
}

/// What is added to the lines with the next button that is pressed; nothing while it is empty.
#[component]
fn AddLine(currency: String) -> impl IntoView {
    let taxes = std::iter::once((String::new(), "As the client".to_owned())).chain(tax_categories()).collect::<Vec<Choice>>();
    view! {
        <Part title="Add a line" id="add-line">
            <div class="log-form">
                <Field label="What" name="add[0][description]" maxlength=2000 placeholder="Hosting, November" class="grow" />
                <Field label="Quantity" name="add[0][quantity]" inputmode="decimal" placeholder="1" class="short" />
                <Field label=format!("Price in {currency}") name="add[0][price]" inputmode="decimal" placeholder="50.00" class="short" />
                <Select label="Tax" name="add[0][tax_category]" choices=taxes />
                <Field label="Rate in percent" name="add[0][tax_rate]" inputmode="decimal" placeholder="19" class="short" />
                <Submit label="Add line" class="button" />
            </div>
        </Part>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        id::InvoiceLineId,
        invoices::{quantity, totals::TaxCategory},
        money::{Money, UnitPrice},
        percent::Percent,
    };

    fn line() -> InvoiceLine {
        let money = |amount| Money::new(amount, &Currency::default());
        InvoiceLine {
            id: InvoiceLineId::new(),
            kind: LineKind::Custom,
            description: "Hosting".to_owned(),
            project: None,
            worked: None,
            billed: None,
            quantity: "2.125".to_owned(),
            unit: String::new(),
            price: UnitPrice::new(50_000_000, &Currency::default()),
            net: money(10_625),
            tax_category: TaxCategory::S,
            tax_rate: Percent(190_000),
            tax_reason: None,
            entries: Vec::new(),
        }
    }

    /// The first line in a form that came back with these texts for the line of this id.
    fn shown(line: &InvoiceLine, id: &str, texts: &[(&str, &str)]) -> String {
        let named = texts.iter().map(|(field, text)| (format!("lines[0][{field}]"), (*text).to_owned()));
        let typed = named.chain([("lines[0][line]".to_owned(), id.to_owned())]).collect();
        Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            provide_context(FormState { id: "draft".to_owned(), refusal, pending, typed, changes: false });
            line_row(0, line, true).to_html()
        })
    }

    #[test]
    fn a_refused_draft_keeps_what_was_typed_into_its_lines() {
        let line = line();
        let texts = [("description", "Hosting of November"), ("price", "61.50"), ("quantity", "3,5")];
        let same = shown(&line, &line.id.to_string(), &texts);
        for (_, text) in texts {
            assert!(same.contains(text), "{text} in {same}");
        }
        let other = shown(&line, &InvoiceLineId::new().to_string(), &texts);
        assert!(other.contains("50.00") && !other.contains("November"), "it was typed for another line: {other}");
    }

    #[test]
    fn removing_a_line_sends_all_that_was_typed() {
        let line = line();
        let row = Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            provide_context(FormState { id: DRAFT.to_owned(), refusal, pending, typed: Default::default(), changes: false });
            line_row(1, &line, false).to_html()
        });
        let button = row.split("<button").nth(1).expect("a button");
        assert!(button.contains(r#"name="lines[1][remove]" value="true""#), "{row}");
        assert!(!button.contains("form="), "it belongs to the form around it: {row}");
    }

    #[test]
    fn a_remark_stands_with_the_button_that_mends_it() {
        let shown = |field: &str| {
            let remark = InvoiceProblem { rule: None, field: field.to_owned(), message: "Look at this.".to_owned() };
            Owner::new().with(|| remarked(&remark, &Currency::default()).to_html())
        };
        for (field, sent) in [("lines.tax_category", "client_tax"), ("current_rates", "current_rates")] {
            let button = shown(field);
            assert!(button.contains(&format!(r#"<button type="submit" name="{sent}" value="true""#)), "{button}");
        }
        let asked = shown("time_rate");
        assert!(asked.contains(r#"name="time_rate""#) && asked.contains("Rate per hour in EUR"), "{asked}");
        assert!(!shown("organization.lock_date").contains("<button"));
    }

    #[test]
    fn a_quantity_is_shown_so_that_it_is_read_back() {
        assert_eq!(written_quantity(&line()), "2.1250");
        assert_eq!(quantity::parse(&written_quantity(&line())), Ok(212_500_000));
        assert_eq!(written_quantity(&InvoiceLine { quantity: "2.5".to_owned(), ..line() }), "2.5");
    }
}
