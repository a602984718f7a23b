//! What cards show of the fields of answers: each field says it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    assistant::{effect, user},
    invoices::InvoiceLine,
    operation::{CARD, CardField, CardLabel, Effect, Operation},
    operations,
};

/// The operations whose answers a card shows, whichever role proposes them.
fn proposed() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| operation.declaration.effect != Effect::Read && user::is_in_the_assistant(operation))
}

/// The labels that all answers declare, with the names of their fields.
fn labels() -> impl Iterator<Item = (&'static str, &'static CardLabel)> {
    operations::all().iter().flat_map(|operation| &operation.card_fields).filter_map(|(name, field)| match field {
        CardField::Label(label) => Some((name.as_str(), label)),
        CardField::Hidden => None,
    })
}

fn shown(operation: &str, answer: Value) -> Vec<(String, String)> {
    effect::compared(operations::find(operation).expect("an operation"), &answer)
}

/// Without this a new field would stand on cards, or be missing from them, and nobody would have decided it.
#[test]
fn every_field_of_an_answer_says_what_a_card_shows_of_it() {
    assert!(proposed().count() > 30, "only {} writes are proposed", proposed().count());
    let mut silent = Vec::new();
    for operation in proposed() {
        let fields = operation.output["properties"].as_object().expect("fields");
        let unmarked = fields.keys().filter(|field| !operation.card_fields.contains_key(*field));
        silent.extend(unmarked.map(|field| format!("{field} in the answer of {}", operation.declaration.name)));
    }
    // The card shows an invoice line by line, each with some of its fields.
    let line = schemars::schema_for!(InvoiceLine);
    let fields = line.get("properties").and_then(Value::as_object).expect("fields");
    let unmarked = fields.iter().filter(|(_, schema)| schema.get(CARD).is_none());
    silent.extend(unmarked.map(|(field, _)| format!("{field} in a line of an invoice")));
    assert!(
        silent.is_empty(),
        "These fields do not say what a card shows of them. Put #[answer] above the struct, and at the field #[label(\"…\")], or #[hidden] \
         when it means nothing to a person (docs/adding-an-operation.md):\n{}",
        silent.join("\n")
    );
}

#[test]
fn a_name_has_one_label_and_one_place_in_all_answers() {
    let (mut labelled, mut placed) = (BTreeMap::new(), BTreeMap::new());
    for (name, label) in labels() {
        let declared = (label.text.as_str(), label.rank);
        let known = *labelled.entry(name).or_insert(declared);
        assert_eq!(known, declared, "{name} has two labels or two ranks: give it the same ones in all answers, or the field another name");
        if let Some(rank) = label.rank {
            let other = *placed.entry(rank).or_insert(name);
            assert_eq!(other, name, "two fields have the rank {rank}: give one of them another");
        }
    }
}

#[test]
fn published_schemas_hold_no_marks() {
    for operation in operations::all() {
        let published = json!([operation.input, operation.output]).to_string();
        assert!(!published.contains(CARD), "{} publishes what cards show of its answer", operation.declaration.name);
    }
}

#[test]
fn lines_stand_by_rank_and_those_without_one_follow_by_name() {
    let client = json!({
        "unheard_of": "new", "tax_reason": "Exported", "currency": "EUR", "legal_name": "Beta Ltd", "name": "Beta", "color": "#112233",
        "archived": false, "projects": 3, "email": "beta@example.com",
    });
    let lines = shown("update_client", client);
    // A field that no schema knows is shown too: a card leaves out only what says so.
    let labels: Vec<&str> = lines.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["Name", "Currency", "E-mail", "Legal name", "Tax reason", "Unheard of"]);
}

#[test]
fn what_a_field_declares_holds_for_its_own_answer_alone() {
    let projects = |operation: &str, value: Value| shown(operation, json!({ "projects": value }));
    assert!(projects("update_client", json!(3)).is_empty(), "the number of a client's projects is shown");
    assert_eq!(projects("invite_member", json!(["Dashboard"])), [("Projects".to_owned(), "Dashboard".to_owned())]);
    // The time of an entry counts up to the moment of each run.
    let entry = json!({ "worked": { "seconds": 2700, "text": "45m" }, "description": "Charts" });
    assert_eq!(shown("stop_timer", entry), [("Description".to_owned(), "Charts".to_owned())]);
}
