//! What is wrong is refused by every door in the same words, and nothing of it stays.

use std::sync::atomic::Ordering;

use app::{
    error::Error,
    operation::{Effect, refusal_for_person},
    operations,
};
use serde_json::{Value, json};
use server::jobs;
use uuid::Uuid;

use crate::{
    agents::{done, refused},
    mails::post,
    smtp::MailServer,
    world::{Answer, Person, World},
};

/// A call that cannot be accepted, with the code and the field that the refusal names.
struct Wrong {
    operation: &'static str,
    arguments: Value,
    code: &'static str,
    status: u16,
    field: Option<&'static str>,
}

fn wrong(operation: &'static str, arguments: Value, code: &'static str, status: u16, field: Option<&'static str>) -> Wrong {
    Wrong { operation, arguments, code, status, field }
}

/// One of each kind; `theirs` is a client of somebody else.
fn every_kind(theirs: &str, sent: &str) -> Vec<Wrong> {
    let entry = |more: Value| {
        let mut arguments = json!({ "project": "Dashboard" });
        arguments.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        arguments
    };
    let invalid = |operation, arguments, field| wrong(operation, arguments, "invalid", 422, Some(field));
    vec![
        invalid("create_time_entry", entry(json!({ "date": "2026-03-02", "duration": "-1h" })), "duration"),
        invalid("create_time_entry", entry(json!({ "date": "2026-03-02", "duration": "99999999999999999999h" })), "duration"),
        invalid("create_time_entry", entry(json!({ "date": "2026-03-02", "duration": "25h" })), "duration"),
        invalid(
            "create_time_entry",
            entry(json!({ "started_at": "2026-03-02T17:00:00Z", "ended_at": "2026-03-02T09:00:00Z" })),
            "ended_at",
        ),
        invalid("create_time_entry", entry(json!({ "date": "2026-02-30", "duration": "1h" })), "date"),
        invalid("create_client", json!({ "name": "Globex", "currency": "XQX" }), "currency"),
        invalid("create_client", json!({ "name": "x".repeat(10_000) }), "name"),
        invalid("create_client", json!({ "name": " " }), "name"),
        invalid("create_client", json!({ "name": "Globex", "tax_rate": "-19" }), "tax_rate"),
        invalid("create_client", json!({ "name": "Globex", "email": "no address" }), "email"),
        invalid("create_client", json!({ "name": "acme" }), "name"),
        invalid("create_client", json!({ "name": "Globex", "colour": "#ff0000" }), "arguments"),
        invalid("list_clients", json!({ "colour": "#ff0000" }), "arguments"),
        wrong("start_timer", entry(json!({ "description": "Another" })), "timer_running", 409, None),
        wrong("get_client", json!({ "client": theirs }), "not_found", 404, None),
        wrong("update_client", json!({ "client": theirs, "name": "Mine" }), "not_found", 404, None),
        wrong("send_invoice", json!({ "invoice": sent }), "locked", 409, None),
        wrong("update_invoice_draft", json!({ "invoice": sent, "notes": "Too late" }), "locked", 409, None),
    ]
}

