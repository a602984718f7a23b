//! Writing time down by hand, and changing it.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{
    CreateTimeEntry, DeleteTimeEntry, TimeEntry, UpdateTimeEntry,
    when::{between, lasted, lasting, local},
    zones::ZoneNote,
};
use crate::{
    error::Error,
    page::{LIMIT_MAX, Offer, offer},
    projects::{Project, list_projects},
    ui::{Choice, Dialog, Fetched, Field, Form, Icon, Opens, Select, Submit, Write, answered, choices, hidden, once, refusal, use_flash},
    visit::{changed, use_changes, use_here},
};

/// The projects of a picker.
pub fn picks(projects: &[Project]) -> Vec<Choice> {
    projects.iter().map(|project| (project.id.to_string(), project.full_name())).collect()
}

/// The projects that time can go on.
pub type Projects = Fetched<Offer<Project>>;

/// The projects that time can go on, for whoever tracks time.
pub async fn projects(tracks: bool) -> Result<Offer<Project>, Error> {
    match tracks {
        true => offer(|cursor| list_projects(None, None, None, None, Some(LIMIT_MAX), cursor, None)).await,
        false => Ok(Offer::default()),
    }
}

/// The projects to choose from for an entry: the one it is on stays a choice, also when that is archived by now or one has left it.
fn with_present(mut projects: Vec<Choice>, entry: &TimeEntry) -> Vec<Choice> {
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
    projects: Vec<Choice>,
    /// Whether start and end are asked for, instead of a duration.
    by_clock: bool,
) -> impl IntoView {
    let here = use_here();
    let changes = use_changes();
    let flash = use_flash();
    let action = Write::<CreateTimeEntry>::new();
    answered(action, move |logged| {
        changed(changes.time);
        let words = format!("{} logged on {}: {} that day.", logged.entry.worked.text, logged.entry.project.name, logged.day_total.text);
        flash.done(words, logged);
    });
    let today = here.0.today.to_string();
    let other = match by_clock {
        true => (here.path("time"), "A duration instead"),
        false => (format!("{}?by=clock", here.path("time")), "From and to instead"),
    };
    // Fields are made inside of their form: from it they learn their id and what was wrong with them.
    let when = move || match by_clock {
        true => between(format!("{today}T09:00"), None),
        false => lasting(today, None),
    };
    let billable = choices(&[("", "As the project says"), ("true", "Billable"), ("false", "Not billable")]);
    view! {
        <Form action id="log" class="log-form" clears=true>
            {once(action)}
            <Field label="What was done" name="description" maxlength=2000 placeholder="Charts for the quarter" class="grow" />
            <Select label="Project" name="project" choices=projects required=true />
            {when()}
            <Select label="Billable" name="billable" choices=billable />
            <Submit label="Log time" class="button primary" />
        </Form>
        <p class="below"><a href=other.0>{other.1}</a></p>
        <ZoneNote />
    }
}

/// An entry while it is being changed.
#[component]
pub fn EditForm(
    /// The entry.
    entry: TimeEntry,
    /// The projects it could go on.
    projects: Vec<Choice>,
    /// Where to go when nothing is to be changed after all.
    back: String,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = Write::<UpdateTimeEntry>::new();
    let list = back.clone();
    answered(action, move |saved| {
        flash.done("Saved.", saved);
        navigate(&list, Default::default());
        changed(changes.time);
    });
    let billable = choices(&[("true", "Billable"), ("false", "Not billable")]);
    let id = entry.id;
    let given = entry.clone();
    let when = move || match (&given.started_at, &given.ended_at) {
        (Some(from), Some(to)) => between(local(from), Some(local(to))),
        _ => lasting(given.day.to_string(), Some(lasted(&given.worked))),
    };
    // The id, and not the name: that may change meanwhile, and is not found by who has left the project.
    let (projects, project) = (with_present(projects, &entry), entry.project.id.to_string());
    let (kept, cancel) = (entry.clone(), back.clone());
    view! {
        <Form action id=format!("edit-{id}") class="log-form">
            {hidden("time_entry", id)} {hidden("version", entry.version)}
            <Field label="What was done" name="description" maxlength=2000 value=entry.description.clone() class="grow" />
            <Select label="Project" name="project" choices=projects value=project required=true />
            {when()}
            <Select label="Billable" name="billable" choices=billable value=entry.billable.to_string() />
            <Submit label="Save" class="button primary" />
            <a class="button" href=cancel>"Cancel"</a>
        </Form>
        <ZoneNote />
        <Delete entry=kept back />
    }
}

#[component]
fn Delete(entry: TimeEntry, back: String) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = Write::<DeleteTimeEntry>::new();
    answered(action, move |deleted| {
        flash.done("The entry was deleted.", deleted);
        navigate(&back, Default::default());
        changed(changes.time);
    });
    let refused = Signal::derive(move || refusal(action).get().is_some());
    let id = entry.id;
    let what = format!("{} on {} of {} will be gone.", entry.worked.text, entry.project.name, entry.day.label());
    view! {
        <Opens dialog=format!("delete-{id}") label="Delete …" class="button danger" drawing=Icon::Bin />
        <Dialog id=format!("delete-{id}") title="Delete this entry?" refused closes=action.version()>
            <p>{what}</p>
            <Form action id=format!("delete-form-{id}") class="actions">
                {hidden("time_entry", id)}
                <Submit label="Delete entry" class="button danger solid" />
            </Form>
        </Dialog>
    }
}
