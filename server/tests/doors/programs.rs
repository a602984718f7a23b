//! REST: what programs call with a token.

use app::access::{Scope, WriteMode};
use reqwest::header;
use serde_json::{Value, json};

use crate::world::{Answer, World};

#[tokio::test]
async fn an_operation_is_called_by_post_and_a_read_by_get_too() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let made = world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19" })).await.ok();
    assert_eq!(made["name"], "Acme");
    let listed = Answer::of(world.get("/api/v1/list_clients?limit=1&archived=false&with_total=true").bearer_auth(&ada.token)).await;
    assert_eq!(listed.ok()["total"], 1);
    assert_eq!(listed.header("cache-control"), "private, no-store");
    let without_body = Answer::of(world.post("/api/v1/whoami").bearer_auth(&ada.token)).await.ok();
    assert_eq!(without_body["organization"]["slug"], ada.slug.as_str());
}

#[tokio::test]
async fn bad_input_is_refused_with_words_about_it() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let send = |body: &'static str| Answer::of(world.post("/api/v1/create_client").bearer_auth(&ada.token).body(body));

    let malformed = send("{\"name\":").await;
    assert_eq!(malformed.refused(422), "invalid");
    assert!(malformed.text.contains("not JSON"), "{}", malformed.text);
    assert_eq!(send("[1]").await.refused(422), "invalid");
    assert_eq!(send("\u{0}").await.refused(422), "invalid");

    let unknown = send(r#"{"name":"Acme","tax_rate":"19","colour":"red"}"#).await;
    assert_eq!(unknown.refused(422), "invalid");
    assert!(unknown.text.contains("colour"), "{}", unknown.text);
    assert!(unknown.json()["error"]["hint"].as_str().is_some_and(|hint| hint.contains("color")), "{}", unknown.text);

    let query = Answer::of(world.get("/api/v1/list_clients?limit=many").bearer_auth(&ada.token)).await;
    assert_eq!(query.refused(422), "invalid");
    assert!(query.json()["error"]["fields"]["limit"].is_string());
}

#[tokio::test]
async fn an_unknown_operation_is_not_found_and_close_ones_are_named() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let unknown = world.rest(&ada, "list_client", json!({})).await;
    assert_eq!(unknown.refused(404), "not_found");
    assert!(unknown.text.contains("list_clients"), "{}", unknown.text);
    assert_eq!(Answer::of(world.get("/api/nowhere").bearer_auth(&ada.token)).await.refused(404), "not_found");
    assert_eq!(Answer::of(world.get("/api/v1/a/b/c").bearer_auth(&ada.token)).await.refused(404), "not_found");
}

#[tokio::test]
async fn a_write_is_not_done_by_get() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let refused = Answer::of(world.get("/api/v1/create_client?name=Acme&tax_rate=19").bearer_auth(&ada.token)).await;
    assert_eq!(refused.refused(405), "invalid");
    assert_eq!(refused.header("allow"), "POST");
    assert_eq!(world.rest(&ada, "list_clients", json!({})).await.ok()["items"], json!([]));
    assert_eq!(Answer::of(world.request("DELETE", "/api/v1/list_clients").bearer_auth(&ada.token)).await.refused(405), "invalid");
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_answered() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let end = &ada.token[ada.token.len() - 4..];
    let forged = ada.token.replace(end, if end == "AAAA" { "BBBB" } else { "AAAA" });
    for token in [forged.as_str(), "stint_pat_0_x", "x", "stint_pat_01a1fdd1042b74e484366da41873e862_x"] {
        let refused = Answer::of(world.post("/api/v1/whoami").bearer_auth(token)).await;
        assert_eq!(refused.refused(401), "unauthenticated", "{token}");
        assert_eq!(refused.json()["error"]["message"], "not authenticated");
        assert!(refused.header("www-authenticate").starts_with("Bearer resource_metadata="), "{token}");
    }
    assert_eq!(Answer::of(world.post("/api/v1/whoami")).await.refused(401), "unauthenticated");
    let basic = world.post("/api/v1/whoami").header(header::AUTHORIZATION, format!("Basic {}", ada.token));
    assert_eq!(Answer::of(basic).await.refused(401), "unauthenticated");
    assert_eq!(Answer::of(world.post(&format!("/api/v1/whoami?token={}", ada.token))).await.refused(401), "unauthenticated");
}

