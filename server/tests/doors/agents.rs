//! MCP: what agents call with a token.

use app::access::{Scope, WriteMode};
use reqwest::header::{self, HeaderValue};
use serde_json::{Value, json};

use crate::{
    people::joined,
    world::{Answer, Person, World},
};

/// The address at which every tool is offered that a token covers.
pub const ALL: &str = "/mcp?toolset=all";

/// One request of the present revision, with all that the protocol asks for.
pub async fn ask(world: &World, token: &str, method: &str, params: Value) -> Answer {
    ask_at(world, ALL, token, method, params).await
}

/// The same of the tools at another address.
pub async fn ask_at(world: &World, address: &str, token: &str, method: &str, mut params: Value) -> Answer {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "a test", "version": "1" },
    });
    let request = world.post(address).bearer_auth(token).header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    let request = match params.get("name").and_then(Value::as_str) {
        Some(name) => request.header("mcp-name", name),
        None => request,
    };
    Answer::of(
        request
            .header(header::ACCEPT, "application/json, text/event-stream")
            .json(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })),
    )
    .await
}

/// The result of calling a tool.
pub async fn call(world: &World, token: &str, tool: &str, arguments: Value) -> Value {
    ask(world, token, "tools/call", json!({ "name": tool, "arguments": arguments })).await.ok()["result"].clone()
}

/// What a tool answered, once it is sure that it is no refusal.
pub async fn done(world: &World, token: &str, tool: &str, arguments: Value) -> Value {
    let result = call(world, token, tool, arguments).await;
    assert_ne!(result["isError"], true, "{result}");
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("a text")).expect("JSON");
    assert_eq!(text, result["structuredContent"], "whoever reads only text reads the same");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "stint");
    result["structuredContent"].clone()
}

/// The error that a tool answered.
pub async fn refused(world: &World, token: &str, tool: &str, arguments: Value) -> String {
    let result = call(world, token, tool, arguments).await;
    assert_eq!(result["isError"], true, "{result}");
    assert!(result.get("structuredContent").is_none(), "an error is not of the form of an answer");
    result["content"][0]["text"].as_str().expect("a text").to_owned()
}

/// The tools that are offered to a token.
pub async fn tools(world: &World, token: &str) -> Vec<Value> {
    tools_at(world, ALL, token).await
}

/// Those that are offered at this address.
pub async fn tools_at(world: &World, address: &str, token: &str) -> Vec<Value> {
    ask_at(world, address, token, "tools/list", json!({})).await.ok()["result"]["tools"].as_array().expect("tools").clone()
}

/// What tools are called.
pub fn names(tools: &[Value]) -> Vec<&str> {
    tools.iter().filter_map(|tool| tool["name"].as_str()).collect()
}

