//! Every invalid value in the arguments of a call is refused by its path, and `null` is absent.

use serde_json::{Map, Value, json};

use super::{Fixture, filled, fixture};
use crate::{
    context::Channel,
    error::{Code, Error},
    operation::{Effect, Operation},
    operations,
};

/// A step of the path to a value within arguments.
#[derive(Clone)]
enum Step {
    Field(String),
    Item,
}

/// A value that an operation takes, at any depth.
struct ArgumentAt {
    way: Vec<Step>,
    schema: Value,
}

/// All values that a schema takes.
fn taken(way: &[Step], schema: &Value, found: &mut Vec<ArgumentAt>) {
    if !way.is_empty() {
        found.push(ArgumentAt { way: way.to_vec(), schema: schema.clone() });
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        taken(&[way, &[Step::Field(name.clone())]].concat(), property, found);
    }
    if let Some(items) = schema.get("items") {
        taken(&[way, &[Step::Item]].concat(), items, found);
    }
}

/// The path as a refusal names it, with the only item of each list on it.
fn place(way: &[Step]) -> String {
    way.iter().fold(String::new(), |place, step| match step {
        Step::Item => place + "[0]",
        Step::Field(name) if place.is_empty() => name.clone(),
        Step::Field(name) => format!("{place}.{name}"),
    })
}

/// Valid arguments with this value at the end of a path; none removes it.
fn holding(schema: &Value, right: Option<&Value>, way: &[Step], value: Option<&Value>, ids: &Map<String, Value>) -> Option<Value> {
    match way.split_first() {
        None => value.cloned(),
        Some((Step::Item, rest)) => {
            let first = right.and_then(|right| right.get(0));
            Some(holding(&schema["items"], first, rest, value, ids).into_iter().collect())
        }
        Some((Step::Field(name), rest)) => {
            let made = || schema.as_object().map(|schema| filled(schema, ids)).unwrap_or_default();
            let mut fields = right.and_then(Value::as_object).cloned().unwrap_or_else(made);
            match holding(&schema["properties"][name], fields.get(name), rest, value, ids) {
                Some(value) => fields.insert(name.clone(), value),
                None => fields.remove(name),
            };
            Some(Value::Object(fields))
        }
    }
}

/// A call of an operation that is valid apart from one value, as a dry run where it writes.
struct Tried<'a> {
    studio: &'a Fixture,
    operation: &'a Operation,
    right: &'a Map<String, Value>,
}

impl Tried<'_> {
    async fn with(&self, way: &[Step], value: Option<&Value>) -> Result<Value, Error> {
        let (schema, right) = (Value::Object(self.operation.input.clone()), Value::Object(self.right.clone()));
        let mut arguments = holding(&schema, Some(&right), way, value, &self.studio.ids).expect("arguments");
        if self.operation.declaration.effect != Effect::Read && arguments.get("dry_run").is_none() {
            arguments["dry_run"] = json!(true);
        }
        self.studio.world.through(Channel::Rest).call(self.operation.declaration.name, arguments).await
    }

    /// Asserts that a value is refused by its path, and answers the message.
    async fn refused(&self, way: &[Step], value: Value) -> String {
        let what = format!("{} {}: {value}", self.operation.declaration.name, place(way));
        let error = self.with(way, Some(&value)).await.expect_err(&what);
        assert_eq!(error.code, Code::Invalid, "{what}: {error:?}");
        assert!(error.fields.contains_key(&place(way)), "{what}: {error:?}");
        error.message
    }
}