#[tokio::test]
async fn a_cookie_opens_no_door_of_programs() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for path in ["/api/v1/whoami", "/mcp", "/api/v1/invoices/1/pdf"] {
        let request = if path.ends_with("pdf") { world.get(path) } else { world.post(path) };
        let refused =
            Answer::of(request.header(header::COOKIE, format!("stint={}", ada.cookie)).header("stint-organization", &ada.slug)).await;
        assert_eq!(refused.refused(401), "unauthenticated", "{path}");
    }
}

#[tokio::test]
async fn a_revoked_token_is_refused_on_the_very_next_call() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let spare = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    let ask = async || Answer::of(world.post("/api/v1/whoami").bearer_auth(&spare)).await;
    ask().await.ok();
    let id = spare.split('_').nth(2).expect("an id");
    world.call(&ada, "revoke_token", &[("token", id)]).await.ok();
    assert_eq!(ask().await.refused(401), "unauthenticated");
    world.rest(&ada, "whoami", json!({})).await.ok();
}

#[tokio::test]
async fn a_token_cannot_do_what_its_scopes_leave_out_or_what_needs_a_person() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let watcher = world.token(&ada.email, &ada.slug, &[Scope::WorkRead], WriteMode::Direct).await;
    let call = async |operation: &str, arguments| {
        Answer::of(world.post(&format!("/api/v1/{operation}")).bearer_auth(&watcher).json(&arguments)).await
    };
    call("list_clients", json!({})).await.ok();
    let refused = call("create_client", json!({ "name": "Acme", "tax_rate": "19" })).await;
    assert_eq!(refused.refused(403), "forbidden");
    assert!(refused.text.contains("work:write"), "{}", refused.text);
    assert_eq!(world.rest(&ada, "create_token", json!({ "name": "another" })).await.refused(403), "forbidden");

    let careful = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Ask).await;
    let waits =
        Answer::of(world.post("/api/v1/create_client").bearer_auth(&careful).json(&json!({ "name": "Acme", "tax_rate": "19" }))).await;
    assert_eq!(waits.refused(202), "needs_approval");
}

#[tokio::test]
async fn a_key_makes_a_repeated_call_one_call() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let twice = json!({ "name": "Acme", "tax_rate": "19", "idempotency_key": "k" });
    let first = world.rest(&ada, "create_client", twice.clone()).await.ok();
    let mut again = world.rest(&ada, "create_client", twice).await.ok();
    assert_eq!(again.as_object_mut().and_then(|answer| answer.remove("repeated")), Some(json!(true)));
    assert_eq!(again, first);
    let other = world.rest(&ada, "create_client", json!({ "name": "Beta", "tax_rate": "19", "idempotency_key": "k" })).await;
    assert_eq!(other.refused(409), "idempotency_mismatch");
}

