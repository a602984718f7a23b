//! The text of a field, as whoever types sees it.
//!
//! A page is taken over by scripts after it could be typed into, and what it fetched is fetched again while somebody types. What
//! was typed stays: a field takes over what the server says only while it shows what the server said before, or what was sent and
//! accepted.

use std::{cell::RefCell, collections::HashMap};

use js_sys::Reflect;
use leptos::{
    tachys::{
        html::property::IntoProperty,
        renderer::{Rndr, types::Element},
    },
    wasm_bindgen::JsValue,
};

use crate::platform;

/// Where a field remembers what is on its way to the server.
pub(super) const SENDING: &str = "stintSending";

/// Where a field remembers what the server has accepted.
pub const SENT: &str = "stintSent";

/// Where a field remembers what the server said, and of what.
const SAID: &str = "stintSaid";
const OF: &str = "stintOf";

/// What an input, a select or a text area shows, for `prop:preserved_input`.
///
/// It is no property of the name `value`: before the framework sets the properties of an element anew it takes all of them away, and
/// what was typed would go with the value. For the same reason the field itself remembers what it showed before.
#[derive(Clone)]
pub struct PreservedInput {
    text: String,
    of: String,
}

/// What the field `of` on this page shows: that of another page is another field.
pub fn preserved_input(text: String, of: &str) -> PreservedInput {
    PreservedInput { text, of: format!("{of}@{}", platform::current_path()) }
}

/// What a field shows that stands on every page, and belongs to `of`.
pub fn preserved_input_everywhere(text: String, of: String) -> PreservedInput {
    PreservedInput { text, of }
}

/// What tells one field from the others of a page: what it is of, and its name.
type FieldKey = (String, String);

/// How many fields are remembered until those that are gone are forgotten.
const REMEMBERED: usize = 512;

thread_local! {
    /// The fields that stand on the page, or did.
    static FIELDS: RefCell<HashMap<FieldKey, Element>> = RefCell::new(HashMap::new());
}

/// Remembers the field as the one of its key. One that stood on the page for it until now is answered.
fn replaces(key: FieldKey, field: &Element) -> Option<Element> {
    FIELDS.with_borrow_mut(|fields| {
        // Looked for whenever twice as many have come as the last time, so that one field costs the same however many there are.
        if fields.len() >= REMEMBERED && fields.len().is_power_of_two() {
            fields.retain(|_, field| field.is_connected());
        }
        fields.insert(key, field.clone()).filter(|before| before != field && before.is_connected())
    })
}

impl PreservedInput {
    /// Takes over what was typed into the field that stood here before. A part of a page that is drawn anew is made before the old one
    /// goes. A select chooses among options that it does not have yet.
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

    /// Shows what was typed, or else what the server says.
    fn show(&self, field: &Element) {
        let shown = said(field, "value");
        let typed = said(field, OF).as_ref() == Some(&self.of) && shown != said(field, SAID) && shown != said(field, SENT);
        let text = shown.filter(|_| typed).unwrap_or_else(|| self.text.clone());
        // It is set in any case: in a select other choices may have come to stand in the place of the chosen one.
        Rndr::set_property_or_value(field, "value", &JsValue::from_str(&text));
        self.note(field);
    }

    fn note(&self, field: &Element) {
        for (name, text) in [(SAID, &self.text), (OF, &self.of)] {
            _ = Reflect::set(field, &JsValue::from_str(name), &JsValue::from_str(text));
        }
    }
}

/// Whether a field shows what the server said, and nothing else was saved in it since.
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

    /// The text came with the page, and may have been typed over since.
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
