//! How often one may call.

use std::{num::NonZeroU32, time::Duration};

use app::{admission::AdmissionLimits, limits::Rate};
use futures::future::{join, join_all};
use reqwest::header;
use serde_json::json;
use server::router::limits::RequestLimits;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Answer, World};

#[tokio::test]
async fn whoever_tries_passwords_is_slowed_down() {
    let world = World::open_with(RequestLimits::new(NonZeroU32::new(3))).await;
    let page = format!("{}/sign-in", world.address);
    let tried = |accept: &'static str| {
        let form = world
            .post("/call/sign_in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", "203.0.113.1")
            .body("email=ada%40example.com&password=guess");
        Answer::of(form.header(header::ACCEPT, accept).header(header::REFERER, &page))
    };
    for _ in 0..3 {
        assert_eq!(tried("*/*").await.refused(401), "unauthenticated");
    }
    let refused = tried("*/*").await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    let form = tried("text/html").await;
    assert_eq!(form.header("location"), format!("{page}#refusal"), "the address says nothing of it: {form:?}");
    assert!(form.header("set-cookie").starts_with("stint-form="), "{form:?}");
    assert_eq!(Answer::of(world.get("/sign-in")).await.status.as_u16(), 200, "looking at the page is no attempt");
}

#[tokio::test]
async fn a_token_that_calls_too_often_is_slowed_down_and_others_are_not() {
    let world = World::open_under(AdmissionLimits::of(NonZeroU32::new(1))).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    // One per minute and twice as many at once.
    world.rest(&ada, "whoami", json!({})).await.ok();
    world.rest(&ada, "whoami", json!({})).await.ok();
    let refused = world.rest(&ada, "whoami", json!({})).await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(Answer::of(world.post("/mcp").bearer_auth(&ada.token)).await.refused(429), "rate_limited");
    world.rest(&grace, "whoami", json!({})).await.ok();
}

/// Thousands of names in one form: refused in the operation's words before a connection is taken for them.
#[tokio::test]
async fn a_form_with_tens_of_thousands_of_members_is_refused_by_its_name() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let form: Vec<(&str, &str)> =
        std::iter::once(("project", "Dashboard")).chain(std::iter::repeat_n(("members[]", "me"), 40_000)).collect();
    let refused = world.call(&ada, "assign_project_members", &form).await;
    assert_eq!(refused.refused(422), "invalid");
    let words = refused.json()["error"]["fields"]["members"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(words.contains("has 40000 items; at most 200 fit"), "{words}");
    assert_eq!(world.services.recorder.flush_within(std::time::Duration::from_secs(60)).await, 0);
    let log = world.call_get(&ada, "list_audit").await.ok();
    let of_form = |entry: &&serde_json::Value| entry["operation"] == "assign_project_members";
    let recorded = log["items"].as_array().and_then(|items| items.iter().find(of_form));
    assert_eq!(recorded.map(|entry| &entry["outcome"]), Some(&json!("invalid")), "{log}");
}

/// What a form says is held to the schema that programs are held to, in its nested parts too.
#[tokio::test]
async fn a_form_is_held_to_the_same_schema_as_a_program() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for (operation, form, field) in [
        ("create_client", vec![("name", "Acme"), ("colour", "#ff0000")], "arguments"),
        ("create_client", vec![("name", "Acme"), ("payment_terms_days", "many")], "payment_terms_days"),
        ("create_client", vec![("name", "Acme"), ("payment_terms_days", "-1")], "payment_terms_days"),
        ("draft_invoice", vec![("client", "Acme"), ("lines[0][description]", "Hosting"), ("lines[0][colour]", "red")], "lines[0]"),
        ("draft_invoice", vec![("client", "Acme"), ("rounding[step_minutes]", "15"), ("rounding[mode]", "sideways")], "rounding.mode"),
        ("create_client", vec![("name", "Acme"), ("name", "Beta")], "name"),
    ] {
        let refused = world.call(&ada, operation, &form).await;
        assert_eq!(refused.refused(422), "invalid", "{form:?}");
        assert!(refused.json()["error"]["fields"][field].is_string(), "{form:?}: {}", refused.text);
    }
    let made = world.call(&ada, "create_client", &[("name", "Acme"), ("rate", "120.50"), ("email", ""), ("payment_terms_days", "")]).await;
    assert_eq!(made.ok()["rate"]["amount"], "120.50", "{}", made.text);
}

