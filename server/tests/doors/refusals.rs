//! What is wrong is refused in the same words at every door, and nothing is half done.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::world::{World, get, post, text};

#[tokio::test]
async fn a_program_is_told_what_was_wrong_with_its_call() {
    let world = World::new("refusals").await;
    let token = world.ada.token.as_str();
    for (operation, body, status, code, field) in [
        ("create_client", "{\"name\": ", 422, "invalid", None),
        ("create_client", "[1]", 422, "invalid", None),
        ("create_client", "{\"name\": \"Acme\", \"nmae\": 1}", 422, "invalid", Some("arguments")),
        ("create_client", "{\"name\": 5}", 422, "invalid", Some("name")),
        ("create_client", "{\"name\": \"Acme\", \"currency\": \"XXQ\"}", 422, "invalid", Some("currency")),
        ("create_client", "{\"name\": \"Acme\", \"rate\": -1}", 422, "invalid", Some("rate")),
        ("create_client", "{\"name\": \"Acme\", \"rate\": \"12000\"}", 422, "invalid", Some("rate")),
        ("get_client", "{\"client\": \"Nobody\"}", 404, "not_found", None),
        ("create_cleint", "{}", 404, "not_found", None),
        ("create_token", "{\"name\": \"more\"}", 403, "forbidden", None),
    ] {
        let (answered, answer) = world.rest(token, operation, body).await;
        assert_eq!((answered.as_u16(), &answer["error"]["code"]), (status, &json!(code)), "{operation} {body}: {answer}");
        if let Some(field) = field {
            assert!(answer["error"]["fields"].get(field).is_some(), "{operation} {body}: {answer}");
        }
    }
    let long = json!({"name": "x".repeat(10_000)}).to_string();
    let (_, answer) = world.rest(token, "create_client", &long).await;
    assert_eq!(answer["error"]["fields"]["name"], "Name has 10000 characters; at most 200 fit. Shorten it.");
    assert_eq!(world.rest(token, "list_clients", "{}").await.1["items"], json!([]), "nothing was made");
}

#[tokio::test]
async fn a_token_that_is_unknown_wrong_or_revoked_opens_nothing() {
    let world = World::new("tokens").await;
    let mut wrong = world.ada.token.clone();
    wrong.pop();
    for token in ["", "nonsense", "stint_pat_x_y", wrong.as_str()] {
        let (status, answer) = world.rest(token, "whoami", "{}").await;
        assert_eq!((status, &answer["error"]["message"]), (StatusCode::UNAUTHORIZED, &json!("not authenticated")), "{token}");
    }
    let (status, who) = world.rest(&world.ada.token, "whoami", "{}").await;
    assert_eq!((status, &who["name"]), (StatusCode::OK, &json!("Ada Lovelace")));
    let id = world.ada.token.split('_').nth(2).expect("an id").to_owned();
    let form = format!("token={id}");
    let revoke = post(&format!("/call/revoke_token?organization={}", world.ada.slug), "application/x-www-form-urlencoded", &form);
    let revoke = revoke.header(header::COOKIE, format!("stint={}", world.ada.cookie)).header(header::ACCEPT, "application/json");
    let (status, body) = world.send(revoke.body(Body::from(form)).expect("a request")).await;
    assert!(status.is_success(), "{status} {body}");
    assert_eq!(world.rest(&world.ada.token, "whoami", "{}").await.0, StatusCode::UNAUTHORIZED, "the very next call");
}

#[tokio::test]
async fn a_cookie_opens_no_door_of_programs_and_a_token_no_page() {
    let world = World::new("cookies").await;
    for path in ["/api/v1/whoami", "/mcp"] {
        let request = post(path, "application/json", "{}").header(header::COOKIE, format!("stint={}", world.ada.cookie));
        let response = world
            .open(request.header(header::ACCEPT, "application/json, text/event-stream").body(Body::from("{}")).expect("a request"))
            .await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        let challenge =
            response.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        assert!(challenge.contains("resource_metadata="), "{path}: {challenge}");
        assert!(text(response).await.contains("not authenticated"), "{path}");
    }
    let mut page = get("/call/whoami", None);
    page.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {}", world.ada.token).parse().expect("a header"));
    assert_eq!(world.send(page).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_elsewhere_cannot_write_with_the_cookie() {
    let world = World::new("elsewhere").await;
    let form = "name=Evil";
    let write = |name: &'static str, value: &'static str| {
        let path = format!("/call/create_client?organization={}", world.ada.slug);
        post(&path, "application/x-www-form-urlencoded", form)
            .header(header::COOKIE, format!("stint={}", world.ada.cookie))
            .header(header::ACCEPT, "application/json")
            .header(name, value)
            .body(Body::from(form))
            .expect("a request")
    };
    assert_eq!(world.send(write("sec-fetch-site", "cross-site")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.send(write("origin", "https://evil.example")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.rest(&world.ada.token, "list_clients", "{}").await.1["items"], json!([]));
    let (status, body) = world.send(write("sec-fetch-site", "same-origin")).await;
    assert!(status.is_success(), "{status} {body}");
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be_and_signs_nobody_out() {
    let world = World::new("gone").await;
    assert_eq!(world.send(get("/readyz", None)).await.0, StatusCode::OK);
    world.services.pool.close().await;
    assert_eq!(world.send(get("/healthz", None)).await.0, StatusCode::OK);
    assert_eq!(world.send(get("/readyz", None)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, answer) = world.rest(&world.ada.token, "list_clients", "{}").await;
    assert_eq!((status, &answer["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
    let (status, body) = world.send(get("/call/whoami", Some(&world.ada.cookie))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    assert!(!answer.to_string().contains("sqlx"), "{answer}");
}
