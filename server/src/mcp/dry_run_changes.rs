//! The changes of a dry run in concise form: of each record its kind, its name and the fields that would change, by the names and in the
//! units of answers.

use std::collections::HashMap;

use app::operation::{
    columns::{self, Class},
    records_told,
};
use serde_json::{Map, Value};

use super::{
    record_columns::{CallerZones, ChangedRecord},
    truncation::TruncatedList,
};

/// The fields that serve as a record's name.
const NAMES: [&str; 3] = ["name", "number", "description"];

/// The number of changes that are shown.
const SHOWN: usize = 50;

/// The most changes that a dry run returns. Where there are more, a warning says of how many records.
const TOLD_MAX: usize = 500;

/// Shortens the changes of an answer; returns how many of them are left out, if any.
pub fn shorten(answer: &mut Map<String, Value>, zones: &CallerZones) -> Option<TruncatedList> {
    let Some(Value::Array(changes)) = answer.remove("changes") else { return None };
    let are_all = changes.len() < TOLD_MAX;
    let mut changes = once_each(changes);
    let all = changes.len();
    changes.truncate(SHOWN);
    changes.iter_mut().for_each(|change| tell(change, answer, zones));
    answer.insert("changes".to_owned(), changes.into_iter().map(Value::Object).collect());
    let of = if are_all { Some(all) } else { records_in_all(answer) };
    (all > SHOWN).then(|| TruncatedList { name: "changes".to_owned(), shown: SHOWN, of })
}

/// The number of all records that would change, as a warning of the answer tells it.
fn records_in_all(answer: &Map<String, Value>) -> Option<usize> {
    answer.get("warnings")?.as_array()?.iter().filter_map(Value::as_str).find_map(records_told)
}

/// Each record once, as it was before the first of its changes and would be after the last.
fn once_each(changes: Vec<Value>) -> Vec<Map<String, Value>> {
    let (mut once, mut places): (Vec<Map<String, Value>>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    for change in changes {
        let Value::Object(change) = change else { continue };
        let record = format!("{} {}", change["kind"], change["record"]);
        let known = places.get(&record).and_then(|place| once.get_mut(*place));
        let Some(known) = known else {
            places.insert(record, once.len());
            once.push(change);
            continue;
        };
        known.remove("after");
        let before = known.get("currency_before").or(known.get("currency")).cloned();
        known.extend(change.into_iter().filter(|(name, _)| name != "before"));
        known.extend(before.map(|currency| ("currency_before".to_owned(), currency)));
    }
    once.retain(|change| change.contains_key("before") || change.contains_key("after"));
    once
}

fn tell(change: &mut Map<String, Value>, answer: &Map<String, Value>, zones: &CallerZones) {
    let id = change.get("record").and_then(Value::as_str).unwrap_or_default();
    let answered = of_record(answer, id);
    let kind = change.get("kind").and_then(Value::as_str).unwrap_or_default();
    let currency = change.get("currency").and_then(Value::as_str);
    let image = |side: &str, currency| {
        let record = ChangedRecord { kind, names: change.get("names"), currency, answered, zones };
        Some(record.told(change.get(side)?.as_object()?))
    };
    let before = image("before", change.get("currency_before").and_then(Value::as_str).or(currency));
    let mut after = image("after", currency);
    // The computed amounts of a new draft are shown; those of a changed one are in the answer.
    if let Some(after) = &mut after
        && before.is_none()
        && after.get("status").is_some_and(|status| status == "draft")
        && let Some(told) = answered
    {
        let computed = columns::of(kind).iter().filter(|column| column.is(Class::Computed)).map(|column| column.name);
        let computed = computed.filter(|name| *name != "paid");
        after.extend(computed.filter_map(|name| Some((name.to_owned(), told.get(name)?.clone()))));
    }
    let name = |image: &Map<String, Value>| NAMES.iter().find_map(|name| image.get(*name)?.as_str().map(str::to_owned));
    let name = after.as_ref().and_then(name).or_else(|| before.as_ref().and_then(name)).filter(|name| !name.is_empty());
    change.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (Some(other(&before, &after)), Some(other(&after, &before))),
        one => one,
    };
    change.retain(|name, _| !["names", "currency", "currency_before"].contains(&name.as_str()));
    change.extend(before.map(|fields| ("before".to_owned(), Value::Object(fields))));
    change.extend(after.map(|fields| ("after".to_owned(), Value::Object(fields))));
}

