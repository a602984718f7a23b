//! Input that is preserved while a page is hydrated or its data is fetched again.
//!
//! A page is hydrated after it could be typed into, and its data is fetched again while somebody types. Typed input stays: a field takes
//! the value of the server only while it shows the server's previous value, or a value that was sent and accepted.

use std::{cell::RefCell, collections::HashMap};

use js_sys::Reflect;
use leptos::{
    tachys::{
        html::property::IntoProperty,
        renderer::{Rndr, types::Element},
    },
    wasm_bindgen::JsValue,
};

use crate::platform::{self, SENT};

/// The property of a field with the value that is being sent.
pub(super) const SENDING: &str = "stintSending";

/// The property of a field with the server's value; `OF` names the record that it belongs to.
const SAID: &str = "stintSaid";
const OF: &str = "stintOf";

/// The value of an input, a select or a text area, for `prop:preserved_input`.
///
/// It does not use the property `value`: before the framework updates the properties of an element it removes all of them, which would
/// remove typed input. For the same reason the server's previous value is stored in the field itself.
#[derive(Clone)]
pub struct PreservedInput {
    text: String,
    of: String,
}

/// The value of the field `of` on this page; the same field on another page is a different one.
pub fn preserved_input(text: String, of: &str) -> PreservedInput {
    PreservedInput { text, of: format!("{of}@{}", platform::current_path()) }
}

/// The value of a field that is on every page and belongs to `of`.
pub fn preserved_input_everywhere(text: String, of: String) -> PreservedInput {
    PreservedInput { text, of }
}

/// The key of a field: what it belongs to, and its name.
type FieldKey = (String, String);

/// The number of fields from which on removed fields are dropped from the registry.
const REMEMBERED: usize = 512;

thread_local! {
    /// The fields on the page, and some that were removed.
    static FIELDS: RefCell<HashMap<FieldKey, Element>> = RefCell::new(HashMap::new());
}

/// Registers the field under its key, and returns the connected field that had this key before.
fn replaces(key: FieldKey, field: &Element) -> Option<Element> {
    FIELDS.with_borrow_mut(|fields| {
        // Cleans up each time the number has doubled, so that the amortized cost per field is constant.
        if fields.len() >= REMEMBERED && fields.len().is_power_of_two() {
            fields.retain(|_, field| field.is_connected());
        }
        fields.insert(key, field.clone()).filter(|before| before != field && before.is_connected())
    })
}

impl PreservedInput {
    /// Copies the input from the field that this one replaces. When a part of a page is rendered again, the new elements are created before
    /// the old ones are removed. Selects are skipped: the new one has no options yet.
    fn take_over(&self, field: &Element) {
        let key = (self.of.clone(), field.get_attribute("name").unwrap_or_default());
        let Some(before) = replaces(key, field).filter(|before| before.tag_name() == field.tag_name() && before.tag_name() != "SELECT")
        else {
            return;
        };
        for name in ["value", SAID, OF, SENT, SENDING] {
            let said = Reflect::get(&before, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
            _ = Reflect::set(field, &JsValue::from_str(name), &said);
        }
    }

    /// Shows the typed input, or else the server's value.
    fn show(&self, field: &Element) {
        let shown = said(field, "value");
        let typed = said(field, OF).as_ref() == Some(&self.of) && shown != said(field, SAID) && shown != said(field, SENT);
        let text = shown.filter(|_| typed).unwrap_or_else(|| self.text.clone());
        // The value is set in any case: in a select, other options may have replaced the chosen one.
        Rndr::set_property_or_value(field, "value", &JsValue::from_str(&text));
        self.note(field);
    }

    fn note(&self, field: &Element) {
        for (name, text) in [(SAID, &self.text), (OF, &self.of)] {
            _ = Reflect::set(field, &JsValue::from_str(name), &JsValue::from_str(text));
        }
    }
}

/// Whether a field shows the server's value, and nothing else was saved in it since.
pub(super) fn is_as_it_was(field: &Element) -> bool {
    let from_server = said(field, SAID);
    let saved = said(field, SENT);
    from_server.is_some() && said(field, "value") == from_server && (saved.is_none() || saved == from_server)
}

fn said(field: &Element, name: &str) -> Option<String> {
    Reflect::get(field, &JsValue::from_str(name)).ok()?.as_string()
}

impl IntoProperty for PreservedInput {
    type State = Element;
    type Cloneable = Self;
    type CloneableOwned = Self;

    /// The value was rendered by the server, and may have been typed over since.
    fn hydrate<const FROM_SERVER: bool>(self, field: &Element, _key: &str) -> Element {
        self.take_over(field);
        self.note(field);
        field.clone()
    }

    fn build(self, field: &Element, _key: &str) -> Element {
        self.take_over(field);
        self.show(field);
        field.clone()
    }

    fn rebuild(self, field: &mut Element, _key: &str) {
        self.show(field);
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
    }
}
