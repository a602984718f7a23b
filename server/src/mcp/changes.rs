//! What a dry run would change, in few words: of each record its kind, its name and the fields that would be other ones.

use app::hours::Worked;
use serde_json::{Map, Value};

use super::concise::exact;

/// What a record holds for its own sake, or says twice.
const UNTOLD: [&str; 8] = ["organization_id", "id", "search_key", "created_at", "updated_at", "created_by", "created_through", "version"];

/// What a record is called by.
const NAMES: [&str; 3] = ["name", "number", "description"];

/// How many changes are shown.
const SHOWN: usize = 50;

/// Shortens the changes of an answer; what to say of those that are left out.
pub fn shorten(answer: &mut Map<String, Value>) -> Option<String> {
    let Some(Value::Array(changes)) = answer.get_mut("changes") else { return None };
    let all = changes.len();
    changes.truncate(SHOWN);
    changes.iter_mut().filter_map(Value::as_object_mut).for_each(tell);
    (all > SHOWN).then(|| format!("The first {SHOWN} of {all} changes are shown."))
}

fn tell(change: &mut Map<String, Value>) {
    let (before, after) = (image(change, "before"), image(change, "after"));
    let name = |image: &Map<String, Value>| NAMES.iter().find_map(|name| image.get(*name)?.as_str().map(str::to_owned));
    let name = after.as_ref().and_then(name).or_else(|| before.as_ref().and_then(name)).filter(|name| !name.is_empty());
    change.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (Some(other(&before, &after)), Some(other(&after, &before))),
        one => one,
    };
    change.extend(before.map(|fields| ("before".to_owned(), Value::Object(fields))));
    change.extend(after.map(|fields| ("after".to_owned(), Value::Object(fields))));
}

/// The fields of a record that say something. Its time is told as everywhere.
fn image(change: &Map<String, Value>, side: &str) -> Option<Map<String, Value>> {
    let mut fields = change.get(side)?.as_object()?.clone();
    fields.retain(|name, value| !value.is_null() && !UNTOLD.contains(&name.as_str()));
    if let Some(seconds) = fields.remove("seconds").and_then(|seconds| seconds.as_i64()) {
        fields.insert("worked".to_owned(), Value::from(exact(seconds, Worked::of(seconds).text)));
    }
    Some(fields)
}

/// Those of the fields of one side that the other has not, or has otherwise.
fn other(of: &Map<String, Value>, than: &Map<String, Value>) -> Map<String, Value> {
    of.iter().filter(|(name, value)| than.get(*name) != Some(value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_would_be_another_is_told() {
        let row = |rate: Value, version: i32| json!({ "id": "7", "organization_id": "1", "description": "Charts", "seconds": 5_423, "rate": rate, "version": version });
        let mut answer = json!({ "changes": [
            { "kind": "time_entry", "record": "7", "before": row(Value::Null, 1), "after": row(json!("130.00"), 2) },
            { "kind": "time_entry", "record": "8", "after": row(Value::Null, 1) },
        ] });
        assert_eq!(shorten(answer.as_object_mut().expect("an object")), None);
        assert_eq!(
            answer["changes"],
            json!([
                { "kind": "time_entry", "record": "7", "name": "Charts", "before": {}, "after": { "rate": "130.00" } },
                { "kind": "time_entry", "record": "8", "name": "Charts", "after": { "description": "Charts", "worked": "1h 30m 23s" } },
            ])
        );
    }

    #[test]
    fn changes_that_are_left_out_are_counted() {
        let mut answer = json!({ "changes": vec![json!({ "kind": "time_entry", "record": "7" }); 120] });
        let told = shorten(answer.as_object_mut().expect("an object"));
        assert_eq!(told.as_deref(), Some("The first 50 of 120 changes are shown."));
        assert_eq!(answer["changes"].as_array().map(Vec::len), Some(50));
    }
}
