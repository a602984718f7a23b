//! What is there goes away: the database, and the process itself.

use reqwest::header;
use serde_json::json;

use crate::world::{Answer, World};

#[tokio::test]
async fn without_a_database_the_answer_is_that_it_cannot_be_reached() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let cookie = format!("stint={}", ada.cookie);
    world.services.database.close().await;

    assert_eq!(world.rest(&ada, "whoami", json!({})).await.refused(503), "unavailable");
    assert_eq!(world.call(&ada, "create_client", &[("name", "Acme")]).await.refused(503), "unavailable");
    assert_eq!(Answer::of(world.post("/mcp").bearer_auth(&ada.token)).await.refused(503), "unavailable");
    let page = Answer::of(world.get(&format!("/o/{}", ada.slug)).header(header::COOKIE, &cookie).header(header::ACCEPT, "text/html")).await;
    assert_eq!(page.status.as_u16(), 503);
    assert!(page.text.contains("database cannot be reached") && !page.text.contains("sqlx"), "{}", page.text);
    assert!(!page.header("retry-after").is_empty());

    assert_eq!(Answer::of(world.get("/healthz")).await.status.as_u16(), 200);
    assert_eq!(Answer::of(world.get("/readyz")).await.refused(503), "unavailable");
}

#[tokio::test]
async fn a_database_that_lost_what_narrows_the_sight_of_viewers_is_not_ready_and_says_what_it_lost() {
    let world = World::alone().await;
    let owner = world.owner().await;
    sqlx::query("drop policy granted on client").execute(&owner).await.expect("lost");
    owner.close().await;
    let answer = Answer::of(world.get("/readyz")).await;
    assert_eq!(answer.status.as_u16(), 503);
    assert!(answer.text.contains("policy granted on client is missing") && answer.text.contains("docs/backup.md"), "{}", answer.text);
}

#[tokio::test]
async fn a_process_that_is_about_to_end_is_not_ready_and_still_answers() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    assert_eq!(Answer::of(world.get("/readyz")).await.status.as_u16(), 200);
    world.ending.announce();
    let told = Answer::of(world.get("/readyz")).await;
    assert_eq!(told.refused(503), "unavailable");
    assert!(told.text.contains("about to end"), "{}", told.text);
    assert_eq!(Answer::of(world.get("/healthz")).await.status.as_u16(), 200);
    world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok();
}