/// The fields that an answer has of the record with this id.
fn of_record<'a>(answer: &'a Map<String, Value>, id: &str) -> Option<&'a Map<String, Value>> {
    if answer.get("id").is_some_and(|own| own == id) {
        return Some(answer);
    }
    answer.get("items")?.as_array()?.iter().filter_map(Value::as_object).find(|item| item.get("id").is_some_and(|own| own == id))
}

/// The fields of one side that the other has not, or has with another value.
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
        assert_eq!(shorten(answer.as_object_mut().expect("an object"), &CallerZones::of(None)), None);
        assert_eq!(
            answer["changes"],
            json!([
                { "kind": "time_entry", "record": "7", "name": "Charts", "before": {}, "after": { "rate": "130.00" } },
                { "kind": "time_entry", "record": "8", "name": "Charts", "after": { "description": "Charts", "worked": "1h 30m 23s" } },
            ])
        );
    }

    #[test]
    fn a_record_that_changes_twice_is_told_once_by_the_names_of_the_answers() {
        let row =
            |state: &str, line: Value| json!({ "id": "7", "project_id": "1", "member_id": "9", "state": state, "invoice_line_id": line });
        let draft = json!({ "id": "5", "client_id": "2", "state": "draft", "total": "0.00", "rounding_step": 15, "rounding_mode": "up" });
        let mut answer = json!({ "id": "5", "total": "120.00 EUR", "changes": [
            { "kind": "invoice", "record": "5", "after": draft, "names": { "2": "Acme" } },
            { "kind": "time_entry", "record": "7", "after": row("draft", Value::Null), "names": { "1": "Acme / Dashboard" } },
            { "kind": "time_entry", "record": "7", "before": row("draft", Value::Null), "after": row("logged", json!("3")), "names": { "1": "Acme / Dashboard" } },
        ] });
        assert_eq!(shorten(answer.as_object_mut().expect("an object"), &CallerZones::of(None)), None);
        let rounding = json!({ "step_minutes": 15, "mode": "up" });
        let invoice = json!({ "client": "Acme", "status": "draft", "total": "120.00 EUR", "rounding": rounding });
        let entry = json!({ "project": "Acme / Dashboard", "state": "logged", "billed": true });
        assert_eq!(
            answer["changes"],
            json!([{ "kind": "invoice", "record": "5", "after": invoice }, { "kind": "time_entry", "record": "7", "after": entry }])
        );
    }

    #[test]
    fn changes_that_are_left_out_are_counted() {
        let changes: Vec<_> = (0..120).map(|record| json!({ "kind": "time_entry", "record": record.to_string(), "after": {} })).collect();
        let mut answer = json!({ "changes": changes });
        let told = shorten(answer.as_object_mut().expect("an object"), &CallerZones::of(None));
        assert_eq!(told, Some(TruncatedList { name: "changes".to_owned(), shown: 50, of: Some(120) }));
        assert_eq!(answer["changes"].as_array().map(Vec::len), Some(50));
    }

    #[test]
    fn of_more_changes_than_an_answer_holds_the_warning_says_how_many_records_there_are() {
        let changes: Vec<_> = (0..500).map(|record| json!({ "kind": "time_entry", "record": record.to_string(), "after": {} })).collect();
        let warnings = ["It is late.", "This changes 602 records, of which not all are shown."];
        let mut answer = json!({ "changes": changes, "warnings": warnings });
        let told = shorten(answer.as_object_mut().expect("an object"), &CallerZones::of(None));
        assert_eq!(told, Some(TruncatedList { name: "changes".to_owned(), shown: 50, of: Some(602) }));
    }
}
