//! The timer bar on every page: starts the timer, shows it running, stops it.

use domain::hours;
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;

use super::{
    form::{self, ProjectOptions},
    refused_start::{RefusedStart, refused_without_scripts, start_instead},
};
use crate::{
    access::Permission,
    error::{Code, Error},
    page::PickerOptions,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::projects::no_project::FirstStep,
    platform,
    projects::Project,
    time::{CurrentTimer, StartTimer, StopTimer, TimeEntry, UpdateTimer, get_timer, live_clock::LiveClock},
    ui::{
        Form, Icon, SelectOption, Submit, WriteAction, create_resource, dot, icon, on_warnings, preserved_input_everywhere, refusal,
        secondary_write, use_flash, when_loaded,
    },
};

/// The data of the bar: the timer, and the projects to start one on.
type TimerBarData = (CurrentTimer, ProjectOptions);

async fn load(tracks: bool) -> Result<TimerBarData, Error> {
    futures::try_join!(get_timer(), form::load_project_options(tracks))
}

/// The id of the form that starts the timer.
const START_FORM: &str = "start-timer";

/// The action that starts the timer, in the context of the page.
#[derive(Clone, Copy)]
struct StartTimerAction {
    action: WriteAction<StartTimer>,
    /// The start that was refused because a timer runs, while it is offered in the place of that one.
    refused: RwSignal<Option<RefusedStart>>,
    /// The same until a timer is started, so that what was typed is in the form again when the running one has ended.
    unstarted: RwSignal<Option<RefusedStart>>,
}

/// Provides the action that starts the timer to everything on the page.
pub fn provide_start_timer() {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<StartTimer>::new();
    let refused = RwSignal::new(refused_without_scripts());
    let unstarted = RwSignal::new(refused.get_untracked());
    on_warnings(action, move |warnings| {
        refused.set(None);
        unstarted.set(None);
        flash.warn(&warnings);
        invalidate(changes.time);
    });
    let refusal = refusal(action);
    // A timer that was started elsewhere is shown, so that it can be stopped here.
    Effect::new(move |_| {
        if let Some(error) = refusal.get().filter(|error| error.code == Code::TimerRunning) {
            let fields = platform::field_values(START_FORM).into_iter().map(|(name, value, _)| (name, value)).collect();
            match RefusedStart::of(error.clone(), fields) {
                Some(start) => {
                    unstarted.set(Some(start.clone()));
                    refused.set(Some(start));
                }
                // The form is gone, and with it what was typed.
                None => flash.warn(&[error.message]),
            }
            action.forget_refusal();
            invalidate(changes.time);
        }
    });
    provide_context(StartTimerAction { action, refused, unstarted });
}

/// The action that starts the timer. The bar shows the reason of a refusal.
pub fn use_start_timer() -> WriteAction<StartTimer> {
    expect_context::<StartTimerAction>().action
}

/// The bar on top of every page of an organization, for users who track time.
#[component]
pub fn TimerBar() -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let seen = RwSignal::new(0_u32);
    // Another tab or device may have started or stopped the timer meanwhile. A tab can be seen again without being focused.
    Effect::new(move |_| {
        let focused = window_event_listener(ev::focus, move |_| invalidate(seen));
        let shown = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
            if !document().hidden() {
                invalidate(seen);
            }
        });
        on_cleanup(move || {
            focused.remove();
            shown.remove();
        });
    });
    let tracks = here.may(Permission::TrackTime);
    let page = use_location().pathname;
    let asked = move || (changes.time.get(), changes.work.get(), seen.get(), page.get());
    let bar = create_resource(asked, move |_| load(tracks));
    tracks.then(|| {
        view! {
            <section class="timer" aria-label="Timer">
                {when_loaded(bar, |(current, projects)| match current.timer {
                    Some(timer) => running(timer, form::project_choices(&projects.offer.items)),
                    None => idle(projects),
                })}
            </section>
        }
    })
}

