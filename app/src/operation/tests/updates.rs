//! No lost updates: concurrent changes of different fields are both kept, for every operation that changes a record.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use domain::money::Currency;
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinHandle;

use super::{Fixture, arguments, fixture};
use crate::{
    error::{Code, Error},
    operation::{Operation, write_response::with_amounts},
    operations,
    testing::{apart, owner},
};

/// The arguments for the time of work.
const SPAN: [&str; 4] = ["date", "duration", "started_at", "ended_at"];

/// Columns that change with every write, or follow from others.
const COUNTERS: [&str; 3] = ["position", "updated_at", "version"];

/// Arguments that are not fields of the record.
const COMMON: [&str; 8] =
    ["applies_to", "client_tax", "current_rates", "dry_run", "idempotency_key", "late_payment_terms", "time_rate", "version"];

/// Values of which at least one is valid for each field and changes it.
const VALUES: [&str; 16] = [
    "Something",
    "else@example.com",
    "#123456",
    "de",
    "7",
    "10%",
    "70.00",
    "7h",
    "DE89370400440532013000",
    "COBADEFFXXX",
    "Europe/Berlin",
    "R-{YYYY}-{0000}",
    "2026-10-31",
    "2026-11-19",
    "45m",
    "2026-11-21T09:30:00Z",
];

/// One field of a record, and the effect of a value for it.
#[derive(Clone)]
struct Edit {
    argument: String,
    value: Value,
    /// The kind of the record and its id.
    record: (String, String),
    /// The columns that change, with their new values.
    columns: BTreeMap<String, Value>,
}

#[tokio::test]
async fn two_changes_of_different_fields_at_once_are_both_kept() {
    apart("updates", async {
        let studio = fixture("updates").await;
        let owner = owner().await;
        let mut walked = Vec::new();
        for operation in operations::all().iter().filter(|operation| fields(operation, &studio.ids).len() > 1) {
            let edits = edits(&studio, operation).await;
            let pairs: Vec<_> = edits.iter().filter_map(|edit| Some((edit, apart_from(edit, &edits)?))).collect();
            assert!(!pairs.is_empty(), "{} has fields, and no two of them were found", operation.declaration.name);
            for (one, other) in pairs {
                at_once(&studio, operation, &owner, [one, other]).await;
            }
            walked.push(operation.declaration.name);
        }
        let expected = [
            "set_budget",
            "update_client",
            "update_invoice_draft",
            "update_organization",
            "update_project",
            "update_time_entry",
            "update_timer",
        ];
        for name in expected {
            assert!(walked.contains(&name), "{name} was not walked: {walked:?}");
        }
        owner.close().await;
    })
    .await;
}

/// The optional arguments of an update: each is a field of the record.
fn fields<'a>(operation: &'a Operation, ids: &Map<String, Value>) -> Vec<(&'a String, &'a Value)> {
    let name = operation.declaration.name;
    if !name.starts_with("update_") && !name.starts_with("set_") {
        return Vec::new();
    }
    let required = operation.input.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = operation.input.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .filter(|(argument, _)| {
            !required.contains(&json!(argument)) && !COMMON.contains(&argument.as_str()) && !ids.contains_key(*argument)
        })
        .collect()
}

/// Changes of the fields, found by dry runs.
async fn edits(studio: &Fixture, operation: &Operation) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (argument, schema) in fields(operation, &studio.ids) {
        for value in values(schema) {
            if let Some(edit) = tried(studio, operation, argument, value).await {
                edits.push(edit);
                break;
            }
        }
    }
    edits
}

fn values(schema: &Value) -> Vec<Value> {
    match (schema["enum"].as_array(), schema["type"].as_str()) {
        (Some(choices), _) => choices.clone(),
        (None, Some("boolean")) => vec![json!(true), json!(false)],
        (None, Some("integer" | "number")) => vec![json!(7), json!(30), json!(120)],
        (None, Some("array" | "object")) => Vec::new(),
        _ => VALUES.iter().map(|value| json!(value)).chain([json!(7), json!(4321)]).collect(),
    }
}

/// The effect of a change of one field by a dry run, when it changes one record.
async fn tried(studio: &Fixture, operation: &Operation, argument: &str, value: Value) -> Option<Edit> {
    let mut call = call(studio, operation, argument, &value);
    call.insert("dry_run".to_owned(), json!(true));
    let answer = studio.world.call(operation.declaration.name, Value::Object(call)).await.ok()?;
    let [change] = answer["changes"].as_array()?.as_slice() else { return None };
    let after = change["after"].as_object()?;
    let columns = after.iter().filter(|(column, value)| change["before"][*column] != **value && !COUNTERS.contains(&column.as_str()));
    let record = (change["kind"].as_str()?.to_owned(), change["record"].as_str()?.to_owned());
    let columns = columns.map(|(column, value)| (column.clone(), value.clone())).collect();
    Some(Edit { argument: argument.to_owned(), value, record, columns })
}

