//! The editor of a draft: one form for lines, discount, note and payment terms.

mod differences;
pub mod form_snapshot;
mod line;
pub(crate) mod new_line;

use leptos::prelude::*;

use self::{differences::Differences, form_snapshot::FormSnapshot, line::lines};
pub use self::{line::written_quantity, new_line::line_fields};

use domain::{
    day::{DateRange, Day},
    money::Currency,
};

use super::{
    lines_table::TotalsList,
    problem_list::{BLOCKING, ListLayout, WORTH_A_LOOK, problem_list},
};
use crate::{
    invoices::{Invoice, UpdateInvoiceDraft},
    page_context::{invalidate, use_changes},
    pages::done_words::Done,
    platform,
    ui::{Field, Form, PageSection, Submit, TextArea, WriteAction, hidden, idempotency_field, on_success, use_flash},
};

/// The id of the draft's form.
pub const DRAFT_FORM_ID: &str = "draft";

/// The lines with their texts, new lines, discount, notes and terms in one form, so that each of its buttons saves all unsaved
/// input.
#[component]
pub fn Editor(
    /// The draft.
    invoice: Invoice,
    /// The action that saves it.
    action: WriteAction<UpdateInvoiceDraft>,
    /// The form as it was on the screen when somebody else had saved the draft.
    screen: RwSignal<Option<FormSnapshot>>,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let version = RwSignal::new(invoice.version);
    on_success(action, move |saved| {
        // Until the page is reloaded, its buttons continue from the saved version.
        version.set(saved.version);
        screen.set(None);
        invalidate(changes.money);
        flash.done(UpdateInvoiceDraft::DONE, saved);
    });
    let id = invoice.id;
    form_snapshot::watch_for_conflict(action, action.version(), id, screen);
    let snapshot = screen.get_untracked().and_then(|screen| screen.of(id));
    let stood = form_snapshot::stale_form(id, snapshot.clone());
    let waits = form_snapshot::has_unresolved_conflict(&invoice, snapshot.clone());
    let period = invoice.period.clone();
    let day = move |of: fn(&DateRange) -> &Day| period.as_ref().map(|span| of(span).to_string()).unwrap_or_default();
    view! {
        {problem_list(ListLayout::Open, BLOCKING, &invoice.problems, invoice.client.id, &draft_field_link)}
        <Form action id=DRAFT_FORM_ID class="draft-form" asks=true changes=true>
            // Enter activates the first button of a form, which must not be one that removes a line.
            <button type="submit" class="spoken" tabindex="-1" aria-hidden="true" disabled=waits>"Save draft"</button>
            {idempotency_field(action)} {hidden("invoice", id)}
            {(!waits).then(|| view! { <input type="hidden" name="version" value=invoice.version prop:value=move || version.get().to_string() /> })}
            {stood.map(|screen| view! { <Differences invoice=invoice.clone() screen /> })}
            {remarks(&invoice, waits)}
            <section class="paper" aria-label="The draft">
                {lines(&invoice, snapshot.as_ref(), waits)}
                <TotalsList sums=invoice.sums.clone() />
                <div class="grid-form">
                    <Field label="Service from" name="period_from" kind="date" value=day(|span| &span.from) optional=true hint="The days of the work, as they stand on the invoice; empty for those of its time, without time for the day of issue." />
                    <Field label="Service to" name="period_to" kind="date" value=day(|span| &span.to) optional=true />
                    <Field label="Discount" name="discount" value=invoice.discount_written.clone().unwrap_or_default() optional=true placeholder=format!("10% or {}", invoice.currency.example(50)) />
                    <Field label="Days to pay" name="payment_terms_days" kind="number" value=invoice.payment_terms_days.to_string() />
                    <TextArea label="Note to the client" name="notes" value=invoice.notes.clone().unwrap_or_default() optional=true rows=2 class="span-2" />
                    <div class="form-end span-2"><Submit label="Save draft" waits /></div>
                </div>
            </section>
            <AddLine currency=invoice.currency.clone() waits />
        </Form>
    }
}

/// The remarks, each with the control or the link that fixes it.
fn remarks(invoice: &Invoice, waits: bool) -> Option<AnyView> {
    let mended = |field: &str| fix_on_draft(field, &invoice.currency, waits).or_else(|| draft_field_link(field));
    problem_list(ListLayout::Open, WORTH_A_LOOK, &invoice.remarks, invoice.client.id, &mended)
}