fn idle(ProjectOptions { offer, last, without }: ProjectOptions) -> AnyView {
    expect_context::<LiveClock>().run_from(None);
    let StartTimerAction { action, refused, unstarted } = expect_context();
    // Nothing is in the way of a start any more.
    Effect::new(move |_| refused.set(None));
    if let Some(without) = without {
        let first = FirstStep::of(&use_current_organization(), without).line();
        return view! { <p class="timer-hint">{icon(Icon::Clock)} <span>{first}</span></p> }.into_any();
    }
    let typed = unstarted.get_untracked();
    let description = typed.as_ref().map(|start| start.description().to_owned());
    let project = typed.map(|start| start.project().to_owned());
    let project = project.filter(|project| offer.items.iter().any(|offered| offered.id.to_string() == *project)).or(last);
    view! {
        <Form action id=START_FORM class="timer-form">
            <label class="spoken" for="timer-description">"What are you working on?"</label>
            <input id="timer-description" class="timer-words" name="description" maxlength="2000" placeholder="What are you working on?" autocomplete="off" value=description />
            {picker(&offer, project.unwrap_or_default())}
            <span class="timer-clock" aria-hidden="true">{hours::clock(0)}</span>
            <Submit label="Start" class="button primary go" drawing=Icon::Play />
        </Form>
    }
    .into_any()
}

/// Why another timer could not be started in the place of the one that runs.
fn refused_otherwise(start: WriteAction<StartTimer>) -> Option<impl IntoView> {
    let error = refusal(start).get().filter(|error| error.code != Code::TimerRunning)?;
    Some(view! { <div class="refusal" role="alert"><p>{error.message}</p></div> })
}

/// The running timer; `projects` has the names of those that one can be started on.
fn running(timer: TimeEntry, projects: Vec<SelectOption>) -> AnyView {
    let live_clock = expect_context::<LiveClock>();
    let changes = use_changes();
    let flash = use_flash();
    let StartTimerAction { action: start, refused, .. } = expect_context();
    let update = WriteAction::<UpdateTimer>::new();
    let stop = update.beside::<StopTimer>();
    on_warnings(update, move |_| invalidate(changes.time));
    on_warnings(stop, move |warnings| {
        flash.warn(&warnings);
        invalidate(changes.time);
    });
    let stop = secondary_write(stop, stop_key(&timer));
    let seconds = timer.worked.seconds;
    live_clock.run_from(Some(seconds));
    let clock = move || live_clock.clock().unwrap_or_else(|| hours::clock(seconds));
    let id = timer.id.to_string();
    // A start that was refused because of a timer that has ended since is not offered in the place of another one.
    let instead = move || {
        let given = refused.get().filter(|given| given.is_because_of(&id))?;
        Some(start_instead(start, refused, given, &projects))
    };
    let since = timer.started_at.as_ref().map(|start| format!("since {}", start.clock()));
    // The description is saved when the focus leaves the form; Stop sends it along.
    let left = move |event: ev::FocusEvent| {
        if platform::focus_leaves(&event) {
            platform::submit_if_unsaved("timer");
        }
    };
    view! {
        <div class="timer-form running" on:focusout=left>
            <Form action=update id="timer" class="timer-edit" secondary_write=stop.clone()>
                <label class="spoken" for="timer-description">"What are you working on?"</label>
                <input
                    id="timer-description"
                    class="timer-words"
                    name="description"
                    maxlength="2000"
                    placeholder="What are you working on?"
                    autocomplete="off"
                    value=timer.description.clone()
                    prop:preserved_input=preserved_input_everywhere(timer.description.clone(), timer.id.to_string())
                />
                {worked_on(&timer)}
                <Submit label="Save" class="button quiet-save" />
                <span class="timer-clock" title=since role="timer">{clock}</span>
                <Submit label="Stop" class="button stop go" drawing=Icon::Stop does=stop />
            </Form>
            {instead}
            {move || refused_otherwise(start)}
        </div>
    }
    .into_any()
}

