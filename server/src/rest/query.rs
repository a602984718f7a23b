//! The arguments of a read as they stand in a query.

use app::error::Error;
use serde_json::{Map, Value};

/// Reads `name=value` pairs as the schema says they are meant; a name that stands twice is a list.
pub fn arguments(input: &Map<String, Value>, query: &str) -> Result<Value, Error> {
    let mut arguments = Map::new();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let name = name.trim_end_matches("[]").to_owned();
        let schema = input.get("properties").and_then(|properties| properties.get(&name));
        if schema.and_then(kind) == Some("array") {
            let item = value(schema.and_then(|schema| schema.get("items")), &name, &text)?;
            if let Value::Array(items) = arguments.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                items.push(item);
            }
            continue;
        }
        let read = value(schema, &name, &text)?;
        if arguments.insert(name.clone(), read).is_some() {
            return Err(Error::invalid(&name, format!("{name} stands twice in the query; give it once.")));
        }
    }
    Ok(Value::Object(arguments))
}

/// A name that the schema does not know stays text: the operation will refuse it with the list of those it takes.
fn value(schema: Option<&Value>, name: &str, text: &str) -> Result<Value, Error> {
    let wrong =
        |wanted: &str| Error::invalid(name, format!("{name} is \"{}\", which is not {wanted}.", text.chars().take(60).collect::<String>()));
    Ok(match schema.and_then(kind) {
        Some("integer") => Value::from(text.trim().parse::<i64>().map_err(|_| wrong("a whole number"))?),
        Some("number") => Value::from(text.trim().parse::<f64>().map_err(|_| wrong("a number"))?),
        Some("boolean") => match text.trim() {
            "true" | "1" | "" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return Err(wrong("true or false")),
        },
        Some("object") => serde_json::from_str(text).map_err(|_| wrong("a JSON object"))?,
        _ => Value::from(text),
    })
}

fn kind(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &str) -> Result<Value, Error> {
        let input = json!({ "properties": {
            "limit": { "type": "integer" }, "archived": { "type": "boolean" }, "query": { "type": "string" },
            "projects": { "type": "array", "items": { "type": "string" } },
        }});
        arguments(input.as_object().expect("an object"), query)
    }

    #[test]
    fn values_are_read_as_the_schema_means_them() {
        let read = read("limit=5&archived=true&query=5&projects=a&projects[]=b&other=1");
        assert_eq!(read, Ok(json!({ "limit": 5, "archived": true, "query": "5", "projects": ["a", "b"], "other": "1" })));
    }

    #[test]
    fn a_value_of_another_kind_is_refused_with_its_name() {
        for (query, field) in [("limit=many", "limit"), ("archived=perhaps", "archived"), ("query=a&query=b", "query")] {
            let refused = read(query).expect_err(query);
            assert!(refused.field(field).is_some(), "{refused:?}");
        }
    }
}
