//! Returns a form that was sent without scripts to its page.
//!
//! With scripts a page waits for the answer and keeps the input. Without them the browser leaves the page and is redirected back: the
//! refusal, the input, and an answer that is shown only once travel in a short-lived cookie that only the server reads. The address
//! contains none of it, because anybody can write an address and send it to somebody.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use leptos::{
    prelude::{Set, on_cleanup},
    server_fn::ServerFn,
};
use serde::de::DeserializeOwned;

use crate::{
    error::Error,
    page_context::{ReturnedForm, use_page_context},
};

/// The fields whose values are never returned.
pub const NEVER_RETURNED: [&str; 5] = ["password", "present", "secret", "invitation", "idempotency_key"];

/// The query parameter of the posted URL that identifies one of several forms.
pub const FORM: &str = "form";

/// The id of the refusal that came back without scripts, to which the address of its page leads.
pub const REFUSAL_ID: &str = "refusal";

/// The input of the form for `call`, when it was just refused, and the values of its other fields.
pub(super) fn typed(call: &str, form: Option<&str>) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    of_form(call, form).map(|returned| (returned.fields, returned.untouched)).unwrap_or_default()
}

/// The refusal of the form for `call`, when it was just refused.
pub(super) fn refused(call: &str, form: Option<&str>) -> Option<Error> {
    told(of_form(call, form)?.refusal)
}

/// The refusal of any form, whether the page still has the form or not.
pub(super) fn any_refusal() -> Option<Error> {
    fresh(|returned| returned.refusal.is_some())?.refusal
}

/// Tells the page header that a form below shows the refusal, if there is one.
fn told<T>(refused: Option<T>) -> Option<T> {
    if refused.is_some() {
        use_page_context().refusal_shown.set(true);
    }
    refused
}

/// The returned form with this id, where several have its URL.
fn of_form(call: &str, form: Option<&str>) -> Option<ReturnedForm> {
    let is_another = |sent: &str| form.is_some_and(|form| form != sent);
    of(call).filter(|returned| !returned.form.as_deref().is_some_and(is_another))
}

/// The refused form of this operation, for a page that has no such form by now.
pub fn refused_form<S: ServerFn>() -> Option<ReturnedForm> {
    told(of(S::url()).filter(|returned| returned.refusal.is_some()))
}

/// The answer of this operation's form, when it is shown only once.
pub fn shown_once<S: ServerFn>() -> Option<S::Output>
where
    S::Output: DeserializeOwned,
{
    serde_json::from_str(&of(S::url())?.answer?).ok()
}

/// The confirmation of a form that was sent without scripts, and the warnings of its write.
pub(super) fn done() -> Option<(String, Vec<String>)> {
    let returned = fresh(|returned| returned.done.is_some())?;
    Some((returned.done?, returned.warnings))
}

/// Only the page that the form was redirected to sees it. A later visit finds nothing.
fn of(call: &str) -> Option<ReturnedForm> {
    fresh(|returned| returned.call == call)
}

fn fresh(meant: impl Fn(&ReturnedForm) -> bool) -> Option<ReturnedForm> {
    let context = use_page_context();
    let returned = context.returned.filter(|returned| meant(returned) && !context.form_page_left.load(Ordering::Relaxed))?;
    on_cleanup(move || context.form_page_left.store(true, Ordering::Relaxed));
    Some(returned)
}
