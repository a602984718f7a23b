//! The table of a draft's lines with their editable fields.

use domain::{
    document::LineKind,
    money::{readings, written},
    tax::category::TaxCategory,
};
use leptos::prelude::*;

use super::form_snapshot::FormSnapshot;
use crate::{
    invoices::{Invoice, InvoiceLine},
    pages::invoices::lines_table::no_rate,
    ui::{FormState, Icon, field_error, icon, money, preserved_input, quantity as count, shown_value, unit_price},
};

/// The table of the lines.
pub(super) fn lines(invoice: &Invoice, screen: Option<&FormSnapshot>, waits: bool) -> impl IntoView + use<> {
    let only = invoice.lines.len() == 1;
    let row = |(at, line)| line_row(at, line, Removal { possible: !only, waits }, screen);
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
            <tbody>{invoice.lines.iter().enumerate().map(row).collect_view()}</tbody>
        </table>
    }
}

/// Whether and how a line can be removed from the draft.
#[derive(Clone, Copy)]
struct Removal {
    /// Whether the line can be removed: a draft keeps one line at least.
    possible: bool,
    /// Whether an edit conflict has to be resolved first.
    waits: bool,
}

/// One line: its text is editable, and its quantity and price unless they come from time.
fn line_row(at: usize, line: &InvoiceLine, removal: Removal, screen: Option<&FormSnapshot>) -> impl IntoView + use<> {
    let name = |field: &str| format!("lines[{at}][{field}]");
    let text = |field: &str, stored: String| FieldText::of(line, field, stored, screen);
    let label = format!("Text of line {}", at + 1);
    let words = text("description", line.description.clone());
    let shown_value = shown_value(&name("description"), &line.description);
    let rows = words.shown.lines().count().clamp(1, 6) as i32;
    let quantity = match line.kind {
        LineKind::Time => count(&line.quantity, &line.unit).into_any(),
        LineKind::Custom => {
            short_input(name("quantity"), format!("Quantity of line {}", at + 1), text("quantity", written_quantity(line)), line)
        }
    };
    let price = match line.kind {
        LineKind::Time => match &line.rate {
            Some(rate) => {
                short_input(name("rate"), format!("Rate of line {}", at + 1), text("rate", written(rate.amount, &rate.currency)), line)
            }
            None => view! { {unit_price(&line.price)} {no_rate(line.without_rate)} }.into_any(),
        },
        LineKind::Custom => short_input(name("price"), format!("Price of line {}", at + 1), text("price", line.price.written()), line),
    };
    let reason = line.tax_category.reason().is_some().then(|| reason(at, line, screen));
    let remove = removal.possible.then(|| {
        let label = format!("Remove line {}", at + 1);
        view! { <button type="submit" class="button bare" name=name("remove") value="true" disabled=removal.waits aria-label=label>{icon(Icon::Cross)}</button> }
    });
    view! {
        <tr>
            <th scope="row" class="line-words">
                <input type="hidden" name=name("line") value=line.id.to_string() prop:value=line.id.to_string() />
                <textarea class="input plain" name=name("description") rows=rows aria-label=label aria-invalid=invalid(&name("description")) prop:preserved_input=preserved_input(words.shown, &line.id.to_string())>
                    {words.began}
                </textarea>
                {shown_value}
            </th>
            <td class="number" data-label="Quantity">{quantity}</td>
            <td class="number" data-label="Price">{price}</td>
            <td class="number line-tax" data-label="Tax"><div>{tax(at, line, screen)}</div> {reason}</td>
            <td class="number" data-label="Net">{money(&line.net)}</td>
            <td class="row-actions">{remove}</td>
        </tr>
    }
}

