//! The audit page in the settings.

pub mod filter;
pub mod verification;

use std::collections::BTreeMap;

use domain::day::{Day, OffsetDateTime};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde_json::Value;

use super::{closed_section::closed_section, undo_button::undo_button};
use crate::{
    access::Permission,
    audit_log::{
        AuditEntry, get_audit_entry,
        operation_titles::{OperationTitle, list_operation_titles},
    },
    error::Error,
    operation::Change,
    page::{Page, is_cursor_refusal},
    page_context::{CallerOrganization, use_changes, use_current_organization},
    pages::audit_log::{
        filter::{AuditPageData, AuditPageFilter, channel, filter_form, is_told_at_field},
        verification::VerificationSection,
    },
    platform,
    time::elapsed::unix_seconds,
    ui::{Empty, PageSection, Problem, Tone, badge, create_resource, pager, when_loaded},
};

/// The calls of all channels, and the verification of the log.
#[component]
pub fn AuditSection() -> impl IntoView {
    if !use_current_organization().may(Permission::ManageOrganization) {
        return closed_section("Audit", "audit", "Owners and admins read the audit log.");
    }
    let query = use_query_map();
    // A change of the filter must not rebuild the page.
    let shown = Memo::new(move |_| query.with(|query| query.get("entry")));
    view! {
        {move || match shown.get() {
            Some(entry) => one(entry),
            None => all(),
        }}
    }
    .into_any()
}

fn all() -> AnyView {
    let (query, changes) = (use_query_map(), use_changes());
    let asked = move || {
        let (filter, cursor) = query.with(|query| (AuditPageFilter::of(query), query.get("cursor")));
        (filter, cursor, changes.time.get(), changes.work.get(), changes.money.get())
    };
    let found = create_resource(asked, |(filter, cursor, ..)| AuditPageData::load(filter, cursor));
    view! {
        <PageSection title="Audit" id="audit">
            <p class="quiet">"Every call of every channel, from pages, agents and programs. Nothing in here can be changed; what was written stands in a chain that shows whether somebody tried."</p>
            <VerificationSection />
            {when_loaded(found, shown)}
        </PageSection>
    }
    .into_any()
}

/// The filter and what it finds. A filter that cannot be applied leaves the form, which says why.
fn shown(found: AuditPageData) -> AnyView {
    let base = use_current_organization().path("settings/audit");
    let refusal = found.refusal();
    let form = filter_form(&found, refusal.clone(), &base);
    let entries = match (found.entries, refusal) {
        (Ok(page), Some(refusal)) if page.items.is_empty() => nothing_listed("No such call", &refusal),
        (Ok(page), _) => list(page),
        (Err(error), _) if is_cursor_refusal(&error) => view! { <Problem error /> }.into_any(),
        (Err(error), _) => nothing_listed("The filter cannot be applied", &error),
    };
    view! { {form} {entries} }.into_any()
}

/// What stands in place of the calls that a refused filter would list. A refusal at a field of the filter is not told again.
fn nothing_listed(title: &'static str, refusal: &Error) -> AnyView {
    let text = match is_told_at_field(refusal) {
        true => "Correct the filter above, or clear it.".to_owned(),
        false => refusal.message.clone(),
    };
    view! { <Empty title text /> }.into_any()
}

fn list(page: Page<AuditEntry>) -> AnyView {
    let here = use_current_organization();
    let base = here.path("settings/audit");
    if page.items.is_empty() {
        return view! { <Empty title="No such call" text="Nothing was called that fits. Take a filter away, or show reads too." /> }
            .into_any();
    }
    let next = page.next_cursor;
    let path = use_query_map().with_untracked(AuditPageFilter::of).path(&base);
    let rows = page.items.into_iter().map(|entry| row(&base, entry)).collect_view();
    view! {
        <table class="list audit">
            <caption class="spoken">"Calls, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col" class="wide">"Who"</th>
                    <th scope="col" class="number wide">"Changed"</th>
                    <th scope="col">"Outcome"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(path, next)}
    }
    .into_any()
}

