//! What a dry run would change, in few words: of each record its kind, its name and the fields that would be other ones, by the names
//! and in the units of the answers.

use std::collections::HashMap;

use app::hours::Worked;
use serde_json::{Map, Value, json};

use super::concise::exact;

/// What a record holds for its own sake, or says twice.
const UNTOLD: [&str; 27] = [
    "organization_id",
    "id",
    "user_id",
    "search_key",
    "search_key_of",
    "namesake",
    "created_at",
    "updated_at",
    "created_by",
    "created_through",
    "invited_by",
    "written_by",
    "version",
    "position",
    "document",
    "series",
    "sequence",
    "period_given",
    "rate_overridden",
    "template",
    "reference",
    "queued_at",
    "next_attempt_at",
    "unheard",
    "body",
    "project_ids",
    "client_ids",
];

/// Columns that answers call otherwise.
const CALLED: [(&str, &str, &str); 7] = [
    ("invoice", "state", "status"),
    ("invoice", "discount_amount", "discount_written"),
    ("invoice", "discount_percent", "discount_written"),
    ("invoice_line", "billed_seconds", "billed"),
    ("payment", "paid_on", "date"),
    ("budget", "seconds", "hours"),
    ("", "seconds", "worked"),
];

/// What of an invoice is reckoned. The record of a draft holds none of it until it is sent.
const RECKONED: [&str; 6] = ["subtotal", "discount", "net", "tax", "total", "paid"];

/// What a record is called by.
const NAMES: [&str; 3] = ["name", "number", "description"];

/// How many changes are shown.
const SHOWN: usize = 50;

/// Shortens the changes of an answer; what to say of those that are left out.
pub fn shorten(answer: &mut Map<String, Value>) -> Option<String> {
    let Some(Value::Array(changes)) = answer.remove("changes") else { return None };
    let mut changes = once_each(changes);
    let all = changes.len();
    changes.truncate(SHOWN);
    changes.iter_mut().for_each(|change| tell(change, answer));
    answer.insert("changes".to_owned(), changes.into_iter().map(Value::Object).collect());
    (all > SHOWN).then(|| format!("The first {SHOWN} of {all} changes are shown."))
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
        known.extend(change.into_iter().filter(|(name, _)| name != "before"));
    }
    once.retain(|change| change.contains_key("before") || change.contains_key("after"));
    once
}

fn tell(change: &mut Map<String, Value>, answer: &Map<String, Value>) {
    let (before, mut after) = (image(change, "before"), image(change, "after"));
    let record = change.get("record").and_then(Value::as_str).unwrap_or_default().to_owned();
    // What a draft comes to is told of a new one; of one that is changed the answer tells it.
    if let Some(after) = &mut after
        && before.is_none()
        && after.get("status").is_some_and(|status| status == "draft")
        && let Some(told) = of_record(answer, &record)
    {
        after.extend(
            RECKONED.iter().filter(|name| **name != "paid").filter_map(|name| Some(((*name).to_owned(), told.get(*name)?.clone()))),
        );
    }
    let name = |image: &Map<String, Value>| NAMES.iter().find_map(|name| image.get(*name)?.as_str().map(str::to_owned));
    let name = after.as_ref().and_then(name).or_else(|| before.as_ref().and_then(name)).filter(|name| !name.is_empty());
    change.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (Some(other(&before, &after)), Some(other(&after, &before))),
        one => one,
    };
    change.remove("names");
    change.extend(before.map(|fields| ("before".to_owned(), Value::Object(fields))));
    change.extend(after.map(|fields| ("after".to_owned(), Value::Object(fields))));
}

/// What an answer tells of the record with this id.
fn of_record<'a>(answer: &'a Map<String, Value>, id: &str) -> Option<&'a Map<String, Value>> {
    if answer.get("id").is_some_and(|own| own == id) {
        return Some(answer);
    }
    answer.get("items")?.as_array()?.iter().filter_map(Value::as_object).find(|item| item.get("id").is_some_and(|own| own == id))
}

/// The fields of a record that say something, as answers call them.
fn image(change: &Map<String, Value>, side: &str) -> Option<Map<String, Value>> {
    let columns = change.get(side)?.as_object()?;
    let (kind, names) = (change.get("kind").and_then(Value::as_str).unwrap_or_default(), change.get("names"));
    let is_draft = kind == "invoice" && columns.get("state").is_some_and(|state| state == "draft");
    let said = columns
        .iter()
        .filter(|(name, value)| !value.is_null() && !UNTOLD.contains(&name.as_str()) && !(is_draft && RECKONED.contains(&name.as_str())));
    let mut fields = Map::new();
    for (column, value) in said {
        match column.as_str() {
            "invoice_line_id" => _ = fields.insert("billed".to_owned(), Value::from(true)),
            "archived_at" => _ = fields.insert("archived".to_owned(), Value::from(true)),
            "rounding_step" | "rounding_mode" | "rounding_basis" => {
                let part = if column == "rounding_step" { "step_minutes" } else { column.trim_start_matches("rounding_") };
                fields.entry("rounding").or_insert_with(|| json!({}))[part] = value.clone();
            }
            column => fields.extend(field(kind, column, value, names)),
        }
    }
    Some(fields)
}

/// A column as answers call it; nothing for what only leads to another record.
fn field(kind: &str, column: &str, value: &Value, names: Option<&Value>) -> Option<(String, Value)> {
    if let Some(noun) = column.strip_suffix("_id") {
        let name = value.as_str().and_then(|id| names?.get(id))?;
        return Some((noun.to_owned(), name.clone()));
    }
    let called = CALLED.iter().find(|(of, known, _)| *known == column && (*of == kind || of.is_empty()));
    let value = match (column, value) {
        ("seconds" | "billed_seconds", Value::Number(seconds)) => {
            seconds.as_i64().map(|seconds| exact(seconds, Worked::of(seconds).text))?.into()
        }
        ("discount_percent", Value::String(share)) => format!("{share}%").into(),
        (_, value) => value.clone(),
    };
    Some((called.map_or(column, |(_, _, called)| called).to_owned(), value))
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
    fn a_record_that_changes_twice_is_told_once_by_the_names_of_the_answers() {
        let row =
            |state: &str, line: Value| json!({ "id": "7", "project_id": "1", "member_id": "9", "state": state, "invoice_line_id": line });
        let draft = json!({ "id": "5", "client_id": "2", "state": "draft", "total": "0.00", "rounding_step": 15, "rounding_mode": "up" });
        let mut answer = json!({ "id": "5", "total": "120.00 EUR", "changes": [
            { "kind": "invoice", "record": "5", "after": draft, "names": { "2": "Acme" } },
            { "kind": "time_entry", "record": "7", "after": row("draft", Value::Null), "names": { "1": "Acme / Dashboard" } },
            { "kind": "time_entry", "record": "7", "before": row("draft", Value::Null), "after": row("logged", json!("3")), "names": { "1": "Acme / Dashboard" } },
        ] });
        assert_eq!(shorten(answer.as_object_mut().expect("an object")), None);
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
        let told = shorten(answer.as_object_mut().expect("an object"));
        assert_eq!(told.as_deref(), Some("The first 50 of 120 changes are shown."));
        assert_eq!(answer["changes"].as_array().map(Vec::len), Some(50));
    }
}