#[tokio::test]
async fn an_agent_is_told_who_it_acts_for_and_where() {
    let world = World::open().await;
    let ada = world.person("Ada Lovelace").await;
    let found = ask(&world, &ada.token, "server/discover", json!({})).await.ok()["result"].clone();
    let words = found["instructions"].as_str().expect("instructions");
    for part in ["Ada Lovelace", "owner", "UTC", "Monday", "EUR", "Today is 20"] {
        assert!(words.contains(part), "{part} is missing: {words}");
    }
    assert!(words.len() < 2048, "clients cut off what is longer: {}", words.len());
    assert_eq!(found["cacheScope"], "private");
    let program = &found["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(program["websiteUrl"], world.address);
    let icon = program["icons"][0]["src"].as_str().and_then(|icon| icon.strip_prefix(&world.address)).expect("an icon of ours");
    assert_eq!(Answer::of(world.get(icon)).await.status.as_u16(), 200, "{program}");
    assert!(found["supportedVersions"].as_array().is_some_and(|versions| versions.contains(&json!("2026-07-28"))));
}

/// What waits and what a person has to do is said before the first call; what would always be refused is not listed.
#[tokio::test]
async fn the_modes_of_a_token_say_what_they_do() {
    let world = World::open().await;
    let ada = world.person(&format!("Ada {}", "Lovelace ".repeat(9))).await;
    for (writes, listed) in [(WriteMode::Direct, true), (WriteMode::Ask, true), (WriteMode::Drafts, false)] {
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, writes).await;
        let words = ask(&world, &token, "server/discover", json!({})).await.ok()["result"]["instructions"].clone();
        let words = words.as_str().expect("instructions");
        assert!(words.chars().count() <= 2_000, "{writes:?}: {} characters: {words}", words.chars().count());
        assert_eq!(words.contains("draft that counts nowhere"), writes != WriteMode::Direct, "{words}");
        let tools = ask(&world, &token, "tools/list", json!({})).await.ok()["result"]["tools"].as_array().cloned().expect("tools");
        for name in ["send_invoice", "create_client", "delete_time_entry", "invite_member", "record_payment"] {
            assert_eq!(names(&tools).contains(&name), listed, "{writes:?} {name}");
            assert!(words.contains(name) || writes == WriteMode::Direct, "{writes:?}: {name} is not told of: {words}");
        }
        for name in ["create_time_entry", "start_timer", "draft_invoice", "undo_action", "list_actions"] {
            assert!(names(&tools).contains(&name), "{writes:?} {name}");
        }
        // Whoever knows of it is told what stands in the way, and may show what it would do.
        let call = json!({ "name": "create_client", "arguments": { "name": "Acme", "dry_run": true } });
        let shown = ask(&world, &token, "tools/call", call).await.ok()["result"].clone();
        assert_eq!(shown["structuredContent"]["dry_run"], true, "{shown}");
    }
    let looks = world.token(&ada.email, &ada.slug, &[Scope::TimeRead], WriteMode::Drafts).await;
    let words = ask(&world, &looks, "server/discover", json!({})).await.ok()["result"]["instructions"].to_string();
    assert!(!words.contains("create_client") && !words.contains("send_invoice"), "only of what it could do otherwise: {words}");
}

#[tokio::test]
async fn an_older_client_shakes_hands_first() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "a test", "version": "1" } } });
    let send = |body: Value| {
        Answer::of(world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json, text/event-stream").json(&body))
    };
    let hello = send(hello).await.ok();
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
    assert!(hello["result"]["instructions"].as_str().is_some_and(|words| words.contains("You act for Ada")));
    let called =
        send(json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "whoami", "arguments": {} } })).await.ok();
    assert_eq!(called["result"]["structuredContent"]["name"], "Ada");
    assert_eq!(Answer::of(world.get("/mcp").bearer_auth(&ada.token)).await.status.as_u16(), 405, "there is no stream to listen to");
}

#[tokio::test]
async fn an_agent_does_the_office_work() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let token = ada.token.as_str();
    let client =
        done(&world, token, "create_client", json!({ "name": "Acme", "tax_rate": "19", "rate": "120.00", "idempotency_key": "a" })).await;
    let mut again =
        done(&world, token, "create_client", json!({ "name": "Acme", "tax_rate": "19", "rate": "120.00", "idempotency_key": "a" })).await;
    assert_eq!(again.as_object_mut().and_then(|answer| answer.remove("repeated")), Some(json!(true)));
    assert_eq!(client, again);
    done(&world, token, "create_project", json!({ "client": "Acme", "name": "Dashboard" })).await;
    let tried = done(
        &world,
        token,
        "create_time_entry",
        json!({ "project": "Acme / Dashboard", "date": "2026-11-02", "duration": "1h30m", "dry_run": true }),
    )
    .await;
    assert_eq!(tried["dry_run"], true);
    done(&world, token, "create_time_entry", json!({ "project": "Acme / Dashboard", "date": "2026-11-02", "duration": "1h30m" })).await;
    let draft = done(&world, token, "draft_invoice", json!({ "client": "Acme", "period": "2026-11" })).await;
    let sent = done(&world, token, "send_invoice", json!({ "invoice": draft["id"], "without_email": true })).await;
    assert!(sent["number"].as_str().is_some_and(|number| number.ends_with("0001")), "{sent}");
    let paid =
        done(&world, token, "record_payment", json!({ "invoice": sent["number"], "amount": sent["total"], "date": "2026-11-21" })).await;
    assert_eq!(paid["status"], "paid", "{paid}");
}

