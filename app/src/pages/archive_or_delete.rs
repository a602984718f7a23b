//! Archiving, restoring and deleting a record, kept apart from saving it.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_navigate;
use serde::de::DeserializeOwned;

use crate::{
    error::Error,
    operation::WriteResponse,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::done_words::DoneWords,
    ui::{Dialog, DialogTrigger, Form, Icon, Submit, WriteAction, hidden, on_success, refusal, use_flash},
};

/// A record that can be archived, in the words of its page.
pub struct Archivable {
    /// The kind of record, which is the argument of its operations: `client`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is archived now.
    pub archived: bool,
    /// Which ones can be deleted: *a project without time*.
    pub deletable: &'static str,
    /// The last part of the path of its list.
    pub list: &'static str,
}

/// What is said once a record is archived, of which something is kept.
pub(in crate::pages) fn archived_words(name: &str, kept: &str) -> String {
    format!("{name} is archived. {kept}")
}

/// What is said once a record is restored.
pub(in crate::pages) fn restored_words(name: &str) -> String {
    format!("{name} is restored.")
}

/// What is said once a record is deleted.
pub(in crate::pages) fn deleted_words(name: &str) -> String {
    format!("{name} was deleted.")
}

/// The button that archives or restores a record, and the one that deletes it.
pub fn archive_or_delete<Archive, Restore, Delete, T, D>(record: Archivable) -> AnyView
where
    Archive: ServerFn<Error = Error, Output = WriteResponse<T>> + DoneWords<Beside = ()> + 'static,
    Restore: ServerFn<Error = Error, Output = WriteResponse<T>> + DoneWords<Beside = ()> + 'static,
    Delete: ServerFn<Error = Error, Output = WriteResponse<D>> + DoneWords<Beside = ()> + 'static,
    T: DeserializeOwned + Clone + 'static,
    D: DeserializeOwned + Clone + 'static,
{
    let switch = match record.archived {
        true => switch::<Restore, T>("Restore", &record),
        false => switch::<Archive, T>("Archive", &record),
    };
    view! { <div class="ends">{switch} {delete::<Delete, D>(record)}</div> }.into_any()
}

/// The button of a write that archives or restores.
fn switch<S, T>(verb: &'static str, record: &Archivable) -> AnyView
where
    S: ServerFn<Error = Error, Output = WriteResponse<T>> + DoneWords<Beside = ()> + 'static,
    T: DeserializeOwned + Clone + 'static,
{
    let (changes, flash) = (use_changes(), use_flash());
    let (kind, id) = (record.kind, record.id.clone());
    let action = WriteAction::<S>::new();
    on_success(action, move |answer| {
        flash.done(S::done_words(answer, ()), answer);
        invalidate(changes.work);
    });
    let form = format!("{}-{kind}", verb.to_lowercase());
    view! { <Form action id=form>{hidden(kind, id)} <Submit label=format!("{verb} {kind}") class="button" /></Form> }.into_any()
}

fn delete<Delete, D>(record: Archivable) -> impl IntoView
where
    Delete: ServerFn<Error = Error, Output = WriteResponse<D>> + DoneWords<Beside = ()> + 'static,
    D: DeserializeOwned + Clone + 'static,
{
    let Archivable { kind, id, name, deletable, list, .. } = record;
    let (changes, flash, navigate) = (use_changes(), use_flash(), use_navigate());
    let action = WriteAction::<Delete>::new();
    let (list, title) = (use_current_organization().path(list), format!("Delete {name}?"));
    on_success(action, move |deleted| {
        flash.done(Delete::done_words(deleted, ()), deleted);
        navigate(&list, Default::default());
        invalidate(changes.work);
    });
    let refused = refusal(action);
    let dialog = format!("delete-{kind}-dialog");
    view! {
        <DialogTrigger dialog=dialog.clone() label="Delete …" class="button danger" drawing=Icon::Bin />
        <Dialog id=dialog title refused closes=action.version()>
            <p>{format!("Only {deletable} can be deleted. Archive it to keep its history out of the way.")}</p>
            <Form action id=format!("delete-{kind}") class="actions">
                {hidden(kind, id)}
                <Submit label=format!("Delete {kind}") class="button danger solid" />
            </Form>
        </Dialog>
    }
}