#[tokio::test]
async fn a_key_may_come_as_a_header_and_is_the_same_key() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let send = |header: &'static str, body: Value| {
        Answer::of(world.post("/api/v1/create_client").bearer_auth(&ada.token).header("idempotency-key", header).json(&body))
    };
    let first = send("k", json!({ "name": "Acme" })).await.ok();
    let again = |answer: Answer| {
        let mut answer = answer.ok();
        assert_eq!(answer.as_object_mut().and_then(|answer| answer.remove("repeated")), Some(json!(true)));
        answer
    };
    assert_eq!(again(send("\"k\"", json!({ "name": "Acme" })).await), first, "the standard writes it in quotation marks");
    assert_eq!(again(world.rest(&ada, "create_client", json!({ "name": "Acme", "idempotency_key": "k" })).await), first);
    assert_eq!(send("k", json!({ "name": "Beta" })).await.refused(409), "idempotency_mismatch");
    assert_eq!(send("k", json!({ "name": "Acme", "idempotency_key": "other" })).await.refused(422), "invalid");
    for unclear in ["", "\"\"", " ", "\"k", "k\"", "\"k\"l\""] {
        assert_eq!(send(unclear, json!({ "name": "Beta" })).await.refused(422), "invalid", "whoever sends one relies on it: {unclear:?}");
    }
    let two = world.post("/api/v1/create_client").bearer_auth(&ada.token).header("idempotency-key", "k").header("idempotency-key", "l");
    assert_eq!(Answer::of(two.json(&json!({ "name": "Beta" }))).await.refused(422), "invalid");
    assert_eq!(
        world.rest(&ada, "create_client", json!({ "name": "Beta", "idempotency_key": "" })).await.ok()["name"],
        "Beta",
        "none at all"
    );
    let long = world.rest(&ada, "create_client", json!({ "name": "Beta", "idempotency_key": "k".repeat(201) })).await;
    assert!(long.refused(422) == "invalid" && long.text.contains("200"), "{}", long.text);
    let timer = Answer::of(world.post("/api/v1/get_timer").bearer_auth(&ada.token).header("idempotency-key", "k")).await;
    assert_eq!(timer.status.as_u16(), 200, "what only reads needs none: {}", timer.text);
}

#[tokio::test]
async fn a_refusal_names_the_item_and_the_same_mistake_once() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok();
    let line = |extra: Value| {
        let mut line = json!({ "description": "Hosting", "price": "1.00" });
        line.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        line
    };
    let mut lines = vec![line(json!({})); 3];
    lines.extend(vec![line(json!({ "unit": "h" })); 100]);
    let told = world.rest(&ada, "draft_invoice", json!({ "client": "Acme", "lines": lines })).await;
    assert_eq!(told.refused(422), "invalid");
    let message = told.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("lines[3]: Additional") && message.matches("'unit'").count() == 1, "{message}");
    let lines = [line(json!({})), line(json!({ "price": 5 }))];
    let told = world.rest(&ada, "draft_invoice", json!({ "client": "Acme", "lines": lines })).await;
    assert!(told.json()["error"]["message"].as_str().unwrap().starts_with("lines[1].price: "), "{}", told.text);
    assert!(told.json()["error"]["fields"]["lines[1].price"].is_string(), "{}", told.text);
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_passed_over() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let marked = |path: &str, text: &str| world.post(path).bearer_auth(&ada.token).body(format!("\u{FEFF}{text}"));
    assert_eq!(Answer::of(marked("/api/v1/create_client", r#"{"name":"Acme"}"#)).await.ok()["name"], "Acme");
    let pieces = ["\u{FEFF}".as_bytes()[..1].to_vec(), "\u{FEFF}".as_bytes()[1..].to_vec(), br#"{"name":"Beta"}"#.to_vec()];
    let pieces = reqwest::Body::wrap_stream(futures::stream::iter(pieces.map(Ok::<_, std::io::Error>)));
    let in_pieces = world.post("/api/v1/create_client").bearer_auth(&ada.token).body(pieces);
    assert_eq!(Answer::of(in_pieces).await.ok()["name"], "Beta", "however it comes");
    let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "a test", "version": "1" } } });
    let hello = marked("/mcp", &initialize.to_string()).header(header::CONTENT_TYPE, "application/json");
    let hello = Answer::of(hello.header(header::ACCEPT, "application/json, text/event-stream")).await;
    assert_eq!(hello.ok()["result"]["protocolVersion"], "2025-06-18");
}

#[tokio::test]
async fn whoever_asks_how_an_address_is_called_is_told_without_a_token() {
    let world = World::open().await;
    for (path, allowed) in [("/mcp", "POST"), ("/api/v1/create_client", "POST"), ("/api/v1/list_clients", "GET, POST")] {
        let told = Answer::of(world.request("OPTIONS", path)).await;
        assert_eq!((told.status.as_u16(), told.header("allow")), (204, allowed), "{path}");
        assert_eq!(told.header("access-control-allow-origin"), "", "no page elsewhere is let in by that");
    }
}

