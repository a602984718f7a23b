//! What the browser does for a page.

mod unsaved;

use leptos::{ev::SubmitEvent, prelude::window, wasm_bindgen::JsCast};
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
use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

pub use self::unsaved::*;
use crate::{error::Error, visit::Visit};

/// Who asked for the page is in the page itself; this is only read when that cannot be.
pub fn visit() -> Visit {
    Visit::default()
}

/// The status was sent long ago.
pub fn set_status(_status: u16) {}

/// Sends the visitor to another page, as a page of its own.
pub fn go(path: &str) {
    // It fails only for an address that is none.
    _ = window().location().set_href(path);
}

/// The fields of the form that is being sent, written as in an address, with the button that sent it.
pub fn fields(event: &SubmitEvent) -> Option<String> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    if let Some(button) = event.submitter()
        && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        fields.append_with_str(&name, &value).ok()?;
    }
    Some(UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?.to_string().into())
}

/// Whether the button that sends the form sends it to this address instead.
pub fn goes_to(event: &SubmitEvent, url: &str) -> bool {
    event.submitter().and_then(|button| button.get_attribute("formaction")).as_deref() == Some(url)
}

/// Sends fields to an operation. It may lead to another page: then this one is left.
pub fn post(url: &'static str, fields: String) -> impl Future<Output = Result<Value, Error>> + Send {
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

/// The path of the page.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// A key that was never used before: sent with a write, it makes a second click harmless.
///
/// The server keeps keys per member for a day, so the clock and 52 random bits are plenty.
pub fn key() -> String {
    format!("{:x}-{:x}", js_sys::Date::now() as u64, (js_sys::Math::random() * 4_503_599_627_370_496.0) as u64)
}
