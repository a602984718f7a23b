//! Deserialization from JSON for programs that contain many types.
//!
//! The JSON library's own deserializer also accepts an array in place of a structure, which is code for each type. Answers never have that
//! form, so here a structure is an object, and the program that a browser loads is smaller (decision 7).

use serde::{
    de::{
        DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
        value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value};

/// The value as its type. A structure is an object.
pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(JsonDeserializer(value))
}

struct JsonDeserializer(Value);

impl<'de> IntoDeserializer<'de, Error> for JsonDeserializer {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The value is of another kind than its type. Told without the visitor, whose own refusals would be compiled for each type.
fn wrong_kind<T>(value: &Value, expected: &'static str) -> Result<T, Error> {
    let found = match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(_) => Unexpected::Other("number"),
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    Err(Error::invalid_type(found, &expected))
}

fn members(fields: Map<String, Value>) -> impl Iterator<Item = (String, JsonDeserializer)> {
    fields.into_iter().map(|(name, value)| (name, JsonDeserializer(value)))
}

fn array<'de, V: Visitor<'de>>(items: Vec<Value>, visitor: V) -> Result<V::Value, Error> {
    let mut items = SeqDeserializer::new(items.into_iter().map(JsonDeserializer));
    let all = visitor.visit_seq(&mut items)?;
    items.end().map(|()| all)
}

/// Methods of a deserializer for types that are read in the same way.
macro_rules! as_method {
    ($method:ident: $($alike:ident)*) => {
        $(fn $alike<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$method(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for JsonDeserializer {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => array(items, visitor),
            Value::Object(fields) => visitor.visit_map(MapDeserializer::new(members(fields))),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(MapDeserializer::new(members(fields))),
            value => wrong_kind(&value, "an object"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => array(items, visitor),
            value => wrong_kind(&value, "an array"),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            value => wrong_kind(&value, "a text"),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            value => wrong_kind(&value, "true or false"),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Number(number) => number.deserialize_any(visitor),
            value => wrong_kind(&value, "a number"),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(variant.into_deserializer()),
            Value::Object(fields) if fields.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(members(fields))))
            }
            value => wrong_kind(&value, "a text or an object with one field"),
        }
    }

    as_method!(deserialize_string: deserialize_str deserialize_identifier deserialize_char);
    as_method!(deserialize_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    as_method!(deserialize_i64: deserialize_f32 deserialize_f64);

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit unit_struct tuple_struct ignored_any }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Named(String),
        Sized { width: u8 },
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Id(i64);

    #[derive(Deserialize, Debug, PartialEq)]
    struct Inner {
        amount: i64,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Everything {
        id: Id,
        kinds: Vec<Kind>,
        inner: Option<Inner>,
        pair: (u32, bool),
        share: f64,
        words: BTreeMap<String, Option<String>>,
        #[serde(default)]
        absent: bool,
        #[serde(flatten)]
        others: Map<String, Value>,
    }

    #[test]
    fn every_form_of_an_answer_is_what_the_json_library_reads() {
        let sent = json!({
            "id": 7, "kinds": ["plain", {"named": "x"}, {"sized": {"width": 3}}], "inner": {"amount": -5, "unknown": [1]}, "pair": [1, true],
            "share": 0.5, "words": {"a": null, "b": "c"}, "further": {"deep": [null]}
        });
        let read: Everything = from_json(sent.clone()).expect("read");
        assert_eq!(read, serde_json::from_value(sent).expect("read"));
        assert_eq!(read.others, *json!({"further": {"deep": [null]}}).as_object().expect("an object"));
    }

    #[test]
    fn what_is_of_another_form_is_refused() {
        for (sent, why) in [
            (json!([5]), "a structure is no array"),
            (json!({"amount": "5"}), "a text is no number"),
            (json!({"amount": {}}), "an object is no number"),
            (json!({}), "a field is missing"),
            (json!(null), "nothing is no structure"),
        ] {
            assert!(from_json::<Inner>(sent).is_err(), "{why}");
        }
        assert!(from_json::<Kind>(json!("else")).is_err() && from_json::<Kind>(json!({"plain": null, "named": "x"})).is_err());
        assert!(from_json::<(u32, bool)>(json!([1, true, 3])).is_err() && from_json::<Vec<u8>>(json!([300])).is_err());
    }
}
