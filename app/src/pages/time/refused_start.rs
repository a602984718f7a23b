//! A start of the timer that was refused because one runs: it is offered again in the place of that one.

use std::collections::BTreeMap;

use leptos::{ev, prelude::*};

use crate::{
    error::{Code, Error},
    time::StartTimer,
    ui::{Form, SelectOption, Submit, WriteAction, hidden, refused_form},
};

/// The refused start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RefusedStart {
    told: String,
    /// The id of the timer that ran; `None` where the refusal does not tell it.
    running: Option<String>,
    project: String,
    description: String,
}

impl RefusedStart {
    /// The start with these fields that was refused with this error; none if it names no project.
    pub(super) fn of(refused: Error, mut fields: BTreeMap<String, String>) -> Option<Self> {
        let project = fields.remove("project").filter(|project| !project.is_empty())?;
        let running = refused.details.as_ref().and_then(|timer| timer["id"].as_str()).map(str::to_owned);
        Some(Self { told: refused.message, running, project, description: fields.remove("description").unwrap_or_default() })
    }

    /// Whether it was refused because this timer ran.
    pub(super) fn is_because_of(&self, timer: &str) -> bool {
        self.running.as_deref().is_none_or(|running| running == timer)
    }

    /// The id of the chosen project.
    pub(super) fn project(&self) -> &str {
        &self.project
    }

    /// The description as it was typed.
    pub(super) fn description(&self) -> &str {
        &self.description
    }

    /// What was not started, with the name that the project has among the choices.
    fn words(&self, projects: &[SelectOption]) -> String {
        let on = projects.iter().find(|(id, _)| *id == self.project).map(|(_, name)| format!(" on {name}")).unwrap_or_default();
        match self.description.trim() {
            "" => format!("Not started: work without a description{on}."),
            description => format!("Not started: \"{description}\"{on}."),
        }
    }
}

/// The start that was just refused without scripts.
pub(super) fn refused_without_scripts() -> Option<RefusedStart> {
    let returned = refused_form::<StartTimer>()?;
    let refused = returned.refusal.filter(|error| error.code == Code::TimerRunning)?;
    RefusedStart::of(refused, returned.fields)
}

/// The offer to stop the timer that runs and start this one, whose project is one of `projects`.
pub(super) fn start_instead(
    action: WriteAction<StartTimer>,
    refused: RwSignal<Option<RefusedStart>>,
    given: RefusedStart,
    projects: &[SelectOption],
) -> AnyView {
    let words = given.words(projects);
    let keep = move |event: ev::MouseEvent| {
        event.prevent_default();
        refused.set(None);
        action.forget_refusal();
    };
    view! {
        <div class="refusal" role="alert">
            <div>
                <p>{given.told}</p>
                <p class="quiet">{words}</p>
            </div>
            <Form action id="start-instead" class="actions" quiet=true>
                {hidden("project", given.project)} {hidden("description", given.description)} {hidden("stop_running", true)}
                <Submit label="Stop it and start this" class="button" />
                // Without scripts the page itself, which offers nothing when it is opened again.
                <a class="button bare" href="" rel="external" on:click=keep>"Keep it"</a>
            </Form>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_refused_for_a_running_timer_can_be_started_in_its_place() {
        let error =
            Error { details: Some(json!({"id": "07"})), ..Error::new(Code::TimerRunning, "A timer is running on Acme / Site for 5m.") };
        let fields = [("project", "01a2"), ("description", "Sketch")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = RefusedStart::of(error.clone(), BTreeMap::from(fields)).expect("a start");
        assert!(given.is_because_of("07") && !given.is_because_of("08"), "another timer is not the one that was in the way");
        let projects = [("01a2".to_owned(), "Acme / Shop".to_owned())];
        let shown = Owner::new().with(|| start_instead(WriteAction::new(), RwSignal::new(None), given, &projects).to_html());
        for part in [
            "A timer is running on Acme / Site",
            "Sketch\" on Acme / Shop",
            "value=\"01a2\"",
            "value=\"Sketch\"",
            "name=\"stop_running\"",
            "Stop it and start this",
            "href=\"\"",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert_eq!(RefusedStart::of(error, BTreeMap::new()), None, "what was typed is not known any more");
    }
}