#[tokio::test]
async fn a_refusal_is_a_result_with_the_words_of_every_door() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let error = refused(&world, &ada.token, "create_client", json!({ "name": "", "colour": "red" })).await;
    assert!(error.ends_with("[invalid]") && error.contains("color"), "{error}");
    assert!(serde_json::from_str::<Value>(&error).is_err(), "one client takes JSON for the answer itself");
    assert!(refused(&world, &ada.token, "get_client", json!({ "client": "nobody" })).await.ends_with("[not_found]"));
    let choice = refused(&world, &ada.token, "draft_invoice", json!({ "client": "Acme", "group_by": "week" })).await;
    assert!(choice.contains("project, day, member, entry"), "the choices are named: {choice}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_the_known_arguments_are_told() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let unknown = refused(&world, &ada.token, "create_client", json!({ "name": "Acme", "colour": "red" })).await;
    assert!(unknown.ends_with("[invalid]") && unknown.contains("color"), "{unknown}");
    let wrong_type = refused(&world, &ada.token, "create_client", json!({ "name": 7 })).await;
    assert!(wrong_type.contains("name"), "{wrong_type}");
    let malformed = world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json, text/event-stream");
    let malformed = Answer::of(malformed.header(header::CONTENT_TYPE, "application/json").body("{\"jsonrpc\":")).await;
    assert!(malformed.status.is_client_error() && !malformed.text.is_empty(), "{malformed:?}");
    assert_eq!(done(&world, &ada.token, "list_clients", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn a_tool_that_is_not_there_is_unknown() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let answer = ask(&world, &ada.token, "tools/call", json!({ "name": "no_such_tool", "arguments": {} })).await;
    assert_eq!(answer.json()["error"]["code"], -32602, "{}", answer.text);
    assert_eq!(answer.json()["error"]["message"], "Unknown tool: no_such_tool");
}

/// The names of all operations are public; whoever may not call one is told who may.
#[tokio::test]
async fn a_tool_that_is_not_for_its_caller_says_whose_it_is() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let bob = joined(&world, &ada, "Bob", &[]).await;
    for (token, tool, whose) in [
        (&ada.token, "create_token", "needs a person at the page"),
        (&ada.token, "void_invoice", "needs a person at the page"),
        (&bob.token, "draft_invoice", "Your role here does not allow you to"),
    ] {
        let told = refused(&world, token, tool, json!({})).await;
        assert!(told.contains(whose) && told.ends_with("[forbidden]"), "{tool}: {told}");
        assert!(!names(&tools(&world, token).await).contains(&tool), "{tool} is in no list");
    }
}

/// What a program sends with every write to the one address it may send to the other, too.
#[tokio::test]
async fn a_key_may_come_as_a_header_of_a_call() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let send = async |arguments: Value| {
        let params = json!({ "name": "create_client", "arguments": arguments });
        let request = world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json").header("idempotency-key", "k");
        let called = request.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }));
        Answer::of(called).await.ok()["result"].clone()
    };
    let (first, again) = (send(json!({ "name": "Acme" })).await, send(json!({ "name": "Acme" })).await);
    assert_eq!(again["structuredContent"]["id"], first["structuredContent"]["id"]);
    assert_eq!(again["structuredContent"]["repeated"], true, "{again}");
    for (arguments, code) in
        [(json!({ "name": "Beta" }), "[idempotency_mismatch]"), (json!({ "name": "Acme", "idempotency_key": "other" }), "[invalid]")]
    {
        let told = send(arguments).await;
        assert!(told["content"][0]["text"].as_str().is_some_and(|told| told.ends_with(code)), "{told}");
    }
}