/// What a form says that it showed hides nothing that would be refused, and nothing but what a form changes.
#[tokio::test]
async fn what_a_form_showed_leaves_away_nothing_but_what_nobody_changed() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let made = world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19" })).await.ok();
    let client = made["id"].as_str().expect("an id");
    let (long, draft) = ("a".repeat(9_000), json!({ "client": "Acme", "lines": [{ "description": "Work", "price": "1.00" }] }));
    let draft = world.rest(&ada, "draft_invoice", draft).await.ok()["id"].clone();
    let invoice = draft.as_str().expect("an id");
    for (operation, form, status) in [
        ("update_client", vec![("client", client), ("nosuch", "1"), ("shown.nosuch", "1")], 422),
        ("update_client", vec![("client", client), ("name", "A"), ("name", "B"), ("shown.name", "A")], 422),
        ("update_invoice_draft", vec![("invoice", invoice), ("version", "7"), ("shown.version", "7"), ("notes", "N")], 409),
        ("update_client", vec![("client", client), ("shown.client", client), ("name", "Acme"), ("shown.name", "Acme")], 200),
        ("update_client", vec![("client", client), ("name", &long), ("shown.name", "Acme")], 422),
    ] {
        let answer = world.call(&ada, operation, &form).await;
        assert_eq!(answer.status.as_u16(), status, "{form:?}: {}", answer.text);
    }
    for (query, status) in [("archived=true&shown.archived=true", 422), ("shown.foo=1", 422), ("archived=true", 200)] {
        let answer = Answer::of(world.get(&format!("/api/v1/list_clients?{query}")).bearer_auth(&ada.token)).await;
        assert_eq!(answer.status.as_u16(), status, "{query}: {}", answer.text);
        let page = world.get(&format!("/call/list_clients?{query}")).header(header::COOKIE, format!("stint={}", ada.cookie));
        let answer = Answer::of(page.header("stint-organization", &ada.slug)).await;
        assert_eq!(answer.status.as_u16(), status, "{query} of a page: {}", answer.text);
    }
}

/// A page that reads eight times enters once; what is refused says when to come again.
#[tokio::test]
async fn a_person_who_calls_too_often_is_slowed_down_and_a_page_counts_once() {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(3)) else { panic!("numbers") };
    let world = World::open_under(AdmissionLimits { person: Some(Rate { per_minute, burst }), ..AdmissionLimits::of(None) }).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    let page = async |who: &crate::world::Person| {
        let request = world.get(&format!("/o/{}/clients", who.slug)).header(header::COOKIE, format!("stint={}", who.cookie));
        Answer::of(request).await
    };
    for _ in 0..3 {
        assert_eq!(page(&ada).await.status.as_u16(), 200);
    }
    let refused = world.call_get(&ada, "list_clients").await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=61).contains(&seconds)), "{refused:?}");
    assert_eq!(page(&grace).await.status.as_u16(), 200);
}