fn row(base: &str, entry: AuditEntry) -> impl IntoView + use<> {
    let path = format!("{base}?entry={}", entry.id);
    let who = who(&entry);
    view! {
        <tr>
            <td class="when">{when(&entry.at)}</td>
            <th scope="row">
                <a class="row-link" href=path>{entry.told.clone()}</a>
                <small class="narrow">{who.clone()}</small>
            </th>
            <td class="wide">{who}</td>
            <td class="number wide">{(entry.changed > 0).then_some(entry.changed)}</td>
            <td>{outcome(&entry)}</td>
        </tr>
    }
}

fn when(at: &OffsetDateTime) -> impl IntoView + use<> {
    let (day, clock) = (at.day().label(), at.clock().to_owned());
    view! { <time datetime=at.as_str().to_owned()>{day} " " {clock}</time> }
}

fn who(entry: &AuditEntry) -> String {
    let channel = channel(&entry.channel);
    let name = entry.member.as_ref().map_or("No member", |member| member.name.as_str());
    match &entry.token {
        Some(token) => format!("{name} · {channel} · {token}"),
        None => format!("{name} · {channel}"),
    }
}

fn outcome(entry: &AuditEntry) -> impl IntoView + use<> {
    let tone = match entry.outcome.as_str() {
        "done" if entry.undone_by.is_some() => return badge(Tone::Quiet, "undone").into_any(),
        "done" => Tone::Good,
        "dry_run" | "repeated" => Tone::Quiet,
        _ => Tone::Warn,
    };
    badge(tone, entry.outcome.replace('_', " ")).into_any()
}

/// One call, with all its changes.
fn one(id: String) -> AnyView {
    let changes = use_changes();
    let asked = move || (id.clone(), changes.time.get());
    let found = create_resource(asked, |(id, _)| async move { futures::try_join!(get_audit_entry(id), list_operation_titles()) });
    when_loaded(found, |(found, titles)| entry(found, &titles))
}

fn entry(entry: AuditEntry, titles: &[OperationTitle]) -> AnyView {
    let here = use_current_organization();
    let operation = titles.iter().find(|known| known.name == entry.operation).map_or(&entry.operation, |known| &known.title);
    let arguments = serde_json::to_string_pretty(&entry.arguments).unwrap_or_default();
    let undoable = entry.outcome == "done" && entry.undoable && entry.undone_by.is_none();
    let id = entry.id;
    let facts = [
        Some(("Who", who(&entry))),
        Some(("Operation", operation.clone())),
        entry.program.clone().map(|program| ("Program", program)),
        entry.address.clone().map(|address| ("Address", address)),
        Some(("Took", format!("{} ms", entry.duration_ms))),
        entry.position.map(|position| ("Row", position.to_string())),
    ];
    let facts = facts.into_iter().flatten().map(|(label, value)| view! { <dt>{label}</dt> <dd>{value}</dd> }).collect_view();
    view! {
        <PageSection title=entry.told.clone() id="entry">
            <p>{when(&entry.at)} " " {outcome(&entry)}</p>
            <dl class="pairs">{facts}</dl>
            {entry.changes.into_iter().map(|change| changed(change, &here.0)).collect_view()}
            <h3>"Arguments"</h3>
            <pre class="json" tabindex="0" aria-label="Arguments"><code>{arguments}</code></pre>
            <p class="actions">
                {undoable.then(|| undo_button(id))}
                <a class="button" href=here.path("settings/audit")>"Back to the log"</a>
            </p>
        </PageSection>
    }
    .into_any()
}

