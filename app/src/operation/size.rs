//! How large arguments may be, told from their schema alone: before they are checked, which costs time for each of their values.

use serde_json::{Map, Value};

use crate::text::{excerpt, readable};

/// How many fields more than it knows an object may have, to be told of each that it is unknown.
const UNKNOWN_MAX: usize = 20;

/// The first list or object that is larger than its schema lets it be, and what is wrong with it.
pub fn too_many(schema: &Map<String, Value>, arguments: &Value) -> Option<(String, String)> {
    within(schema, arguments, "arguments")
}

fn within(schema: &Map<String, Value>, value: &Value, name: &str) -> Option<(String, String)> {
    match value {
        Value::Array(items) => {
            let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(UNKNOWN_MAX as u64);
            if items.len() as u64 > most {
                let words = format!("{} has {} items; at most {most} fit. Send them in several calls.", readable(name), items.len());
                return Some((name.to_owned(), words));
            }
            let described = schema.get("items").and_then(Value::as_object).unwrap_or(schema);
            items.iter().find_map(|item| within(described, item, name))
        }
        Value::Object(fields) => {
            let known = schema.get("properties").and_then(Value::as_object);
            let most = known.map_or(0, Map::len) + UNKNOWN_MAX;
            if fields.len() > most {
                let words = format!("{} has {} fields, of which most are unknown.", readable(name), fields.len());
                return Some((name.to_owned(), words));
            }
            let none = Map::new();
            fields.iter().find_map(|(field, value)| {
                let described = known.and_then(|known| known.get(field)).and_then(Value::as_object).unwrap_or(&none);
                within(described, value, &excerpt(field))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(arguments: Value) -> Option<String> {
        let line = json!({ "type": "object", "properties": { "price": { "type": "string" } } });
        let schema = json!({ "properties": { "name": { "type": "string" }, "lines": { "type": "array", "maxItems": 30, "items": line } } });
        too_many(schema.as_object().expect("an object"), &arguments).map(|(_, words)| words)
    }

    #[test]
    fn what_is_larger_than_described_is_told_wherever_it_stands() {
        let many = vec![json!({}); 31];
        assert_eq!(told(json!({ "lines": many })).as_deref(), Some("Lines has 31 items; at most 30 fit. Send them in several calls."));
        for deep in [json!({ "name": [many] }), json!({ "lines": [{ "price": many }] }), json!({ "other": { "deep": many } })] {
            assert!(told(deep.clone()).is_some_and(|words| words.contains("31 items; at most 20")), "{deep}");
        }
        let fields: Map<String, Value> = (0..30).map(|at| (format!("x{at}"), json!(1))).collect();
        assert!(told(Value::Object(fields.clone())).is_some_and(|words| words.contains("30 fields")));
        assert!(told(json!({ "lines": [fields] })).is_some());
        assert_eq!(told(json!({ "name": "Acme", "lines": vec![json!({ "price": 5 }); 30], "colour": "red" })), None);
    }
}
