//! A start of the timer that was refused because one runs: it is offered again in the place of that one.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::{
    error::{Code, Error},
    time::StartTimer,
    ui::{Form, Submit, WriteAction, hidden, refused_form},
};

/// The refused start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RefusedStart {
    told: String,
    project: String,
    description: String,
}

impl RefusedStart {
    /// The start with these fields that was refused with this error; none if it names no project.
    pub(super) fn of(refused: Error, mut fields: BTreeMap<String, String>) -> Option<Self> {
        let project = fields.remove("project").filter(|project| !project.is_empty())?;
        Some(Self { told: refused.message, project, description: fields.remove("description").unwrap_or_default() })
    }
}

/// The start that was just refused without scripts.
pub(super) fn refused_without_scripts() -> Option<RefusedStart> {
    let returned = refused_form::<StartTimer>()?;
    let refused = returned.refusal.filter(|error| error.code == Code::TimerRunning)?;
    RefusedStart::of(refused, returned.fields)
}

/// The offer to stop the timer that runs and start this one.
pub(super) fn start_instead(action: WriteAction<StartTimer>, refused: RwSignal<Option<RefusedStart>>, given: RefusedStart) -> AnyView {
    view! {
        <div class="refusal" role="alert">
            <p>{given.told}</p>
            <Form action id="start-instead" class="actions" quiet=true>
                {hidden("project", given.project)} {hidden("description", given.description)} {hidden("stop_running", true)}
                <Submit label="Stop it and start this" class="button" />
                <button type="button" class="button bare" on:click=move |_| { refused.set(None); action.forget_refusal(); }>"Keep it"</button>
            </Form>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_for_a_running_timer_can_be_started_in_its_place() {
        let error = Error::new(Code::TimerRunning, "A timer is running on Acme / Site for 5m.");
        let fields = [("project", "01a2"), ("description", "Sketch")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = RefusedStart::of(error.clone(), BTreeMap::from(fields)).expect("a start");
        let shown = Owner::new().with(|| start_instead(WriteAction::new(), RwSignal::new(None), given).to_html());
        for part in
            ["A timer is running on Acme / Site", "value=\"01a2\"", "value=\"Sketch\"", "name=\"stop_running\"", "Stop it and start this"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert_eq!(RefusedStart::of(error, BTreeMap::new()), None, "what was typed is not known any more");
    }
}