/// The change of a record: the fields that differ.
fn changed(change: Change, here: &CallerOrganization) -> impl IntoView + use<> {
    let title = title(&change);
    let rows = different(&change, &here.time_zone).into_iter().map(|(field, before, after)| {
        view! { <tr><th scope="row">{field}</th> <td>{before}</td> <td>{after}</td></tr> }
    });
    view! {
        <h3>{title}</h3>
        <table class="list audit">
            <thead><tr><th scope="col">"Field"</th> <th scope="col">"Before"</th> <th scope="col">"After"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// The kind of the record, its display name, and what happened to it.
fn title(change: &Change) -> String {
    let verb = match (&change.before, &change.after) {
        (None, _) => "made",
        (_, None) => "deleted",
        _ => "changed",
    };
    let image = change.after.as_ref().or(change.before.as_ref());
    let own = |field: &str| image?.get(field)?.as_str().map(str::to_owned);
    let name = ["number", "name", "description"].into_iter().find_map(own).filter(|name| !name.is_empty());
    let kind = change.kind.replace('_', " ");
    match name {
        Some(name) => format!("{kind} {name}: {verb}"),
        None => format!("{kind} {verb}"),
    }
}

/// The columns that tell a person nothing: the id of the record itself, and the organization whose log it is.
const OWN_IDS: [&str; 2] = ["id", "organization_id"];

/// The fields of a record that differ, as readable text: long ones are cut, instants are in the time zone of the reader, ids are replaced
/// with the names of their records.
fn different(change: &Change, zone: &str) -> Vec<(String, String, String)> {
    let fields = |image: &Option<Value>| image.as_ref().and_then(|image| image.as_object().cloned()).unwrap_or_default();
    let (before, after) = (fields(&change.before), fields(&change.after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let written = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => said(text, &change.names, zone),
        Some(other) => other.to_string().chars().take(200).collect(),
    };
    let changed = names.into_iter().filter(|name| !OWN_IDS.contains(&name.as_str()) && before.get(*name) != after.get(*name));
    let written = changed.map(|name| {
        let label = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
        (label, written(before.get(name)), written(after.get(name)))
    });
    written.filter(|(_, before, after)| before != after).collect()
}

fn said(text: &str, names: &BTreeMap<String, String>, zone: &str) -> String {
    let named = || names.get(text).cloned();
    let instant = || text.get(10..11).filter(|sign| *sign == "T").and_then(|_| on_the_clock(text, zone));
    named().or_else(instant).unwrap_or_else(|| text.chars().take(200).collect())
}

/// An instant in a time zone, to the minute.
fn on_the_clock(text: &str, zone: &str) -> Option<String> {
    let moment = OffsetDateTime::parse("at", text).ok()?;
    let utc = unix_seconds(&moment)?;
    let local = utc + platform::utc_offset(zone, utc)?;
    let day = Day::parse("at", "1970-01-01").ok()?.plus(local.div_euclid(86_400)).label();
    let minutes = local.rem_euclid(86_400) / 60;
    Some(format!("{day} {:02}:{:02}", minutes / 60, minutes % 60))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_change_is_told_by_names_and_in_the_zone_of_the_reader() {
        let client = "01a22486-0000-7000-8000-000000000001";
        let change: Change = serde_json::from_value(json!({
            "kind": "invoice", "record": Uuid::nil(), "names": { client: "Acme" },
            "before": {"number": "2026-0001", "client_id": null, "voided_at": null},
            "after": {"number": "2026-0001", "client_id": client, "voided_at": "2026-11-28T23:38:34.016115+00:00"},
        }))
        .expect("a change");
        assert_eq!(title(&change), "invoice 2026-0001: changed");
        let told = different(&change, "Europe/Berlin");
        let told: Vec<(&str, &str)> = told.iter().map(|(field, _, after)| (field.as_str(), after.as_str())).collect();
        assert_eq!(told, [("client", "Acme"), ("voided at", "Sun 29 Nov 2026 00:38")]);
    }

    #[test]
    fn a_person_reads_amounts_with_their_currency_and_texts_as_they_were_written() {
        let mut change: Change = serde_json::from_value(json!({
            "kind": "payment", "record": Uuid::nil(), "currency": "GBP",
            "after": {
                "id": Uuid::nil(), "organization_id": Uuid::nil(), "amount": "2000.00", "cost_rate": "50.00", "method": "bank_transfer",
                "note": "fix_login"
            },
        }))
        .expect("a change");
        change.write_currencies("EUR");
        let told = different(&change, "Europe/Berlin");
        let told: Vec<(&str, &str)> = told.iter().map(|(field, _, after)| (field.as_str(), after.as_str())).collect();
        let expected = [("amount", "2000.00 GBP"), ("cost rate", "50.00 EUR"), ("method", "bank_transfer"), ("note", "fix_login")];
        assert_eq!(told, expected);
    }
}
