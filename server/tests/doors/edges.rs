//! What programs try at agents' door and around it, and are told.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::{
    agents::{ask, call},
    world::{Answer, World},
};

/// A body as it stands, sent to agents' door.
async fn sent(world: &World, token: &str, body: &str) -> Answer {
    let request = world.post("/mcp").bearer_auth(token).header(header::CONTENT_TYPE, "application/json");
    Answer::of(request.header(header::ACCEPT, "application/json, text/event-stream").body(body.to_owned())).await
}

#[tokio::test]
async fn what_is_no_message_is_answered_with_the_code_of_json_rpc() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for (body, code) in [
        ("{", -32_700),
        ("nonsense", -32_700),
        ("", -32_700),
        ("[]", -32_600),
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", -32_600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32_600),
        ("{\"id\":1,\"method\":\"ping\"}", -32_600),
    ] {
        let answer = sent(&world, &ada.token, body).await;
        assert_eq!(answer.status.as_u16(), 400, "{body}");
        assert_eq!(answer.json()["error"]["code"], code, "{body}");
        assert!(answer.header("content-type").starts_with("application/json"), "{body}");
    }
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(sent(&world, &ada.token, &deep).await.status.as_u16(), 400);
}

#[tokio::test]
async fn arguments_that_are_no_object_are_wrong_parameters() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for arguments in [json!([]), json!("{}"), json!(7), json!(true)] {
        let answer = ask(&world, &ada.token, "tools/call", json!({ "name": "whoami", "arguments": arguments })).await;
        assert_eq!(answer.json()["error"]["code"], -32_602, "{arguments}: {}", answer.json());
        assert!(answer.json()["error"]["message"].as_str().is_some_and(|words| words.contains("object")), "{arguments}");
    }
}

/// It was sent as JSON: nobody is sent to look at its type.
#[tokio::test]
async fn params_that_are_of_another_kind_are_named_with_the_id_of_their_message() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for (method, params, words) in [
        ("tools/call", json!({ "name": "whoami", "_meta": 7 }), "params._meta"),
        ("tools/call", json!({ "name": "whoami", "_meta": "x" }), "params._meta"),
        ("tools/list", json!({ "_meta": [] }), "params._meta"),
        ("ping", json!({ "_meta": true }), "params._meta"),
        ("tools/list", json!({ "cursor": 7 }), "params.cursor"),
        ("ping", json!([]), "params"),
    ] {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = sent(&world, &ada.token, &message.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["code"]), (400, &json!(-32_602)), "{message}: {}", answer.text);
        assert_eq!(answer.json()["id"], 1, "{message}: {}", answer.text);
        assert!(answer.json()["error"]["message"].as_str().is_some_and(|told| told.contains(words)), "{message}: {}", answer.text);
    }
}

