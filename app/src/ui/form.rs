//! Forms that send themselves to an operation, with or without scripts.

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
    Icon, WriteAction,
    flash::Flash,
    preserved_input::{SENDING, SENT, is_as_it_was},
    write_action::WriteState,
};
use crate::{
    error::{Code, Error},
    operation::wire::SHOWN_PREFIX,
    platform,
    ui::icon,
};

/// What the fields of a form know about it.
#[derive(Clone)]
pub struct FormState {
    /// What ids in the form begin with.
    pub id: String,
    /// Why the last try was refused.
    pub refusal: Signal<Option<Error>>,
    /// Whether an answer is being waited for.
    pub pending: Signal<bool>,
    /// What was typed when it was sent without scripts and refused.
    pub typed: BTreeMap<String, String>,
    /// What stood in its other fields then, where it changes a record.
    pub untouched: BTreeMap<String, String>,
    /// Whether it changes a record, so that its fields say what there is already.
    pub changes: bool,
}

/// A write that a further button of a form does, with the fields of the form.
#[derive(Clone)]
pub struct SecondaryWrite {
    wire: WriteState,
    key: String,
}

/// The write of a further button, which is one beside that of the form; the key makes a second click harmless.
pub fn secondary_write<S>(write: WriteAction<S>, key: String) -> SecondaryWrite {
    SecondaryWrite { wire: write.wire, key }
}

/// A form that posts to the operation of `action`. Without scripts the browser posts it and comes back.
#[component]
pub fn Form<S: 'static>(
    /// What it does.
    action: WriteAction<S>,
    /// What ids in the form begin with; unique on the page.
    #[prop(into)]
    id: String,
    /// Its look.
    #[prop(optional)]
    class: &'static str,
    /// Whether another form with the same action shows why it was refused.
    #[prop(optional)]
    quiet: bool,
    /// Whether what was typed is cleared after each answer, for the next one. What was chosen stays.
    #[prop(optional)]
    clears: bool,
    /// Whether it is asked about when the page is left while something in it is not saved.
    #[prop(optional)]
    asks: bool,
    /// Whether it changes a record: a field that stands as it was is not sent, and so does not take back what somebody else has
    /// changed since. Without scripts its fields say what they showed, and the server leaves away what is the same.
    #[prop(optional)]
    changes: bool,
    /// What a further button of the form does instead; see [`Submit`].
    #[prop(optional)]
    secondary_write: Option<SecondaryWrite>,
    /// Its fields.
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

/// How a form behaves.
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
    manner: FormBehavior,
    children: Children,
) -> AnyView {
    let FormBehavior { quiet, clears, asks, changes } = manner;
    let returned = secondary_write.map(WriteState::typed).filter(|(typed, _)| !typed.is_empty());
    let (typed, untouched) = returned.unwrap_or_else(|| wire.typed());
    let state = FormState { id: id.clone(), refusal: wire.refusal(), pending: wire.pending.into(), typed, untouched, changes };
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
        // What is on its way is shown until it has arrived; a second click sends nothing.
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
            <Provider value=state>{(!quiet).then(refused)} {children()}</Provider>
        </form>
    }
    .into_any()
}

/// The fields of a form, written as in an address, without those that nobody has touched. A part of a value goes with its other
/// parts.
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

/// Empties the fields that are typed into.
fn clear(form: NodeRef<html::Form>) {
    let typed = "input[type=text], input[type=email], input[type=number], input[type=password], textarea";
    let typed = format!(":is({typed}):not([readonly])");
    each_field(form, |field| {
        if field.matches(&typed).unwrap_or_default() {
            _ = Reflect::set(field, &JsValue::from_str("value"), &JsValue::from_str(""));
        }
    });
}

/// Copies what a field says under one name to another.
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

/// The refusal of the form around it, read out and focused as soon as it appears.
fn refused() -> impl IntoView {
    let state = expect_context::<FormState>();
    let place = NodeRef::<html::Div>::new();
    let flash = use_context::<Flash>();
    Effect::new(move |_| {
        if !state.refusal.with(Option::is_some) {
            return;
        }
        // What was done before is no answer to what was refused now.
        flash.inspect(|flash| flash.clear());
        if let Some(place) = place.get() {
            _ = place.focus();
        }
    });
    let shown = move || {
        state.refusal.get().map(|error| {
            view! {
                <div class="refusal" role="alert" tabindex="-1" node_ref=place>
                    {icon(Icon::Warning)}
                    {error_details(error)}
                </div>
            }
        })
    };
    view! { {shown} }
}

/// The words of a refusal: why, what else is wrong, and a way out.
pub(super) fn error_details(refusal: Error) -> impl IntoView {
    let Error { message, hint, fields, .. } = refusal;
    view! {
        <div>
            <p>{message.clone()}</p>
            {others(&message, &fields)}
            {hint.map(|hint| view! { <p class="quiet">{hint}</p> })}
        </div>
    }
}

/// What is wrong with further fields, when the message does not say it.
fn others(message: &str, fields: &BTreeMap<String, String>) -> Option<impl IntoView + use<>> {
    let others: Vec<_> = fields.values().filter(|field| *field != message).cloned().collect();
    (!others.is_empty()).then(|| view! { <ul>{others.into_iter().map(|other| view! { <li>{other}</li> }).collect_view()}</ul> })
}

/// The button that sends the form around it. It says when it is waiting, and keeps the focus.
#[component]
pub fn Submit(
    /// What it says.
    #[prop(into)]
    label: String,
    /// Its look: `primary` unless said otherwise.
    #[prop(default = "button primary")]
    class: &'static str,
    /// A drawing before the words.
    #[prop(optional)]
    drawing: Option<Icon>,
    /// What it says to those who listen, when that is more.
    #[prop(optional, into)]
    spoken: Option<String>,
    /// The further write that it does, instead of that of the form.
    #[prop(optional)]
    does: Option<SecondaryWrite>,
    /// Whether something else has to be decided first.
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

/// A value that the form sends along.
pub fn hidden(name: impl Into<String>, value: impl ToString) -> impl IntoView {
    let (name, value) = (name.into(), value.to_string());
    view! { <input type="hidden" name=name value=value.clone() prop:value=value /> }
}

/// A key that makes a second click harmless: a new one for every answer, the same for every try until then.
pub fn idempotency_field<S>(action: WriteAction<S>) -> AnyView {
    let key = RwSignal::new(SharedValue::new(platform::new_idempotency_key).into_inner());
    action.wire.on_success(Box::new(move |_| key.set(platform::new_idempotency_key())));
    view! { <input type="hidden" name="idempotency_key" value=key prop:value=key /> }.into_any()
}