/// A form of a stranger of which only the beginning has been sent.
async fn begun(address: &str, form: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let (length, kind) = (form.len(), "application/x-www-form-urlencoded");
    let head = format!(
        "POST /call/sign_in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket.write_all(&form.as_bytes()[..1]).await.expect("sent");
    socket
}

#[tokio::test]
async fn bodies_that_come_slowly_keep_no_other_stranger_of_their_network_out() {
    let world = World::open_under(AdmissionLimits { patience: Duration::ZERO, ..AdmissionLimits::of(None) }).await;
    let address = world.address.strip_prefix("http://").expect("an address").to_owned();
    let form = "email=nobody%40example.com&password=correct+horse";
    let mut slow = Vec::new();
    for number in 0..40 {
        slow.push(begun(&address, form).await);
        assert_eq!(Answer::of(world.get("/sign-in")).await.status.as_u16(), 200, "beside {number} that are not whole");
    }
    let mut last = slow.pop().expect("one of them");
    last.write_all(&form.as_bytes()[1..]).await.expect("sent");
    let mut answer = String::new();
    last.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[tokio::test]
async fn of_a_stranger_nothing_but_short_forms_is_taken() {
    let world = World::open().await;
    let form = format!("email=nobody%40example.com&password={}", "x".repeat(65 * 1024));
    let sent = world.post("/call/sign_in").header("content-type", "application/x-www-form-urlencoded").body(form);
    let refused = Answer::of(sent).await;
    assert!(refused.refused(413) == "invalid" && refused.text.contains("64 KiB"), "{}", refused.text);
}

/// In a form each character of such a text takes nine bytes.
#[tokio::test]
async fn whoever_is_signed_in_sends_the_longest_text_that_a_field_takes_in_any_script() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let text = "あいうえおかきくけ、".repeat(790);
    let said = world.call(&ada, "assistant_say", &[("text", text.as_str())]).await.ok();
    assert_eq!(said["messages"][0]["text"], text, "{said}");
}

/// What is answered to the head of a long request, of whose body nothing comes.
async fn told_early(address: &str, path: &str, kind: &str, header: &str) -> String {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: 900000\r\n{header}\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn a_stranger_is_refused_before_anything_is_read_of_what_they_send() {
    let world = World::open().await;
    let address = world.address.strip_prefix("http://").expect("an address");
    let (json, form, invented) =
        ("application/json", "application/x-www-form-urlencoded", "Authorization: Bearer stint_pat_unknown_secret\r\n");
    let cases = [
        ("/api/v1/create_client", json, "", 401),
        ("/api/v1/create_client", json, invented, 401),
        ("/mcp", json, "", 401),
        ("/mcp", json, invented, 401),
        ("/call/create_client", form, "", 413),
        ("/call/sign_in", form, "", 413),
        ("/call/sign_up", form, "Cookie: stint=invented\r\n", 413),
    ];
    let answers = join_all(cases.map(|(path, kind, header, _)| told_early(address, path, kind, header))).await;
    for ((path, .., status), answer) in cases.iter().zip(answers) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
    }
}

/// Sixty-four calls at once with one token: some are done, the others refused at once, and none of it reaches the neighbour.
#[tokio::test]
async fn while_one_token_floods_its_neighbour_is_always_answered() {
    let world = World::open_under(AdmissionLimits { patience: Duration::ZERO, ..AdmissionLimits::of(None) }).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    for known in [&ada, &grace] {
        world.rest(known, "whoami", json!({})).await.ok();
    }
    let flood = join_all((0..64).map(|_| world.rest(&ada, "list_clients", json!({}))));
    let neighbour = async {
        for _ in 0..20 {
            world.rest(&grace, "list_clients", json!({})).await.ok();
        }
    };
    let (answers, ()) = join(flood, neighbour).await;
    let done = answers.iter().filter(|answer| answer.status.as_u16() == 200).count();
    for refused in answers.iter().filter(|answer| answer.status.as_u16() != 200) {
        assert_eq!(refused.refused(429), "rate_limited");
        assert!(!refused.header("retry-after").is_empty());
    }
    assert!(done >= 8, "{done} of 64 were done");
    world.rest(&ada, "list_clients", json!({})).await.ok();
}

/// Where one stranger of a network is served at a time, a second one is refused as long as the first has not been answered.
#[tokio::test]
async fn a_stranger_holds_their_permit_until_they_are_answered() {
    let limits = AdmissionLimits { strangers_at_once: 1, patience: Duration::ZERO, ..AdmissionLimits::of(None) };
    let world = World::open_under(limits).await;
    let tried = || {
        let form = world.post("/call/sign_in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Answer::of(form.body("email=ada%40example.com&password=guess"))
    };
    let answers = join_all((0..8).map(|_| tried())).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert!(with(401) >= 1 && with(429) >= 1 && with(401) + with(429) == 8, "{answers:?}");
}

#[tokio::test]
async fn however_often_a_token_is_used_before_that_is_noted_one_note_is_on_its_way() {
    let world = World::alone().await;
    let ada = world.person("Ada").await;
    let (holder, owner) = (world.owner().await, world.owner().await);
    let number = async |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&owner).await.expect("a number");
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let mut held = holder.begin().await.expect("a transaction");
    sqlx::query("select id from access_token for update").fetch_all(&mut *held).await.expect("held");
    for _ in 0..20 {
        world.rest(&ada, "whoami", json!({})).await.ok();
    }
    // One that has waited its time gives up, and the next use begins another.
    for _ in 0..1_000 {
        if number(waiting).await > 0 {
            break;
        }
        world.rest(&ada, "whoami", json!({})).await.ok();
    }
    assert_eq!(number(waiting).await, 1);
    held.rollback().await.expect("free again");
    for _ in 0..1_000 {
        if number("select count(*) from access_token where last_used_by is not null").await > 0 {
            break;
        }
        world.rest(&ada, "whoami", json!({})).await.ok();
    }
    assert_eq!(number("select coalesce(sum(times), 0) from security_event where kind = 'token_used'").await, 1);
}

#[tokio::test]
async fn strangers_who_look_too_often_are_told_when_to_come_again_and_files_are_not_counted() {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(3)) else { panic!("numbers") };
    let world = World::open_under(AdmissionLimits { strangers: Some(Rate { per_minute, burst }), ..AdmissionLimits::of(None) }).await;
    let from =
        |path: &str, address: &str| Answer::of(world.get(path).header("x-forwarded-for", address).header(header::ACCEPT, "text/html"));
    for path in ["/healthz", "/readyz", "/healthz", "/readyz"] {
        assert_eq!(from(path, "203.0.113.1").await.status.as_u16(), 200, "{path}");
    }
    for path in ["/sign-in", "/api/v1/openapi.json", "/nowhere"] {
        assert_ne!(from(path, "203.0.113.1").await.status.as_u16(), 429, "{path}");
    }
    let refused = from("/sign-in", "203.0.113.1").await;
    assert_eq!(refused.status.as_u16(), 429);
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=61).contains(&seconds)), "{refused:?}");
    assert!(refused.text.contains("<h1>Too Many Requests") && refused.text.contains("from your network"), "{}", refused.text);
    assert_eq!(from("/api/v1/openapi.json", "203.0.113.1").await.refused(429), "rate_limited");
    assert_eq!(from("/healthz", "203.0.113.1").await.status.as_u16(), 200);
    assert_eq!(from("/sign-in", "203.0.113.2").await.status.as_u16(), 200, "another network");
}
