//! The page for a new invoice: choose a client and a period, see the preview, draft the invoice.

#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{
    count::pluralize,
    money::{Currency, Money},
};
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
    problem_list::{BLOCKING, ListLayout, WORTH_A_LOOK, problem_list},
};
use crate::{
    access::Permission,
    clients::{Client, ListClients},
    error::{Code, Error},
    invoices::{
        DraftInvoice, InvoiceGroupBy, InvoicePreview, InvoiceProblem, InvoiceStatus, InvoiceSummary, ListInvoices, ListUnbilled,
        UnbilledByProject, preview_invoice, unpriced_time_warning,
    },
    page::{LIMIT_MAX, PageRequest, PickerOptions, load_picker_options},
    page_context::{CurrentOrganization, invalidate, use_changes, use_current_organization},
    pages::rate_prompts::MissingRates,
    platform,
    summary::ClientRef,
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

    /// Why nothing can be previewed. An address may hold a period that the form does not offer: the refusal then lists words for programs.
    fn refusal_text(&self, error: Error) -> String {
        let is_offered = PERIODS.iter().any(|(period, _)| *period == self.period);
        match error.field("period") {
            Some(_) if !is_offered => NOT_OFFERED.to_owned(),
            _ => error.message,
        }
    }

    /// Asks for the days that are missing between two days: without any, all unbilled time would be billed.
    fn missing_days(&self) -> Option<&'static str> {
        match (self.period.as_str(), self.from.trim().is_empty(), self.to.trim().is_empty()) {
            ("days", true, true) => Some("Choose the first and the last day of the time to bill."),
            ("days", true, false) => Some("Choose the first day of the time to bill."),
            ("days", false, true) => Some("Choose the last day of the time to bill."),
            _ => None,
        }
    }

    fn grouped(&self) -> Option<InvoiceGroupBy> {
        GROUPS.iter().find(|(name, ..)| *name == self.group_by).map(|(.., group)| *group)
    }
}

/// The id of the form with the choices.
const CHOOSER: &str = "choose";

/// The periods that the form offers.
const PERIODS: [(&str, &str); 6] = [
    ("", "All unbilled time"),
    ("last_month", "Last month"),
    ("this_month", "This month"),
    ("last_week", "Last week"),
    ("this_week", "This week"),
    ("days", "Between two days …"),
];

/// What a person is told whose address holds a period that there is not.
const NOT_OFFERED: &str = "The address of this page asks for days that there are not. Choose the time to bill above.";

const GROUPS: [(&str, &str, InvoiceGroupBy); 4] = [
    ("project", "One line per project", InvoiceGroupBy::Project),
    ("day", "One line per day", InvoiceGroupBy::Day),
    ("member", "One line per member", InvoiceGroupBy::Member),
    ("entry", "One line per entry", InvoiceGroupBy::Entry),
];

/// The data of the page: the clients, the archived ones with unbilled time, and for the chosen one its drafts and the preview.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct NewInvoiceData {
    clients: PickerOptions<Client>,
    archived: Vec<ClientRef>,
    chosen: DraftChoices,
    drafts: Vec<InvoiceSummary>,
    preview: Option<Result<InvoicePreview, Error>>,
}

/// Loads the page. Users who write no invoices find nothing here, as on every page whose operation their role may not call.
async fn load(here: CurrentOrganization, chosen: DraftChoices) -> Result<NewInvoiceData, Error> {
    if !here.may(Permission::WriteMoney) {
        return Err(Error::not_found("page, or it is not for your role"));
    }
    let clients = clients().await?;
    if chosen.client.is_empty() {
        let archived = archived_with_time(&clients).await;
        return Ok(NewInvoiceData { clients, archived, chosen, drafts: Vec::new(), preview: None });
    }
    if chosen.missing_days().is_some() {
        return Ok(NewInvoiceData { clients, archived: Vec::new(), chosen, drafts: Vec::new(), preview: None });
    }
    let (period, from, to) = chosen.days();
    let client = chosen.client.clone();
    let preview = preview_invoice(client.clone(), period, from, to, None, Vec::new(), chosen.grouped(), None, Vec::new(), None, None).await;
    let drafts = ListInvoices { client: Some(client), status: Some(InvoiceStatus::Draft), page: PageRequest::first(20) }
        .call()
        .await
        .map(|page| page.items)
        .unwrap_or_default();
    Ok(NewInvoiceData { clients, archived: Vec::new(), chosen, drafts, preview: Some(preview) })
}

/// The clients with unbilled time that are not offered because they are archived, each once and by name. A list that is truncated does not
/// tell which of them are archived.
async fn archived_with_time(offered: &PickerOptions<Client>) -> Vec<ClientRef> {
    if offered.cut {
        return Vec::new();
    }
    let unbilled = ListUnbilled { limit: Some(LIMIT_MAX), ..Default::default() }.call().await;
    let unbilled = unbilled.map(|unbilled| unbilled.items).unwrap_or_default();
    let mut archived: Vec<ClientRef> = Vec::new();
    for UnbilledByProject { client, .. } in unbilled {
        if !offered.items.iter().any(|known| known.id == client.id) && !archived.contains(&client) {
            archived.push(client);
        }
    }
    archived
}