#[tokio::test]
async fn too_much_at_once_is_refused_before_it_is_read() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
    let refused = Answer::of(world.post("/api/v1/create_client").bearer_auth(&ada.token).body(long.clone())).await;
    assert_eq!(refused.refused(413), "invalid");
    // Without a length in advance it is noticed on the way.
    let chunks =
        futures::stream::iter(long.into_bytes().chunks(60_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>());
    let streamed = world.post("/api/v1/create_client").bearer_auth(&ada.token).body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(Answer::of(streamed).await.refused(413), "invalid");
}

#[tokio::test]
async fn the_description_of_all_operations_is_open_and_whole() {
    let world = World::open().await;
    let document = Answer::of(world.get("/api/v1/openapi.json")).await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let create = &document["paths"]["/api/v1/create_client"];
    assert_eq!(create["post"]["x-scope"], "work:write");
    assert!(create.get("get").is_none());
    assert_eq!(document["paths"]["/api/v1/list_clients"]["get"]["parameters"][0]["in"], "query");
    assert!(document["paths"].get("/api/v1/create_token").is_none(), "what no token can do is not described to programs");
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_on_record_as_refused() {
    let world = World::open().await;
    let (ada, owner) = (world.person("Ada").await, world.owner().await);
    let recorded = async |operation: &str| -> i64 {
        world.services.recorder.flush().await;
        let count = "select count(*) from access_record a join organization o on o.id = a.organization_id
                     where o.slug = $1 and a.operation = $2 and a.outcome = 'invalid' and a.channel = 'rest'";
        sqlx::query_scalar(count).bind(&ada.slug).bind(operation).fetch_one(&owner).await.expect("a count")
    };
    for (times, request) in [
        (1, world.post("/api/v1/create_client").body("{\"name\":")),
        (2, world.post("/api/v1/create_client").body(vec![0xff, 0xfe])),
        (3, world.get("/api/v1/create_client?name=Acme")),
    ] {
        let refused = Answer::of(request.bearer_auth(&ada.token)).await;
        assert!(refused.status == 422 || refused.status == 405, "{refused:?}");
        assert_eq!(recorded("create_client").await, times, "{refused:?}");
    }
    let twice = Answer::of(world.get("/api/v1/list_clients?query=a&query=b").bearer_auth(&ada.token)).await;
    assert_eq!((twice.refused(422).as_str(), recorded("list_clients").await), ("invalid", 1));
    let nobody = Answer::of(world.post("/api/v1/create_client").body("{")).await;
    assert_eq!(nobody.refused(401), "unauthenticated", "what nobody sends is not read, and on no record");
    assert_eq!(recorded("create_client").await, 3);
}

#[tokio::test]
async fn the_description_of_all_operations_is_sent_once_and_compressed() {
    let world = World::open().await;
    let path = "/api/v1/openapi.json";
    let plain = Answer::of(world.get(path)).await;
    let tag = plain.header("etag").to_owned();
    assert!(tag.starts_with("W/\"") && plain.header("content-encoding").is_empty(), "{tag}");
    let packed = world.get(path).header("accept-encoding", "br, gzip;q=0.5").send().await.expect("an answer");
    assert_eq!(packed.headers().get("content-encoding").map(|coding| coding.as_bytes()), Some(&b"gzip"[..]));
    assert!(packed.bytes().await.expect("bytes").len() * 5 < plain.text.len());
    assert!(Answer::of(world.get(path).header("accept-encoding", "gzip;q=0")).await.header("content-encoding").is_empty());
    for known in [tag.clone(), tag.trim_start_matches("W/").to_owned(), format!("\"other\", {tag}"), "*".to_owned()] {
        let same = Answer::of(world.get(path).header("if-none-match", &known)).await;
        assert_eq!((same.status.as_u16(), same.text.as_str(), same.header("etag")), (304, "", tag.as_str()), "{known}");
    }
    assert_eq!(Answer::of(world.get(path).header("if-none-match", "\"other\"")).await.status.as_u16(), 200);
}
