//! The page for a new invoice: choose a client and a period, see the preview, draft the invoice.

use leptos::{ev, prelude::*};
use leptos_router::{
    components::Form as RouterForm,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use serde::{Deserialize, Serialize};

use super::{
    editor::new_line::line_fields,
    invoice_label,
    lines_table::{LinesTable, TotalsList},
    problem_list::{ProblemList, fix_link},
};
use crate::{
    clients::{Client, list_clients},
    count::pluralize,
    error::{Code, Error},
    invoices::{
        DraftInvoice, InvoiceGroupBy, InvoicePreview, InvoiceStatus, InvoiceSummary, list_invoices, preview_invoice, unpriced_time_warning,
    },
    money::{Currency, Money},
    page::{LIMIT_MAX, PickerOptions, load_picker_options},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::rate_prompts::MissingRates,
    platform,
    ui::{
        Empty, Field, Form, PageHeader, Problem, Select, SelectOption, Submit, WriteAction, choices, create_resource, hidden,
        idempotency_field, money, on_success, when_loaded,
    },
};

/// The choices, as in the query of the address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct DraftChoices {
    client: String,
    period: String,
    from: String,
    to: String,
    group_by: String,
}

impl DraftChoices {
    fn of(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        Self { client: get("client"), period: get("period"), from: get("from"), to: get("to"), group_by: get("group_by") }
    }

    /// The arguments `period`, `from` and `to`; the last two only if two days were chosen.
    fn days(&self) -> (Option<String>, Option<String>, Option<String>) {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        match self.period.as_str() {
            "days" => (None, some(&self.from), some(&self.to)),
            _ => (some(&self.period), None, None),
        }
    }

    fn grouped(&self) -> Option<InvoiceGroupBy> {
        GROUPS.iter().find(|(name, ..)| *name == self.group_by).map(|(.., group)| *group)
    }
}

/// The id of the form with the choices.
const CHOOSER: &str = "choose";

const GROUPS: [(&str, &str, InvoiceGroupBy); 4] = [
    ("project", "One line per project", InvoiceGroupBy::Project),
    ("day", "One line per day", InvoiceGroupBy::Day),
    ("member", "One line per member", InvoiceGroupBy::Member),
    ("entry", "One line per entry", InvoiceGroupBy::Entry),
];

/// The data of the page: the clients, and for the chosen one its drafts and the preview.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct NewInvoiceData {
    clients: PickerOptions<Client>,
    chosen: DraftChoices,
    drafts: Vec<InvoiceSummary>,
    preview: Option<Result<InvoicePreview, Error>>,
}

async fn load(chosen: DraftChoices) -> Result<NewInvoiceData, Error> {
    let clients = clients().await?;
    if chosen.client.is_empty() {
        return Ok(NewInvoiceData { clients, chosen, drafts: Vec::new(), preview: None });
    }
    let (period, from, to) = chosen.days();
    let client = chosen.client.clone();
    let preview = preview_invoice(client.clone(), period, from, to, None, Vec::new(), chosen.grouped(), None, Vec::new(), None, None).await;
    let drafts =
        list_invoices(Some(client), Some(InvoiceStatus::Draft), Some(20), None, None).await.map(|page| page.items).unwrap_or_default();
    Ok(NewInvoiceData { clients, chosen, drafts, preview: Some(preview) })
}

/// The clients to choose from.
pub(crate) async fn clients() -> Result<PickerOptions<Client>, Error> {
    load_picker_options(|cursor| list_clients(None, None, Some(LIMIT_MAX), cursor, None)).await
}

/// The page for a new invoice.
pub fn page() -> AnyView {
    let query = use_query_map();
    let changes = use_changes();
    let chosen = Memo::new(move |_| query.with(DraftChoices::of));
    let start = create_resource(move || (changes.money.get(), changes.time.get(), chosen.get()), |(_, _, chosen)| load(chosen));
    view! {
        <PageHeader title="New invoice" lead=view! { "From unbilled time, or from a line of your own. Nothing is sent yet, and the draft can still be changed." }.into_any() />
        {when_loaded(start, move |start| shown(start, chosen))}
    }
    .into_any()
}

fn shown(start: NewInvoiceData, now: Memo<DraftChoices>) -> AnyView {
    let here = use_current_organization();
    if start.clients.items.is_empty() {
        return view! {
            <Empty title="Nobody to bill yet" text="An invoice goes to a client. Add one, then track time on its project.">
                <a class="button" href=here.path("clients")>"Add a client"</a>
            </Empty>
        }
        .into_any();
    }
    let NewInvoiceData { clients, chosen, drafts, preview } = start;
    let cut = clients.words("clients");
    let names = names(clients.items, &chosen, preview.as_ref().and_then(|preview| preview.as_ref().ok()));
    let result = preview.map(|preview| match preview {
        Ok(preview) => view! { <Preview preview chosen=chosen.clone() now /> }.into_any(),
        Err(error) if matches!(error.code, Code::Invalid | Code::Conflict | Code::NotFound) => {
            view! { <Empty title="Nothing to invoice" text=error.message /> }.into_any()
        }
        Err(error) => view! { <Problem error /> }.into_any(),
    });
    view! {
        <ChoicesForm names chosen />
        {cut.map(|words| view! { <p class="hint">{words}</p> })}
        {existing_drafts(drafts)}
        {result}
    }
    .into_any()
}

