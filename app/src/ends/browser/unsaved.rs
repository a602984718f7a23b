//! What was typed into a form and is not saved yet. The form itself knows: each field holds what it began with.

use leptos::{
    ev,
    prelude::{document, on_cleanup, window},
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use send_wrapper::SendWrapper;
use web_sys::{Element, Event, EventTarget, HtmlFormElement, NodeList};

use crate::ui::SENT;

/// Whether a field of the form of this id says something else than the server does.
pub fn unsaved(form: &str) -> bool {
    let fields =
        document().get_element_by_id(form).and_then(|form| form.query_selector_all("input:not([type=hidden]), select, textarea").ok());
    fields.is_some_and(|fields| each(&fields).any(|field| is_unsaved(&field)))
}

fn each(list: &NodeList) -> impl Iterator<Item = Element> {
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok())
}

fn is_unsaved(field: &Element) -> bool {
    let of = |name: &str| js_sys::Reflect::get(field, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
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
pub fn save(form: &str) -> bool {
    let sends = unsaved(form);
    if sends && let Some(form) = of_id(form) {
        // A field that the browser itself refuses is shown by it.
        _ = form.request_submit();
    }
    sends
}

/// Sends the form of this id as soon as nothing in it is missing.
pub fn send(form: &str) {
    if let Some(form) = of_id(form).filter(|form| form.matches(":valid").unwrap_or_default()) {
        _ = form.request_submit();
    }
}

fn of_id(form: &str) -> Option<HtmlFormElement> {
    document().get_element_by_id(form)?.dyn_into().ok()
}

/// Whether the focus goes from inside the element of a listener to somewhere outside of it.
pub fn leaves(event: &ev::FocusEvent) -> bool {
    let within = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    within.is_none_or(|within| to.is_none_or(|to| !within.contains(Some(&to))))
}

/// Asks before the page is left while the form of this id is unsaved, as long as the owner around it lives.
pub fn ask_before_leaving(form: String) {
    let (id, here) = (form.clone(), window().location().href().unwrap_or_default());
    listen("beforeunload", {
        let form = form.clone();
        move |event| {
            if unsaved(&form) {
                // The browser asks, in its own words.
                event.prevent_default();
            }
        }
    });
    listen("click", move |event| {
        if leads_away(event, &id) && unsaved(&id) && !agreed() {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    // The way back was gone already when one hears of it: staying is coming back.
    listen("popstate", move |event| {
        if unsaved(&form) && !agreed() {
            event.stop_immediate_propagation();
            _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&here)));
        }
    });
}

fn agreed() -> bool {
    window().confirm_with_message("Leave without saving? What you have changed here is lost.").unwrap_or(true)
}

/// Whether a click is on a link that opens in place of the page. Links in the form itself are ways out of it.
fn leads_away(event: &Event, form: &str) -> bool {
    let closest = |selector: &str| event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?;
    closest("a[href]:not([target=_blank]):not([href^='#'])").is_some() && closest("form").is_none_or(|around| around.id() != form)
}

/// Listens on the window before the router does.
fn listen(name: &'static str, then: impl FnMut(&Event) + 'static) {
    let mut then = then;
    let target: EventTarget = window().into();
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| then(&event));
    _ = target.add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
    let heard = SendWrapper::new((target, heard));
    on_cleanup(move || {
        let (target, heard) = heard.take();
        _ = target.remove_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
    });
}
