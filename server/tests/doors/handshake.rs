//! What a token is told, before its first call and where it is refused, leads only to what it may do.

use app::{
    access::WriteMode,
    account::tokens::Preset,
    operation::{Effect, needs_approval},
    operations,
};
use serde_json::{Value, json};

use crate::{
    agents::{ask, call},
    people::joined,
    tasks::studio,
    world::{Person, World},
};

const MODES: [WriteMode; 3] = [WriteMode::Direct, WriteMode::Ask, WriteMode::Drafts];

/// A token with what it is told.
struct Token {
    what: String,
    secret: String,
    writes: WriteMode,
    listed: Vec<String>,
    words: String,
}

impl Token {
    async fn of(world: &World, person: &Person, (preset, writes, role): (Preset, WriteMode, &str)) -> Self {
        let secret = world.token(&person.email, &person.slug, &preset.scopes(), writes).await;
        let tools = ask(world, &secret, "tools/list", json!({})).await.ok()["result"]["tools"].as_array().cloned().expect("tools");
        let words =
            ask(world, &secret, "server/discover", json!({})).await.ok()["result"]["instructions"].as_str().expect("words").to_owned();
        let listed = tools.iter().map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect();
        Self { what: format!("{preset:?} {role} {writes:?}"), secret, writes, listed, words }
    }

    fn has(&self, tool: &str) -> bool {
        self.listed.iter().any(|listed| listed == tool)
    }

    fn writes_something(&self) -> bool {
        self.listed.iter().filter_map(|tool| operations::find(tool)).any(|operation| operation.declaration.effect != Effect::Read)
    }

    /// What a text leads to and this token may not do.
    fn closed(&self, text: &str) -> Vec<&'static str> {
        let declared = named(text).into_iter().filter_map(operations::find).map(|operation| operation.declaration);
        declared
            .filter(|declaration| !self.has(declaration.name) || needs_approval(self.writes, declaration))
            .map(|declaration| declaration.name)
            .collect()
    }
}

/// The operations that a text names.
fn named(text: &str) -> Vec<&str> {
    text.split(|sign: char| !sign.is_ascii_lowercase() && sign != '_')
        .filter(|word| word.contains('_') && operations::find(word).is_some())
        .collect()
}