/// The fields for the tax of a line: the category, and the rate where it has one.
fn tax(at: usize, line: &InvoiceLine, screen: Option<&FormSnapshot>) -> impl IntoView + use<> {
    let text = |field: &str, stored: String| FieldText::of(line, field, stored, screen);
    let category = text("tax_category", line.tax_category.code().to_owned());
    let rate = (line.tax_category == TaxCategory::S).then(|| {
        let rate = text("tax_rate", line.tax_rate.to_string());
        let field = short_input(format!("lines[{at}][tax_rate]"), format!("Tax rate of line {} in percent", at + 1), rate, line);
        view! { {field} <span class="unit">"%"</span> }
    });
    let (omitted, laid_out) = (line.tax_untold, line.laid_out);
    let options = TaxCategory::ALL.into_iter().map(|choice| {
        let selected = choice.code() == category.began;
        // The labels must not claim what the document does not state.
        let words = match choice {
            TaxCategory::O if omitted => "No tax charged",
            TaxCategory::E if laid_out => "No tax",
            _ => choice.choice(),
        };
        view! { <option value=choice.code() selected=selected>{words}</option> }
    });
    let options = options.collect_view();
    let preserved_input = preserved_input(category.shown, &line.id.to_string());
    view! {
        <select
            class="input plain"
            name=format!("lines[{at}][tax_category]")
            aria-label=format!("Tax of line {}", at + 1)
            aria-invalid=invalid(&format!("lines[{at}][tax_category]"))
            prop:preserved_input=preserved_input
        >
            {options}
        </select>
        {shown_value(&format!("lines[{at}][tax_category]"), line.tax_category.code())}
        {rate}
    }
}

/// The field for the exemption reason of a line (BT-120), where it differs from the usual text of the category.
fn reason(at: usize, line: &InvoiceLine, screen: Option<&FormSnapshot>) -> impl IntoView + use<> {
    let name = format!("lines[{at}][tax_reason]");
    let text = FieldText::of(line, "tax_reason", line.tax_reason.clone().unwrap_or_default(), screen);
    let (preserved_input, shown_value, invalid) =
        (preserved_input(text.shown, &line.id.to_string()), shown_value(&name, &text.stored), invalid(&name));
    let label = format!("Why no tax is charged on line {}; empty for the usual words", at + 1);
    view! {
        <input class="input plain reason" name=name maxlength=500 placeholder="Reason" autocomplete="off" aria-label=label aria-invalid=invalid value=text.began prop:preserved_input=preserved_input />
        {shown_value}
    }
}

/// The texts of a field: the one shown, the initial one and the stored one. If `shown` and `began` differ, the field is unsaved.
struct FieldText {
    shown: String,
    began: String,
    stored: String,
}

impl FieldText {
    /// The stored text, unless another was typed for this very line; another line may have its index now.
    fn of(line: &InvoiceLine, field: &str, stored: String, screen: Option<&FormSnapshot>) -> Self {
        let returned = || {
            use_context::<FormState>().filter(|form| !form.typed.is_empty()).map(|form| FormSnapshot::returned(form.typed, form.untouched))
        };
        let typed = |screen: &FormSnapshot| screen.typed(&screen.name(line, field)?).map(str::to_owned);
        match screen.and_then(typed) {
            Some(shown) => Self { shown, began: stored.clone(), stored },
            // Without scripts, the returned form can only start with the typed text.
            None => {
                let began = returned().as_ref().and_then(typed).unwrap_or_else(|| stored.clone());
                Self { shown: began.clone(), began, stored }
            }
        }
    }
}

/// The quantity in a form that parses unambiguously, even where three decimals could be taken for thousands.
pub fn written_quantity(line: &InvoiceLine) -> String {
    let (sign, size) = line.quantity.strip_prefix('-').map_or(("", line.quantity.as_str()), |size| ("-", size));
    readings(size).map_or_else(|| line.quantity.clone(), |(_, decimal)| format!("{sign}{decimal}"))
}

/// Marks a refused field; the message is shown above the form.
fn invalid(name: &str) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + use<> {
    let wrong = field_error(name);
    move || wrong.with(Option::is_some).then_some("true")
}

