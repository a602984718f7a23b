//! The undo button.

use domain::id::ActionId;
use leptos::prelude::*;

use crate::{
    history::UndoAction,
    page_context::{invalidate, use_changes},
    pages::done_words::Done,
    ui::{Form, Submit, WriteAction, hidden, idempotency_field, on_warnings, refusal, use_flash},
};

/// A button that undoes an action; components that show its records load again.
pub fn undo_button(action: ActionId) -> AnyView {
    let (flash, changes) = (use_flash(), use_changes());
    let write = WriteAction::<UndoAction>::new();
    on_warnings(write, move |_| {
        for count in [changes.time, changes.work, changes.money] {
            invalidate(count);
        }
        flash.say(UndoAction::DONE);
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
