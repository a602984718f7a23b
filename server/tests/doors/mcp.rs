//! The MCP door, as an agent meets it.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::world::{World, post};

/// One message of the 2025-06-18 revision, without a session.
async fn say(world: &World, token: &str, method: &str, params: Value) -> (StatusCode, Value) {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let request = post("/mcp", "application/json", &message)
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("mcp-protocol-version", "2025-06-18");
    let (status, body) = world.send(request.body(Body::from(message)).expect("a request")).await;
    let data = body.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&body);
    (status, serde_json::from_str(data).unwrap_or(Value::String(body)))
}

#[tokio::test]
async fn an_agent_finds_tools_that_say_what_they_do_and_calls_them() {
    let world = World::new("mcp").await;
    let token = world.ada.token.as_str();
    let (status, listed) = say(&world, token, "tools/list", json!({})).await;
    assert_eq!(status, StatusCode::OK, "{listed}");
    let tools = listed["result"]["tools"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert!(names.is_sorted() && names.contains(&"start_timer") && !names.contains(&"create_token"), "{names:?}");
    for tool in &tools {
        let hints = &tool["annotations"];
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(hints[hint].is_boolean(), "{} has no {hint}", tool["name"]);
        }
        assert!(tool["title"].is_string() || hints["title"].is_string(), "{} has no title", tool["name"]);
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{}", tool["name"]);
        assert_eq!(tool["outputSchema"]["type"], "object", "{}", tool["name"]);
    }
    let call = json!({"name": "create_client", "arguments": {"name": "Acme", "currency": "EUR", "rate": 12000}});
    let (_, made) = say(&world, token, "tools/call", call.clone()).await;
    assert_eq!(made["result"]["structuredContent"]["rate"]["text"], "120.00 EUR", "{made}");
    let (_, again) = say(&world, token, "tools/call", call).await;
    assert_eq!(again["result"]["isError"], true, "{again}");
    assert_eq!(again["result"].get("structuredContent"), None, "errors carry text only");
}

#[tokio::test]
async fn an_unknown_tool_and_a_revoked_agent_are_refused() {
    let world = World::new("mcp_refused").await;
    let (_, unknown) = say(&world, &world.ada.token, "tools/call", json!({"name": "create_token", "arguments": {"name": "x"}})).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let (status, _) = say(&world, "stint_pat_nonsense", "tools/list", json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
