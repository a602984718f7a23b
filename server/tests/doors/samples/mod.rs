//! One sample call of every operation that agents are offered, played over MCP: its arguments and its answer are of the schemas that
//! the list of tools tells, and what a model has to read of it is counted.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    access::{Scope, WriteMode},
    operation::Audience,
    operations,
};
use serde_json::{Map, Value, json};
use server::mcp;

use crate::{
    agents::{ask, done},
    people::joined,
    tasks::studio,
    world::{Person, World},
};

/// The longest time entry, in characters.
const ENTRY_LONGEST: usize = 350;

/// What one of several entries takes at most that are logged at once.
const STANDUP_LONGEST: usize = 240;

/// The longest answer of a write of time.
const WRITE_OF_TIME_LONGEST: usize = 700;

/// What is written of one entry or one timer.
const WRITES_OF_TIME: [&str; 7] =
    ["create_time_entry", "update_time_entry", "delete_time_entry", "start_timer", "stop_timer", "update_timer", "discard_timer"];

/// Names of operations with arguments, in the order in which they are played: each finds what it needs.
fn samples() -> Vec<(String, Value)> {
    serde_json::from_str(include_str!("calls.json")).expect("pairs")
}

/// Where the samples are played: a studio with a bit of everything.
struct Furnished {
    world: World,
    ada: Person,
    /// What samples name in braces.
    ids: Map<String, Value>,
}

impl Furnished {
    async fn new() -> Self {
        let (world, ada) = studio::open().await;
        let rest = async |operation: &str, arguments: Value| world.rest(&ada, operation, arguments).await.ok();
        rest("create_client", json!({ "name": "Spare" })).await;
        rest("create_project", json!({ "client": "Acme", "name": "Spare" })).await;
        rest("archive_client", json!({ "client": "Spare" })).await;
        rest("archive_project", json!({ "project": "Acme / Spare" })).await;
        let line = |text: &str| json!([{ "description": text, "quantity": "1", "price": "500.00" }]);
        let invoice = |text: &str| json!({ "client": "Acme", "lines": line(text), "period": "2026-09" });
        let mailed = rest("draft_invoice", invoice("License")).await;
        rest("send_invoice", json!({ "invoice": mailed["id"] })).await;
        let paid = rest("record_payment", json!({ "invoice": "2026-0002", "amount": "95.00", "date": "2026-11-25" })).await;
        let void = rest("draft_invoice", invoice("Mistake")).await;
        rest("send_invoice", json!({ "invoice": void["id"], "without_email": true })).await;
        world.call(&ada, "void_invoice", &[("invoice", "2026-0003")]).await.ok();
        let (draft, spare) = (rest("draft_invoice", invoice("Work")).await, rest("draft_invoice", invoice("Spare")).await);
        let entry = rest("list_time_entries", json!({ "query": "Legend" })).await;
        let standup = rest("list_time_entries", json!({ "query": "Standup" })).await;
        let invitation = rest("invite_member", json!({ "email": "grace@example.com", "role": "member" })).await;
        joined(&world, &ada, "Alan Turing", &[]).await;
        rest("change_member_role", json!({ "member": "Alan Turing", "role": "viewer" })).await;
        rest("start_timer", json!({ "project": "Acme / Dashboard", "started_at": "2026-11-25T14:00:00Z" })).await;
        let ids = json!({
            "time_entry": entry["items"][0]["id"], "draft": draft["id"], "line": draft["lines"][0]["id"],
            "spare_entry": standup["items"][0]["id"], "spare_draft": spare["id"],
            "payment": paid["payments"][0]["id"], "invitation": invitation["id"],
        });
        Self { ids: ids.as_object().cloned().expect("an object"), world, ada }
    }