/// The options of the client picker. A chosen client that is missing from the list came from a link, and is added.
fn names(clients: Vec<Client>, chosen: &DraftChoices, preview: Option<&InvoicePreview>) -> Vec<SelectOption> {
    let mut names = vec![(String::new(), "Choose …".to_owned())];
    names.extend(clients.into_iter().map(|client| (client.id.to_string(), client.name)));
    if let Some(preview) = preview.filter(|_| names.iter().all(|(id, _)| *id != chosen.client)) {
        names.push((chosen.client.clone(), preview.client.name.clone()));
    }
    names
}

/// The form for client, days and grouping. They are in the address, so the preview can be linked and works without scripts.
#[component]
fn ChoicesForm(names: Vec<SelectOption>, chosen: DraftChoices) -> impl IntoView {
    let here = use_current_organization();
    let periods = choices(&[
        ("", "All unbilled time"),
        ("last_month", "Last month"),
        ("this_month", "This month"),
        ("last_week", "Last week"),
        ("this_week", "This week"),
        ("days", "Between two days …"),
    ]);
    let groups = GROUPS.iter().map(|(name, label, _)| ((*name).to_owned(), (*label).to_owned())).collect();
    // Every change submits at once, so that no outdated preview is mistaken for the current choices.
    let choose = |_: ev::Event| platform::submit_if_valid(CHOOSER);
    view! {
        <RouterForm method="GET" action=here.path("invoices/new") replace=true attr:id=CHOOSER attr:class="log-form chooser" on:change=choose>
            <Select label="Client" name="client" choices=names value=chosen.client required=true class="grow" />
            <Select label="Time to bill" name="period" choices=periods value=chosen.period />
            <Field label="First day" name="from" kind="date" value=chosen.from class="between" />
            <Field label="Last day" name="to" kind="date" value=chosen.to class="between" />
            <Select label="Lines" name="group_by" choices=groups value=chosen.group_by />
            <button type="submit" class="button primary">"Preview"</button>
        </RouterForm>
    }
}

fn existing_drafts(drafts: Vec<InvoiceSummary>) -> Option<impl IntoView> {
    let here = use_current_organization();
    (!drafts.is_empty()).then(|| {
        let items = drafts.into_iter().map(|draft| {
            let path = here.path(&format!("invoices/{}", draft.id));
            view! { <li><a href=path>{invoice_label(&draft)}</a> " " {money(&draft.total)}</li> }
        });
        view! {
            <div class="notice">
                <p>"There is a draft for this client already. The time on it is not in the preview."</p>
                <ul>{items.collect_view()}</ul>
            </div>
        }
    })
}

/// The value of the time before rounding, where it differs from that on the invoice.
fn rounding(preview: &InvoicePreview) -> Option<impl IntoView + use<>> {
    let difference = preview.rounding_difference.amount;
    let changed = Money { amount: difference.abs(), ..preview.rounding_difference.clone() };
    let words = if difference > 0 { " more of it." } else { " less of it." };
    (difference != 0).then(|| {
        view! { <p class="quiet">"Unbilled until now: " {money(&preview.unbilled)} "; rounding makes " {money(&changed)} {words}</p> }
    })
}

/// The preview of the invoice, and the button that drafts it.
#[component]
fn Preview(preview: InvoicePreview, chosen: DraftChoices, now: Memo<DraftChoices>) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let navigate = use_navigate();
    let action = WriteAction::<DraftInvoice>::new();
    on_success(action, move |invoice| {
        navigate(&here.path(&format!("invoices/{}", invoice.id)), Default::default());
        invalidate(changes.money);
    });
    let (period, from, _) = chosen.days();
    let shown = chosen.clone();
    let past = Memo::new(move |_| now.with(|now| *now != shown));
    let title = format!("Preview for {}", preview.client.name);
    // Without requested days and without time there is no period to show.
    let days = (preview.entries > 0 || period.is_some() || from.is_some()).then(|| format!("{}, ", preview.period.label()));
    let entries = pluralize(preview.entries, "entry", "entries");
    let by_hand = preview.lines.is_empty().then(|| preview.currency.clone());
    let of_time = (!preview.lines.is_empty()).then(|| {
        let rounding = rounding(&preview);
        view! { <LinesTable lines=preview.lines.clone() /> <TotalsList sums=preview.sums.clone() /> {rounding} }
    });
    let warnings = warnings(&preview);
    view! {
        <section class="paper preview" aria-labelledby="preview" aria-busy=move || past.get().then_some("true")>
            <header>
                <h2 id="preview">{title}</h2>
                <p class="quiet">{days} {entries}</p>
            </header>
            <MissingRates client=Some(preview.client.id.to_string()) />
            <ProblemList problems=preview.problems client=preview.client.id here=fix_after_drafting />
            {warnings}
            {of_time}
            <p class="quiet preview-first">"Preview what is chosen now, then draft it."</p>
            <DraftInvoiceForm action chosen by_hand />
        </section>
    }
}

