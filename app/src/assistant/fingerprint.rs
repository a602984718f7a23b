//! Whether two runs of a write come to the same: what they would change, and what of it a card shows, without what every run
//! makes anew.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::effect;
use crate::time::local_clock::to_the_second;

/// How far from a run its own instants may lie, beside the fraction of a second that some records leave out. A timer that
/// takes the place of one that has just begun starts a second later; time that began within a second ends within one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// Columns that hold something else after every run: the hash of a secret that was thrown.
const RANDOM_COLUMNS: [&str; 1] = ["secret_hash"];

/// What follows from an instant: a timer that ends now has run for as long as it took somebody to say so, and an invitation
/// that is sent now runs out so long after now.
const DERIVED_FROM_INSTANT: [(&str, &str); 2] = [("ended_at", "seconds"), ("sent_at", "expires_at")];

/// The fingerprint of a run that was made between two instants. The answer is that of a dry run, with its changes.
pub fn of(answer: &Value, began: Timestamp, ended: Timestamp) -> Vec<u8> {
    let changes = answer.get("changes").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let fresh = RunValues::of(changes, began, ended);
    let changes: Vec<Value> = changes.iter().map(|change| fresh.normalized(without_names(change))).collect();
    // What no change is written down of, such as to whom a mail goes, is at least shown.
    let seen = json!({ "changes": changes, "shown": effect::compared(answer) });
    Sha256::digest(seen.to_string()).to_vec()
}

/// A change without what its ids are called: of records that a run makes they are others each time.
fn without_names(change: &Value) -> Value {
    let mut change = change.clone();
    if let Value::Object(fields) = &mut change {
        fields.remove("names");
    }
    change
}

/// What one run makes anew: ids of new records, and its own instant, which some records keep to the second.
struct RunValues {
    records: Vec<Uuid>,
    old: HashSet<Timestamp>,
    from: Timestamp,
    until: Timestamp,
}

impl RunValues {
    fn of(changes: &[Value], began: Timestamp, ended: Timestamp) -> Self {
        let made = changes.iter().filter(|change| change.get("before").is_none());
        Self {
            records: made.filter_map(|change| change["record"].as_str()?.parse().ok()).collect(),
            old: old(changes),
            from: to_the_second(began) - CLOCK_TOLERANCE,
            until: ended + CLOCK_TOLERANCE,
        }
    }

    fn normalized(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.name(text),
            Value::Array(items) => items.into_iter().map(|item| self.normalized(item)).collect(),
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
            Ok(at) if self.is_now(at) => Value::from("now"),
            _ => Value::from(text),
        }
    }

    fn is_now(&self, at: Timestamp) -> bool {
        at >= self.from && at <= self.until && !self.old.contains(&at)
    }

    fn fields(&self, fields: Map<String, Value>) -> Value {
        let kept = fields.into_iter().filter(|(name, _)| !RANDOM_COLUMNS.contains(&name.as_str()));
        let mut left: Map<String, Value> = kept.map(|(name, value)| (name, self.normalized(value))).collect();
        for (instant, follows) in DERIVED_FROM_INSTANT {
            if left.get(instant).is_some_and(|at| at == "now") {
                left.remove(follows);
            }
        }
        Value::Object(left)
    }
}

/// The instants that were there before the run: those of each record as it was found.
fn old(changes: &[Value]) -> HashSet<Timestamp> {
    let mut seen = HashSet::new();
    let first = changes.iter().filter(|change| seen.insert(change["record"].as_str()));
    let found = first.filter_map(|change| change.get("before")?.as_object());
    found.flat_map(Map::values).filter_map(|value| value.as_str()?.parse().ok()).collect()
}