/// The call that changes this field and no other.
fn call(studio: &Fixture, operation: &Operation, argument: &str, value: &Value) -> Map<String, Value> {
    let fields: Vec<&String> = fields(operation, &studio.ids).into_iter().map(|(field, _)| field).collect();
    let mut call = arguments(operation, &studio.ids);
    call.retain(|given, _| !fields.contains(&given));
    // The project is a field of time entries too, and stays as it is.
    if operation.declaration.name.starts_with("update_time") {
        call.remove("project");
    }
    call.insert(argument.to_owned(), value.clone());
    call
}

/// A field of the same record that the given one does not affect.
fn apart_from<'a>(edit: &Edit, edits: &'a [Edit]) -> Option<&'a Edit> {
    // When work began, ended and how long it took follow from each other: they are one field.
    let of_a_span = |edit: &Edit| SPAN.contains(&edit.argument.as_str());
    // Only billable time may have a rate of its own.
    let of_a_price = |edit: &Edit| ["billable", "rate"].contains(&edit.argument.as_str()) && edit.record.0 == "time_entry";
    let own = |other: &Edit| {
        let same = of_a_span(edit) && of_a_span(other) || of_a_price(edit) && of_a_price(other);
        !same && other.columns.keys().all(|column| !edit.columns.contains_key(column))
    };
    edits.iter().rfind(|other| other.argument != edit.argument && other.record == edit.record && own(other))
}

/// Makes both changes at once, and restores the record for the next pair.
async fn at_once(studio: &Fixture, operation: &Operation, owner: &PgPool, pair: [&Edit; 2]) {
    let (name, (kind, id)) = (operation.declaration.name, &pair[0].record);
    let before = record(owner, kind, id).await;
    let mut answers = answers_at_once(studio, operation, owner, pair).await;
    // On a busy machine one may wait longer than a statement waits for a lock before the other has begun: it is told to try again.
    if answers.iter().any(|answer| answer.as_ref().is_err_and(|refused| refused.code == Code::Unavailable)) {
        answers = answers_at_once(studio, operation, owner, pair).await;
    }
    let now = with_amounts(kind, record(owner, kind, id).await, &Currency::default(), &Currency::default());
    for (edit, answer) in pair.iter().zip(&answers) {
        if let Err(refused) = answer {
            panic!("{name} {} was refused: {refused:?}", edit.argument);
        }
        for (column, value) in &edit.columns {
            assert_eq!(now[column], *value, "{name}: of {} and {}, {} is lost", pair[0].argument, pair[1].argument, edit.argument);
        }
    }
    let columns: Vec<&str> = pair.iter().flat_map(|edit| edit.columns.keys()).map(String::as_str).collect();
    let columns = columns.join(", ");
    let back = format!("update {kind} t set ({columns}) = (select {columns} from jsonb_populate_record(t, $1)) where id = '{id}'");
    sqlx::query(AssertSqlSafe(back)).bind(before).execute(owner).await.expect("as before");
}

/// Locks the record, begins both changes, and releases the lock once both wait.
async fn answers_at_once(studio: &Fixture, operation: &Operation, owner: &PgPool, pair: [&Edit; 2]) -> [Result<Value, Error>; 2] {
    let (name, (kind, id)) = (operation.declaration.name, &pair[0].record);
    let mut holder = owner.begin().await.expect("a transaction");
    // `no key update` does not block inserts of rows that only refer to the record.
    let hold = format!("select from {kind} where id = '{id}' for no key update");
    sqlx::query(AssertSqlSafe(hold)).execute(&mut *holder).await.expect("the record");
    let [one, other] = pair.map(|edit| {
        let (world, call) = (studio.world.clone(), Value::Object(call(studio, operation, &edit.argument, &edit.value)));
        tokio::spawn(async move { world.call(name, call).await })
    });
    until_both_wait(&mut holder, [&one, &other]).await;
    holder.rollback().await.expect("let go");
    [one.await.expect("an answer"), other.await.expect("an answer")]
}

/// A record as it is stored.
async fn record(owner: &PgPool, kind: &str, id: &str) -> Value {
    let read = format!("select to_jsonb(t) from {kind} t where id = '{id}'");
    sqlx::query_scalar(AssertSqlSafe(read)).fetch_one(owner).await.expect("the record")
}

/// Waits until two sessions of this database wait for a lock, or a change was answered without waiting.
async fn until_both_wait(holder: &mut sqlx::PgConnection, changes: [&JoinHandle<Result<Value, Error>>; 2]) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let waiting: i64 = sqlx::query_scalar(
            "select count(distinct pid) from pg_locks where not granted
                 and pid in (select pid from pg_stat_activity where datname = current_database())",
        )
        .fetch_one(&mut *holder)
        .await
        .expect("locks");
        if waiting >= 2 || changes.iter().any(|change| change.is_finished()) {
            return;
        }
    }
    panic!("nobody waits for the record");
}
