//! Shows how the saved draft differs from the form on the screen after an edit conflict.

use domain::{document::LineKind, money::written, tax::category::TaxCategory};
use leptos::{html, prelude::*};

use super::{DRAFT_FORM_ID, form_snapshot::FormSnapshot, line::written_quantity};
use crate::{
    invoices::{Invoice, InvoiceLine},
    page_context::use_current_organization,
    platform,
};

/// One field that differs.
#[derive(Debug, PartialEq)]
struct Difference {
    label: String,
    /// The value in the saved draft.
    now: String,
    /// The value on the screen.
    screen: String,
    kind: DifferenceKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum DifferenceKind {
    /// The user typed it, and its field shows the input.
    Typed,
    /// The user did not type it: its field shows the value of the saved draft.
    Taken,
    /// A whole line.
    Line,
}

/// A field of the draft: its name in the form on the screen, its label, and its present value.
type DraftField = (String, String, String);

/// The differences, field by field, with the two ways to resolve them.
#[component]
pub(super) fn Differences(
    /// The draft as saved.
    invoice: Invoice,
    /// The form on the screen.
    screen: FormSnapshot,
) -> impl IntoView {
    let found = differences(&invoice, &screen);
    let typed = is_typed(&found);
    let notice = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(notice) = notice.get() {
            _ = notice.focus();
        }
    });
    let lead = match (typed, found.is_empty()) {
        (true, _) => {
            "What you typed still stands in its fields, and nothing of it is saved yet. Say which of the two is to count; until then nothing is saved or sent."
        }
        (false, false) => "This is the draft as it stands now. Look at it before you go on.",
        (false, true) => "Nothing that stands here differs from what you had. Look at the sums before you go on.",
    };
    view! {
        <div class="notice differences" role="alert" tabindex="-1" node_ref=notice>
            <p><b>"Somebody else saved this draft meanwhile. "</b> {lead}</p>
            {(!found.is_empty()).then(|| table(found))}
            {typed.then(|| ways(&invoice))}
        </div>
    }
}

/// Whether some typed value differs from the saved draft.
pub(super) fn has_typed_differences(invoice: &Invoice, screen: &FormSnapshot) -> bool {
    is_typed(&differences(invoice, screen))
}

fn is_typed(found: &[Difference]) -> bool {
    found.iter().any(|difference| difference.kind == DifferenceKind::Typed)
}

fn table(differences: Vec<Difference>) -> impl IntoView {
    let rows = differences.into_iter().map(|Difference { label, now, screen, kind }| {
        let taken = (kind == DifferenceKind::Taken).then(|| view! { <small>"not typed by you: its field shows what stands now"</small> });
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td class="words" data-label="Stands now">{filled(now)}</td>
                <td class="words" data-label="You had">{filled(screen)} {taken}</td>
            </tr>
        }
    });
    view! {
        <table class="list">
            <caption class="spoken">"Where the draft differs from what you had"</caption>
            <thead>
                <tr><th scope="col">"Field"</th><th scope="col">"Stands now"</th><th scope="col">"You had"</th></tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// The buttons that resolve the conflict: one submits the surrounding form with the version shown here, the other reloads the page.
fn ways(invoice: &Invoice) -> impl IntoView + use<> {
    let page = use_current_organization().path(&format!("invoices/{}", invoice.id));
    view! {
        <div class="actions">
            <button type="submit" class="button primary" name="version" value=invoice.version>"Keep what I typed and save it"</button>
            <a class="button" href=page rel="external" on:click=|_| platform::reset_form(DRAFT_FORM_ID)>"Take the draft as it stands"</a>
        </div>
    }
}

fn filled(text: String) -> String {
    if text.is_empty() { "(empty)".to_owned() } else { text }
}

fn differences(invoice: &Invoice, screen: &FormSnapshot) -> Vec<Difference> {
    let fields = invoice.lines.iter().enumerate().flat_map(|(at, line)| fields_of(at, line, screen)).chain(fields(invoice));
    let changed = fields.filter_map(|(name, label, now)| {
        let said = screen.said(&name).filter(|said| !same(said, &now))?;
        let kind = if screen.typed(&name).is_some() { DifferenceKind::Typed } else { DifferenceKind::Taken };
        Some(Difference { label, now: shown(&name, &now), screen: shown(&name, said), kind })
    });
    changed.chain(gone(invoice, screen)).chain(new(invoice, screen)).collect()
}

/// Compares two texts regardless of line ends, which browsers change.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    plain(one) == plain(other)
}

/// The display text of a value: a tax category is shown by its label.
fn shown(name: &str, text: &str) -> String {
    match TaxCategory::parse(text) {
        Ok(category) if name.ends_with("[tax_category]") => category.choice().to_owned(),
        _ => text.to_owned(),
    }
}

/// The fields of a line that is in the form on the screen, too.
fn fields_of(at: usize, line: &InvoiceLine, screen: &FormSnapshot) -> Vec<DraftField> {
    let rate = line.rate.as_ref().map(|rate| written(rate.amount, &rate.currency));
    let all = [
        ("description", "Text", line.description.clone(), true),
        ("quantity", "Quantity", written_quantity(line), line.kind == LineKind::Custom),
        ("price", "Price", line.price.written(), line.kind == LineKind::Custom),
        ("rate", "Rate", rate.clone().unwrap_or_default(), rate.is_some()),
        ("tax_category", "Tax", line.tax_category.code().to_owned(), true),
        ("tax_rate", "Tax rate", line.tax_rate.to_string(), line.tax_category == TaxCategory::S),
        ("tax_reason", "Reason", line.tax_reason.clone().unwrap_or_default(), line.tax_category.reason().is_some()),
    ];
    let there = all.into_iter().filter(|(.., there)| *there);
    there.filter_map(|(field, word, now, _)| Some((screen.name(line, field)?, format!("{word} of line {}", at + 1), now))).collect()
}