/// The clients to choose from.
pub(crate) async fn clients() -> Result<PickerOptions<Client>, Error> {
    load_picker_options(|cursor| ListClients { page: PageRequest::after(cursor, LIMIT_MAX), ..Default::default() }.call()).await
}

/// The page for a new invoice.
pub fn page() -> AnyView {
    let query = use_query_map();
    let changes = use_changes();
    let chosen = Memo::new(move |_| query.with(DraftChoices::of));
    let here = use_current_organization();
    let asked = move || (changes.money.get(), changes.time.get(), chosen.get());
    let start = create_resource(asked, move |(_, _, chosen)| load(here.clone(), chosen));
    view! {
        <PageHeader title="New invoice" lead=view! { "From unbilled time, or from a line of your own. Nothing is sent yet, and the draft can still be changed." }.into_any() />
        {when_loaded(start, move |start| shown(start, chosen))}
    }
    .into_any()
}

fn shown(start: NewInvoiceData, now: Memo<DraftChoices>) -> AnyView {
    let here = use_current_organization();
    if start.clients.items.is_empty() && start.chosen.client.is_empty() {
        return nobody(&here, &start.archived);
    }
    let NewInvoiceData { clients, archived, chosen, drafts, preview } = start;
    let cut = clients.words("clients");
    let names = names(clients.items, &chosen, preview.as_ref().and_then(|preview| preview.as_ref().ok()));
    let result = preview.map(|preview| match preview {
        Ok(preview) => view! { <Preview preview chosen=chosen.clone() now /> }.into_any(),
        Err(error) if matches!(error.code, Code::Invalid | Code::Conflict | Code::NotFound) => {
            view! { <Empty title="Nothing to invoice" text=chosen.refusal_text(error) /> }.into_any()
        }
        Err(error) => view! { <Problem error /> }.into_any(),
    });
    let missing = chosen.missing_days().map(|words| view! { <Empty title="Which days?" text=words /> });
    view! {
        <ChoicesForm names chosen />
        {cut.map(|words| view! { <p class="hint">{words}</p> })}
        {(!archived.is_empty()).then(|| archived_clients(&here, &archived))}
        {existing_drafts(drafts)}
        {missing}
        {result}
    }
    .into_any()
}

/// The page where no client is active.
fn nobody(here: &CurrentOrganization, archived: &[ClientRef]) -> AnyView {
    if archived.is_empty() {
        let clients = here.path("clients");
        return view! {
            <Empty title="Nobody to bill yet" text="An invoice goes to a client. Add one, then track time on its project.">
                <a class="button" href=clients>"Add a client"</a>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title="No active client" text="An invoice goes to a client. Those with unbilled time are archived; their time can still be billed." />
        {archived_clients(here, archived)}
    }
    .into_any()
}

/// The archived clients with unbilled time, each with a link to its preview.
fn archived_clients(here: &CurrentOrganization, archived: &[ClientRef]) -> impl IntoView + use<> {
    let items = archived.iter().map(|client| {
        let path = here.path(&format!("invoices/new?client={}", client.id));
        view! { <li><a href=path>{client.name.clone()}</a></li> }
    });
    view! {
        <div class="notice">
            <p>"Archived clients with unbilled time:"</p>
            <ul>{items.collect_view()}</ul>
        </div>
    }
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
    let groups = GROUPS.iter().map(|(name, label, _)| ((*name).to_owned(), (*label).to_owned())).collect();
    // Every change submits at once, so that no outdated preview is mistaken for the current choices.
    let choose = |_: ev::Event| platform::submit_if_valid(CHOOSER);
    view! {
        <RouterForm method="GET" action=here.path("invoices/new") replace=true attr:id=CHOOSER attr:class="log-form chooser" on:change=choose>
            <Select label="Client" name="client" choices=names value=chosen.client required=true class="grow" />
            <Select label="Time to bill" name="period" choices=choices(&PERIODS) value=chosen.period />
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
    let problems = problem_list(ListLayout::Open, BLOCKING, &preview.problems, preview.client.id, &fix_after_drafting);
    let warnings = warnings(&preview);
    view! {
        <section class="paper preview" aria-labelledby="preview" aria-busy=move || past.get().then_some("true")>
            <header>
                <h2 id="preview">{title}</h2>
                <p class="quiet">{days} {entries}</p>
            </header>
            <MissingRates client=Some(preview.client.id.to_string()) />
            {problems}
            {warnings}
            {of_time}
            <p class="quiet preview-first">"Preview what is chosen now, then draft it."</p>
            <DraftInvoiceForm action chosen by_hand />
        </section>
    }
}

/// The warnings under the heading of remarks, each with a link to where it is fixed. A warning that has a field of its own is not repeated.
fn warnings(preview: &InvoicePreview) -> Option<AnyView> {
    let asked = preview.without_rate.as_ref().map(|worked| unpriced_time_warning(worked, &preview.client.name));
    let others = preview.warnings.iter().filter(|warning| asked.as_ref() != Some(*warning));
    let others = others.map(|warning| {
        let remark = preview.remarks.iter().find(|remark| remark.message == *warning).cloned();
        remark.unwrap_or_else(|| InvoiceProblem { rule: None, field: String::new(), message: warning.clone() })
    });
    problem_list(ListLayout::Open, WORTH_A_LOOK, &others.collect::<Vec<_>>(), preview.client.id, &fix_after_drafting)
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