/// The studio of the tasks, with an agent's person of each role, whose timer runs.
async fn people() -> (World, Vec<(&'static str, Person)>) {
    let (world, ada) = studio::open().await;
    let archived = json!({ "client": "Acme", "name": "Old" });
    world.rest(&ada, "create_project", archived).await.ok();
    world.rest(&ada, "archive_project", json!({ "project": "Acme / Old" })).await.ok();
    let projects = world.rest(&ada, "list_projects", json!({})).await.ok();
    let projects: Vec<String> =
        projects["items"].as_array().expect("projects").iter().map(|project| project["id"].as_str().expect("an id").to_owned()).collect();
    let mut people = Vec::new();
    for role in ["admin", "manager", "member", "viewer"] {
        let person = joined(&world, &ada, role, if role == "viewer" { &[] } else { &projects }).await;
        world.rest(&ada, "change_member_role", json!({ "member": role, "role": role })).await;
        people.push((role, person));
    }
    people.push(("owner", ada));
    for (role, person) in people.iter().filter(|(role, _)| *role != "viewer") {
        world.call(person, "start_timer", &[("project", "Acme / Dashboard"), ("description", role)]).await.ok();
    }
    (world, people)
}

/// Calls that are refused, of whatever a token is offered.
fn refusals(entry: &Value) -> Vec<(&'static str, Value)> {
    vec![
        ("start_timer", json!({ "project": "Acme / Onboarding" })),
        ("start_timer", json!({ "project": "Acme / Onboarding", "stop_running": true })),
        ("start_timer", json!({ "project": "Acme / Old" })),
        ("stop_timer", json!({ "ended_at": "2020-01-01T09:00:00Z" })),
        ("stop_timer", json!({})),
        ("discard_timer", json!({})),
        ("update_time_entry", json!({ "time_entry": entry, "description": "Else" })),
        ("update_time_entries", json!({ "time_entries": [entry], "project": "Nix" })),
        ("create_time_entry", json!({ "project": "Zzzzzzzz", "duration": "1h" })),
        ("create_time_entry", json!({ "project": "Acme / Old", "duration": "1h" })),
        ("create_time_entry", json!({ "project": "Acme / Dashboard", "duration": "1h", "member": "Nobody" })),
        ("get_time_entry", json!({ "time_entry": "01a1fdd1-042b-74e4-8436-6da41873e862" })),
        ("list_time_entries", json!({ "member": "Nobody", "project": "Zzzzzzzz" })),
        ("get_client", json!({ "client": "Zzzzzzzz" })),
        ("get_budget", json!({ "project": "Acme / Onboarding" })),
        ("get_invoice", json!({ "invoice": "Zzzzzzzz" })),
        ("draft_invoice", json!({ "client": "Acme", "period": "2020-01" })),
        ("draft_invoices", json!({ "period": "2020-01" })),
        ("update_invoice_draft", json!({ "invoice": "2026-0001", "notes": "Else" })),
        ("send_invoice", json!({ "invoice": "2026-0001" })),
        ("undo_action", json!({ "action": "last" })),
        ("undo_action", json!({ "action": "01a1fdd1-042b-74e4-8436-6da41873e862" })),
        ("delete_client", json!({ "client": "Acme" })),
        ("create_client", json!({ "name": "acme" })),
    ]
}

#[tokio::test]
async fn whatever_a_token_is_told_leads_only_to_what_it_may_do() {
    let (world, people) = people().await;
    let (_, ada) = people.last().expect("an owner");
    let entry = world.rest(ada, "list_time_entries", json!({ "query": "Legend" })).await.ok()["items"][0]["id"].clone();
    let mut refused = 0;
    for (role, person) in &people {
        for preset in Preset::ALL.iter().copied() {
            for writes in MODES {
                let token = Token::of(&world, person, (preset, writes, role)).await;
                told_truly(&token);
                // Direct writes would change what the next token finds; what they are refused, is walked by role and preset alone.
                for (tool, arguments) in refusals(&entry).into_iter().filter(|(tool, _)| token.has(tool)) {
                    if writes == WriteMode::Direct
                        && ["stop_timer", "discard_timer", "start_timer", "update_time_entry", "delete_client"].contains(&tool)
                    {
                        continue;
                    }
                    let answer = call(&world, &token.secret, tool, arguments.clone()).await;
                    if answer["isError"] != true {
                        continue;
                    }
                    refused += 1;
                    let text = answer["content"][0]["text"].as_str().expect("words").replace(tool, "");
                    let closed = token.closed(&text);
                    assert!(closed.is_empty(), "{}: {tool} {arguments} leads to {closed:?}: {text}", token.what);
                    assert!(text.chars().count() < 700, "{}: {tool} {arguments}: {text}", token.what);
                    if ["start_timer"].contains(&tool) && writes != WriteMode::Direct {
                        assert!(!text.contains("Stop it first") && !text.contains("or start with"), "{}: {text}", token.what);
                    }
                }
            }
        }
    }
    assert!(refused > 300, "{refused} refusals");
}

/// The words before the first call.
fn told_truly(token: &Token) {
    let Token { what, words, .. } = token;
    assert!(words.chars().count() <= 2_000, "{what}: {} characters", words.chars().count());
    // What a person has to do is named as that.
    let led = words
        .split_once("as a person has to do them: ")
        .map_or(words.clone(), |(before, after)| format!("{before}{}", after.split_once('.').map_or("", |(_, rest)| rest)));
    assert_eq!(token.closed(&led), Vec::<&str>::new(), "{what}: {words}");
    let writes = token.writes_something();
    assert_eq!(words.contains("Every write takes dry_run"), writes, "{what}: {words}");
    assert!(writes || words.contains("You read only") && !words.contains("done at once"), "{what}: {words}");
    let money = token.has("list_invoices");
    assert!(money || !words.contains("nvoice") && !words.contains("EUR"), "{what} has nothing to do with invoices: {words}");
    assert_eq!(
        words.contains("Your invoices are drafts"),
        token.has("draft_invoice") && token.writes != WriteMode::Direct,
        "{what}: {words}"
    );
    assert_eq!(words.contains("Your time waits"), token.has("create_time_entry") && token.writes != WriteMode::Direct, "{what}: {words}");
    for (task, first) in [("log or track hours", "create_time_entry"), ("bill a client", "draft_invoice"), ("take it back", "undo_action")]
    {
        assert!(!words.contains(task) || token.has(first), "{what}: {task}: {words}");
    }
}

/// The way that was named was refused, too.
#[tokio::test]
async fn a_timer_of_a_person_is_left_to_them_and_an_agent_ends_its_own() {
    let (world, ada) = studio::open().await;
    world.call(&ada, "start_timer", &[("project", "Acme / Dashboard"), ("description", "Charts")]).await.ok();
    for writes in [WriteMode::Ask, WriteMode::Drafts] {
        let token = world.token(&ada.email, &ada.slug, &Preset::Full.scopes(), writes).await;
        let answer = call(&world, &token, "start_timer", json!({ "project": "Acme / Onboarding" })).await;
        let text = answer["content"][0]["text"].as_str().expect("words");
        assert!(text.contains("Whoever has started it has to stop it") && text.contains("create_time_entry"), "{text}");
        assert!(!text.contains("stop_running") && text.chars().count() <= 600 && !text.contains("\"currency\""), "{text}");
    }
    world.rest(&ada, "stop_timer", json!({})).await.ok();
    let token = world.token(&ada.email, &ada.slug, &Preset::Full.scopes(), WriteMode::Ask).await;
    call(&world, &token, "start_timer", json!({ "project": "Acme / Onboarding" })).await;
    let answer = call(&world, &token, "start_timer", json!({ "project": "Acme / Dashboard" })).await;
    assert!(answer["content"][0]["text"].as_str().is_some_and(|text| text.contains("stop_running")), "{answer}");
}

#[tokio::test]
async fn records_stand_by_their_names_and_what_is_missing_says_where_to_look() {
    let (world, ada) = studio::open().await;
    let told = async |tool: &str, arguments: Value| call(&world, &ada.token, tool, arguments).await["structuredContent"].clone();
    let draft = told("draft_invoice", json!({ "client": "Acme", "period": "this_month" })).await;
    let lines = draft["lines"].as_array().expect("lines");
    assert!(lines.iter().all(|line| ["Dashboard", "Onboarding"].iter().any(|name| line["project"] == *name)), "{draft:#}");
    let entry = json!({ "query": "Legend" });
    assert_eq!(told("list_time_entries", entry.clone()).await["items"][0]["invoiced"], "draft");
    told("send_invoice", json!({ "invoice": draft["id"], "without_email": true })).await;
    assert_eq!(told("list_time_entries", entry).await["items"][0]["invoiced"], "2026-0002");
    let missing = async |tool: &str, arguments: Value| {
        call(&world, &ada.token, tool, arguments).await["content"][0]["text"].as_str().expect("words").to_owned()
    };
    assert!(missing("get_invoice", json!({ "invoice": "2026-0012" })).await.contains("Did you mean 2026-0002"));
    assert!(missing("send_invoice", json!({ "invoice": "none" })).await.contains("list_invoices"));
    let nothing = json!({ "time_entry": "01a1fdd1-042b-74e4-8436-6da41873e862" });
    assert!(missing("get_time_entry", nothing).await.contains("Check the id. list_time_entries shows them."));
}

#[tokio::test]
async fn what_is_always_refused_is_no_argument_of_a_tool() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let tools = ask(&world, &ada.token, "tools/list", json!({})).await.ok()["result"]["tools"].as_array().cloned().expect("tools");
    let takes = |tool: &str| tools.iter().find(|known| known["name"] == tool).expect("a tool")["inputSchema"]["properties"].clone();
    assert!(takes("invite_member").get("without_email").is_none() && takes("send_invoice").get("without_email").is_some());
}