/// Whatever is no method here, each version of the protocol being its own, is told so in the same sentence.
#[tokio::test]
async fn methods_that_are_not_offered_are_unknown_whatever_their_params() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for method in ["completion/complete", "resources/read", "resources/list", "prompts/list", "prompts/get", "tasks/list"] {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": {} });
        let answer = sent(&world, &ada.token, &message.to_string()).await;
        assert_eq!(answer.json()["error"]["code"], -32_601, "{method}: {}", answer.text);
        assert!(answer.text.contains(&format!("no method {method}")) && answer.text.contains("tools/call"), "{method}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_handshake_that_lacks_something_is_told_what_with_the_version_in_its_header_too() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {} });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    for version in [None, Some("2025-11-25")] {
        let request = world.post("/mcp").bearer_auth(&ada.token).json(&message);
        let answer = Answer::of(match version {
            Some(version) => request.header("mcp-protocol-version", version),
            None => request,
        });
        let answer = answer.await;
        assert_eq!(answer.json()["error"]["code"], -32_602, "{version:?}: {}", answer.text);
        assert!(answer.text.contains("clientInfo") && !answer.text.contains("arguments"), "{version:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_version_of_the_protocol_that_is_not_spoken_is_refused_in_json() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for version in ["1999-01-01", ""] {
        let answer = Answer::of(world.post("/mcp").bearer_auth(&ada.token).header("mcp-protocol-version", version).json(&ping)).await;
        assert_eq!(answer.status.as_u16(), 400, "{version}");
        assert!(answer.json()["error"]["message"].as_str().is_some_and(|words| words.contains("2025-11-25")), "{}", answer.text);
    }
}

#[tokio::test]
async fn whoever_takes_json_is_answered() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for accept in [None, Some("*/*"), Some("application/json"), Some("application/*"), Some("text/html, application/json;q=0.5")] {
        let request = world.post("/mcp").bearer_auth(&ada.token).json(&ping);
        let request = match accept {
            Some(accept) => request.header(header::ACCEPT, accept),
            None => request,
        };
        let answer = Answer::of(request).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["result"]), (200, &json!({})), "{accept:?}");
    }
    let slash = Answer::of(world.post("/mcp/").bearer_auth(&ada.token).json(&ping)).await;
    assert_eq!(slash.status.as_u16(), 200, "with a slash at the end, too");
}

#[tokio::test]
async fn whatever_http_refuses_at_agents_door_is_told_as_an_error_of_json_rpc() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let post = || world.post("/mcp").bearer_auth(&ada.token).json(&ping);
    for (request, status, words) in [
        (post().header(header::ACCEPT, "text/html"), 406, "application/json"),
        (post().header(header::ACCEPT, "application/json;q=0"), 406, "application/json"),
        (post().header(header::ACCEPT, "text/event-stream, application/json; q=0.0"), 406, "application/json"),
        (post().header(header::ORIGIN, "https://evil.example"), 403, "Origin"),
        (world.get("/mcp").bearer_auth(&ada.token), 405, "POST"),
        (world.post("/mcp").bearer_auth(&ada.token).header(header::CONTENT_TYPE, "text/plain").body(ping.to_string()), 415, "Content-Type"),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        let message = answer.json()["error"]["message"].as_str().expect("words").to_owned();
        assert!(message.contains(words) && answer.json()["jsonrpc"] == "2.0", "{status}: {message}");
    }
}

#[tokio::test]
async fn every_address_that_a_program_may_try_answers_json_and_says_the_way_to_a_token() {
    let world = World::open().await;
    for (method, path) in [
        (Method::POST, "/register"),
        (Method::GET, "/authorize"),
        (Method::POST, "/token"),
        (Method::GET, "/.well-known/oauth-authorization-server"),
        (Method::GET, "/.well-known/oauth-authorization-server/mcp"),
        (Method::GET, "/.well-known/openid-configuration"),
        (Method::GET, "/.well-known"),
        (Method::POST, "/oauth/register"),
        (Method::POST, "/oauth/token"),
        (Method::GET, "/oauth"),
        (Method::POST, "/mcp/register"),
        (Method::GET, "/mcp/.well-known/openid-configuration"),
        (Method::GET, "/mcp/.well-known/oauth-authorization-server"),
    ] {
        let answer = Answer::of(world.request(method.as_str(), path)).await;
        assert_eq!(answer.status.as_u16(), 404, "{method} {path}");
        assert_eq!(answer.json()["error"]["code"], "not_found", "{method} {path}");
        assert!(answer.json()["error"]["hint"].as_str().is_some_and(|hint| hint.contains("Settings, Tokens")), "{path}");
    }
    assert_eq!(Answer::of(world.get("/.well-known/oauth-protected-resource/mcp")).await.status.as_u16(), 200);
}

