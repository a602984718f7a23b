//! The undo button.

use domain::id::ActionId;
use leptos::prelude::*;

use crate::{
    history::UndoAction,
    page_context::{invalidate, use_changes},
    ui::{Form, Submit, WriteAction, hidden, idempotency_field, on_warnings, refusal, use_flash},
};

/// What is said once an action is undone.
pub(in crate::pages) const UNDONE: &str = "Undone.";

/// A button that undoes an action; components that show its records load again.
pub fn undo_button(action: ActionId) -> AnyView {
    let (flash, changes) = (use_flash(), use_changes());
    let write = WriteAction::<UndoAction>::new();
    on_warnings(write, move |_| {
        for count in [changes.time, changes.work, changes.money] {
            invalidate(count);
        }
        flash.say(UNDONE);
    });
    Effect::new(move |_| {
        if let Some(error) = refusal(write).get() {
            flash.warn(&[error.message]);
        }
    });
    view! {
        <Form action=write id=format!("undo-{action}") class="inline" quiet=true>
            {hidden("action", action)} {idempotency_field(write)}
            <Submit label="Undo" class="button" />
        </Form>
    }
    .into_any()
}
