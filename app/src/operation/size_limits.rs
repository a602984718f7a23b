//! Size limits of arguments, derived from their schema: checked before parsing and validation, which take time for each value.

use serde_json::{Map, Value};

use domain::text::{excerpt, readable};

/// How many unknown fields an object may have, so that each can be reported by its name.
const UNKNOWN_MAX: usize = 20;

/// The most values that arguments may hold by their schema: each as often as the bounds of the lists around it permit, and some more,
/// so that mistakes are reported by name. Larger arguments are refused before they are parsed.
pub fn values_max(schema: &Map<String, Value>) -> usize {
    2 * UNKNOWN_MAX + of_schema(schema)
}

fn of_schema(schema: &Map<String, Value>) -> usize {
    let of = |described: Option<&Value>| described.and_then(Value::as_object).map_or(1, of_schema);
    if schema.get("type").is_some_and(|kind| kind == "array") {
        let most = schema.get("maxItems").and_then(Value::as_u64).map_or(UNKNOWN_MAX, |most| most as usize);
        return 1 + most.saturating_mul(of(schema.get("items")));
    }
    let known = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    known.map(|(_, described)| of(Some(described))).fold(1, usize::saturating_add)
}

/// The first list or object that is larger than its schema permits, with a message.
pub fn find_oversized(schema: &Map<String, Value>, arguments: &Value) -> Option<(String, String)> {
    within(schema, arguments, "arguments")
}

/// The message for a list with too many items.
fn list_overflow(schema: &Map<String, Value>, name: &str, items: usize) -> Option<String> {
    let most = schema.get("maxItems").and_then(Value::as_u64).map_or(UNKNOWN_MAX, |most| most as usize);
    (items > most).then(|| format!("{} has {items} items; at most {most} fit. Send them in several calls.", readable(name)))
}

/// The first of these lists that is longer than its schema permits, with a message; only the lengths are needed.
pub fn find_list_overflow<'a>(schema: &Map<String, Value>, lists: impl IntoIterator<Item = (&'a str, usize)>) -> Option<(&'a str, String)> {
    let known = schema.get("properties").and_then(Value::as_object)?;
    let described = |name: &str| known.get(name).and_then(Value::as_object).filter(|described| described.get("items").is_some());
    lists.into_iter().find_map(|(name, items)| Some((name, list_overflow(described(name)?, name, items)?)))
}

fn within(schema: &Map<String, Value>, value: &Value, name: &str) -> Option<(String, String)> {
    match value {
        Value::Array(items) => {
            if let Some(words) = list_overflow(schema, name, items.len()) {
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
        find_oversized(schema.as_object().expect("an object"), &arguments).map(|(_, words)| words)
    }

    #[test]
    fn as_many_values_may_stand_as_the_schema_has_room_for() {
        let line = json!({ "type": "object", "properties": { "price": { "type": "string" }, "text": { "type": "string" } } });
        let schema = json!({ "properties": { "name": { "type": "string" }, "lines": { "type": "array", "maxItems": 30, "items": line } } });
        assert_eq!(values_max(schema.as_object().expect("an object")), 40 + 1 + 1 + (1 + 30 * (1 + 2)));
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
