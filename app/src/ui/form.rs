//! Forms that post to an operation, with or without scripts.

use std::{cell::RefCell, collections::BTreeMap};

use js_sys::Reflect;
use leptos::{
    context::Provider,
    ev::SubmitEvent,
    html,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};

use super::{
    Icon, REFUSAL_ID, WriteAction,
    flash::Flash,
    preserved_input::{SENDING, is_as_it_was},
    problem::sign_in,
    write_action::WriteState,
};
use crate::{
    error::{Code, Error},
    operation::wire::SHOWN_PREFIX,
    platform::{self, SENT},
    ui::icon,
};

/// The state of a form, for its fields.
#[derive(Clone)]
pub struct FormState {
    /// The prefix of ids in the form.
    pub id: String,
    /// Why the last submission was refused.
    pub refusal: Signal<Option<Error>>,
    /// Whether an answer is pending.
    pub pending: Signal<bool>,
    /// The input of a submission that was refused without scripts.
    pub typed: BTreeMap<String, String>,
    /// The values of its other fields at that time, where it changes a record.
    pub untouched: BTreeMap<String, String>,
    /// Whether it changes a record, so that its fields send the stored values as well.
    pub changes: bool,
}

/// A write for a further button of a form, with the fields of the form.
#[derive(Clone)]
pub struct SecondaryWrite {
    wire: WriteState,
    key: String,
}

/// The write of a further button, a sibling of the form's own; the idempotency key makes a second click harmless.
pub fn secondary_write<S>(write: WriteAction<S>, key: String) -> SecondaryWrite {
    SecondaryWrite { wire: write.wire, key }
}

/// A form that posts to the operation of `action`. Without scripts the browser posts it and is redirected back.
#[component]
pub fn Form<S: 'static>(
    /// The write.
    action: WriteAction<S>,
    /// The prefix of ids in the form, unique on the page.
    #[prop(into)]
    id: String,
    /// The CSS class.
    #[prop(optional)]
    class: &'static str,
    /// Whether another form with the same action shows the refusal.
    #[prop(optional)]
    quiet: bool,
    /// Whether typed input is cleared after each answer. Selected options stay.
    #[prop(optional)]
    clears: bool,
    /// Whether leaving the page with unsaved changes asks for confirmation.
    #[prop(optional)]
    asks: bool,
    /// Whether it changes a record: unchanged fields are not sent, so that they do not overwrite changes by others. Without scripts its
    /// fields send the stored values as well, and the server ignores those that are equal.
    #[prop(optional)]
    changes: bool,
    /// The write of a further button of the form; see [`Submit`].
    #[prop(optional)]
    secondary_write: Option<SecondaryWrite>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    form(
        action.wire,
        secondary_write.map(|secondary_write| secondary_write.wire),
        id,
        class,
        FormBehavior { quiet, clears, asks, changes },
        children,
    )
}

/// The options of a form.
struct FormBehavior {
    quiet: bool,
    clears: bool,
    asks: bool,
    changes: bool,
}

fn form(
    wire: WriteState,
    secondary_write: Option<WriteState>,
    id: String,
    class: &'static str,
    behavior: FormBehavior,
    children: Children,
) -> AnyView {
    let FormBehavior { quiet, clears, asks, changes } = behavior;
    let returned = secondary_write.map(WriteState::typed).filter(|(typed, _)| !typed.is_empty());
    let (typed, untouched) = returned.unwrap_or_else(|| wire.typed());
    let (refusal, pending) = (wire.refusal(), wire.pending.into());
    let state = FormState { id: id.clone(), refusal, pending, typed, untouched, changes };
    let returned = (!state.typed.is_empty()).then_some("true");
    let node = NodeRef::<html::Form>::new();
    for wire in secondary_write.into_iter().chain([wire]) {
        wire.on_success(Box::new(move |_| {
            each_field(node, |field| remember(field, SENDING, SENT));
            if clears {
                clear(node);
            }
        }));
    }
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        let pressed = secondary_write.filter(|secondary_write| platform::submits_to(&event, secondary_write.url));
        let wire = pressed.unwrap_or(wire);
        // Remembers the values that are being sent; a second click sends nothing.
        if !wire.pending.get_untracked() {
            each_field(node, |field| remember(field, "value", SENDING));
        }
        match platform::urlencoded_fields(&event) {
            Some(fields) if changes => wire.send(without_what_is_as_it_was(node, &fields)),
            Some(fields) => wire.send(fields),
            None => wire.answer.set(Some(Err(unreadable()))),
        }
    };
    view! {
        <form id=id class=class method="post" action=wire.address() data-asks=asks.then_some("true") data-returned=returned on:submit=submit node_ref=node>
            <Provider value=state>{(!quiet).then(|| refusal_notice(refusal))} {children()}</Provider>
        </form>
    }
    .into_any()
}

/// The URL-encoded fields of a form without unchanged ones. A part of a value is sent together with its other parts.
fn without_what_is_as_it_was(form: NodeRef<html::Form>, fields: &str) -> String {
    let names = RefCell::new(Vec::new());
    each_field(form, |field| {
        let name = field.get_attribute("name").filter(|name| !name.contains('[') && is_as_it_was(field));
        names.borrow_mut().extend(name);
    });
    let names = names.into_inner();
    let is_changed = |pair: &&str| !pair.starts_with(SHOWN_PREFIX) && !names.iter().any(|name| pair.split('=').next() == Some(name));
    fields.split('&').filter(is_changed).collect::<Vec<_>>().join("&")
}

