//! A render leaves its reactive owner on the thread it ran on. Whoever comes next on that thread must not find it.

use std::sync::Arc;

use axum::{Router, body::Body, middleware::from_fn, routing::get};
use futures::{StreamExt, future::join_all};
use http::{Request, Uri};
use leptos::prelude::*;
use reqwest::header;
use server::isolation::isolate;
use sqlx::Executor;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::world::{Answer, Person, World};

/// Somebody whom a request speaks for.
#[derive(Clone)]
struct Signed(&'static str);

/// A page that streams its frame at once, and the rest when the gate opens; beside it a door that asks who is there.
fn doors(gate: &Arc<Semaphore>) -> Router {
    let gate = gate.clone();
    let page = leptos_axum::render_app_to_stream_with_context(
        || provide_context(Signed("Ada")),
        move || {
            let gate = gate.clone();
            let rest = Resource::new(
                || (),
                move |()| {
                    let gate = gate.clone();
                    async move { gate.acquire().await.is_ok() }
                },
            );
            let name = expect_context::<Signed>().0;
            view! { <p>{name}</p> <Suspense fallback=|| "wait">{move || Suspend::new(async move { rest.await.to_string() })}</Suspense> }
        },
    );
    let asked = || async { Owner::new().with(|| use_context::<Signed>().map_or("nobody", |signed| signed.0)) };
    Router::new().route("/page", get(page)).route("/who", get(asked))
}

/// Whom strangers find while Ada's page streams, on one thread.
async fn strangers_find(doors: impl Fn(&Arc<Semaphore>) -> Router) -> Vec<String> {
    let gate = Arc::new(Semaphore::new(0));
    let doors = doors(&gate);
    let ask =
        |path: &'static str| doors.clone().oneshot(Request::builder().uri(Uri::from_static(path)).body(Body::empty()).expect("a request"));
    let mut page = ask("/page").await.expect("a page").into_body().into_data_stream();
    let first = page.next().await.expect("a beginning").expect("bytes");
    assert!(String::from_utf8_lossy(&first).contains("Ada"), "the page streams to Ada");
    let mut found = Vec::new();
    for _ in 0..100 {
        let answer = ask("/who").await.expect("an answer").into_body();
        found.push(String::from_utf8_lossy(&axum::body::to_bytes(answer, 100).await.expect("bytes")).into_owned());
    }
    gate.add_permits(1);
    while page.next().await.is_some() {}
    found
}

#[tokio::test]
async fn a_stranger_beside_a_streaming_render_of_somebody_else_is_nobody() {
    let found = strangers_find(|gate| doors(gate).layer(from_fn(isolate))).await;
    assert!(found.iter().all(|who| who == "nobody"), "strangers found {found:?}");
}

/// Why the layer is there. When this fails, the framework has mended it: the layer may go, the test above stays.
#[tokio::test]
async fn without_the_layer_a_stranger_finds_somebody_else() {
    let found = strangers_find(doors).await;
    assert!(found.iter().any(|who| who == "Ada"), "no stranger found Ada");
}

/// On one thread everybody meets everybody: while Ada's page waits for the database, strangers ask on the same thread.
#[tokio::test]
async fn a_stranger_beside_a_waiting_render_of_somebody_else_is_still_nobody() {
    let world = World::open().await;
    let ada = world.person("Ada Lovelace").await;
    let owner = world.owner().await;
    // Nobody can read clients until this transaction ends, so Ada's page of clients waits in the middle of its render.
    let mut held = owner.begin().await.expect("a transaction");
    held.execute("lock table client in access exclusive mode").await.expect("locked");
    let page =
        tokio::spawn(Answer::of(world.get(&format!("/o/{}/clients", ada.slug)).header(header::COOKIE, format!("stint={}", ada.cookie))));
    until_somebody_waits(&mut held).await;

    for _ in 0..100 {
        assert_eq!(Answer::of(world.get("/call/whoami").header("stint-organization", &ada.slug)).await.refused(401), "unauthenticated");
        let write = world.post("/call/create_client").header("stint-organization", &ada.slug).body("name=Stolen&tax_rate=19");
        let write = write.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(Answer::of(write).await.refused(401), "unauthenticated");
        let start = Answer::of(world.get("/")).await;
        assert!(!start.text.contains("Ada Lovelace") && !start.text.contains(&ada.slug));
    }

    held.rollback().await.expect("unlocked");
    let page = page.await.expect("a page");
    assert!(page.text.contains("Ada Lovelace") && !page.text.contains("Stolen"));
}

/// What a page has begun to fetch is fetched to its end: were it dropped with its reader, tasks would find what they stand on gone.
#[tokio::test]
async fn a_page_whose_reader_has_gone_is_rendered_to_its_end() {
    let world = World::alone().await;
    let ada = world.person("Ada Lovelace").await;
    let owner = world.owner().await;
    let mut held = owner.begin().await.expect("a transaction");
    held.execute("lock table client in access exclusive mode").await.expect("locked");
    let page = Answer::of(world.get(&format!("/o/{}/clients", ada.slug)).header(header::COOKIE, format!("stint={}", ada.cookie)));
    let page = tokio::spawn(page);
    until_somebody_waits(&mut held).await;
    page.abort();
    assert!(page.await.is_err_and(|gone| gone.is_cancelled()));
    // The server has seen that its reader went away when it has answered somebody else for a while.
    for _ in 0..50 {
        assert_eq!(Answer::of(world.get("/healthz")).await.status.as_u16(), 200);
    }
    assert!(!world.services.tasks.is_empty(), "the render goes on");
    held.rollback().await.expect("unlocked");
    world.services.tasks.close();
    world.services.tasks.wait().await;
    let listed = "select count(*) from access_record where operation = 'list_clients' and outcome = 'done'";
    assert_eq!(world.services.recorder.flush_within(std::time::Duration::from_secs(60)).await, 0);
    let listed: i64 = sqlx::query_scalar(listed).fetch_one(&owner).await.expect("a number");
    assert_eq!(listed, 4, "the list and the timer bar, each with whether there are archived clients, were read to their end");
}

async fn until_somebody_waits(held: &mut sqlx::PgConnection) {
    for _ in 0..100_000 {
        let waiting: i64 = sqlx::query_scalar("select count(*) from pg_locks where not granted and relation = 'client'::regclass")
            .fetch_one(&mut *held)
            .await
            .expect("locks");
        if waiting > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the page never came to wait");
}

/// Under load, on several threads: everybody sees themselves and nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_everybody_sees_themselves_and_nobody_else() {
    let world = World::open().await;
    let people = join_all((0..8).map(|number| world.person(["Ada", "Bea", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal"][number]))).await;
    let rounds = (0..40).map(|round| {
        let (world, people) = (&world, &people);
        async move {
            let person = &people[round % people.len()];
            let (page, strange, call) = tokio::join!(
                Answer::of(world.get(&format!("/o/{}", person.slug)).header(header::COOKIE, format!("stint={}", person.cookie))),
                Answer::of(world.get("/call/whoami").header("stint-organization", &person.slug)),
                world.rest(person, "whoami", serde_json::json!({})),
            );
            assert_eq!(strange.refused(401), "unauthenticated");
            assert_eq!(call.ok()["email"], person.email.as_str());
            assert_eq!(page.status.as_u16(), 200, "{}", page.text);
            sees_only(&page.text, person, people);
        }
    });
    join_all(rounds).await;
}

fn sees_only(page: &str, person: &Person, people: &[Person]) {
    assert!(page.contains(&person.email), "a page knows who looks at it");
    for other in people.iter().filter(|other| other.slug != person.slug) {
        assert!(!page.contains(&other.email), "{} sees {}", person.slug, other.slug);
    }
}