#[tokio::test]
async fn every_door_refuses_alike_and_nothing_stays() {
    let world = World::open().await;
    let (ada, bob) = (world.person("Ada").await, world.person("Bob").await);
    let theirs = world.rest(&bob, "create_client", json!({ "name": "Theirs" })).await.ok()["id"].as_str().expect("an id").to_owned();
    let sent = studio(&world, &ada).await;
    let before = everything(&world, &ada).await;
    for Wrong { operation, arguments, code, status, field } in every_kind(&theirs, &sent) {
        let what = format!("{operation} {:.100}", arguments.to_string());
        let rest = world.rest(&ada, operation, arguments.clone()).await;
        assert_eq!(rest.refused(status), code, "{what}");
        let error = at_rest(rest.json()["error"].clone());
        if let Some(field) = field {
            assert!(error["fields"][field].is_string(), "{what} does not name {field}: {error}");
        }
        let over_mcp = refused(&world, &ada.token, operation, arguments.clone()).await;
        assert!(says(&over_mcp, &rest.json()["error"]), "MCP says something else: {what}: {over_mcp}");
        let page = as_a_page(&world, &ada, operation, &arguments).await;
        assert_eq!(page.refused(status), code, "{what}");
        let at_page = at_rest(page.json()["error"].clone());
        let for_person = serde_json::from_value::<Error>(json!({ "error": error })).map(refusal_for_person).expect("a refusal");
        let worded = json!(for_person)["error"].clone();
        let alike = is_shorter(&at_page, &error) || is_shorter(&at_page, &worded);
        assert!(alike, "the page says something else: {what}: {at_page} for {error}");
    }
    assert_eq!(everything(&world, &ada).await, before, "something of what was refused has stayed");
}

/// Whether the sentences of a refusal say what is in its JSON.
fn says(told: &str, error: &Value) -> bool {
    let words = ["message", "hint"].into_iter().filter_map(|part| error[part].as_str());
    let fields = error["fields"].as_object().into_iter().flat_map(|fields| fields.values().filter_map(Value::as_str));
    words.chain(fields).all(|words| told.contains(words)) && told.ends_with(&format!("[{}]", error["code"].as_str().expect("a code")))
}

/// A client, a project, a running timer and an invoice that is sent; the answer is its number.
async fn studio(world: &World, ada: &Person) -> String {
    let client = json!({ "name": "Acme", "currency": "EUR", "rate": "120.00", "tax_rate": "19", "email": "billing@acme.example" });
    world.rest(ada, "create_client", client).await.ok();
    world.rest(ada, "create_project", json!({ "client": "Acme", "name": "Dashboard" })).await.ok();
    let entry = json!({ "project": "Dashboard", "date": "2026-03-02", "duration": "1h30m" });
    world.rest(ada, "create_time_entry", entry).await.ok();
    let draft = world.rest(ada, "draft_invoice", json!({ "client": "Acme" })).await.ok();
    let sent = world.rest(ada, "send_invoice", json!({ "invoice": draft["id"] })).await.ok();
    // It is far from the next full minute, so every refusal says the same of how long it has run.
    let started = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(2 * 3_600 + 15);
    let timer = json!({ "project": "Dashboard", "description": "The first", "started_at": started.to_string() });
    world.rest(ada, "start_timer", timer).await.ok();
    sent["number"].as_str().expect("a number").to_owned()
}

/// Everything that the refused calls could have changed.
async fn everything(world: &World, ada: &Person) -> Vec<Value> {
    let mut all = Vec::new();
    for operation in ["list_clients", "list_projects", "list_time_entries", "list_invoices", "list_mails", "get_timer"] {
        let mut answer = world.rest(ada, operation, json!({})).await.ok();
        without_the_time_so_far(&mut answer);
        all.push(answer);
    }
    all
}

fn at_rest(mut value: Value) -> Value {
    without_the_time_so_far(&mut value);
    value
}

/// Whether an error at a page is this error, at most without the ends of its texts: sentences that name operations and arguments are for
/// programs.
fn is_shorter(at_page: &Value, error: &Value) -> bool {
    match (at_page, error) {
        (Value::String(shown), Value::String(whole)) => shown == whole || whole.starts_with(shown.trim_end_matches('.')),
        (Value::Object(shown), Value::Object(whole)) => {
            let known = |(name, shown)| whole.get(name).is_some_and(|whole| is_shorter(shown, whole));
            shown.iter().all(known) && whole.keys().all(|name| name == "hint" || shown.contains_key(name))
        }
        _ => at_page == error,
    }
}

