//! Reduces the output schema of a tool to the fields that other calls take as arguments. The names of the other fields describe them, and a
//! client sends all tools with each turn of its model.

use serde_json::{Map, Value, json};

/// The fields that other calls take: ids of records and actions, the version for a change, and the cursor of a list.
const TAKEN: [&str; 4] = ["id", "action", "version", "next_cursor"];

/// The part of a schema that other calls take arguments from; none where there is no such field.
pub fn reused_fields(schema: &Map<String, Value>) -> Option<Map<String, Value>> {
    match part(&Value::Object(schema.clone()))? {
        Value::Object(part) => Some(part),
        _ => None,
    }
}

fn part(schema: &Value) -> Option<Value> {
    match schema["type"].as_str()? {
        "array" => Some(json!({ "type": "array", "items": part(&schema["items"])? })),
        "object" => {
            let fields = schema["properties"].as_object()?;
            let parts = fields.iter().filter_map(|(name, field)| Some((name.clone(), field_of(name, field)?)));
            let parts: Map<_, _> = parts.collect();
            (!parts.is_empty()).then(|| json!({ "type": "object", "properties": parts }))
        }
        _ => None,
    }
}

fn field_of(name: &str, field: &Value) -> Option<Value> {
    match TAKEN.contains(&name) {
        true => Some(json!({ "type": field["type"] })),
        false => part(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_versions_and_cursors_stay_wherever_they_stand_and_nothing_else_does() {
        let text = json!({ "type": "string", "description": "Words." });
        let project = json!({ "type": "object", "properties": { "id": text, "name": text }, "required": ["id", "name"] });
        let list = json!({
            "type": "object",
            "properties": {
                "items": { "type": "array", "items": project },
                "next_cursor": text,
                "total": { "type": "integer" },
                "days": { "type": "object", "properties": { "from": text } },
            },
            "required": ["items", "days"],
        });
        let part = reused_fields(list.as_object().expect("an object")).expect("a part");
        let id = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
        assert_eq!(
            Value::Object(part),
            json!({
                "type": "object",
                "properties": { "items": { "type": "array", "items": id }, "next_cursor": { "type": "string" } },
            })
        );
        let sums = json!({ "type": "object", "properties": { "worked": text, "amount": text } });
        assert_eq!(reused_fields(sums.as_object().expect("an object")), None, "nothing of it is an argument of another call");
    }
}