/// The link to the field of the draft that fixes a remark.
fn draft_field_link(field: &str) -> Option<AnyView> {
    let words = match field {
        "notes" => "To the note",
        "period_from" | "period_to" => "To the days",
        "discount" => "To the discount",
        _ => return None,
    };
    let id = format!("{DRAFT_FORM_ID}-{}", field.replace('_', "-"));
    Some(view! { <a href=format!("#{id}") on:click=move |_| platform::focus_linked_field(id.clone())>{words}</a> }.into_any())
}

/// The control that fixes a remark on the draft itself: the client's present tax, the present rates, a missing rate, or late payment terms.
fn fix_on_draft(field: &str, currency: &Currency, waits: bool) -> Option<AnyView> {
    match field {
        "lines.tax_category" => Some(apply_button("client_tax", "Take the client's tax on these lines", waits).into_any()),
        "current_rates" => Some(apply_button("current_rates", "Take the rates that hold by now", waits).into_any()),
        "late_payment_terms" => Some(apply_button("late_payment_terms", "Add it to the note", waits).into_any()),
        "time_rate" => Some(missing_rate_field(currency, waits).into_any()),
        _ => None,
    }
}

/// A button that applies the argument `name` and saves the form.
fn apply_button(name: &'static str, label: &'static str, waits: bool) -> impl IntoView {
    view! { <button type="submit" name=name value="true" class="button" disabled=waits>{label}</button> }
}

/// The field for the rate of time without one.
fn missing_rate_field(currency: &Currency, waits: bool) -> impl IntoView + use<> {
    view! {
        <div class="log-form">
            <Field label=format!("Rate per hour in {currency}") name="time_rate" inputmode="decimal" placeholder=currency.example(80) class="short" />
            <Submit label="Set the rate of this time" class="button" waits />
        </div>
    }
}

