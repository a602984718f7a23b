//! The audit page in the settings.

pub mod filter;
pub mod verification;

use domain::day::OffsetDateTime;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{closed_section::closed_section, undo_button::undo_button};
use crate::{
    access::Permission,
    audit_log::{
        AuditEntry,
        worded_entry::{ChangedField, WordedArgument, WordedChange, WordedEntry, show_audit_entry},
    },
    error::Error,
    page::{Page, is_cursor_refusal},
    page_context::{use_changes, use_current_organization},
    pages::audit_log::{
        filter::{AuditPageData, AuditPageFilter, channel, filter_form, is_told_at_field},
        verification::VerificationSection,
    },
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
    let found = create_resource(asked, |(id, _)| show_audit_entry(id));
    when_loaded(found, entry)
}

fn entry(found: WordedEntry) -> AnyView {
    let here = use_current_organization();
    let entry = found.entry;
    let undoable = entry.outcome == "done" && entry.undoable && entry.undone_by.is_none();
    let id = entry.id;
    let facts = [
        Some(("Who", who(&entry))),
        Some(("Operation", found.operation)),
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
            {found.changes.into_iter().map(changed).collect_view()}
            <h3>"Arguments"</h3>
            {arguments(found.arguments)}
            <div class="actions">
                {undoable.then(|| undo_button(id))}
                <a class="button" href=here.path("settings/audit")>"Back to the log"</a>
            </div>
        </PageSection>
    }
    .into_any()
}

/// The arguments, each by its name; those that have parts of their own in JSON.
fn arguments(given: Vec<WordedArgument>) -> AnyView {
    if given.is_empty() {
        return view! { <p class="quiet">"There are none."</p> }.into_any();
    }
    let rows = given.into_iter().map(|WordedArgument { name, value, is_json }| {
        let value = match is_json {
            true => view! { <pre class="json" tabindex="0" aria-label=name.clone()><code>{value}</code></pre> }.into_any(),
            false => value.into_any(),
        };
        view! { <dt>{name}</dt> <dd>{value}</dd> }
    });
    view! { <dl class="pairs">{rows.collect_view()}</dl> }.into_any()
}

/// The change of a record: the fields that differ.
fn changed(change: WordedChange) -> impl IntoView {
    let rows = change.fields.into_iter().map(|ChangedField { name, before, after }| {
        view! { <tr><th scope="row">{name}</th> <td>{before}</td> <td>{after}</td></tr> }
    });
    view! {
        <h3>{change.title}</h3>
        <table class="list audit">
            <thead><tr><th scope="col">"Field"</th> <th scope="col">"Before"</th> <th scope="col">"After"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