    /// Arguments with the ids that they name.
    fn filled(&self, arguments: &Value) -> Value {
        match arguments {
            Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
                Some(name) => self.ids[name].clone(),
                None => arguments.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), self.filled(field))).collect(),
            other => other.clone(),
        }
    }

    /// An answer as it would be in the first organization of this name and at one port.
    fn at_one_address(&self, answer: &Value) -> Value {
        let text = answer.to_string().replace(&self.ada.slug, "ada-lovelace").replace(&self.world.address, "http://127.0.0.1:30000");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn tools(&self) -> BTreeMap<String, Value> {
        let listed = ask(&self.world, &self.ada.token, "tools/list", json!({})).await.ok();
        let tools = listed["result"]["tools"].as_array().cloned().expect("tools");
        tools.into_iter().map(|tool| (tool["name"].as_str().expect("a name").to_owned(), tool)).collect()
    }

    /// The answer of a sample, sure that arguments and answer are as the tool says.
    async fn played(&self, tool: &Value, sample: &Value) -> Value {
        let name = tool["name"].as_str().expect("a name");
        let arguments = self.filled(sample);
        jsonschema::validate(&tool["inputSchema"], &arguments).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let answer = done(&self.world, &self.ada.token, name, arguments).await;
        let operation = operations::find(name).expect("an operation");
        for schema in tool.get("outputSchema").cloned().into_iter().chain([Value::Object(mcp::answer_schema(operation))]) {
            jsonschema::validate(&schema, &answer).unwrap_or_else(|problem| panic!("{name}: {problem}: {answer:#}"));
        }
        answer
    }
}

/// The answers of all samples, by operation.
async fn answers() -> BTreeMap<String, Value> {
    let furnished = Furnished::new().await;
    let (tools, mut answers) = (furnished.tools().await, BTreeMap::new());
    for (name, sample) in samples() {
        let tool = tools.get(&name).unwrap_or_else(|| panic!("{name} is not offered"));
        let answer = furnished.played(tool, &sample).await;
        answers.insert(name, furnished.at_one_address(&answer));
    }
    answers
}

/// What is told in an answer that a person would not say so: a whole number with decimals, seconds, a page by its path alone, and a
/// record by nothing but its id.
fn unsaid(way: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Number(number) if number.is_f64() => found.push(format!("{way} is {number}")),
        Value::Number(_) if way.ends_with("seconds") => found.push(format!("{way} is {value}")),
        Value::String(text) if text.starts_with("/o/") => found.push(format!("{way} is {text}")),
        Value::String(_) if way.ends_with("_id") => found.push(format!("{way} is {value}")),
        Value::Array(items) => items.iter().for_each(|item| unsaid(way, item, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| unsaid(&format!("{way}.{name}"), field, found)),
        _ => {}
    }
}

fn length(value: &Value) -> usize {
    value.to_string().chars().count()
}

#[test]
fn every_operation_that_agents_are_offered_has_a_sample() {
    let offered =
        operations::all().iter().map(|operation| operation.declaration).filter(|declaration| declaration.audience != Audience::Person);
    let offered: BTreeSet<String> = offered.map(|declaration| declaration.name.to_owned()).collect();
    assert_eq!(samples().into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>(), offered);
}

