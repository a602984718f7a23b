//! The page with the report on invoice numbers: completeness, the numbers with their invoices, and the next number.

use domain::{count::pluralize, number_pattern::reset_not_applied};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::status_badges::status_badges;
use crate::{
    access::Permission,
    error::Error,
    invoices::{NumberReport, NumberSeries, NumberedInvoice, SetNextInvoiceNumber, SkipReason, SkippedNumbers, report_invoice_numbers},
    organizations::{Organization, get_organization},
    page::LIMIT_MAX,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::done_words::DoneWords,
    ui::{
        Checkbox, Empty, Field, Form, PageHeader, PageSection, Submit, Tone, WriteAction, badge, create_resource, date, money, on_success,
        pager, use_flash, when_loaded,
    },
};

/// The page with the report.
pub fn page() -> AnyView {
    let changes = use_changes();
    let query = use_query_map();
    let year = Memo::new(move |_| query.with(|query| query.get("year").and_then(|year| year.parse::<i16>().ok())));
    let asked = move || (changes.money.get(), year.get(), query.with(|query| query.get("cursor")));
    let report = create_resource(asked, |(_, year, cursor)| load(year, cursor));
    view! {
        <PageHeader title="Invoice numbers" />
        {when_loaded(report, move |(report, organization)| view! { {seller_line(&organization)} {shown(report, &organization, year.get_untracked())} }.into_any())}
    }
    .into_any()
}

/// Loads the report and the organization.
async fn load(year: Option<i16>, cursor: Option<String>) -> Result<(NumberReport, Organization), Error> {
    futures::try_join!(report_invoice_numbers(year, Some(LIMIT_MAX), cursor, false), get_organization())
}

/// The name of the seller and the day of the report, for the printed page.
fn seller_line(organization: &Organization) -> impl IntoView + use<> {
    let name = organization.legal_name.clone().unwrap_or_else(|| organization.name.clone());
    let address = organization.address.as_deref().map(|address| address.lines().collect::<Vec<_>>().join(", "));
    let number = organization.vat_id.clone().or_else(|| organization.tax_number.clone());
    let of = [Some(name), address, number].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let today = use_current_organization().0.organization_today;
    view! { <p class="quiet">{of} ", as of " {date(&today)}</p> }
}

fn shown(report: NumberReport, organization: &Organization, year: Option<i16>) -> AnyView {
    let manages = use_current_organization().may(Permission::ManageOrganization);
    let missing = report.missing.iter().map(|range| view! { <li>{span(&range.series, range.first, range.last)}</li> }).collect_view();
    let lost = !report.complete;
    let (next, next_number) = (report.next, report.next_number.clone());
    let (series, skipped) = (report.series.clone(), report.skipped.clone());
    let goes_on = reset_not_applied(&organization.number_pattern, organization.number_yearly_reset);
    view! {
        <p class="verdict">{verdict(&report)}</p>
        {lost.then(|| view! { <div class="notice wrong" role="alert"><p>"Nothing accounts for these counts. Verify the audit log, and look for a backup:"</p> <ul>{missing}</ul></div> })}
        <div class="columns">
            <PageSection title="The next invoice" id="next-number">
                {match next_number {
                    Some(number) => view! { <p class="figure">{number}</p> }.into_any(),
                    None => view! { <p>"Invoices have every number that comes next. Change the pattern in Settings, Organization."</p> }.into_any(),
                }}
                {goes_on.map(|told| view! { <p class="hint">{told}</p> })}
                {manages.then(|| view! { <SetNextNumberForm next /> })}
            </PageSection>
            {(!series.is_empty()).then(|| view! { <PageSection title="Series" id="series"><ul class="rows">{series.iter().map(series_row).collect_view()}</ul></PageSection> })}
            {(!skipped.is_empty()).then(|| view! { <PageSection title="Left out" id="left-out"><ul class="rows">{skipped.iter().map(skipped_row).collect_view()}</ul></PageSection> })}
        </div>
        {numbers(report, year)}
    }
    .into_any()
}

fn verdict(report: &NumberReport) -> impl IntoView + use<> {
    match (report.complete, report.series.is_empty()) {
        (false, _) => badge(Tone::Bad, "Numbers are missing").into_any(),
        (true, true) => badge(Tone::Quiet, "No number was given yet").into_any(),
        (true, false) => badge(Tone::Good, "No number is missing").into_any(),
    }
}

