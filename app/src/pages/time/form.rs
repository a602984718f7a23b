//! The forms to log time and to change an entry.

use domain::day::{Day, OffsetDateTime};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde::{Deserialize, Serialize};

use super::edit_conflict::EditConflict;
use crate::{
    error::Error,
    page::{LIMIT_MAX, PageRequest, PickerOptions, load_picker_options},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::{
        done_words::{Done, DoneWords},
        projects::no_project::{WithoutProject, load_without_project},
    },
    projects::{ListProjects, Project},
    time::{
        CreateTimeEntry, DeleteTimeEntry, ListTimeEntries, Logged, TimeEntry, TimeFilterInput, UpdateTimeEntry,
        time_fields::{
            TimeRangeValues, day_field, duration_field, duration_or_times_fields, duration_value, is_elsewhere, time_range_fields,
            time_value,
        },
    },
    ui::{
        Dialog, DialogTrigger, Field, Form, Icon, Select, SelectOption, Submit, TypedResource, WriteAction, choices, hidden,
        idempotency_field, on_success, refusal, use_flash, zones::ZoneNote,
    },
};

/// What is said once time is logged.
pub(in crate::pages) fn logged_words(logged: &Logged) -> String {
    format!("{} logged on {}: {} that day.", logged.entry.worked.text, logged.entry.project.name, logged.day_total.text)
}

/// The options of a project picker.
pub fn project_choices(projects: &[Project]) -> Vec<SelectOption> {
    projects.iter().map(|project| (project.id.to_string(), project.full_name())).collect()
}

/// The projects to track time on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProjectOptions {
    /// The projects.
    pub offer: PickerOptions<Project>,
    /// The id of the one with the caller's latest entry.
    pub last: Option<String>,
    /// What there is instead, where a caller who tracks time has none.
    pub without: Option<WithoutProject>,
}

/// The same, as a resource of a page.
pub type FetchedProjects = TypedResource<ProjectOptions>;

/// Fetches the projects to track time on; none for callers who do not track time.
pub async fn projects(tracks: bool) -> Result<PickerOptions<Project>, Error> {
    match tracks {
        true => {
            load_picker_options(|cursor| ListProjects { page: PageRequest::after(cursor, LIMIT_MAX), ..Default::default() }.call()).await
        }
        false => Ok(PickerOptions::default()),
    }
}

/// Fetches the projects to track time on and the preselected one; none for callers who do not track time.
pub async fn load_project_options(tracks: bool) -> Result<ProjectOptions, Error> {
    let latest = async {
        match tracks {
            true => latest_entry().await,
            false => Ok(None),
        }
    };
    let (offer, latest) = futures::try_join!(projects(tracks), latest)?;
    let last = latest.map(|entry| entry.project.id).filter(|last| offer.items.iter().any(|project| project.id == *last));
    let without = match tracks && offer.items.is_empty() {
        true => Some(load_without_project().await?),
        false => None,
    };
    Ok(ProjectOptions { offer, last: last.map(|last| last.to_string()), without })
}

async fn latest_entry() -> Result<Option<TimeEntry>, Error> {
    let me = Some("me".to_owned());
    let latest =
        ListTimeEntries { filter: TimeFilterInput { member: me, ..Default::default() }, page: PageRequest::first(1) }.call().await?;
    Ok(latest.items.into_iter().next())
}

/// The projects to choose from for an entry. Its own stays a choice, even if it is archived or the member has left it.
fn with_current_project(mut projects: Vec<SelectOption>, entry: &TimeEntry) -> Vec<SelectOption> {
    let present = entry.project.id.to_string();
    if !projects.iter().any(|(id, _)| *id == present) {
        projects.insert(0, (present, format!("{} / {}", entry.client.name, entry.project.name)));
    }
    projects
}

/// The form for time that was not measured by the timer.
#[component]
pub fn LogForm(
    /// The projects to choose from.
    projects: Vec<SelectOption>,
    /// The preselected project; without it, one has to be chosen.
    last: Option<String>,
    /// Whether the form asks for start and end instead of a duration. Other typed values stay when that changes.
    by_clock: Memo<bool>,
) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<CreateTimeEntry>::new();
    // If From and To stayed, a second press would log the same time again.
    let begins = RwSignal::new("09:00");
    on_success(action, move |logged| {
        invalidate(changes.time);
        begins.set("");
        flash.done(CreateTimeEntry::done_words(logged, ()), logged);
    });
    let today = here.0.today.to_string();
    let day = today.clone();
    let when = move || match by_clock.get() {
        true => time_range_fields(TimeRangeValues { day: day.clone(), from: begins.get().to_owned(), to: String::new(), before: None }),
        false => duration_or_times_fields(),
    };
    let projects = std::iter::once((String::new(), "Choose …".to_owned())).chain(projects).collect::<Vec<SelectOption>>();
    let billable = choices(&[("", "As the project says"), ("true", "Billable"), ("false", "Not billable")]);
    view! {
        <Form action id="log" class="log-form" clears=true>
            {idempotency_field(action)}
            <Field label="What was done" name="description" maxlength=2000 placeholder="Charts for the quarter" class="grow" />
            <Select label="Project" name="project" choices=projects value=last.unwrap_or_default() required=true />
            {day_field(today)}
            {when}
            <Select label="Billable" name="billable" choices=billable />
            <Submit label="Log time" class="button primary" />
        </Form>
        <TimeInputSwitch by_clock />
        <ZoneNote />
    }
}