/// Clears the fields for typed text.
fn clear(form: NodeRef<html::Form>) {
    let typed = "input[type=text], input[type=email], input[type=number], input[type=password], textarea";
    let typed = format!(":is({typed}):not([readonly])");
    each_field(form, |field| {
        if field.matches(&typed).unwrap_or_default() {
            _ = Reflect::set(field, &JsValue::from_str("value"), &JsValue::from_str(""));
        }
    });
}

/// Copies one property of a field to another.
fn remember(field: &web_sys::Element, from: &str, to: &str) {
    let value = Reflect::get(field, &JsValue::from_str(from)).unwrap_or(JsValue::UNDEFINED);
    _ = Reflect::set(field, &JsValue::from_str(to), &value);
}

fn each_field(form: NodeRef<html::Form>, then: impl Fn(&web_sys::Element)) {
    let fields = form.get_untracked().and_then(|form| form.query_selector_all("input, select, textarea").ok());
    for at in 0..fields.as_ref().map_or(0, |fields| fields.length()) {
        if let Some(field) = fields.as_ref().and_then(|fields| fields.item(at)?.dyn_into().ok()) {
            then(&field);
        }
    }
}

fn unreadable() -> Error {
    Error::new(Code::Invalid, "A field holds something that cannot be read. Check the numbers and dates.")
}

/// A refusal, announced and focused as soon as it appears. One that came back without scripts has the id to which the address of its page
/// leads, so that it is seen however far down the page it is.
fn refusal_notice(refusal: Signal<Option<Error>>) -> AnyView {
    let id = refusal.with_untracked(Option::is_some).then_some(REFUSAL_ID);
    let place = NodeRef::<html::Div>::new();
    let flash = use_context::<Flash>();
    Effect::new(move |_| {
        if !refusal.with(Option::is_some) {
            return;
        }
        // The previous confirmation would look like an answer to the refused submission.
        flash.inspect(|flash| flash.clear());
        if let Some(place) = place.get() {
            _ = place.focus();
        }
    });
    let shown = move || {
        refusal.get().map(|error| {
            view! {
                <div id=id class="refusal" role="alert" tabindex="-1" node_ref=place>
                    {icon(Icon::Warning)}
                    {error_details(error)}
                </div>
            }
        })
    };
    view! { {shown} }.into_any()
}

/// The text of a refusal: the message, the errors of fields, and a hint.
pub(super) fn error_details(refusal: Error) -> impl IntoView {
    let is_signed_out = refusal.message == Error::signed_out().message;
    let Error { message, hint, fields, .. } = refusal;
    // What was typed stays on this page, so the person signs in beside it.
    let sign_in = is_signed_out.then(|| {
        let path = sign_in(&platform::current_path());
        view! { <p><a href=path target="_blank" rel="external">"Sign in in a new tab"</a> ", then send this again."</p> }
    });
    view! {
        <div>
            <p>{message.clone()}</p>
            {sign_in}
            {others(&message, &fields)}
            {hint.map(|hint| view! { <p class="quiet">{hint}</p> })}
        </div>
    }
}

/// Errors of fields that the message does not contain.
fn others(message: &str, fields: &BTreeMap<String, String>) -> Option<impl IntoView + use<>> {
    let others: Vec<_> = fields.values().filter(|field| !message.contains(*field)).cloned().collect();
    (!others.is_empty()).then(|| view! { <ul>{others.into_iter().map(|other| view! { <li>{other}</li> }).collect_view()}</ul> })
}

/// The submit button of the surrounding form. It shows that an answer is pending, and keeps the focus.
#[component]
pub fn Submit(
    /// The label.
    #[prop(into)]
    label: String,
    /// The CSS class, `primary` by default.
    #[prop(default = "button primary")]
    class: &'static str,
    /// An icon before the label.
    #[prop(optional)]
    drawing: Option<Icon>,
    /// The label for screen readers, when it is longer.
    #[prop(optional, into)]
    spoken: Option<String>,
    /// The further write that it submits to, in place of the form's own.
    #[prop(optional)]
    does: Option<SecondaryWrite>,
    /// Whether something else has to be decided first, so that it is disabled.
    #[prop(optional)]
    waits: bool,
) -> impl IntoView {
    let pending = use_context::<FormState>().map(|state| state.pending);
    let busy = move || pending.is_some_and(|pending| pending.get()).then_some("true");
    let (to, key) = does.map(|secondary_write| (secondary_write.wire.url, secondary_write.key)).unzip();
    let named = key.is_some().then_some("idempotency_key");
    view! {
        <button type="submit" class=class formaction=to name=named value=key disabled=waits aria-label=spoken aria-busy=busy aria-disabled=busy>
            {drawing.map(icon)}
            <span>{label}</span>
        </button>
    }
}

/// A hidden field.
pub fn hidden(name: impl Into<String>, value: impl ToString) -> impl IntoView {
    let (name, value) = (name.into(), value.to_string());
    view! { <input type="hidden" name=name value=value.clone() prop:value=value /> }
}

/// A hidden idempotency key that makes a second click harmless: the same for every try until an answer, then a new one.
pub fn idempotency_field<S>(action: WriteAction<S>) -> AnyView {
    let key = RwSignal::new(SharedValue::new(platform::new_idempotency_key).into_inner());
    action.wire.on_success(Box::new(move |_| key.set(platform::new_idempotency_key())));
    view! { <input type="hidden" name="idempotency_key" value=key prop:value=key /> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_signed_out_elsewhere_signs_in_beside_the_form() {
        let shown = |error: Error| Owner::new().with(|| error_details(error).to_html());
        assert!(shown(Error::signed_out()).contains("target=\"_blank\""), "{}", shown(Error::signed_out()));
        assert!(!shown(Error::new(Code::Unauthenticated, "The password is wrong.")).contains("_blank"));
    }
}
