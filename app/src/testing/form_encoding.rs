//! Encoder of JSON values as the fields of a form.

use serde_json::Value;
use url::form_urlencoded::Serializer;

/// Writes `value` under `name` as a browser would: `lines[0][description]=…`.
pub fn write(sent: &mut Serializer<'_, String>, name: &str, value: &Value) {
    let within = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}[{part}]") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(field, value)| write(sent, &within(field), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, value)| write(sent, &within(&place.to_string()), value)),
        Value::Null => {}
        Value::String(text) => _ = sent.append_pair(name, text),
        other => _ = sent.append_pair(name, &other.to_string()),
    }
}