fn short_input(name: String, label: String, text: FieldText, line: &InvoiceLine) -> AnyView {
    let (preserved_input, shown_value) = (preserved_input(text.shown, &line.id.to_string()), shown_value(&name, &text.stored));
    let invalid = invalid(&name);
    view! {
        <input class="input plain short" inputmode="decimal" name=name aria-label=label aria-invalid=invalid value=text.began prop:preserved_input=preserved_input />
        {shown_value}
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {

    use super::*;
    use crate::{error::Error, pages::invoices::editor::DRAFT_FORM_ID};
    use domain::{
        id::InvoiceLineId,
        money::{Currency, Money, UnitPrice},
        percent::Percent,
        quantity,
    };

    fn line() -> InvoiceLine {
        let money = |amount| Money::new(amount, &Currency::default());
        InvoiceLine {
            id: InvoiceLineId::new(),
            kind: LineKind::Custom,
            description: "Hosting".to_owned(),
            project: None,
            project_name: None,
            worked: None,
            billed: None,
            quantity: "2.125".to_owned(),
            unit: String::new(),
            price: UnitPrice::new(50_000_000, &Currency::default()),
            rate: None,
            without_rate: false,
            net: money(10_625),
            tax_category: TaxCategory::S,
            tax_untold: false,
            laid_out: false,
            tax_rate: Percent(190_000),
            tax_reason: None,
            entries: Vec::new(),
        }
    }

    /// Renders the first line in a form that came back with these texts for the line of this id.
    fn shown(line: &InvoiceLine, id: &str, texts: &[(&str, &str)]) -> String {
        let named = texts.iter().map(|(field, text)| (format!("lines[0][{field}]"), (*text).to_owned()));
        let typed = named.chain([("lines[0][line]".to_owned(), id.to_owned())]).collect();
        Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            provide_context(FormState { id: "draft".to_owned(), refusal, pending, typed, untouched: Default::default(), changes: false });
            line_row(0, line, Removal { possible: false, waits: false }, None).to_html()
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
    fn the_very_field_of_a_line_is_marked_that_was_refused() {
        let row = Owner::new().with(|| {
            let refusal = Signal::derive(|| Some(Error::invalid("lines[1].price", "A price lies above zero.")));
            let (id, pending) = (DRAFT_FORM_ID.to_owned(), Signal::derive(|| false));
            let (typed, untouched) = Default::default();
            provide_context(FormState { id, refusal, pending, typed, untouched, changes: false });
            line_row(1, &line(), Removal { possible: true, waits: false }, None).to_html()
        });
        let marked: Vec<&str> = row.split('<').filter(|tag| tag.contains(r#"aria-invalid="true""#)).collect();
        assert!(matches!(marked[..], [field] if field.contains(r#"name="lines[1][price]""#)), "{marked:?}");
    }

    #[test]
    fn a_line_without_tax_has_a_field_for_the_reason_and_one_with_tax_has_none() {
        let exempt = InvoiceLine { tax_category: TaxCategory::E, tax_reason: Some("Laid out in your name".to_owned()), ..line() };
        let row = shown(&exempt, &exempt.id.to_string(), &[]);
        assert!(row.contains(r#"name="lines[0][tax_reason]""#) && row.contains("Laid out in your name"), "{row}");
        assert!(!shown(&line(), &line().id.to_string(), &[]).contains("tax_reason"));
    }

    #[test]
    fn removing_a_line_sends_all_that_was_typed() {
        let line = line();
        let row = Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            provide_context(FormState {
                id: DRAFT_FORM_ID.to_owned(),
                refusal,
                pending,
                typed: Default::default(),
                untouched: Default::default(),
                changes: false,
            });
            line_row(1, &line, Removal { possible: true, waits: false }, None).to_html()
        });
        let button = row.split("<button").nth(1).expect("a button");
        assert!(button.contains(r#"name="lines[1][remove]" value="true""#), "{row}");
        assert!(!button.contains("form="), "it belongs to the form around it: {row}");
    }

    #[test]
    fn a_quantity_is_shown_so_that_it_is_read_back() {
        assert_eq!(written_quantity(&line()), "2.1250");
        assert_eq!(quantity::parse(&written_quantity(&line())), Ok(212_500_000));
        assert_eq!(written_quantity(&InvoiceLine { quantity: "2.5".to_owned(), ..line() }), "2.5");
    }
}