/// The fields beside the lines.
fn fields(invoice: &Invoice) -> Vec<DraftField> {
    let day = |day: Option<String>| day.unwrap_or_default();
    let period = invoice.period.as_ref();
    let all = [
        ("period_from", "Service from", day(period.map(|span| span.from.to_string()))),
        ("period_to", "Service to", day(period.map(|span| span.to.to_string()))),
        ("discount", "Discount", invoice.discount_written.clone().unwrap_or_default()),
        ("payment_terms_days", "Days to pay", invoice.payment_terms_days.to_string()),
        ("notes", "Note to the client", invoice.notes.clone().unwrap_or_default()),
    ];
    all.map(|(name, label, now)| (name.to_owned(), label.to_owned(), now)).into()
}

/// The lines that were removed from the draft; what was typed into them is lost.
fn gone(invoice: &Invoice, screen: &FormSnapshot) -> Vec<Difference> {
    let is_there = |id: &str| invoice.lines.iter().any(|line| line.id.to_string() == id);
    let gone = screen.lines().filter(|(_, id)| !is_there(id));
    let differences = gone.map(|(at, _)| {
        let words = screen.said(&format!("lines[{at}][description]")).unwrap_or_default();
        Difference {
            label: format!("Your line {}", at + 1),
            now: "Was removed".to_owned(),
            screen: words.to_owned(),
            kind: DifferenceKind::Line,
        }
    });
    differences.collect()
}

/// The lines that were added meanwhile.
fn new(invoice: &Invoice, screen: &FormSnapshot) -> Vec<Difference> {
    let stood = |line: &InvoiceLine| screen.name(line, "line").is_some();
    let added = invoice.lines.iter().enumerate().filter(|(_, line)| !stood(line));
    let differences = added.map(|(at, line)| {
        let now = format!("{}, {}", line.description, line.net.text());
        Difference { label: format!("Line {}", at + 1), now, screen: "Was not there".to_owned(), kind: DifferenceKind::Line }
    });
    differences.collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    const FIRST: &str = "01980000-0000-7000-8000-000000000001";
    const SECOND: &str = "01980000-0000-7000-8000-000000000002";

    /// A draft with one line by hand.
    fn draft() -> Invoice {
        let money = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let id = "01980000-0000-7000-8000-000000000009";
        serde_json::from_value(json!({
            "id": id, "status": "draft", "client": {"id": id, "name": "Acme"}, "currency": "EUR", "payment_terms_days": 14,
            "lines": [{
                "id": SECOND, "kind": "custom", "description": "Hosting", "quantity": "1", "unit": "", "price": money("50.00"),
                "net": money("50.00"), "tax_category": "AE", "tax_rate": "0"
            }],
            "subtotal": money("50.00"), "net": money("50.00"), "taxes": [], "tax": money("0.00"), "total": money("50.00"),
            "discount_written": "10%", "paid": money("0.00"), "balance": money("0.00"), "group_by": "project",
            "rounding": {"step_minutes": 0, "mode": "nearest", "basis": "line"}, "version": 3,
            "created_at": "2026-11-20T09:00:00+01:00", "pdf_url": "/pdf"
        }))
        .expect("a draft")
    }

    fn returned(fields: &[(&str, &str)]) -> FormSnapshot {
        FormSnapshot::returned(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), BTreeMap::new())
    }

    fn told(screen: &FormSnapshot) -> Vec<(String, String, String)> {
        differences(&draft(), screen).into_iter().map(|told| (told.label, told.now, told.screen)).collect()
    }

    fn is(label: &str, now: &str, screen: &str) -> (String, String, String) {
        (label.to_owned(), now.to_owned(), screen.to_owned())
    }

    #[test]
    fn what_stands_now_is_told_beside_what_was_typed() {
        let screen = returned(&[
            ("lines[0][line]", SECOND),
            ("lines[0][description]", "Hosting\r\n"),
            ("lines[0][price]", "61.00"),
            ("lines[0][tax_category]", "S"),
            ("discount", ""),
            ("notes", ""),
        ]);
        let tax = is("Tax of line 1", "Reverse charge", "Standard rate");
        assert_eq!(told(&screen), [is("Price of line 1", "50.00", "61.00"), tax, is("Discount", "10%", "")]);
    }

    #[test]
    fn lines_that_went_and_came_meanwhile_are_told() {
        let screen = returned(&[("lines[0][line]", FIRST), ("lines[0][description]", "Charts of May")]);
        assert_eq!(
            told(&screen),
            [is("Your line 1", "Was removed", "Charts of May"), is("Line 1", "Hosting, 50.00 EUR", "Was not there"),]
        );
    }

    #[test]
    fn a_line_is_found_where_it_stands_by_now() {
        let screen =
            returned(&[("lines[0][line]", FIRST), ("lines[0][price]", "1.00"), ("lines[1][line]", SECOND), ("lines[1][price]", "61.00")]);
        assert!(told(&screen).contains(&is("Price of line 1", "50.00", "61.00")), "{:?}", told(&screen));
    }
}
