//! Writing time down by hand, and changing it.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::{
    CreateTimeEntry, DeleteTimeEntry, TimeEntry, UpdateTimeEntry, list_time_entries,
    overtaken::Overtaken,
    when::{Between, between, is_elsewhere, lasted, lasting, lasting_or_between, on, time_of},
    zones::ZoneNote,
};
use crate::{
    day::{Day, Moment},
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

/// The projects that time can go on, and the one of them that one's latest time is on.
pub type Pickable = (Offer<Project>, Option<String>);

/// The same, as a page fetches it.
pub type Projects = Fetched<Pickable>;

/// The projects that time can go on, for whoever tracks time.
pub async fn projects(tracks: bool) -> Result<Offer<Project>, Error> {
    match tracks {
        true => offer(|cursor| list_projects(None, None, None, None, Some(LIMIT_MAX), cursor, None)).await,
        false => Ok(Offer::default()),
    }
}

/// What whoever tracks time picks from.
pub async fn pickable(tracks: bool) -> Result<Pickable, Error> {
    let latest = async {
        match tracks {
            true => latest_entry().await,
            false => Ok(None),
        }
    };
    let (offer, latest) = futures::try_join!(projects(tracks), latest)?;
    let last = latest.map(|entry| entry.project.id).filter(|last| offer.items.iter().any(|project| project.id == *last));
    Ok((offer, last.map(|last| last.to_string())))
}

async fn latest_entry() -> Result<Option<TimeEntry>, Error> {
    let me = Some("me".to_owned());
    let latest = list_time_entries(None, None, None, None, None, me, None, None, None, None, None, None, Some(1), None, None).await?;
    Ok(latest.items.into_iter().next())
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
    /// The project that it begins with; otherwise one has to be chosen.
    last: Option<String>,
    /// Whether start and end are asked for, instead of a duration. What else was typed stays when that changes.
    by_clock: Memo<bool>,
) -> impl IntoView {
    let here = use_here();
    let changes = use_changes();
    let flash = use_flash();
    let action = Write::<CreateTimeEntry>::new();
    // Where From and To stayed, a second press would log the same time again.
    let begins = RwSignal::new("09:00");
    answered(action, move |logged| {
        changed(changes.time);
        begins.set("");
        let words = format!("{} logged on {}: {} that day.", logged.entry.worked.text, logged.entry.project.name, logged.day_total.text);
        flash.done(words, logged);
    });
    let today = here.0.today.to_string();
    let day = today.clone();
    let when = move || match by_clock.get() {
        true => between(Between { day: day.clone(), from: begins.get().to_owned(), to: String::new(), before: None }),
        false => lasting_or_between(),
    };
    let projects = std::iter::once((String::new(), "Choose …".to_owned())).chain(projects).collect::<Vec<Choice>>();
    let billable = choices(&[("", "As the project says"), ("true", "Billable"), ("false", "Not billable")]);
    view! {
        <Form action id="log" class="log-form" clears=true>
            {once(action)}
            <Field label="What was done" name="description" maxlength=2000 placeholder="Charts for the quarter" class="grow" />
            <Select label="Project" name="project" choices=projects value=last.unwrap_or_default() required=true />
            {on(today)}
            {when}
            <Select label="Billable" name="billable" choices=billable />
            <Submit label="Log time" class="button primary" />
        </Form>
        <Other by_clock />
        <ZoneNote />
    }
}

/// The way to the other manner of saying how long it was, in the week that is looked at. Without scripts both stand in the form, since
/// the way there would lose what was typed.
#[component]
fn Other(by_clock: Memo<bool>) -> impl IntoView {
    let (here, query) = (use_here(), use_query_map());
    let path = move || {
        let from = query.with(|query| query.get("from")).and_then(|from| Day::parse("from", &from).ok());
        let parts = [from.map(|from| format!("from={from}")), (!by_clock.get()).then(|| "by=clock".to_owned())];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
        if parts.is_empty() { here.path("time") } else { format!("{}?{parts}", here.path("time")) }
    };
    let words = move || if by_clock.get() { "A duration instead" } else { "From and to instead" };
    view! { <p class="below other-way"><a href=path>{words}</a></p> }
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
    // The day as its clock showed it, also where the organization's clock was set anew since.
    let day = entry.started_at.as_ref().map_or_else(|| entry.day.clone(), Moment::day).to_string();
    let shown = day.clone();
    let when = move || match (given.started_at.clone(), given.ended_at.clone()) {
        (Some(start), Some(end)) => {
            between(Between { day: shown.clone(), from: time_of(&start), to: time_of(&end), before: Some((start, end)) })
        }
        _ => lasting(Some(lasted(&given.worked))),
    };
    // The id, and not the name: that may change meanwhile, and is not found by who has left the project.
    let (projects, project) = (with_present(projects, &entry), entry.project.id.to_string());
    let note = clock_note(&entry);
    let (kept, cancel) = (entry.clone(), back.clone());
    let (form, version) = (format!("edit-{id}"), RwSignal::new(entry.version));
    view! {
        <Form action id=form.clone() class="log-form" asks=true>
            {hidden("time_entry", id)}
            <input type="hidden" name="version" value=entry.version prop:value=move || version.get().to_string() />
            <Field label="What was done" name="description" maxlength=2000 value=entry.description.clone() class="grow" />
            <Select label="Project" name="project" choices=projects value=project required=true />
            {on(day)}
            {when()}
            <Select label="Billable" name="billable" choices=billable value=entry.billable.to_string() />
            <Submit label="Save" class="button primary" />
            <a class="button" href=cancel>"Cancel"</a>
        </Form>
        <Overtaken entry=id action version form list=back.clone() />
        {note}
        <Delete entry=kept back />
    }
}

/// By whose clock the times are.
fn clock_note(entry: &TimeEntry) -> AnyView {
    let zone = use_here().0.time_zone;
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
