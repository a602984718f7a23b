//! Whether two dry runs would do the same: what they would change, without what every run makes anew.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The fingerprint of a dry run that was made between two instants.
pub fn of(answer: &Value, began: Timestamp, ended: Timestamp) -> Vec<u8> {
    let changes = answer.get("changes").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let fresh = Fresh {
        records: changes.iter().filter(|change| change.get("before").is_none()).filter_map(|change| id(&change["record"])).collect(),
        // A database keeps microseconds, and a clock of the process may be read a moment later.
        from: began - SignedDuration::from_millis(1),
        until: ended + SignedDuration::from_millis(1),
    };
    let effect = match changes {
        [] => without(answer, &["warnings", "dry_run", "changes"]),
        _ => Value::from(changes.to_vec()),
    };
    Sha256::digest(fresh.left_out(effect).to_string()).to_vec()
}

fn without(answer: &Value, names: &[&str]) -> Value {
    let mut answer = answer.clone();
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|name, _| !names.contains(&name.as_str()));
    }
    answer
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

/// What one run makes anew: ids of new records, and its own instant.
struct Fresh {
    records: Vec<Uuid>,
    from: Timestamp,
    until: Timestamp,
}

impl Fresh {
    fn left_out(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.name(text),
            Value::Array(items) => items.into_iter().map(|item| self.left_out(item)).collect(),
            Value::Object(fields) => self.fields(fields),
            other => other,
        }
    }

    fn name(&self, text: String) -> Value {
        if let Ok(id) = text.parse::<Uuid>()
            && let Some(at) = self.records.iter().position(|fresh| *fresh == id)
        {
            return Value::from(format!("new {at}"));
        }
        match text.parse::<Timestamp>() {
            Ok(at) if at >= self.from && at <= self.until => Value::from("now"),
            _ => Value::from(text),
        }
    }

    /// A timer that ends now has run for as long as it took somebody to say so.
    fn fields(&self, fields: Map<String, Value>) -> Value {
        let mut left: Map<String, Value> = fields.into_iter().map(|(name, value)| (name, self.left_out(value))).collect();
        if left.get("ended_at").is_some_and(|ended| ended == "now") {
            left.remove("seconds");
        }
        Value::Object(left)
    }
}