/// Time has start, end and a description of thirty letters, its project a budget that is nearly used up, and what an agent writes waits.
#[tokio::test]
async fn time_is_told_in_few_words_with_all_that_it_can_have() {
    let (world, ada) = studio::open().await;
    world.rest(&ada, "set_budget", json!({ "project": "Dashboard", "hours": 8, "amount": "1000.00" })).await.ok();
    for writes in [WriteMode::Direct, WriteMode::Ask] {
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, writes).await;
        let hours = |from: &str, to: &str| json!({ "project": "Acme / Dashboard", "started_at": from, "ended_at": to, "description": "Charts for the quarterly board" });
        done(&world, &token, "create_time_entry", hours("2026-11-25T08:30:00Z", "2026-11-25T09:30:00Z")).await;
        // What is written directly overlaps the time before, beside which a draft has its own warning.
        let beside = if writes == WriteMode::Direct {
            hours("2026-11-25T09:00:00Z", "2026-11-25T10:30:00Z")
        } else {
            hours("2026-11-25T11:00:00Z", "2026-11-25T12:30:00Z")
        };
        let written = done(&world, &token, "create_time_entry", beside).await;
        assert!(written["budget"].is_string() && written["warnings"].is_array(), "{written:#}");
        assert!(length(&written) <= WRITE_OF_TIME_LONGEST, "{writes:?}: {} characters: {written}", length(&written));
        let entry = done(&world, &token, "get_time_entry", json!({ "time_entry": written["id"] })).await;
        assert!(length(&entry) <= ENTRY_LONGEST, "{writes:?}: {} characters: {entry}", length(&entry));
        for item in done(&world, &token, "list_time_entries", json!({})).await["items"].as_array().expect("items") {
            assert!(length(item) <= ENTRY_LONGEST, "{writes:?}: {} characters: {item}", length(item));
        }
        let standup = |day: i8| json!({ "project": "Acme / Dashboard", "date": format!("2026-11-{day}"), "duration": "15m", "description": "Standup" });
        let week = done(&world, &token, "create_time_entries", json!({ "entries": (16..=20).map(standup).collect::<Vec<_>>() })).await;
        assert!(length(&week) <= 5 * STANDUP_LONGEST, "{writes:?}: {} characters: {week}", length(&week));
        let started = done(&world, &token, "start_timer", json!({ "project": "Acme / Dashboard", "description": "Charts" })).await;
        assert!(length(&started) <= WRITE_OF_TIME_LONGEST, "{writes:?}: {} characters: {started}", length(&started));
        let timer = done(&world, &token, "get_timer", json!({})).await;
        assert!(length(&timer) <= ENTRY_LONGEST, "{writes:?}: {} characters: {timer}", length(&timer));
        done(&world, &token, "discard_timer", json!({})).await;
    }
}

/// As much at once as an entry and its writes can have: start and end, a project with both caps, a draft beside other time, a day that
/// holds more than it has hours, and a timer that stops another.
#[tokio::test]
async fn the_hardest_writes_of_time_are_told_in_few_words_too() {
    let (world, ada) = studio::open().await;
    world.rest(&ada, "set_budget", json!({ "project": "Dashboard", "hours": 12, "amount": "1500.00" })).await.ok();
    let words = "Charts for the quarterly board meeting";
    let hours = |from: &str, to: &str| json!({ "project": "Acme / Dashboard", "started_at": from, "ended_at": to, "description": words });
    let write = |token: &str, tool: &'static str, arguments: Value| {
        let (world, ada, token) = (&world, &ada, token.to_owned());
        async move { at_usual_address(world, ada, &done(world, &token, tool, arguments).await) }
    };
    for writes in [WriteMode::Direct, WriteMode::Ask] {
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, writes).await;
        let (day, other) = ("2026-11-23", if writes == WriteMode::Direct { "2026-11-20" } else { "2026-11-19" });
        let first = write(&token, "create_time_entry", hours(&format!("{day}T08:30:00Z"), &format!("{day}T20:30:00Z"))).await;
        let full = write(&token, "create_time_entry", hours(&format!("{day}T09:00:00Z"), &format!("{day}T23:30:00Z"))).await;
        let moved = json!({ "time_entry": full["id"], "ended_at": format!("{day}T23:00:00Z") });
        let moved = write(&token, "update_time_entry", moved).await;
        let begun =
            json!({ "project": "Acme / Dashboard", "description": words, "started_at": "2026-11-25T12:00:00Z", "allow_overlap": true });
        let begun = write(&token, "start_timer", begun).await;
        let switched = json!({ "project": "Acme / Dashboard", "description": "Charts for somebody else", "stop_running": true });
        let switched = write(&token, "start_timer", switched).await;
        let stopped = write(&token, "stop_timer", json!({})).await;
        for written in [first, full, moved, begun, switched, stopped] {
            assert!(length(&written) <= WRITE_OF_TIME_LONGEST, "{writes:?}: {} characters: {written}", length(&written));
        }
        let week: Vec<Value> =
            (0..5).map(|at| hours(&format!("{other}T{:02}:00:00Z", 8 + at), &format!("{other}T{:02}:30:00Z", 9 + at))).collect();
        let week = write(&token, "create_time_entries", json!({ "entries": week })).await;
        assert!(length(&week) <= 5 * ENTRY_LONGEST, "{writes:?}: {} characters: {week}", length(&week));
        for item in done(&world, &token, "list_time_entries", json!({})).await["items"].as_array().expect("items") {
            assert!(length(item) <= ENTRY_LONGEST, "{writes:?}: {} characters: {item}", length(item));
            let entry = done(&world, &token, "get_time_entry", json!({ "time_entry": item["id"] })).await;
            assert!(length(&entry) <= ENTRY_LONGEST, "{writes:?}: {} characters: {entry}", length(&entry));
        }
    }
}