/// What is said once the next number is set.
pub(in crate::pages) fn next_number_words(report: &NumberReport) -> String {
    match &report.next_number {
        Some(number) => format!("The next invoice is {number}."),
        None => "The count is set.".to_owned(),
    }
}

/// The form that sets the next number forward.
#[component]
fn SetNextNumberForm(next: Option<i64>) -> impl IntoView {
    let (changes, flash, action) = (use_changes(), use_flash(), WriteAction::<SetNextInvoiceNumber>::new());
    on_success(action, move |set| {
        flash.say(SetNextInvoiceNumber::done_words(set, ()));
        invalidate(changes.money);
    });
    view! {
        <Form action id="next-number-form" class="stack">
            <Field
                label="Go on with"
                name="next"
                kind="number"
                required=true
                value=next.map(|next| next.to_string()).unwrap_or_default()
                hint="The count alone, such as 31 after 30 invoices that were sent elsewhere. Forward only: it cannot be set back."
            />
            <Checkbox label="Even if more than 10,000 numbers are left out" name="leave_out_many" />
            <Submit label="Set the next number" class="button" />
        </Form>
    }
}

fn series_row(series: &NumberSeries) -> impl IntoView + use<> {
    let invoices = pluralize(series.given, "invoice", "invoices");
    view! {
        <li>
            <span>{span(&series.series, series.first, series.last)} <small>{date(&series.from)} " to " {date(&series.to)}</small></span>
            <span class="numbers">{invoices}</span>
        </li>
    }
}

fn skipped_row(skipped: &SkippedNumbers) -> impl IntoView + use<> {
    let why = match skipped.reason {
        SkipReason::Set => format!("{} set the next number", skipped.by),
        SkipReason::Taken => "an earlier invoice has the number".to_owned(),
    };
    view! {
        <li>
            <span>{span(&skipped.series, skipped.first, skipped.last)} <small>{why}</small></span>
            <span class="numbers">{date(&skipped.at.day())}</span>
        </li>
    }
}

/// A range of counts of a series as text.
fn span(series: &str, first: i64, last: i64) -> String {
    let counts = if first == last { first.to_string() } else { format!("{first} to {last}") };
    if series.is_empty() { counts } else { format!("{series}: {counts}") }
}

fn numbers(report: NumberReport, year: Option<i16>) -> AnyView {
    let here = use_current_organization();
    let path = here.path("invoices/numbers");
    let years = years(&report.series);
    let tabs = (years.len() > 1).then(|| {
        let tab = |word: String, of: Option<i16>| {
            let to = of.map_or_else(|| path.clone(), |year| format!("{path}?year={year}"));
            view! { <li><a href=to aria-current=(of == year).then_some("page")>{word}</a></li> }
        };
        let of_years = years.iter().rev().map(|year| tab(year.to_string(), Some(*year))).collect_view();
        view! { <nav class="tabs" aria-label="Year of issue"><ul>{tab("All".to_owned(), None)} {of_years}</ul></nav> }
    });
    let next = year.map_or_else(|| path.clone(), |year| format!("{path}?year={year}"));
    let page = report.numbers;
    if page.items.is_empty() {
        return view! { {tabs} <Empty title="No number was given" text="An invoice gets its number when it is sent." /> }.into_any();
    }
    let rows = page.items.into_iter().map(|number| row(&here.path(&format!("invoices/{}", number.invoice)), number)).collect_view();
    view! {
        {tabs}
        <table class="list">
            <caption class="spoken">"Numbers that were given"</caption>
            <thead>
                <tr>
                    <th scope="col">"Number"</th>
                    <th scope="col" class="wide">"Client"</th>
                    <th scope="col" class="wide">"Issued"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="number">"Total"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(next, page.next_cursor)}
    }
    .into_any()
}

/// The years in which invoices were issued, ten at most.
fn years(series: &[NumberSeries]) -> Vec<i16> {
    let first = series.iter().map(|series| series.from.year()).min();
    let last = series.iter().map(|series| series.to.year()).max();
    first.zip(last).map_or_else(Vec::new, |(first, last)| (first.max(last - 9)..=last).collect())
}

fn row(path: &str, number: NumberedInvoice) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=path.to_owned()>{number.number}</a>
                <small class="narrow">{number.client.clone()}</small>
            </th>
            <td class="wide named">{number.client}</td>
            <td class="wide">{date(&number.issued_on)}</td>
            <td>{status_badges(number.status, &number.total, None)}</td>
            <td class="number">{money(&number.total)}</td>
        </tr>
    }
}