#[tokio::test]
async fn params_that_cannot_be_read_are_told_from_a_method_that_is_not_known() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for params in [json!({ "name": "list_clients", "arguments": "x" }), json!({ "name": 7 }), json!({})] {
        let answer = ask(&world, &ada.token, "tools/call", params.clone()).await;
        assert_eq!(answer.json()["error"]["code"], -32602, "{params}: {}", answer.text);
    }
    let unknown = ask(&world, &ada.token, "tools/burn", json!({})).await;
    assert_eq!(unknown.json()["error"]["code"], -32601, "{}", unknown.text);
    assert!(unknown.text.contains("no method tools/burn") && unknown.text.contains("tools/call"), "{}", unknown.text);
    // The older versions begin with it, before anything is said of a version; the newest has none.
    assert_eq!(ask(&world, &ada.token, "initialize", json!({})).await.json()["error"]["code"], -32601);
    let first = world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json, text/event-stream");
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": "2025-11-25", "capabilities": {} } });
    let first = Answer::of(first.json(&body)).await;
    assert_eq!(first.json()["error"]["code"], -32602, "{}", first.text);
}

/// What the answer says is what the protocol's library logs.
#[tokio::test]
async fn a_method_that_is_not_known_is_repeated_in_short_and_without_secrets() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let secret = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0123";
    let hidden = ada.token.rsplit('_').next().expect("a secret");
    for method in [format!("http://x/reset/{secret}"), ada.token.clone(), "a".repeat(100), "a".repeat(100_000)] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": {} });
        let request = world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json, text/event-stream");
        let answer = Answer::of(request.json(&body)).await;
        assert_eq!(answer.json()["error"]["code"], -32601, "{}", answer.text);
        assert_eq!(answer.json()["id"], 1, "{}", answer.text);
        assert!(answer.text.len() < 300 && !answer.text.contains(secret) && !answer.text.contains(hidden), "{}", answer.text);
    }
}

/// A tool or a resource is named by the client as well.
#[tokio::test]
async fn a_tool_that_is_not_known_is_repeated_in_short_and_without_secrets() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let hidden = ada.token.rsplit('_').next().expect("a secret");
    for name in [ada.token.clone(), "a".repeat(100_000)] {
        let answer = ask(&world, &ada.token, "tools/call", json!({ "name": name, "arguments": {} })).await;
        assert!(answer.text.len() < 300 && !answer.text.contains(hidden), "{}", answer.text);
    }
}

#[tokio::test]
async fn nobody_is_answered_without_a_valid_token() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let spare = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    done(&world, &spare, "whoami", json!({})).await;
    world.call(&ada, "revoke_token", &[("token", spare.split('_').nth(2).expect("an id"))]).await.ok();
    let refused = ask(&world, &spare, "tools/call", json!({ "name": "whoami", "arguments": {} })).await;
    assert_eq!(refused.refused(401), "unauthenticated");
    let challenge = refused.header("www-authenticate").to_owned();
    let pointer = challenge.split('"').nth(1).expect("a pointer");
    let described = Answer::of(world.get(pointer.strip_prefix(&world.address).expect("an address of ours"))).await.ok();
    assert_eq!(described["resource"], format!("{}/mcp", world.address));
    assert_eq!(described["bearer_methods_supported"], json!(["header"]));
    assert!(described.get("authorization_servers").is_none());
    let nobody = Answer::of(world.post("/mcp").json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }))).await;
    assert_eq!(nobody.refused(401), "unauthenticated");
}