/// The client and the project of the timer: where both do not fit, the client gives way first.
fn worked_on(timer: &TimeEntry) -> AnyView {
    let (client, project) = (timer.client.name.clone(), timer.project.name.clone());
    let both = format!("{client} / {project}");
    view! {
        <span class="timer-project" title=both>
            {dot(timer.project.color.clone())}
            <span class="timer-client">{client}</span>
            <span class="timer-name">" / " {project}</span>
        </span>
    }
    .into_any()
}

/// The idempotency key that makes a second click on Stop harmless. A timer that runs again because its stop was undone has another
/// version, and so another key.
pub fn stop_key(timer: &TimeEntry) -> String {
    format!("stop-{}-{}", timer.id, timer.version)
}

/// The picker of the project to work on; the project of the latest entry is preselected.
fn picker(projects: &PickerOptions<Project>, last: String) -> AnyView {
    let words = projects.words("projects").map(|words| view! { <option value="" disabled=true>{words}</option> });
    let options = form::project_choices(&projects.items).into_iter().map(|(id, name)| {
        let selected = id == last;
        view! { <option value=id selected=selected>{name}</option> }
    });
    let options = options.collect_view();
    view! {
        <label class="spoken" for="timer-project">"Project"</label>
        <select id="timer-project" class="timer-picker" name="project" required prop:preserved_input=preserved_input_everywhere(last, String::new())>
            <option value="">"Project …"</option>
            {options}
            {words}
        </select>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{
        page_context::ChangeCounters,
        testing::{World, provide_organization},
        time::live_clock::provide_live_clock,
        ui::provide_flash,
    };

    /// The bar for the caller, after a start that was refused with these fields while the timer with this id ran.
    async fn bar(world: &World, running_then: &str, fields: &[(&str, &str)]) -> String {
        let error = Error { details: Some(json!({"id": running_then})), ..Error::new(Code::TimerRunning, "A timer is running.") };
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>();
        let looking = async {
            provide_organization();
            provide_context(ChangeCounters::none());
            provide_flash();
            provide_live_clock();
            let start = RefusedStart::of(error, fields);
            let (refused, unstarted) = (RwSignal::new(start.clone()), RwSignal::new(start));
            provide_context(StartTimerAction { action: WriteAction::new(), refused, unstarted });
            let (current, projects) = load(true).await.expect("the data of the bar");
            match current.timer {
                Some(timer) => running(timer, form::project_choices(&projects.offer.items)).to_html(),
                None => idle(projects).to_html(),
            }
        };
        world.caller.clone().run(looking).await
    }

    #[tokio::test]
    async fn what_was_typed_for_a_refused_start_is_in_the_form_once_the_running_timer_has_ended() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        let shop = studio.ok("create_project", json!({"client": "Acme", "name": "Shop"})).await;
        let shop = shop["id"].as_str().expect("an id");
        studio.ok("start_timer", json!({"project": "Site", "description": "One"})).await;
        let one = studio.ok("get_timer", json!({})).await["timer"]["id"].clone();
        let running = bar(&studio, "another", &[]).await;
        assert!(running.contains("class=\"timer-name\"") && running.contains("title=\"Acme / Site\""), "{running}");
        let typed = [("project", shop), ("description", "Two is a long sentence")];
        let offered = bar(&studio, one.as_str().expect("an id"), &typed).await;
        assert!(offered.contains("Two is a long sentence\" on Acme / Shop") && offered.contains("Stop it and start this"), "{offered}");
        let of_another = bar(&studio, "another", &typed).await;
        assert!(!of_another.contains("Stop it and start this"), "{of_another}");
        studio.advance(600);
        studio.ok("stop_timer", json!({})).await;
        let ended = bar(&studio, one.as_str().expect("an id"), &typed).await;
        assert!(ended.contains("value=\"Two is a long sentence\"") && !ended.contains("Stop it and start this"), "{ended}");
        assert!(ended.contains(&format!("<option value=\"{shop}\" selected")), "{ended}");
    }
}
