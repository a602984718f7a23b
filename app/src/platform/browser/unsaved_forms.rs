//! What was typed into a form and is not saved yet. The form itself knows: each field holds what it began with.

use js_sys::Reflect;
use leptos::{
    ev,
    prelude::{document, window},
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use web_sys::{Element, Event, HtmlFormElement, NodeList};

use crate::ui::SENT;

/// Whether a field of the form of this id says something else than the server does.
pub fn has_unsaved_changes(form: &str) -> bool {
    document().get_element_by_id(form).is_some_and(|form| is_unsaved(&form))
}

fn is_unsaved(form: &Element) -> bool {
    let fields = form.query_selector_all("input:not([type=hidden]), select, textarea");
    fields.is_ok_and(|fields| each(&fields).any(|field| is_typed_over(&field)))
}

fn each(list: &NodeList) -> impl Iterator<Item = Element> {
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok())
}

fn is_typed_over(field: &Element) -> bool {
    let of = |name: &str| Reflect::get(field, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let (value, sent) = (of("value"), of(SENT));
    if value == sent && of("type") != JsValue::from_str("checkbox") {
        return false;
    }
    match field.query_selector("option") {
        Ok(Some(first)) => {
            let chosen = field.query_selector("option[selected]").ok().flatten().unwrap_or(first);
            of("value").as_string() != chosen.get_attribute("value")
        }
        _ => value != of("defaultValue") || of("checked") != of("defaultChecked"),
    }
}

/// Sends the form of this id when something in it is not saved, as its first button would; whether it was sent.
pub fn submit_if_unsaved(form: &str) -> bool {
    let sends = has_unsaved_changes(form);
    if sends && let Some(form) = of_id(form) {
        // A field that the browser itself refuses is shown by it.
        _ = form.request_submit();
    }
    sends
}

/// Sends the form of this id as soon as nothing in it is missing.
pub fn submit_if_valid(form: &str) {
    if let Some(form) = of_id(form).filter(|form| form.matches(":valid").unwrap_or_default()) {
        _ = form.request_submit();
    }
}

/// The fields of the form of this id: their names, what they hold, and whether that is something else than the server says.
pub fn field_values(form: &str) -> Vec<(String, String, bool)> {
    let fields = document().get_element_by_id(form).and_then(|form| form.query_selector_all("input, select, textarea").ok());
    let told = |field: Element| {
        let value = Reflect::get(&field, &JsValue::from_str("value")).ok()?.as_string()?;
        Some((field.get_attribute("name")?, value, is_typed_over(&field)))
    };
    fields.map(|fields| each(&fields).filter_map(told).collect()).unwrap_or_default()
}

/// Gives the fields of the form of this id back what the server says.
pub fn reset_form(form: &str) {
    if let Some(form) = of_id(form) {
        form.reset();
    }
}

fn of_id(form: &str) -> Option<HtmlFormElement> {
    document().get_element_by_id(form)?.dyn_into().ok()
}

/// Whether the focus goes from inside the element of a listener to somewhere outside of it.
pub fn focus_leaves(event: &ev::FocusEvent) -> bool {
    let within = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    within.is_none_or(|within| to.is_none_or(|to| !within.contains(Some(&to))))
}

/// Where a form remembers the address at which it was typed into.
const HERE: &str = "stintHere";

/// From now on asks before a page is left on which a form with `data-asks` is not saved.
///
/// It is called before the router begins to listen: of the way back a window tells in the order in which it was asked.
pub fn confirm_leaving_unsaved() {
    listen("input", |event| {
        // What is typed is typed, also where it is what was sent the last time.
        if let Some(field) = event.target() {
            _ = Reflect::delete_property(&field, &SENT.into());
        }
        let form = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("form[data-asks]").ok()?);
        if let Some(form) = form {
            _ = Reflect::set(&form, &HERE.into(), &window().location().href().unwrap_or_default().into());
        }
    });
    listen("beforeunload", |event| {
        if asking().is_some() {
            // The browser asks, in its own words.
            event.prevent_default();
        }
    });
    listen("click", |event| {
        if leads_away(event) && asking().is_some() && !agreed() {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    listen("popstate", |event| {
        let Some(here) = asking().and_then(|form| Reflect::get(&form, &HERE.into()).ok()?.as_string()) else { return };
        if !agreed() {
            event.stop_immediate_propagation();
            // The page was left already when one hears of it: staying is coming back.
            _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&here)));
        }
    });
}

/// The form that is not saved and asks.
fn asking() -> Option<Element> {
    let forms = document().query_selector_all("form[data-asks]").ok()?;
    each(&forms).find(is_unsaved)
}

fn agreed() -> bool {
    window().confirm_with_message("Leave without saving? What you have changed here is lost.").unwrap_or(true)
}

/// Whether a click is on a link that opens in place of the page. Those in the form itself are ways out of it.
fn leads_away(event: &Event) -> bool {
    let closest = |selector: &str| event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?;
    closest("a[href]:not([target=_blank]):not([href^='#'])").is_some() && closest("form[data-asks]").is_none()
}

/// Listens on the window for as long as the page is there, before what is in it hears of it.
fn listen(name: &str, then: impl FnMut(&Event) + 'static) {
    let mut then = then;
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| then(&event)).into_js_value();
    _ = window().add_event_listener_with_callback_and_bool(name, heard.unchecked_ref(), true);
}
