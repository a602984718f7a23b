//! A time entry as a row of a list.

use leptos::prelude::*;

use super::{
    form::{EditForm, FetchedProjects, ProjectOptions, project_choices},
    timer_bar::use_start_timer,
};
use crate::{
    access::Permission,
    page_context::use_current_organization,
    time::{EntryState, Labour, TimeEntry},
    ui::{Form, Icon, Submit, Tone, badge, dotted, hidden, hours, icon, money, when_loaded},
};

/// How many columns a row has.
pub const COLUMNS: &str = "5";

/// The value of `?edit=` for this version of the entry; after a change it no longer matches.
pub fn edit_token(entry: &TimeEntry) -> String {
    format!("{}.{}", entry.id, entry.version)
}

/// One row: description, project, times, duration, and the buttons.
pub fn row(entry: TimeEntry, week: &str, editing: bool, projects: FetchedProjects) -> AnyView {
    let id = format!("entry-{}", entry.id);
    if editing {
        let back = week.to_owned();
        let form = when_loaded(projects, move |ProjectOptions { offer, .. }| {
            view! { <EditForm entry=entry.clone() projects=project_choices(&offer.items) back=back.clone() /> }.into_any()
        });
        return view! {
            <tr class="editing" id=id>
                <td colspan=COLUMNS>{form}</td>
            </tr>
        }
        .into_any();
    }
    let words = if entry.description.is_empty() { "No description".to_owned() } else { entry.description.clone() };
    let empty = entry.description.is_empty();
    view! {
        <tr id=id>
            <th scope="row" class="entry-words">
                <span class=if empty { "quiet" } else { "" }>{words}</span>
                {state_badges(&entry)}
                {whose(&entry)}
                <small class="narrow">{dotted(entry.project.color.clone(), format!("{} / {}", entry.client.name, entry.project.name).into_any())}</small>
            </th>
            <td class="wide entry-project">{project(&entry)}</td>
            <td class="wide entry-span">{span(&entry)}</td>
            <td class="number entry-hours">{hours(&entry.worked)}</td>
            <td class="row-actions">{actions(&entry, week)}</td>
        </tr>
    }
    .into_any()
}

/// Who worked, if the page shows the time of several members.
fn whose(entry: &TimeEntry) -> Option<impl IntoView + use<>> {
    let name = entry.member.name.clone();
    use_current_organization().own_time().is_none().then(|| view! { <small>{name}</small> })
}

fn project(entry: &TimeEntry) -> AnyView {
    let here = use_current_organization();
    let path = here.path(&format!("projects/{}", entry.project.id));
    let names = view! {
        <a class="row-link" href=path>{entry.project.name.clone()}</a>
        <span class="quiet">" " {entry.client.name.clone()}</span>
    };
    dotted(entry.project.color.clone(), names.into_any())
}

/// `09:00 – 10:30`, or `None` for a plain duration.
fn span(entry: &TimeEntry) -> Option<String> {
    let start = entry.started_at.as_ref()?.clock();
    Some(match &entry.ended_at {
        Some(end) => format!("{start} – {}", end.clock()),
        None => format!("since {start}"),
    })
}

/// Badges for what is unusual about the entry.
fn state_badges(entry: &TimeEntry) -> impl IntoView + use<> {
    let here = use_current_organization();
    let invoice = entry.invoiced.map(|invoice| here.path(&format!("invoices/{invoice}")));
    view! {
        {(entry.state == EntryState::Draft).then(|| badge(Tone::Warn, "Draft"))}
        {(entry.labour == Labour::Agent).then(|| badge(Tone::Plain, "Agent"))}
        {(!entry.billable).then(|| badge(Tone::Quiet, "Not billable"))}
        {invoice.map(|path| match entry.on_draft {
            true => view! { <a class="badge" href=path>"On a draft"</a> },
            false => view! { <a class="badge good" href=path>"Invoiced"</a> },
        })}
    }
}

fn actions(entry: &TimeEntry, week: &str) -> AnyView {
    if entry.running {
        return badge(Tone::Good, "Running").into_any();
    }
    if !use_current_organization().may(Permission::TrackTime) {
        return ().into_any();
    }
    let joint = if week.contains('?') { '&' } else { '?' };
    let edit = format!("{week}{joint}edit={}", edit_token(entry));
    let named = if entry.description.is_empty() { entry.project.name.clone() } else { entry.description.clone() };
    let locked = entry.locked;
    view! {
        <Continue entry=entry.clone() />
        {(!locked).then(|| view! { <a class="button bare" href=edit aria-label=format!("Change {named}")>{icon(Icon::Pencil)}</a> })}
    }
    .into_any()
}

/// Starts the timer again with the fields of the entry.
#[component]
fn Continue(entry: TimeEntry) -> impl IntoView {
    let action = use_start_timer();
    view! {
        <Form action id=format!("continue-{}", entry.id) class="inline" quiet=true>
            {hidden("project", entry.project.id)}
            {hidden("description", entry.description.clone())}
            {hidden("billable", entry.billable)}
            {hidden("stop_running", true)}
            <Submit label="Continue" class="button bare spoken-label" drawing=Icon::Play />
        </Form>
    }
}

/// One line for a short list: day, description, duration and amount.
pub fn list_item(entry: TimeEntry) -> impl IntoView {
    let words = if entry.description.is_empty() { "No description".to_owned() } else { entry.description.clone() };
    view! {
        <li>
            <span>
                <span>{words}</span>
                {state_badges(&entry)}
                <small>{entry.day.label()} " · " {entry.member.name.clone()}</small>
            </span>
            <span class="numbers">
                {hours(&entry.worked)}
                {entry.amount.as_ref().map(|amount| view! { <small>{money(amount)}</small> })}
            </span>
        </li>
    }
}
