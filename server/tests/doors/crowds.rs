//! Crowds at the doors: whoever is stuck, or sent away, those who are known are answered.

use std::time::Duration;

use app::{
    access::{Scope, WriteMode},
    admission::AdmissionLimits,
};
use futures::stream::{FuturesUnordered, StreamExt};
use reqwest::{RequestBuilder, header};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::world::{Answer, World};

/// Requests of a crowd, under way at once.
type Crowd = FuturesUnordered<tokio::task::JoinHandle<Answer>>;

fn at_once() -> AdmissionLimits {
    AdmissionLimits { patience: Duration::ZERO, ..AdmissionLimits::of(None) }
}

fn crowd(requests: impl IntoIterator<Item = RequestBuilder>) -> Crowd {
    requests.into_iter().map(|request| tokio::spawn(Answer::of(request))).collect()
}

/// Keeps everybody from a table until the transaction ends.
async fn closed<'a>(holder: &'a PgPool, table: &str) -> Transaction<'a, Postgres> {
    let mut held = holder.begin().await.expect("a transaction");
    sqlx::query(AssertSqlSafe(format!("lock table {table} in access exclusive mode"))).execute(&mut *held).await.expect("held");
    held
}

/// How many statements wait for a table.
async fn stuck(owner: &PgPool) -> i64 {
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(owner).await.expect("a number")
}

/// Comes back once the first uses of so many tokens are noted: from then on nothing else waits for their table.
async fn until_noted(owner: &PgPool, tokens: i64) {
    let noted = "select count(*) from access_token where last_used_at is not null";
    for _ in 0..100_000 {
        if sqlx::query_scalar::<_, i64>(noted).fetch_one(owner).await.expect("a number") >= tokens {
            return;
        }
    }
    panic!("the uses of {tokens} tokens are never noted");
}

/// Sees so many of a crowd sent away, while no more than so many others of it are stuck.
async fn sent_away(crowd: &mut Crowd, many: usize, owner: &PgPool, others: i64) {
    for _ in 0..many {
        let refused = crowd.next().await.expect("one more").expect("an answer");
        assert_eq!(refused.refused(429), "rate_limited");
        assert!(!refused.header("retry-after").is_empty());
    }
    assert!(stuck(owner).await <= others);
}

#[tokio::test]
async fn while_strangers_of_many_networks_are_stuck_a_known_neighbour_is_answered() {
    let world = World::alone_under(at_once(), Some(2)).await;
    let grace = world.person("Grace").await;
    world.rest(&grace, "whoami", json!({})).await.ok();
    let (holder, owner) = (world.owner().await, world.owner().await);
    let held = closed(&holder, "sign_in").await;
    let mut strangers = crowd((0..16).map(|network| {
        let request = world.get("/call/whoami").header("x-forwarded-for", format!("2001:db8:{network:x}::1"));
        request.header(header::COOKIE, format!("stint=made-up-{network}"))
    }));
    sent_away(&mut strangers, 14, &owner, 2).await;
    for _ in 0..3 {
        world.rest(&grace, "list_clients", json!({})).await.ok();
    }
    assert!(stuck(&owner).await <= 2, "they were in nobody's way");
    held.rollback().await.expect("open again");
    while let Some(answer) = strangers.next().await {
        assert_eq!(answer.expect("an answer").status.as_u16(), 401);
    }
}

#[tokio::test]
async fn while_all_tokens_of_one_person_are_stuck_their_neighbour_is_answered() {
    let world = World::alone_under(at_once(), Some(2)).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    world.call_get(&grace, "list_clients").await.ok();
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await);
    }
    let asked = |token: &String| world.get("/api/v1/list_clients").bearer_auth(token);
    for token in &tokens {
        Answer::of(asked(token)).await.ok();
    }
    let (holder, owner) = (world.owner().await, world.owner().await);
    until_noted(&owner, 5).await;
    let held = closed(&holder, "access_token").await;
    let mut flood = crowd(tokens.iter().flat_map(|token| (0..8).map(|_| asked(token))));
    sent_away(&mut flood, 38, &owner, 2).await;
    for _ in 0..3 {
        world.call_get(&grace, "list_clients").await.ok();
    }
    assert!(stuck(&owner).await <= 2, "all of them take turns with each other");
    held.rollback().await.expect("open again");
}

#[tokio::test]
async fn whatever_tokens_they_come_with_a_person_has_so_many_requests_under_way() {
    let world = World::alone_under(AdmissionLimits { of_person_at_once: 3, ..at_once() }, None).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    let other = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    let (holder, owner) = (world.owner().await, world.owner().await);
    let held = closed(&holder, "client").await;
    let of_page =
        || world.get("/call/list_clients").header(header::COOKIE, format!("stint={}", ada.cookie)).header("stint-organization", &ada.slug);
    let of_token = |token: &str| world.get("/api/v1/list_clients").bearer_auth(token);
    let mut hers = crowd([of_page(), of_page(), of_token(&ada.token), of_token(&ada.token), of_token(&other), of_token(&other)]);
    sent_away(&mut hers, 3, &owner, 3).await;
    world.rest(&grace, "whoami", json!({})).await.ok();
    held.rollback().await.expect("open again");
    while let Some(answer) = hers.next().await {
        answer.expect("an answer").ok();
    }
}
