//! Fingerprints of effects: whether two runs of a write have the same changes and show the same on a card, apart from values that differ in
//! every run.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::effect;
use crate::{
    operation::{
        columns::{self, Class},
        registry,
    },
    time::local_clock::to_the_second,
};

/// The tolerance for a run's own instants, beside the fraction of a second that some records omit. A timer that replaces
/// one that has just begun starts a second later; time that began within a second ends within one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// The fingerprint of a run of an operation between two instants. `answer` is that of a dry run, with its changes.
pub fn of(operation: &str, answer: &Value, began: Timestamp, ended: Timestamp) -> Vec<u8> {
    let changes = answer.get("changes").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    let fresh = RunValues::of(changes, began, ended);
    let changes: Vec<Value> = changes.iter().map(|change| fresh.normalized(without_names(change))).collect();
    // Effects that no change records, such as the recipients of a mail, are included as the card shows them.
    let shown = registry::find(operation).map(|operation| effect::compared(operation, answer));
    let seen = json!({ "changes": changes, "shown": shown });
    Sha256::digest(seen.to_string()).to_vec()
}

/// A change without the names of its ids: the ids of new records differ in every run.
fn without_names(change: &Value) -> Value {
    let mut change = change.clone();
    if let Value::Object(fields) = &mut change {
        fields.remove("names");
    }
    change
}

/// Values that are new in every run: ids of new records, and its own instant, which some records store to the second.
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

    /// Without what is random, and without what follows from the instant of the run: a timer that ends now has a duration up to now, and
    /// an invitation that is sent now expires a fixed time later.
    fn fields(&self, fields: Map<String, Value>) -> Value {
        let kept = fields.into_iter().filter(|(name, _)| !columns::named(name).any(|column| column.is(Class::Random)));
        let mut left: Map<String, Value> = kept.map(|(name, value)| (name, self.normalized(value))).collect();
        for (instant, follows) in columns::following() {
            if left.get(instant).is_some_and(|at| at == "now") {
                left.remove(follows);
            }
        }
        Value::Object(left)
    }
}

/// The instants that existed before the run: those in the first image of each record.
fn old(changes: &[Value]) -> HashSet<Timestamp> {
    let mut seen = HashSet::new();
    let first = changes.iter().filter(|change| seen.insert(change["record"].as_str()));
    let found = first.filter_map(|change| change.get("before")?.as_object());
    found.flat_map(Map::values).filter_map(|value| value.as_str()?.parse().ok()).collect()
}