#[tokio::test]
async fn whoever_tries_the_transport_of_before_is_told_in_json_where_agents_call() {
    let world = World::open().await;
    for (method, path) in [
        (Method::GET, "/sse"),
        (Method::POST, "/messages"),
        (Method::POST, "/messages/?session_id=1"),
        (Method::POST, "/message"),
        (Method::GET, "/mcp/sse"),
    ] {
        let answer = Answer::of(world.request(method.as_str(), path)).await;
        assert_eq!(answer.status.as_u16(), 404, "{method} {path}");
        assert_eq!(answer.json()["error"]["code"], "not_found", "{method} {path}");
        assert!(answer.json()["error"]["hint"].as_str().is_some_and(|hint| hint.contains("/mcp by POST")), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_told_from_one_that_was_not_sent() {
    let world = World::open().await;
    for path in ["/mcp", "/api/v1/whoami"] {
        let challenge = async |request: reqwest::RequestBuilder| {
            let answer = Answer::of(request.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }))).await;
            assert_eq!(answer.status.as_u16(), 401);
            answer.header("www-authenticate").to_owned()
        };
        let nothing = challenge(world.post(path)).await;
        assert!(nothing.starts_with("Bearer resource_metadata=") && !nothing.contains("error="), "{path}: {nothing}");
        let unknown = challenge(world.post(path).bearer_auth("stint_pat_unknown_secret")).await;
        assert!(unknown.starts_with("Bearer resource_metadata=") && unknown.contains("error=\"invalid_token\""), "{path}: {unknown}");
    }
}

#[tokio::test]
async fn a_program_in_a_browser_may_call_from_this_machine_and_from_nowhere_else() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let asked = |origin: &str| {
        let request = world.request("OPTIONS", "/mcp").header(header::ORIGIN, origin.to_owned());
        request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, mcp-protocol-version, idempotency-key")
    };
    for origin in ["http://localhost:5173", "http://127.0.0.1:6274"] {
        let answer = Answer::of(asked(origin)).await;
        assert!(answer.status.is_success(), "{origin}: {}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(["authorization", "mcp-protocol-version", "idempotency-key"].iter().all(|name| headers.contains(name)), "{headers}");
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        let called = Answer::of(world.post("/mcp").bearer_auth(&ada.token).header(header::ORIGIN, origin).json(&ping)).await;
        assert_eq!((called.status.as_u16(), called.header("access-control-allow-origin")), (200, origin));
    }
    let described = world.get("/.well-known/oauth-protected-resource/mcp").header(header::ORIGIN, "http://localhost:6274");
    assert_eq!(Answer::of(described).await.header("access-control-allow-origin"), "http://localhost:6274");
    for origin in ["https://evil.example", "http://localhost.evil.example", "http://localhostx:1", "null"] {
        let answer = Answer::of(asked(origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test]
async fn a_long_list_of_tools_is_sent_short_to_whoever_takes_it_so() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let answer =
        world.post("/mcp").bearer_auth(&ada.token).header(header::ACCEPT_ENCODING, "gzip").json(&list).send().await.expect("an answer");
    assert_eq!(answer.headers().get(header::CONTENT_ENCODING).and_then(|encoding| encoding.to_str().ok()), Some("gzip"));
    let short = answer.bytes().await.expect("a body").len();
    let whole =
        world.post("/mcp").bearer_auth(&ada.token).json(&list).send().await.expect("an answer").bytes().await.expect("a body").len();
    assert!(short * 4 < whole, "{short} of {whole} bytes");
}

#[tokio::test]
async fn a_repeated_call_says_that_it_is_one() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let arguments = json!({ "name": "Acme", "tax_rate": "19", "idempotency_key": "once" });
    let first: Value = call(&world, &ada.token, "create_client", arguments.clone()).await["structuredContent"].clone();
    let mut again = call(&world, &ada.token, "create_client", arguments).await["structuredContent"].clone();
    assert_eq!((first.get("repeated"), &again["repeated"]), (None, &json!(true)));
    again.as_object_mut().expect("an answer").remove("repeated");
    assert_eq!(again, first);
}
