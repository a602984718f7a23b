//! Unsaved input of forms: each field knows its initial value, so the document itself holds the state.

use js_sys::Reflect;
use leptos::{
    ev,
    prelude::{document, window},
    wasm_bindgen::{JsCast, JsValue},
};
use web_sys::{Element, Event, HtmlFormElement, NodeList};

use super::listen;
use crate::platform::SENT;

/// Whether a field of the form with this id differs from the server's value.
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

/// Submits the form with this id as its first button would, if it has unsaved changes; returns whether it did.
pub fn submit_if_unsaved(form: &str) -> bool {
    let sends = has_unsaved_changes(form);
    if sends && let Some(form) = of_id(form) {
        // The browser shows the error of a field that it refuses.
        _ = form.request_submit();
    }
    sends
}

/// Submits the form with this id if it is valid.
pub fn submit_if_valid(form: &str) {
    if let Some(form) = of_id(form).filter(|form| form.matches(":valid").unwrap_or_default()) {
        _ = form.request_submit();
    }
}

/// The fields of the form with this id: name, value, and whether the value differs from the server's.
pub fn field_values(form: &str) -> Vec<(String, String, bool)> {
    let fields = document().get_element_by_id(form).and_then(|form| form.query_selector_all("input, select, textarea").ok());
    let value_of = |field: Element| {
        let value = Reflect::get(&field, &JsValue::from_str("value")).ok()?.as_string()?;
        Some((field.get_attribute("name")?, value, is_typed_over(&field)))
    };
    fields.map(|fields| each(&fields).filter_map(value_of).collect()).unwrap_or_default()
}

/// Resets the fields of the form with this id to the server's values.
pub fn reset_form(form: &str) {
    if let Some(form) = of_id(form) {
        form.reset();
    }
}

fn of_id(form: &str) -> Option<HtmlFormElement> {
    document().get_element_by_id(form)?.dyn_into().ok()
}

/// Whether the focus moves from inside the listening element to outside of it.
pub fn focus_leaves(event: &ev::FocusEvent) -> bool {
    let within = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    within.is_none_or(|within| to.is_none_or(|to| !within.contains(Some(&to))))
}

/// The property of a form with the address at which it was typed into.
const HERE: &str = "stintHere";

/// Asks for confirmation before a page with an unsaved form with `data-asks` is left.
///
/// Call it before the router starts listening: `popstate` listeners of a window run in the order of registration.
pub fn confirm_leaving_unsaved() {
    listen("input", |event| {
        // New input counts as unsaved, even if it equals what was sent last.
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
            // The browser asks in its own words.
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
            // `popstate` fires after the page was left: staying means going back to it.
            _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&here)));
        }
    });
}

/// The unsaved form that asks for confirmation.
fn asking() -> Option<Element> {
    let forms = document().query_selector_all("form[data-asks]").ok()?;
    each(&forms).find(is_unsaved)
}

fn agreed() -> bool {
    window().confirm_with_message("Leave without saving? What you have changed here is lost.").unwrap_or(true)
}

/// Whether a click is on a link that replaces the page. Links in the form itself are ways out of it.
fn leads_away(event: &Event) -> bool {
    let closest = |selector: &str| event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?;
    closest("a[href]:not([target=_blank]):not([href^='#'])").is_some() && closest("form[data-asks]").is_none()
}