/// The link that switches between a duration and two times, in the shown week. Without scripts both are in the form, since following
/// the link would lose what was typed.
#[component]
fn TimeInputSwitch(by_clock: Memo<bool>) -> impl IntoView {
    let (here, query) = (use_current_organization(), use_query_map());
    let path = move || {
        let from = query.with(|query| query.get("from")).and_then(|from| Day::parse("from", &from).ok());
        let parts = [from.map(|from| format!("from={from}")), (!by_clock.get()).then(|| "by=clock".to_owned())];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
        if parts.is_empty() { here.path("time") } else { format!("{}?{parts}", here.path("time")) }
    };
    let words = move || if by_clock.get() { "A duration instead" } else { "From and to instead" };
    view! { <p class="below other-way"><a href=path>{words}</a></p> }
}

/// The form to change an entry.
#[component]
pub fn EditForm(
    /// The entry.
    entry: TimeEntry,
    /// The projects that it can move to.
    projects: Vec<SelectOption>,
    /// The URL to return to without a change.
    back: String,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = WriteAction::<UpdateTimeEntry>::new();
    let list = back.clone();
    on_success(action, move |saved| {
        flash.done(UpdateTimeEntry::DONE, saved);
        navigate(&list, Default::default());
        invalidate(changes.time);
    });
    let billable = choices(&[("true", "Billable"), ("false", "Not billable")]);
    let id = entry.id;
    let given = entry.clone();
    // The day that the entry's clock showed, even if the organization's time zone has changed since.
    let day = entry.started_at.as_ref().map_or_else(|| entry.day.clone(), OffsetDateTime::day).to_string();
    let shown = day.clone();
    let when = move || match (given.started_at.clone(), given.ended_at.clone()) {
        (Some(start), Some(end)) => time_range_fields(TimeRangeValues {
            day: shown.clone(),
            from: time_value(&start),
            to: time_value(&end),
            before: Some((start, end)),
        }),
        _ => duration_field(Some(duration_value(&given.worked))),
    };
    // The id, not the name: a name may change meanwhile, and members who have left the project cannot resolve it.
    let (projects, project) = (with_current_project(projects, &entry), entry.project.id.to_string());
    let note = clock_note(&entry);
    let (kept, cancel) = (entry.clone(), back.clone());
    let (form, version) = (format!("edit-{id}"), RwSignal::new(entry.version));
    view! {
        <Form action id=form.clone() class="log-form" asks=true>
            {hidden("time_entry", id)}
            <input type="hidden" name="version" value=entry.version prop:value=move || version.get().to_string() />
            <Field label="What was done" name="description" maxlength=2000 value=entry.description.clone() class="grow" />
            <Select label="Project" name="project" choices=projects value=project required=true />
            {day_field(day)}
            {when()}
            <Select label="Billable" name="billable" choices=billable value=entry.billable.to_string() />
            <Submit label="Save" class="button primary" />
            <a class="button" href=cancel>"Cancel"</a>
        </Form>
        <EditConflict entry=id action version form list=back.clone() />
        {note}
        <Delete entry=kept back />
    }
}

/// The note that says on whose clock the times are.
fn clock_note(entry: &TimeEntry) -> AnyView {
    let zone = use_current_organization().0.time_zone;
    match entry.started_at.as_ref().filter(|start| is_elsewhere(&zone, start)) {
        Some(start) => {
            let offset = start.offset().trim_start_matches('Z');
            view! { <p class="quiet">{format!("Times are by the clock of {}, UTC{offset}.", entry.member.name)}</p> }.into_any()
        }
        None => view! { <ZoneNote /> }.into_any(),
    }
}

#[component]
fn Delete(entry: TimeEntry, back: String) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = WriteAction::<DeleteTimeEntry>::new();
    on_success(action, move |deleted| {
        flash.done(DeleteTimeEntry::DONE, deleted);
        navigate(&back, Default::default());
        invalidate(changes.time);
    });
    let refused = refusal(action);
    let id = entry.id;
    let what = format!("{} on {} of {} will be gone.", entry.worked.text, entry.project.name, entry.day.label());
    view! {
        <DialogTrigger dialog=format!("delete-{id}") label="Delete …" class="button danger" drawing=Icon::Bin />
        <Dialog id=format!("delete-{id}") title="Delete this entry?" refused closes=action.version()>
            <p>{what}</p>
            <Form action id=format!("delete-form-{id}") class="actions">
                {hidden("time_entry", id)}
                <Submit label="Delete entry" class="button danger solid" />
            </Form>
        </Dialog>
    }
}
