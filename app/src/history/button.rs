//! The button that takes an action back.

use leptos::prelude::*;

use super::UndoAction;
use crate::{
    id::ActionId,
    ui::{Form, Submit, Write, hidden, once, refusal, use_flash, warned},
    visit::{changed, use_changes},
};

/// Takes an action back; whatever shows its records loads again.
pub fn undo(action: ActionId) -> AnyView {
    let (flash, changes) = (use_flash(), use_changes());
    let write = Write::<UndoAction>::new();
    warned(write, move |_| {
        for count in [changes.time, changes.work, changes.money] {
            changed(count);
        }
        flash.say("Undone.");
    });
    Effect::new(move |_| {
        if let Some(error) = refusal(write).get() {
            flash.say(error.message);
        }
    });
    view! {
        <Form action=write id=format!("undo-{action}") class="inline" quiet=true>
            {hidden("action", action)} {once(write)}
            <Submit label="Undo" class="button bare" />
        </Form>
    }
    .into_any()
}
