//! What a form that was sent without scripts brings back to its page.
//!
//! With scripts a page waits for the answer and keeps what was typed. Without them the browser leaves the page, and the
//! answer is an address: why it was refused, what was typed, and an answer that is shown only once travel in a short-lived
//! cookie that only the server reads. An address says none of it: anybody can write one and send it to somebody.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use leptos::{
    prelude::{Set, on_cleanup},
    server_fn::ServerFn,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{error::Error, page_context::use_page_context};

/// A form that was sent without scripts, as the next page knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReturnedForm {
    /// The address that it was sent to.
    pub call: String,
    /// Its id, where the page has several that are sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Why it was refused.
    #[serde(default)]
    pub refusal: Option<Error>,
    /// What was typed, when it was refused; never a password or the secret of a link.
    pub fields: BTreeMap<String, String>,
    /// What stood in the other fields of a form that changes a record: as it had come.
    #[serde(default)]
    pub untouched: BTreeMap<String, String>,
    /// The answer in JSON, when it holds a secret that is shown only once.
    pub answer: Option<String>,
    /// What was done, and what a careful person would want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
}

/// The fields whose content is never sent back.
pub const NEVER_RETURNED: [&str; 5] = ["password", "present", "secret", "invitation", "idempotency_key"];

/// The name under which the address that a form is sent to says which of several it is.
pub const FORM: &str = "form";

/// What was typed into the form that is sent to `call`, when it has just been refused, and what stood in its other fields.
pub(super) fn typed(call: &str, form: Option<&str>) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    of_form(call, form).map(|returned| (returned.fields, returned.untouched)).unwrap_or_default()
}

/// Why the form that is sent to `call` has just been refused.
pub(super) fn refused(call: &str, form: Option<&str>) -> Option<Error> {
    told(of_form(call, form)?.refusal)
}

/// Why a form has just been refused, whether the page still has it or not.
pub(super) fn any_refusal() -> Option<Error> {
    fresh(|returned| returned.refusal.is_some())?.refusal
}

/// Notes for the head of the page that something below says a refusal, where this is one.
fn told<T>(refused: Option<T>) -> Option<T> {
    if refused.is_some() {
        use_page_context().refusal_shown.set(true);
    }
    refused
}

/// What is known of this form, where it is one of several: nothing that was sent with another one.
fn of_form(call: &str, form: Option<&str>) -> Option<ReturnedForm> {
    let is_another = |sent: &str| form.is_some_and(|form| form != sent);
    of(call).filter(|returned| !returned.form.as_deref().is_some_and(is_another))
}

/// A form of this operation that has just been refused, where the page has none by now.
pub fn refused_form<S: ServerFn>() -> Option<ReturnedForm> {
    told(of(S::url()).filter(|returned| returned.refusal.is_some()))
}

/// The answer that a form of this operation has just been given, when it is shown only once.
pub fn shown_once<S: ServerFn>() -> Option<S::Output>
where
    S::Output: DeserializeOwned,
{
    serde_json::from_str(&of(S::url())?.answer?).ok()
}

/// What a form has just done that was sent without scripts.
pub(super) fn done() -> Vec<String> {
    fresh(|returned| !returned.done.is_empty()).map(|returned| returned.done).unwrap_or_default()
}

/// Only the page that the form led to knows of it. Whoever comes back to it later finds it empty.
fn of(call: &str) -> Option<ReturnedForm> {
    fresh(|returned| returned.call == call)
}

fn fresh(meant: impl Fn(&ReturnedForm) -> bool) -> Option<ReturnedForm> {
    let context = use_page_context();
    let returned = context.returned.filter(|returned| meant(returned) && !context.form_page_left.load(Ordering::Relaxed))?;
    on_cleanup(move || context.form_page_left.store(true, Ordering::Relaxed));
    Some(returned)
}
