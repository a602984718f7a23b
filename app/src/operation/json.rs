//! Parser of JSON arguments. An object that names a field twice is refused: one of the two would be ignored silently.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Error, Map, Value};

use domain::text;

/// Parses a value.
///
/// # Errors
/// Invalid JSON, and an object that names a field twice, for which `is_data` is true.
pub fn parse_unique(json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice::<Unique>(json).map(|Unique(value)| value)
}

/// A value of which every object names each of its fields once.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some((name, Unique(value))) = fields.next_entry::<String, Unique>()? {
            if read.contains_key(&name) {
                return Err(A::Error::custom(format_args!("\"{}\" stands twice; give it once. The second one ends", text::excerpt(&name))));
            }
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_stands() {
        let given = r#" {"a": [1, -2, 2.5, 18446744073709551615, 1e300, "x\u00e9\n", true, null, {}], "b": {"a": {"a": []}}} "#;
        assert_eq!(parse_unique(given.as_bytes()).ok(), serde_json::from_str::<Value>(given).ok());
        for broken in ["", "{", "{\"a\": 1} x", "{\"a\": 1e400}", "nul", &"[".repeat(1_000)] {
            assert!(parse_unique(broken.as_bytes()).is_err_and(|problem| !problem.is_data()), "{broken}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_by_its_name_however_deep() {
        for twice in [r#"{"name": "a", "name": "b"}"#, r#"{"lines": [{"name": 1, "x": 2, "n\u0061me": 1}]}"#] {
            let problem = parse_unique(twice.as_bytes()).expect_err("refused");
            assert!(problem.is_data() && problem.to_string().contains("\"name\" stands twice"), "{problem}");
            assert!(problem.to_string().contains("give it once. The second one ends at line 1 column"), "{problem}");
        }
        let long = format!("{{\"{name}\": 1, \"{name}\": 1}}", name = "x".repeat(50_000));
        assert!(parse_unique(long.as_bytes()).is_err_and(|problem| problem.to_string().len() < 200));
        assert!(parse_unique(br#"{"a": {"name": 1}, "b": {"name": 1}}"#).is_ok(), "in two objects");
    }
}