#[tokio::test]
async fn a_page_elsewhere_cannot_talk_to_a_stint_near_its_visitor() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let send = async |name: &'static str, value: &str| {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let request = world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT, "application/json, text/event-stream");
        Answer::of(request.header(name, value).json(&body)).await.status.as_u16()
    };
    assert_eq!(send("origin", "https://elsewhere.example").await, 403);
    assert_eq!(send("origin", "null").await, 403);
    assert_eq!(send("host", "elsewhere.example").await, 421);
    assert_eq!(send("origin", &world.address).await, 200);
}

/// An agent hands its person a link, in a conversation where nobody is signed in to Stint.
#[tokio::test]
async fn the_pdf_of_an_invoice_is_a_link_that_anybody_opens_who_was_given_it() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    world.rest(&ada, "create_client", json!({ "name": "Acme", "rate": "100.00", "tax_rate": "19" })).await.ok();
    let line = json!({ "description": "Hosting", "quantity": "1", "price": "50.00" });
    let draft = world.rest(&ada, "draft_invoice", json!({ "client": "Acme", "lines": [line] })).await.ok();
    let spare = world.token(&ada.email, &ada.slug, &[Scope::MoneyRead], WriteMode::Drafts).await;
    let told = done(&world, &spare, "get_invoice_document", json!({ "invoice": draft["id"] })).await;
    assert_eq!((told.get("base64"), &told["media_type"]), (None, &json!("application/pdf")), "bytes are nothing for a model");
    let path = told["url"].as_str().and_then(|url| url.strip_prefix(&world.address)).expect("an address of ours").to_owned();
    let opened = world.get(&path).send().await.expect("an answer");
    assert_eq!((opened.status().as_u16(), &opened.headers()["content-type"]), (200, &HeaderValue::from_static("application/pdf")));
    assert!(opened.headers()["cache-control"].to_str().is_ok_and(|kept| kept.contains("no-store")), "{:?}", opened.headers());
    let bytes = opened.bytes().await.expect("bytes");
    assert!(bytes.starts_with(b"%PDF"), "{bytes:?}");
    assert_eq!(Answer::of(world.get(&format!("{path}x"))).await.refused(404), "not_found");
    world.call(&ada, "revoke_token", &[("token", spare.split('_').nth(2).expect("an id"))]).await.ok();
    assert_eq!(Answer::of(world.get(&path)).await.refused(404), "not_found", "its token was revoked");
}

#[tokio::test]
async fn a_long_list_is_shortened_and_goes_on_where_it_was_cut() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let many = 70;
    for number in 0..many {
        let client = json!({ "name": format!("Client {number:03}"), "tax_rate": "19", "address": "A long road, ".repeat(70) });
        world.rest(&ada, "create_client", client).await.ok();
    }
    let (mut seen, mut cursor, mut rounds) = (Vec::new(), Value::Null, 0);
    loop {
        let page = done(&world, &ada.token, "list_clients", json!({ "limit": 200, "cursor": cursor })).await;
        assert!(page.to_string().chars().count() <= 25_000, "{}", page.to_string().len());
        if page["next_cursor"].is_string() {
            assert!(page["notice"].as_str().is_some_and(|notice| notice.contains("next_cursor")), "{}", page["notice"]);
        }
        seen.extend(page["items"].as_array().expect("items").iter().map(|client| client["name"].as_str().expect("a name").to_owned()));
        cursor = page["next_cursor"].clone();
        rounds += 1;
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), many, "none is left out and none comes twice");
    assert!(seen.is_sorted() && rounds > 2);
}

#[tokio::test]
async fn another_tenants_ids_lead_nowhere() {
    let world = World::open().await;
    let (ada, eve): (Person, Person) = (world.person("Ada").await, world.person("Eve").await);
    let client = done(&world, &ada.token, "create_client", json!({ "name": "Acme", "tax_rate": "19" })).await;
    for tool in ["get_client", "update_client", "archive_client", "delete_client"] {
        assert!(refused(&world, &eve.token, tool, json!({ "client": client["id"] })).await.ends_with("[not_found]"), "{tool}");
    }
}
