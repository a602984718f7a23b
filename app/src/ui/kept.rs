//! The text of a field, as whoever types sees it.
//!
//! A page is taken over by scripts after it could be typed into, and what it fetched is fetched again while somebody types. What
//! was typed stays: a field takes over what the server says only while it shows what the server said before, or what was sent and
//! accepted.

use js_sys::Reflect;
use leptos::{
    tachys::{
        html::property::IntoProperty,
        renderer::{Rndr, types::Element},
    },
    wasm_bindgen::JsValue,
};

use crate::ends;

/// Where a field remembers what is on its way to the server.
pub(super) const SENDING: &str = "stintSending";

/// Where a field remembers what the server has accepted.
pub const SENT: &str = "stintSent";

/// The value of an input, a select or a text area, for `prop:value`.
#[derive(Clone)]
pub struct Kept {
    text: String,
    of: String,
}

/// The value of the field `of` on this page: that of another page is another field.
pub fn kept(text: String, of: &str) -> Kept {
    Kept { text, of: format!("{of}@{}", ends::path()) }
}

/// The value of a field that stands on every page, and belongs to `of`.
pub fn kept_everywhere(text: String, of: String) -> Kept {
    Kept { text, of }
}

fn text_of(field: &Element, name: &str) -> Option<String> {
    Reflect::get(field, &JsValue::from_str(name)).ok()?.as_string()
}

impl IntoProperty for Kept {
    type State = (Element, Kept);
    type Cloneable = Self;
    type CloneableOwned = Self;

    /// The text came with the page, and may have been typed over since.
    fn hydrate<const FROM_SERVER: bool>(self, el: &Element, _key: &str) -> Self::State {
        (el.clone(), self)
    }

    fn build(self, el: &Element, key: &str) -> Self::State {
        Rndr::set_property_or_value(el, key, &JsValue::from_str(&self.text));
        (el.clone(), self)
    }

    fn rebuild(self, (field, before): &mut Self::State, key: &str) {
        let shown = text_of(field, key);
        let typed = shown.filter(|shown| self.of == before.of && *shown != before.text && text_of(field, SENT).as_ref() != Some(shown));
        // It is set in any case: in a select other choices may have come to stand in the place of the chosen one.
        let text = typed.as_ref().unwrap_or(&self.text);
        Rndr::set_property_or_value(field, key, &JsValue::from_str(text));
        *before = self;
    }

    fn into_cloneable(self) -> Self::Cloneable {
        self
    }

    fn into_cloneable_owned(self) -> Self::CloneableOwned {
        self
    }
}