/// The warnings, each with a link to where it is fixed. A warning that has a field of its own is not repeated.
fn warnings(preview: &InvoicePreview) -> impl IntoView + use<> {
    let asked = preview.without_rate.as_ref().map(|worked| unpriced_time_warning(worked, &preview.client.name));
    let field = |warning: &String| preview.remarks.iter().find(|remark| remark.message == *warning).map(|remark| &remark.field);
    let others = preview.warnings.iter().filter(|warning| asked.as_ref() != Some(*warning));
    let others = others.map(|warning| {
        let mended = field(warning)
            .and_then(|field| fix_link(field, preview.client.id).map(IntoAny::into_any).or_else(|| fix_after_drafting(field)));
        view! { <p class="notice">{warning.clone()} " " {mended}</p> }
    });
    others.collect_view()
}

/// The note that a remark can be fixed once the draft exists, which has the field.
fn fix_after_drafting(field: &str) -> Option<AnyView> {
    let words = match field {
        "notes" => "Draft it first: the note is a field of the draft.",
        "late_payment_terms" => "Draft it first: a button of the draft adds it to the note.",
        "period_to" => "Draft it first: the days are fields of the draft.",
        _ => return None,
    };
    Some(view! { <span class="quiet">{words}</span> }.into_any())
}

/// The form that drafts the previewed invoice. Without time, it asks for a first line in the currency `by_hand`.
#[component]
fn DraftInvoiceForm(action: WriteAction<DraftInvoice>, chosen: DraftChoices, by_hand: Option<Currency>) -> impl IntoView {
    let (period, from, to) = chosen.days();
    let group_by = if chosen.group_by.is_empty() { "project".to_owned() } else { chosen.group_by };
    view! {
        <Form action id="draft" class="stack">
            {idempotency_field(action)} {hidden("client", chosen.client)} {hidden("group_by", group_by)}
            {period.map(|period| hidden("period", period))} {from.map(|from| hidden("from", from))} {to.map(|to| hidden("to", to))}
            // The fields are created inside the form, whose context restores the input after a refusal.
            {by_hand.map(|currency| view! {
                <p class="quiet">"An invoice can begin with a line of your own, such as a fixed price; more can be added to the draft."</p>
                <div class="log-form">{line_fields("lines", &currency)}</div>
            })}
            <div class="actions end"><Submit label="Draft this invoice" class="button primary large" /></div>
        </Form>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::server_fn::ServerFn;

    use super::*;
    use crate::page_context::{PageContext, ReturnedForm};

    #[test]
    fn time_without_a_rate_is_said_once_beside_its_field() {
        let money = |amount: &str| serde_json::json!({"amount": amount, "currency": "EUR"});
        let without_rate = WorkDuration::of(10_800);
        let said = [unpriced_time_warning(&without_rate, "Acme"), "There are no bank details.".to_owned()];
        let id = "01980000-0000-7000-8000-000000000001";
        let preview: InvoicePreview = serde_json::from_value(serde_json::json!({
            "client": {"id": id, "name": "Acme"}, "currency": "EUR", "period": {"from": "2026-11-20", "to": "2026-11-20"}, "lines": [],
            "subtotal": money("0.00"), "net": money("0.00"), "taxes": [], "tax": money("0.00"), "total": money("0.00"), "entries": 1,
            "unbilled": money("0.00"), "rounding_difference": money("0.00"), "without_rate": without_rate, "warnings": said
        }))
        .expect("a preview");
        let shown = Owner::new().with(|| warnings(&preview).to_html());
        assert!(!shown.contains("no rate") && shown.contains("no bank details"), "{shown}");
    }

    #[test]
    fn a_refused_first_line_of_ones_own_keeps_what_was_typed_without_scripts() {
        let texts = [("description", "Pauschale Oktober"), ("quantity", "1/2"), ("price", "1,200"), ("tax_rate", "7")];
        let fields = texts.map(|(field, text)| (format!("lines[0][{field}]"), text.to_owned()));
        let refusal = Some(Error::invalid("lines[0].quantity", "\"1/2\" is not a number."));
        let returned = ReturnedForm { call: DraftInvoice::url().to_owned(), refusal, fields: fields.into(), ..ReturnedForm::default() };
        let shown = Owner::new().with(|| {
            provide_context(PageContext { returned: Some(returned), ..PageContext::default() });
            let (action, chosen) = (WriteAction::<DraftInvoice>::new(), DraftChoices::default());
            view! { <DraftInvoiceForm action chosen by_hand=Some(Currency::default()) /> }.to_html()
        });
        for (field, text) in texts {
            let input = shown.split("<input").find(|input| input.contains(&format!("name=\"lines[0][{field}]\""))).expect("a field");
            assert!(input.split('>').next().is_some_and(|input| input.contains(&format!("value=\"{text}\""))), "{field}: {input}");
            assert_eq!(input.contains("aria-invalid=\"true\""), field == "quantity", "{field}: {input}");
        }
    }
}
