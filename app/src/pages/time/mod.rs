//! The time page: a week, day by day, and the form to add to it.

pub mod edit_conflict;
pub mod entry_view;
pub mod form;
mod refused_start;
pub mod timer_bar;
pub mod week;

use domain::{day::Day, hours::WorkDuration, id::TimeEntryId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::rate_prompts::MissingRates;
use crate::{
    access::Permission,
    error::Error,
    page::{LIMIT_MAX, Page, PageRequest},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::{
        done_words::DoneWords,
        projects::no_project::{FirstStep, WithoutProject},
        time::{
            form::{FetchedProjects, LogForm, ProjectOptions, project_choices},
            week::{Week, WeekBars},
        },
    },
    time::{ConfirmTimeEntries, ConfirmedDrafts, ListTimeEntries, TimeEntry, TimeFilterInput, TimeSummary, week_drafts::WeekDrafts},
    ui::{
        Disclosure, Empty, Form, Icon, PageHeader, Submit, WriteAction, create_resource, escaped, hidden, hours, icon, on_success, pager,
        use_flash, when_loaded,
    },
};

/// The data of the page: the week, its totals, and its entries, the latest first, as many as a page holds.
type TimePageData = (Week, TimeSummary, Page<TimeEntry>);

async fn load(week: Week, cursor: Option<String>, whose: Option<String>) -> Result<TimePageData, Error> {
    let (from, to) = (Some(week.from.to_string()), Some(week.to().to_string()));
    let entries = ListTimeEntries {
        filter: TimeFilterInput { from, to, member: whose.clone(), ..Default::default() },
        page: PageRequest::after(cursor, LIMIT_MAX),
    }
    .call();
    let (hours, entries) = futures::try_join!(week.hours(whose), entries)?;
    Ok((week, hours, entries))
}

/// The time page: a week of the signed-in person's time, or of the time that a viewer was granted.
pub fn page() -> AnyView {
    let here = use_current_organization();
    let changes = use_changes();
    let query = use_query_map();
    let (today, start) = (here.0.today.clone(), here.0.week_start);
    let week = Memo::new(move |_| query.with(|query| Week::from_query(query.get("from").as_deref(), &today, start)));
    let whose = here.own_time();
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let asked = move || (changes.time.get(), week.get(), cursor.get());
    let entries = create_resource(asked, move |(_, week, cursor)| load(week, cursor, whose.clone()));
    let tracks = here.may(Permission::TrackTime);
    let projects = create_resource(move || changes.work.get(), move |_| form::load_project_options(tracks));
    view! {
        <PageHeader title="Time" lead=view! { {move || week.get().label()} }.into_any()>
            {move || week_navigation(&week.get())}
        </PageHeader>
        {tracks.then(|| view! { <Log projects /> })}
        {here.may(Permission::WriteMoney).then(|| view! { <MissingRates /> })}
        {when_loaded(entries, move |loaded| shown(loaded, projects))}
    }
    .into_any()
}

/// Links to the weeks before and after.
fn week_navigation(week: &Week) -> impl IntoView + use<> {
    let here = use_current_organization();
    let path = |week: &Week| format!("{}?from={}", here.path("time"), week.from);
    let this = Week::of(&here.0.today, here.0.week_start);
    view! {
        <nav class="turn" aria-label="Weeks">
            <a class="button" href=path(&week.before()) aria-label="The week before">{icon(Icon::Left)}</a>
            <a class="button" href=here.path("time") aria-current=(this == *week).then_some("page")>"This week"</a>
            <a class="button" href=path(&week.after()) aria-label="The week after">{icon(Icon::Right)}</a>
        </nav>
    }
}

/// The form to log time.
#[component]
fn Log(projects: FetchedProjects) -> impl IntoView {
    let query = use_query_map();
    let by_clock = Memo::new(move |_| query.with(|query| query.get("by").is_some()));
    when_loaded(projects, move |ProjectOptions { offer, last, .. }| {
        let (projects, words) = (project_choices(&offer.items), offer.words("projects"));
        let form = view! { <LogForm projects last by_clock /> };
        let rest = words.map(|words| view! { <p class="quiet">{words}</p> });
        (!offer.items.is_empty())
            .then(|| view! { <Disclosure label="Log time" drawing=Icon::Plus open=true>{form} {rest}</Disclosure> })
            .into_any()
    })
}

fn shown((week, hours, page): TimePageData, projects: FetchedProjects) -> AnyView {
    let here = use_current_organization();
    let (path, entries) = paths(&week);
    if page.items.is_empty() {
        return match here.may(Permission::TrackTime) {
            true => when_loaded(projects, |options: ProjectOptions| nothing_tracked(options.without)),
            false => view! { <Empty title=EMPTY_WEEK text="No time was logged on what was granted to you." /> }.into_any(),
        };
    }
    let waiting = WeekDrafts::of(&page.items, &hours.totals.drafts);
    let next = page.next_cursor;
    let days = by_day(page.items).into_iter().map(|(day, rows)| {
        let total = hours.worked_on(&day);
        day_rows(day, &total, rows, &entries, projects)
    });
    let days = days.collect_view();
    view! {
        <WeekBars week hours />
        {waiting.words().map(|words| view! { <Drafts words confirmable=waiting.confirmable /> })}
        <table class="list entries">
            <caption class="spoken">"Time of the week, by day"</caption>
            <thead class="spoken">
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Project"</th>
                    <th scope="col">"From and to"</th>
                    <th scope="col">"Worked"</th>
                    <th scope="col">"Actions"</th>
                </tr>
            </thead>
            {days}
        </table>
        {pager(path, next)}
    }
    .into_any()
}

/// The title of a week without time.
const EMPTY_WEEK: &str = "Nothing in this week";

/// The week of a user who tracks time and has none in it: how time is tracked, or what has to come first.
fn nothing_tracked(without: Option<WithoutProject>) -> AnyView {
    let Some(without) = without else {
        return view! { <Empty title=EMPTY_WEEK text="Start the timer above, or write down what you did." /> }.into_any();
    };
    let FirstStep { words, link } = FirstStep::of(&use_current_organization(), without);
    match link {
        Some((path, label)) => view! { <Empty title=EMPTY_WEEK text=words><a class="button" href=path>{label}</a></Empty> }.into_any(),
        None => view! { <Empty title=EMPTY_WEEK text=words /> }.into_any(),
    }
}

/// The URL of the week, and that of the shown page of its entries.
fn paths(week: &Week) -> (String, String) {
    let (here, query) = (use_current_organization(), use_query_map());
    let query = query.read_untracked();
    let path = match query.get("from") {
        Some(_) => format!("{}?from={}", here.path("time"), week.from),
        None => here.path("time"),
    };
    let joint = if path.contains('?') { '&' } else { '?' };
    let part = query.get("cursor").map(|cursor| format!("{path}{joint}cursor={}", escaped(&cursor)));
    (path.clone(), part.unwrap_or(path))
}

/// Groups entries by day; they come newest first.
fn by_day(entries: Vec<TimeEntry>) -> Vec<(Day, Vec<TimeEntry>)> {
    let mut days: Vec<(Day, Vec<TimeEntry>)> = Vec::new();
    for entry in entries {
        match days.last_mut().filter(|(day, _)| *day == entry.day) {
            Some((_, entries)) => entries.push(entry),
            None => days.push((entry.day.clone(), vec![entry])),
        }
    }
    days
}

/// A day with its total and its entries. Drafts and the running timer are listed and count in no total.
fn day_rows(day: Day, total: &WorkDuration, entries: Vec<TimeEntry>, path: &str, projects: FetchedProjects) -> impl IntoView + use<> {
    let here = use_current_organization();
    let query = use_query_map();
    let label = if day == here.0.today { format!("Today, {}", day.label()) } else { day.label() };
    let rows = entries.into_iter().map(|entry| {
        let (mark, path) = (entry_view::edit_token(&entry), path.to_owned());
        let editing = Memo::new(move |_| query.with(|query| query.get("edit").is_some_and(|asked| asked == mark)));
        move || entry_view::row(entry.clone(), &path, editing.get(), projects)
    });
    view! {
        <tbody id=format!("day-{day}")>
            <tr class="day-head">
                <th scope="rowgroup" colspan="3">{label}</th>
                <td class="number">{hours(total)}</td>
                <td></td>
            </tr>
            {rows.collect_view()}
        </tbody>
    }
}

/// What is said once drafts are confirmed.
pub(in crate::pages) fn confirmed_words(confirmed: &ConfirmedDrafts) -> String {
    format!("{} confirmed.", confirmed.worked.text)
}

/// The notice about drafts that agents wrote, and the form to confirm them.
#[component]
fn Drafts(
    /// The text about them.
    words: String,
    /// The drafts to confirm.
    confirmable: Vec<TimeEntryId>,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<ConfirmTimeEntries>::new();
    on_success(action, move |confirmed| {
        invalidate(changes.time);
        flash.done(ConfirmTimeEntries::done_words(confirmed, ()), confirmed);
    });
    view! {
        <div class="notice">
            <p>{words}</p>
            {(!confirmable.is_empty()).then(|| view! {
                <Form action id="confirm-drafts">
                    {confirmable.iter().map(|draft| hidden("time_entries[]", draft)).collect_view()}
                    <Submit label="Confirm these drafts" class="button" />
                </Form>
            })}
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::{form::load_project_options, nothing_tracked};
    use crate::testing::{World, provide_organization};
    use leptos::prelude::*;

    #[tokio::test]
    async fn an_empty_week_points_at_the_timer_only_where_there_is_one() {
        let studio = World::new("studio").await;
        let shown = async || {
            let looking = async {
                provide_organization();
                nothing_tracked(load_project_options(true).await.expect("projects").without).to_html()
            };
            studio.caller.clone().run(looking).await
        };
        let new = shown().await;
        assert!(new.contains("Add a client and a project") && !new.contains("timer above"), "{new}");
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        assert!(shown().await.contains("Start the timer above"));
    }
}