/// A running timer goes on meanwhile.
fn without_the_time_so_far(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["worked", "amount", "elapsed"].contains(&name.as_str()));
            fields.values_mut().for_each(without_the_time_so_far);
        }
        Value::Array(items) => items.iter_mut().for_each(without_the_time_so_far),
        _ => {}
    }
}

/// Calls an operation as a page does: a read as an address, a write as a form.
async fn as_a_page(world: &World, person: &Person, operation: &str, arguments: &Value) -> Answer {
    let fields = arguments.as_object().expect("an object");
    let fields: Vec<(&str, String)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect();
    if operations::find(operation).is_some_and(|operation| operation.declaration.effect == Effect::Read) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = world.get(&format!("/call/{operation}?{query}")).header("stint-organization", &person.slug);
        return Answer::of(request.header("cookie", format!("stint={}", person.cookie))).await;
    }
    world.call(person, operation, &fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn an_id_that_nobody_has_and_one_of_somebody_else_are_refused_in_the_same_words() {
    let world = World::open().await;
    let (ada, bob) = (world.person("Ada").await, world.person("Bob").await);
    let theirs = world.rest(&bob, "create_client", json!({ "name": "Theirs" })).await.ok()["id"].clone();
    let nobodys = json!(Uuid::from_u128(7));
    let refusal = async |id: &Value| world.rest(&ada, "get_client", json!({ "client": id })).await.text;
    assert_eq!(refusal(&theirs).await, refusal(&nobodys).await);
}

#[tokio::test]
async fn when_the_document_cannot_be_made_every_door_says_so_and_the_draft_stays_a_draft() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    studio(&world, &ada).await;
    let line = json!({ "description": "Work", "quantity": "1", "price": "100.00" });
    let draft = world.rest(&ada, "draft_invoice", json!({ "client": "Acme", "lines": [line] })).await.ok()["id"].clone();
    let arguments = json!({ "invoice": draft });
    let before = everything(&world, &ada).await;

    world.press_is_broken.store(true, Ordering::SeqCst);
    let rest = world.rest(&ada, "send_invoice", arguments.clone()).await;
    assert_eq!(rest.refused(503), "unavailable");
    let error = rest.json()["error"].clone();
    let over_mcp = refused(&world, &ada.token, "send_invoice", arguments.clone()).await;
    assert!(says(&over_mcp, &error), "MCP says something else: {over_mcp}");
    let page = as_a_page(&world, &ada, "send_invoice", &arguments).await;
    assert_eq!((page.refused(503), &page.json()["error"]), ("unavailable".to_owned(), &error), "the page says something else");
    assert_eq!(everything(&world, &ada).await, before, "something of what failed has stayed");

    world.press_is_broken.store(false, Ordering::SeqCst);
    let sent = world.rest(&ada, "send_invoice", arguments).await.ok();
    assert!(sent["number"].as_str().is_some_and(|number| number.ends_with("-0002")), "a number was lost: {sent}");
}

/// The invoice is sent whatever the mail server says; the mail waits, and every door shows why.
#[tokio::test]
async fn when_the_mail_server_refuses_every_door_shows_the_mail_waiting_and_why() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let sent = studio(&world, &ada).await;
    server.refusals.store(1, Ordering::SeqCst);
    jobs::drain_outbox(&world.services, &post(&server.url)).await;

    let mails = world.rest(&ada, "list_mails", json!({})).await.ok()["items"].clone();
    assert_eq!((&mails[0]["state"], &mails[0]["attempts"]), (&json!("waiting"), &json!(1)), "{mails}");
    assert!(mails[0]["last_error"].as_str().is_some_and(|why| why.contains("try again later")), "{mails}");
    assert_eq!(done(&world, &ada.token, "list_mails", json!({})).await["items"], mails);
    assert_eq!(as_a_page(&world, &ada, "list_mails", &json!({})).await.ok()["items"], mails);
    assert_eq!(world.rest(&ada, "get_invoice", json!({ "invoice": sent })).await.ok()["status"], "sent");
}
