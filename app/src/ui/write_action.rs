//! Writes of a page: a form submission and its answer.
//!
//! With scripts a form sends the same fields as the browser without them, so the server handles both alike.

use std::{collections::BTreeMap, marker::PhantomData};

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use serde::de::DeserializeOwned;

use super::{
    any_answer::AnyAnswer,
    returned_form::{FORM, refused, typed},
};
use crate::{
    error::{Code, Error},
    platform,
};

/// The write of the operation `S`.
pub struct WriteAction<S> {
    pub(super) wire: WriteState,
    kind: PhantomData<fn() -> S>,
}

impl<S> Clone for WriteAction<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for WriteAction<S> {}

impl<S: ServerFn<Error = Error> + 'static> WriteAction<S> {
    /// A write without an answer yet, or with the refusal of a form that was sent without scripts.
    #[allow(clippy::new_without_default, reason = "it belongs to the reactive owner around it")]
    pub fn new() -> Self {
        Self { wire: WriteState::new(S::url(), None), kind: PhantomData }
    }

    /// The same for the form with this id, where several forms of the operation each have a write: the refusal of another form is not shown
    /// here. The id consists of letters, digits and hyphens.
    pub fn of_form(form: &str) -> Self {
        debug_assert!(form.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "the id {form:?} does not stand in an address as it is");
        Self { wire: WriteState::new(S::url(), Some(form.to_owned())), kind: PhantomData }
    }

    /// A sibling write for another button of the same form: only one of the two is pending at a time, and the form shows the refusal of the
    /// latest.
    pub fn beside<T: ServerFn<Error = Error> + 'static>(self) -> WriteAction<T> {
        WriteAction { wire: self.wire.beside(T::url()), kind: PhantomData }
    }

    /// Counts the answers.
    pub fn version(self) -> RwSignal<usize> {
        self.wire.version
    }

    /// Forgets the last refusal, once it is shown elsewhere.
    pub fn forget_refusal(self) {
        if self.wire.answer.with_untracked(|answer| answer.as_ref().is_some_and(Result::is_err)) {
            self.wire.answer.set(None);
        }
    }

    /// The last answer.
    pub fn answer(self) -> Option<Result<S::Output, Error>>
    where
        S::Output: DeserializeOwned + Clone + 'static,
    {
        self.wire.answer.with(|answer| answer.as_ref().map(|answer| answer.as_ref().map_err(Error::clone).and_then(AnyAnswer::read)))
    }
}

/// The last refusal.
pub fn refusal<S>(write: WriteAction<S>) -> Signal<Option<Error>> {
    write.wire.refusal()
}

/// Runs a callback with every answer in this tab; refusals are shown by the form.
pub fn on_success<S>(write: WriteAction<S>, then: impl Fn(&S::Output) + 'static)
where
    S: ServerFn<Error = Error>,
    S::Output: DeserializeOwned + Clone + 'static,
{
    write.wire.on_success(Box::new(move |answer| match answer.read() {
        Ok(answer) => then(&answer),
        Err(_) => write.wire.answer.set(Some(Err(unreadable()))),
    }));
}

/// Runs a callback with the warnings of every answer in this tab.
pub fn on_warnings<S>(write: WriteAction<S>, then: impl Fn(Vec<String>) + 'static) {
    write.wire.on_success(Box::new(move |answer| then(answer.warnings())));
}

/// The error for an answer that cannot be deserialized: the page is from another build than the server.
fn unreadable() -> Error {
    Error::new(Code::Internal, "It was done, but this page is too old to show the answer. Load it anew.")
}

/// The state of a write without its type, so that it is compiled once.
#[derive(Clone, Copy)]
pub(super) struct WriteState {
    /// The URL of the operation.
    pub(super) url: &'static str,
    /// The id of the form, where several have this operation.
    form: StoredValue<Option<String>>,
    /// How often there was an answer.
    pub(super) version: RwSignal<usize>,
    /// Whether an answer is pending.
    pub(super) pending: RwSignal<bool>,
    /// The last answer.
    pub(super) answer: RwSignal<Option<Result<AnyAnswer, Error>>>,
}

impl WriteState {
    fn new(url: &'static str, form: Option<String>) -> Self {
        let answer = RwSignal::new(refused(url, form.as_deref()).map(Err));
        Self { url, form: StoredValue::new(form), version: RwSignal::new(0), pending: RwSignal::new(false), answer }
    }

    /// The input and the values of the other fields, when it was refused without scripts.
    pub(super) fn typed(self) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
        self.form.with_value(|form| typed(self.url, form.as_deref()))
    }

    /// The URL for submission without scripts, with the id of the form.
    pub(super) fn address(self) -> String {
        self.form.with_value(|form| match form {
            Some(form) => format!("{}?{FORM}={form}", self.url),
            None => self.url.to_owned(),
        })
    }

    fn beside(self, url: &'static str) -> Self {
        if let Some(refused) = self.form.with_value(|form| refused(url, form.as_deref())) {
            self.answer.set(Some(Err(refused)));
        }
        Self { url, version: RwSignal::new(0), ..self }
    }

    /// Sends the URL-encoded fields of a form.
    pub(super) fn send(self, fields: String) {
        // A second click while the first is pending is ignored.
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        spawn_local(async move {
            let answer = platform::post_form(self.url, fields).await.map(AnyAnswer::from);
            // The page may be gone by now, and its signals with it.
            self.pending.try_set(false);
            self.answer.try_set(Some(answer));
            self.version.try_update(|version| *version += 1);
        });
    }

    pub(super) fn refusal(self) -> Signal<Option<Error>> {
        Signal::derive(move || self.answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().cloned())))
    }

    pub(super) fn on_success(self, then: Box<dyn Fn(&AnyAnswer)>) {
        Effect::new(move |seen: Option<usize>| {
            let version = self.version.get();
            if seen.is_some_and(|seen| seen != version)
                && let Some(Ok(answer)) = self.answer.get_untracked()
            {
                then(&answer);
            }
            version
        });
    }
}