/// The fields of a new line, which the next submit adds; nothing is added while they are empty.
#[component]
fn AddLine(
    /// The currency of the draft.
    currency: Currency,
    /// Whether an edit conflict has to be resolved first.
    waits: bool,
) -> impl IntoView {
    view! {
        <PageSection title="Add a line" id="add-line">
            <div class="log-form">
                {line_fields("add", &currency)}
                <Submit label="Add line" class="button" waits />
            </div>
        </PageSection>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::server_fn::ServerFn;
    use serde_json::json;

    use super::*;
    use crate::{
        access::Role,
        error::{Code, Error},
        page_context::{ChangeCounters, PageContext, ReturnedForm},
        pages::invoices::actions::SendDialog,
        testing::provide_made_up_organization,
        ui::provide_flash,
    };

    const ID: &str = "01980000-0000-7000-8000-000000000001";

    /// A draft of version 3 with a discount of 30 %, and one remark for each button that fixes one.
    fn draft() -> Invoice {
        let money = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let remark = |field: &str| json!({"field": field, "message": "Look at this."});
        let line = |id: &str| {
            json!({
                "id": id, "kind": "custom", "description": "Hosting", "quantity": "1", "unit": "", "price": money("50.00"),
                "net": money("50.00"), "tax_category": "AE", "tax_rate": "0"
            })
        };
        serde_json::from_value(json!({
            "id": ID, "status": "draft", "client": {"id": ID, "name": "Acme"}, "currency": "EUR", "payment_terms_days": 14,
            "lines": [line(ID), line("01980000-0000-7000-8000-000000000002")],
            "subtotal": money("100.00"), "net": money("70.00"), "taxes": [], "tax": money("0.00"), "total": money("70.00"),
            "discount_written": "30%", "paid": money("0.00"), "balance": money("0.00"), "group_by": "project",
            "problems": [remark("discount")],
            "remarks": [remark("lines.tax_category"), remark("current_rates"), remark("late_payment_terms"), remark("time_rate")],
            "rounding": {"step_minutes": 0, "mode": "nearest", "basis": "line"}, "version": 3,
            "created_at": "2026-11-20T09:00:00+01:00", "pdf_url": "/pdf"
        }))
        .expect("a draft")
    }

    /// The editor and the send dialog after a submit with these fields was refused as stale.
    fn shown(typed: &[(&str, &str)]) -> String {
        let fields = typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let refusal = Some(Error::new(Code::Stale, "Somebody else saved it."));
        let returned = ReturnedForm { call: UpdateInvoiceDraft::url().to_owned(), refusal, fields, ..ReturnedForm::default() };
        Owner::new().with(|| {
            provide_context(PageContext { returned: Some(returned), ..PageContext::default() });
            provide_made_up_organization(Role::Owner);
            provide_context(ChangeCounters::none());
            provide_flash();
            let (action, screen) = (WriteAction::<UpdateInvoiceDraft>::new(), RwSignal::new(None));
            let (saving, again) = (Signal::stored(None), RwSignal::new(false));
            view! { <SendDialog invoice=draft() saving again screen /> <Editor invoice=draft() action screen /> }.to_html()
        })
    }

    /// The buttons that act on the draft as it is shown.
    fn buttons(page: &str) -> Vec<&str> {
        let buttons = page.split("<button").skip(1).filter_map(|button| button.split("</button>").next());
        buttons.filter(|button| button.contains("type=\"submit\"") || button.contains("Send …")).collect()
    }

    #[test]
    fn nothing_is_saved_or_sent_until_one_of_two_drafts_was_chosen() {
        let page = shown(&[("discount", "5")]);
        let live: Vec<&str> = buttons(&page).into_iter().filter(|button| !button.contains("disabled")).collect();
        assert_eq!(live.len(), 1, "{live:?}");
        assert!(live[0].contains("Keep what I typed") && live[0].contains(r#"name="version" value="3""#), "{live:?}");
        assert_eq!(page.matches(r#"name="version""#).count(), 1, "no other button has the version that is shown: {page}");
        assert!(page.contains("Take the draft as it stands"));
    }

    #[test]
    fn a_remark_leads_to_the_field_of_the_draft_that_mends_it() {
        let link = |field: &str| Owner::new().with(|| draft_field_link(field).map(|link| link.to_html())).unwrap_or_default();
        let page = shown(&[]);
        for field in ["notes", "period-from", "period-to", "discount"] {
            let leads = link(&field.replace('-', "_")).contains(&format!(r##"href="#draft-{field}""##));
            assert!(leads && page.contains(&format!(r#"id="draft-{field}""#)), "{field}: {page}");
        }
        // The dialog before the editor lists the same, without links into the draft below it.
        let kept_by = page.rsplit("This keeps it from being sent:").next().and_then(|page| page.split("</div>").next());
        assert!(kept_by.is_some_and(|kept_by| kept_by.contains(r##"href="#draft-discount""##)), "{page}");
    }

    #[test]
    fn the_dialog_that_sends_lists_what_is_open_on_the_draft() {
        let page = shown(&[]);
        let dialog = page.split("</dialog>").next().and_then(|page| page.split(r#"id="send-dialog""#).nth(1)).expect("the dialog");
        assert!(dialog.contains("This keeps it from being sent:") && dialog.contains(WORTH_A_LOOK), "{dialog}");
        assert_eq!(dialog.matches("Look at this.").count(), 5, "one problem and four remarks: {dialog}");
        assert!(!dialog.contains(r##"href="#draft-"##), "a link to a field below the dialog: {dialog}");
    }

    #[test]
    fn the_dialog_that_sends_has_a_button_that_saves_the_draft_first() {
        let page = shown(&[]);
        let dialog = page.split("</dialog>").next().and_then(|page| page.split(r#"id="send-dialog""#).nth(1)).expect("the dialog");
        let first = dialog.split("save-first").nth(1).and_then(|first| first.split("</div>").next()).expect("the words");
        assert!(first.contains("Save your changes first.") && first.contains(r#"form="draft""#), "{first}");
    }

    #[test]
    fn whoever_has_typed_nothing_else_goes_on_from_the_draft_as_it_stands() {
        let page = shown(&[("discount", "30%")]);
        assert!(buttons(&page).iter().all(|button| !button.contains("disabled")), "{page}");
        assert!(page.contains(r#"id="send-dialog""#) && !page.contains("Keep what I typed"), "{page}");
    }

    #[test]
    fn a_remark_stands_with_the_button_that_mends_it() {
        let shown = |field: &str| {
            let mut draft = draft();
            draft.remarks.retain(|remark| remark.field == field);
            let list = Owner::new().with(|| remarks(&draft, false).expect("a list").to_html());
            assert!(list.contains(WORTH_A_LOOK) && list.matches("Look at this.").count() == 1, "{list}");
            list
        };
        for (field, sent) in
            [("lines.tax_category", "client_tax"), ("current_rates", "current_rates"), ("late_payment_terms", "late_payment_terms")]
        {
            let button = shown(field);
            assert!(button.contains(&format!(r#"<button type="submit" name="{sent}" value="true""#)), "{button}");
        }
        let asked = shown("time_rate");
        assert!(asked.contains(r#"name="time_rate""#) && asked.contains("Rate per hour in EUR"), "{asked}");
    }
}
