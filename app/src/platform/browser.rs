//! The platform functions in the browser.

mod overlap;
mod stopped_program;
mod unsaved_forms;

use std::time::Duration;

use js_sys::{Array, Function, Object, Reflect};
use leptos::{
    ev::SubmitEvent,
    prelude::{document, set_timeout, window},
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use send_wrapper::SendWrapper;
use serde_json::Value;
use server_fn::{
    ContentType,
    client::{Client, browser::BrowserClient},
    codec::{JsonEncoding, PostUrl},
    error::FromServerFnError,
    redirect::call_redirect_hook,
    request::{ClientReq, browser::BrowserRequest},
    response::ClientRes,
};
use web_sys::{Event, FormData, HtmlFormElement, UrlSearchParams};

pub use self::{overlap::*, stopped_program::*, unsaved_forms::*};
use crate::error::Error;

/// Does nothing: the status was sent with the page.
pub fn set_status(_status: u16) {}

/// Loads another page as a new document.
pub fn navigate(path: &str) {
    // It fails only for an invalid URL.
    _ = window().location().set_href(path);
}

/// The URL-encoded fields of the submitted form, with the button that submitted it.
pub fn urlencoded_fields(event: &SubmitEvent) -> Option<String> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    if let Some(button) = event.submitter()
        && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        fields.append_with_str(&name, &value).ok()?;
    }
    Some(UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?.to_string().into())
}

/// Whether the submitting button posts the form to this URL.
pub fn submits_to(event: &SubmitEvent, url: &str) -> bool {
    event.submitter().and_then(|button| button.get_attribute("formaction")).as_deref() == Some(url)
}

/// Posts fields to an operation. If the answer is a redirect, the browser follows it and leaves the page.
pub fn post_form(url: &'static str, fields: String) -> impl Future<Output = Result<Value, Error>> + Send {
    SendWrapper::new(async move {
        let request = <BrowserRequest as ClientReq<Error>>::try_new_post(url, PostUrl::CONTENT_TYPE, JsonEncoding::CONTENT_TYPE, fields)?;
        let answer = <BrowserClient as Client<Error>>::send(request).await?;
        let (refused, leads) = ((400..=599).contains(&ClientRes::<Error>::status(&answer)), ClientRes::<Error>::has_redirect(&answer));
        let location = ClientRes::<Error>::location(&answer);
        let bytes = ClientRes::<Error>::try_into_bytes(answer).await?;
        if refused {
            return Err(Error::de(bytes));
        }
        if leads {
            call_redirect_hook(&location);
        }
        serde_json::from_slice(&bytes).map_err(|_| Error::internal())
    })
}

/// How often a field is looked for, every twentieth of a second.
const LOOKS_MAX: u32 = 200;

/// Focuses the field with this id on the page that a link leads to, as soon as it is rendered: the page fetches its data first. When a page
/// is loaded as a document, browsers do this themselves.
pub fn focus_linked_field(id: String) {
    look_for(id, LOOKS_MAX);
}

fn look_for(id: String, looks: u32) {
    let look = move || {
        let sought = window().location().hash().is_ok_and(|hash| hash.strip_prefix('#') == Some(&id));
        match document().get_element_by_id(&id).and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            // The link may be on the page that has the field.
            Some(field) if sought => {
                field.scroll_into_view();
                _ = field.focus();
            }
            _ if looks > 0 => look_for(id, looks - 1),
            _ => (),
        }
    };
    set_timeout(look, Duration::from_millis(50));
}

/// Closes the dialog with this id, if it is open.
pub fn hide_popover(dialog: &str) {
    if let Some(dialog) = document().get_element_by_id(dialog).and_then(|dialog| dialog.dyn_into::<web_sys::HtmlElement>().ok()) {
        _ = dialog.hide_popover();
    }
}

/// The path of the page.
pub fn current_path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// A new idempotency key: sent with a write, it makes a second click harmless.
///
/// The server stores keys per member for a day, so the clock and 52 random bits suffice.
pub fn new_idempotency_key() -> String {
    format!("{:x}-{:x}", js_sys::Date::now() as u64, (js_sys::Math::random() * 4_503_599_627_370_496.0) as u64)
}

/// The time zone of the browser, by its IANA name.
pub fn time_zone() -> Option<String> {
    let options = js_sys::Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}

/// The time zones that the browser knows, by name.
pub fn time_zones() -> Vec<String> {
    let names = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let known: Function = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into().ok()?;
        known.call1(&intl, &"timeZone".into()).ok()
    };
    names().map(|names| Array::from(&names).iter().filter_map(|name| name.as_string()).collect()).unwrap_or_default()
}

const QUARTER_MILLISECONDS: f64 = 91.0 * 86_400_000.0;

/// Whether clocks in two zones show the same time, now and over the next three quarters of a year: a zone may have several names, and a
/// browser another one than the server.
pub fn is_same_clock(one: &str, other: &str) -> bool {
    let now = js_sys::Date::now();
    let same = |quarter: u8| {
        let at = now + f64::from(quarter) * QUARTER_MILLISECONDS;
        clock(one, at).zip(clock(other, at)).is_some_and(|(one, other)| one == other)
    };
    one == other || (0..4).all(same)
}

/// The offset of a zone from UTC at an instant, both in seconds; `None` when the browser does not know the zone.
pub fn utc_offset(zone: &str, at: i64) -> Option<i64> {
    // The Swedish locale writes ISO dates: 2026-10-25 02:30:00.
    let shown = shown(zone, at as f64 * 1_000.0, "sv", "medium")?;
    let local = js_sys::Date::parse(&format!("{}Z", shown.trim().replace(' ', "T")));
    (!local.is_nan()).then(|| (local / 1_000.0) as i64 - at)
}

/// The clock of a zone at an instant; `None` when the browser does not know the zone.
fn clock(zone: &str, at: f64) -> Option<String> {
    shown(zone, at, "en", "short")
}

fn shown(zone: &str, at: f64, language: &str, style: &str) -> Option<String> {
    let options = Object::new();
    for (name, value) in [("timeZone", zone), ("dateStyle", "short"), ("timeStyle", style)] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let format: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let format = Reflect::construct(&format, &Array::of2(&language.into(), &options)).ok()?;
    let written: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
    written.call1(&format, &JsValue::from_f64(at)).ok()?.as_string()
}

/// Listens on the window in the capture phase, for the lifetime of the page.
fn listen(name: &str, then: impl FnMut(&Event) + 'static) {
    let mut then = then;
    let heard = Closure::<dyn FnMut(Event)>::new(move |event: Event| then(&event)).into_js_value();
    _ = window().add_event_listener_with_callback_and_bool(name, heard.unchecked_ref(), true);
}