/// An answer at an address as most have it.
fn at_usual_address(world: &World, ada: &Person, answer: &Value) -> Value {
    let told = answer.to_string().replace(&ada.slug, "ada-lovelace").replace(&world.address, "https://time.example.com");
    serde_json::from_str(&told).expect("JSON")
}

/// Long names, of which a part was given, a budget of hours and amount, and no rate in the currency of the client.
#[tokio::test]
async fn time_without_a_rate_on_a_project_of_which_a_part_was_named_is_told_in_few_words() {
    let (world, ada) = studio::open().await;
    let (client, project) = ("Müller Maschinenbau GmbH", "Website relaunch 2027");
    for (operation, arguments) in [
        ("create_client", json!({ "name": client, "currency": "CHF" })),
        ("create_project", json!({ "client": client, "name": project })),
        ("set_budget", json!({ "project": project, "hours": 40, "amount": "8000.00" })),
    ] {
        world.rest(&ada, operation, arguments).await.ok();
    }
    let words = "Wireframes of the start page and its headings";
    for writes in [WriteMode::Direct, WriteMode::Ask] {
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, writes).await;
        let timer = json!({ "project": "müller relaunch", "description": words });
        let started = done(&world, &token, "start_timer", timer).await;
        done(&world, &token, "discard_timer", json!({})).await;
        let entry = json!({ "project": "müller relaunch", "date": "2026-11-25", "duration": "1h30m", "description": words });
        let logged = done(&world, &token, "create_time_entry", entry).await;
        for written in [started, logged] {
            let written = at_usual_address(&world, &ada, &written);
            let warnings = written["warnings"].to_string();
            assert!(written["project"] == project && warnings.contains("No rate in CHF") && warnings.contains("fits only"), "{written:#}");
            assert!(length(&written) <= WRITE_OF_TIME_LONGEST, "{writes:?}: {} characters: {written}", length(&written));
        }
    }
}

#[tokio::test]
async fn every_sample_is_answered_as_its_tool_says_and_in_few_words() {
    let answers = answers().await;
    let mut found = Vec::new();
    answers.iter().for_each(|(name, answer)| unsaid(name, answer, &mut found));
    assert!(found.is_empty(), "{found:#?}");
    let mut told = format!("{:<28}{:>10}\n", "operation", "characters");
    answers.iter().for_each(|(name, answer)| told.push_str(&format!("{name:<28}{:>10}\n", length(answer))));
    insta::assert_snapshot!("sizes", told);
    for entry in answers["list_time_entries"]["items"].as_array().expect("items").iter().chain([&answers["get_time_entry"]]) {
        assert!(length(entry) <= ENTRY_LONGEST, "{} characters: {entry}", length(entry));
    }
    for name in WRITES_OF_TIME {
        let length = length(&answers[name]);
        assert!(length <= WRITE_OF_TIME_LONGEST, "{name}: {length} characters: {}", answers[name]);
    }
}