/// Checks every value that every operation takes.
async fn every_value(name: &str, mut check: impl AsyncFnMut(&Tried<'_>, &ArgumentAt)) {
    let studio = fixture(name).await;
    let mut tried = 0;
    for operation in operations::all() {
        let right = studio.right(operation).await;
        let mut all = Vec::new();
        taken(&[], &Value::Object(operation.input.clone()), &mut all);
        for value in all {
            check(&Tried { studio: &studio, operation, right: &right }, &value).await;
            tried += 1;
        }
    }
    assert!(tried > 500, "{tried} values");
}

#[tokio::test]
async fn null_is_absent_at_every_depth() {
    every_value("null", async |tried, ArgumentAt { way, .. }| {
        // `dry_run: null` is no dry run: the write would be done.
        let is_rehearsal = matches!(way.as_slice(), [Step::Field(name)] if name == "dry_run");
        if is_rehearsal {
            return;
        }
        let what = format!("{} {}", tried.operation.declaration.name, place(way));
        if matches!(way.last(), Some(Step::Item)) {
            tried.refused(way, Value::Null).await;
            return;
        }
        let (absent, null) = (tried.with(way, None).await, tried.with(way, Some(&Value::Null)).await);
        assert_eq!(absent.map(|_| ()), null.map(|_| ()), "{what}");
    })
    .await;
}

#[tokio::test]
async fn a_value_of_another_kind_is_refused_by_its_place() {
    every_value("kinds", async |tried, ArgumentAt { way, schema }| {
        let kind = schema["type"].as_str().expect("one kind");
        let others = match kind {
            "object" => vec![json!("x"), json!([]), json!(7)],
            "array" => vec![json!({}), json!(7), json!(true)],
            "string" => vec![json!({}), json!(true), json!(["x"])],
            _ => vec![json!({}), json!("x"), json!([1])],
        };
        for other in others {
            tried.refused(way, other).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_choice_that_there_is_not_is_refused_by_its_place_and_all_choices_are_told() {
    every_value("choices", async |tried, ArgumentAt { way, schema }| {
        let Some(choices) = schema["enum"].as_array() else { return };
        let told = tried.refused(way, json!("no such choice")).await;
        for choice in choices {
            assert!(told.contains(choice.as_str().expect("a text")), "{} {}: {told}", tried.operation.declaration.name, place(way));
        }
    })
    .await;
}

#[tokio::test]
async fn what_takes_no_arguments_says_so_to_whoever_gives_one() {
    let studio = fixture("none").await;
    let refused = studio.world.refused("get_balance", json!({"client": "Acme"})).await;
    assert_eq!(refused.hint.as_deref(), Some("get_balance takes no arguments."), "{refused:?}");
}

#[tokio::test]
async fn what_is_wrong_within_an_argument_is_named_by_the_whole_way_to_it() {
    every_value("ways", async |tried, ArgumentAt { way, schema }| {
        if way.len() > 1 && schema["type"] != "boolean" {
            let told = tried.refused(way, json!(true)).await;
            assert!(told.contains(&place(way)), "{} {}: {told}", tried.operation.declaration.name, place(way));
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_misnames_a_field_is_told_those_of_the_object_it_is_in_and_first_the_near_one() {
    let studio = fixture("misnamed").await;
    let refused = async |operation: &str, arguments: Value| {
        let refused = studio.world.through(Channel::Rest).refused(operation, arguments).await;
        refused.hint.unwrap_or_else(|| panic!("{}", refused.message))
    };
    let line = json!({"description": "Hosting", "price": "50.00", "quantty": "2"});
    let told = refused("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    assert!(told.starts_with("lines[0] takes: quantity, ") && told.contains("description") && !told.contains("group_by"), "{told}");
    let told = refused("create_time_entries", json!({"entries": [{"project": "Dashboard", "minutes": 5}]})).await;
    assert!(told.starts_with("entries[0] takes: ") && told.contains("duration"), "{told}");
    let told = refused("draft_invoice", json!({"client": "Acme", "rounding": {"step_minute": 15}})).await;
    assert!(told.starts_with("rounding takes: step_minutes, "), "{told}");
    for (given, meant) in [("amount", "price"), ("hours", "quantity"), ("qty", "quantity")] {
        let line = json!({"description": "Hosting", "price": "50.00", (given): "1"});
        let told = refused("draft_invoice", json!({"client": "Acme", "lines": [line.clone(), line]})).await;
        assert!(told.starts_with(&format!("lines[0] takes: {meant}, ")), "{told}");
        assert!(told.ends_with(&format!(". Instead of {given}, give {meant}.")), "{told}");
    }
    let told = refused("create_time_entry", json!({"project": "Dashboard", "hours": "1"})).await;
    assert!(told.ends_with("Instead of hours, give duration."), "{told}");
    let told = refused("create_client", json!({"name": "Globex", "colour": "#ff0000"})).await;
    assert!(told.starts_with("create_client takes: color, "), "{told}");
}

#[tokio::test]
async fn a_text_or_one_object_in_place_of_a_list_is_answered_with_what_the_list_holds() {
    let studio = fixture("list").await;
    let entry = json!({"project": "Dashboard", "duration": "1h"});
    for (given, what) in [(json!(format!("[{entry}]")), "Entries is text,"), (entry, "Entries is one object,")] {
        let refused = studio.world.refused("create_time_entries", json!({"entries": given})).await;
        let told = refused.field("entries").unwrap_or_default();
        assert!(told.starts_with(what) && told.contains("list of objects") && told.contains("duration"), "{refused:?}");
        assert!(told.contains("[{\"project\": …}]. Each of them takes: project, "), "the field that each needs: {told}");
        assert_eq!(told.ends_with("Give the list itself, and not its JSON as a text."), what == "Entries is text,", "{told}");
    }
}

#[tokio::test]
async fn whoever_asks_for_invoices_that_are_open_is_told_the_choice_that_takes_all_that_is_owed() {
    let studio = fixture("owed").await;
    for status in ["open", "Unpaid"] {
        let refused = studio.world.refused("list_invoices", json!({"status": status})).await;
        assert!(refused.message.ends_with("Give sent for all that is owed, overdue and partly paid ones too."), "{refused:?}");
    }
}

#[tokio::test]
async fn the_text_that_is_proposed_for_a_number_has_one_reading() {
    let studio = fixture("readings").await;
    let line = |quantity: Value| json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "1.00", "quantity": quantity}]});
    let refused = studio.world.refused("preview_invoice", line(json!(2.125))).await;
    assert!(refused.message.contains("\"2.1250\""), "{refused:?}");
    studio.world.ok("preview_invoice", line(json!("2.1250"))).await;
    let refused = studio.world.refused("create_client", json!({"name": "Beta", "rate": 1.667})).await;
    assert!(refused.message.contains("Write \"1.6670\""), "{refused:?}");
    let followed = studio.world.refused("create_client", json!({"name": "Beta", "rate": "1.6670"})).await;
    assert!(followed.message.contains("is finer than EUR, which has 2 decimals"), "{followed:?}");
}

#[tokio::test]
async fn a_whole_number_is_one_however_it_is_written() {
    every_value("whole", async |tried, ArgumentAt { way, schema }| {
        if schema["type"] == "integer" {
            let plain = tried.with(way, Some(&json!(14))).await.map_err(|error| error.message).map(|_| ());
            for number in [json!(14.0), json!("14")] {
                let written = tried.with(way, Some(&number)).await.map_err(|error| error.message).map(|_| ());
                assert_eq!(plain, written, "{} {} {number}", tried.operation.declaration.name, place(way));
            }
        }
    })
    .await;
}

/// Models fill in all arguments, with empty text where they have no value.
#[tokio::test]
async fn empty_text_clears_where_it_is_said_to_and_is_absent_everywhere_else() {
    every_value("absent", async |tried, ArgumentAt { way, schema }| {
        let Some(Step::Field(name)) = way.last() else { return };
        let is_rehearsal = way.len() == 1 && name == "dry_run";
        let clears = tried.operation.clears(&path(way));
        let (doc, words) = (tried.operation.declaration.doc, schema["description"].as_str().unwrap_or_default());
        let what = format!("{} {}", tried.operation.declaration.name, place(way));
        assert!(!words.contains("empty") || clears, "{what} says that empty text clears");
        assert!(!clears || words.contains("empty") || doc.contains("empty text clears"), "{what} does not say that empty text clears");
        if is_rehearsal || tried.operation.requires(&path(way)) {
            return;
        }
        // Its absence would mean everybody, so it must not be left empty unless another reference is given.
        let references = ["client", "project"];
        let others = references.iter().filter(|other| *other != name).any(|other| tried.right.contains_key(*other));
        let is_of_all = tried.operation.declaration.name == "set_rate" && references.contains(&name.as_str()) && !others;
        if schema["type"] == "array" || is_of_all {
            tried.refused(way, json!("")).await;
            return;
        }
        let empty = tried.with(way, Some(&json!(""))).await.map_err(|error| error.message);
        if clears {
            assert!(empty.is_ok() || !empty.clone().is_err_and(|told| told.contains("is none of its choices")), "{what}: {empty:?}");
            return;
        }
        let absent = tried.with(way, None).await.map_err(|error| error.message);
        assert_eq!(empty.map(|_| ()), absent.map(|_| ()), "{what}");
    })
    .await;
}

/// The path in the schema, without the items.
fn path(way: &[Step]) -> Vec<&str> {
    way.iter().map(|step| if let Step::Field(name) = step { name } else { "" }).collect()
}

#[tokio::test]
async fn empty_text_is_taken_or_refused_by_its_place_and_is_no_fault_of_ours() {
    every_value("empty", async |tried, ArgumentAt { way, .. }| {
        // An empty `dry_run` is no dry run.
        if matches!(way.as_slice(), [Step::Field(name)] if name == "dry_run") {
            return;
        }
        let Err(error) = tried.with(way, Some(&json!(""))).await else { return };
        let what = format!("{} {}: {error:?}", tried.operation.declaration.name, place(way));
        assert!(!matches!(error.code, Code::Internal | Code::Unavailable), "{what}");
        let Some(Step::Field(argument)) = way.first() else { panic!("{what}") };
        let named = error.fields.keys().any(|field| field.split(['[', '.']).next() == Some(argument));
        assert!(error.code != Code::Invalid || named, "{what}");
    })
    .await;
}

#[tokio::test]
async fn a_name_as_long_as_a_book_is_not_sent_back() {
    let studio = fixture("long").await;
    let refused = studio.world.refused("create_client", json!({"name": "Acme", ("x".repeat(50_000)): "\0"})).await;
    assert!(refused.message.contains("(NUL)") && refused.message.len() < 1_000, "{}", refused.message.len());
    assert!(refused.fields.keys().all(|field| field.len() < 100), "{}", refused.fields.len());
}

#[tokio::test]
async fn a_number_where_a_text_is_wanted_is_refused_with_the_text_to_write() {
    let studio = fixture("numbers").await;
    let line = json!({"description": "Hosting", "quantity": 2, "price": "50.00"});
    let refused = studio.world.refused("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    assert!(refused.message.contains("lines[0].quantity") && refused.message.contains("\"2\""), "{refused:?}");
}

/// A bare number could be a percentage or an amount.
#[tokio::test]
async fn a_discount_as_a_number_is_refused_with_the_text_of_a_part_and_that_of_an_amount() {
    let studio = fixture("discounts").await;
    let calls = [
        ("draft_invoice", json!({"client": "Acme", "discount": 10})),
        ("update_invoice_draft", json!({"invoice": "2026-0001", "discount": 10})),
    ];
    for (operation, arguments) in calls {
        let refused = studio.world.refused(operation, arguments).await;
        let told = refused.field("discount").unwrap_or_default();
        assert!(told.contains("\"10%\" for a part of the sum") && told.contains("\"10\" for an amount"), "{operation}: {refused:?}");
    }
}

#[tokio::test]
async fn a_choice_is_one_in_capitals_too_and_truth_is_true_in_quotes() {
    every_value("spelled", async |tried, ArgumentAt { way, schema }| {
        let choice = schema["enum"].as_array().and_then(|choices| choices.last()?.as_str());
        let (plain, spelled) = match (choice, schema["type"].as_str()) {
            (Some(choice), _) => (json!(choice), json!(choice.to_uppercase())),
            (None, Some("boolean")) => (json!(true), json!("true")),
            _ => return,
        };
        let (plain, spelled) = (tried.with(way, Some(&plain)).await, tried.with(way, Some(&spelled)).await);
        assert_eq!(plain.map(|_| ()), spelled.map(|_| ()), "{} {}", tried.operation.declaration.name, place(way));
    })
    .await;
}

/// The record that it should name would be left out silently.
#[tokio::test]
async fn an_empty_item_of_any_list_is_refused_by_its_place() {
    every_value("items", async |tried, ArgumentAt { way, schema }| {
        if matches!(way.last(), Some(Step::Item)) && schema["type"] == "string" {
            tried.refused(way, json!("")).await;
        }
    })
    .await;
}

/// A `maxLength` in the schema would say less than the message of the country parser.
#[tokio::test]
async fn a_country_is_its_name_too_and_one_that_nobody_knows_is_told_that_two_letters_are_wanted() {
    every_value("countries", async |tried, ArgumentAt { way, .. }| {
        if matches!(way.as_slice(), [Step::Field(name)] if name == "country") {
            let (code, name) = (tried.with(way, Some(&json!("DE"))).await, tried.with(way, Some(&json!("Germany"))).await);
            assert_eq!(code.map(|_| ()), name.map(|_| ()), "{}", tried.operation.declaration.name);
            let told = tried.refused(way, json!("Germny")).await;
            assert!(told.contains("give its two letters (ISO 3166-1), such as DE"), "{}: {told}", tried.operation.declaration.name);
        }
    })
    .await;
}
