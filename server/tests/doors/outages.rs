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
async fn a_database_that_takes_no_writes_is_not_ready() {
    let world = World::alone().await;
    assert_eq!(Answer::of(world.get("/readyz")).await.status.as_u16(), 200);
    let owner = world.owner().await;
    // A setting of the database is for the sessions that begin after it.
    let read_only = "do $$ begin
            execute format('alter database %I set default_transaction_read_only = on', current_database());
            perform pg_terminate_backend(pid, 10000) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend';
        end $$";
    sqlx::raw_sql(read_only).execute(&owner).await.expect("read only");
    owner.close().await;
    let begun = std::time::Instant::now();
    while Answer::of(world.get("/readyz")).await.status.as_u16() == 200 {
        assert!(begun.elapsed().as_secs() < 30, "it says that it is ready");
    }
    let told = Answer::of(world.get("/readyz")).await;
    assert!(told.refused(503) == "unavailable" && told.text.contains("read-only"), "{}", told.text);
}

/// From here on everything that is to be kept fails as on a full disk, and so does the probe of it.
const FULL: &str = "
    create function no_room() returns trigger language plpgsql as $$
        begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
    create trigger no_room before insert on client execute function no_room();
    alter function probe_storage rename to probe_storage_with_room;
    create function probe_storage(rows integer) returns void language plpgsql as $$
        begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$";

/// There is room again.
const ROOM: &str =
    "drop trigger no_room on client; drop function probe_storage; alter function probe_storage_with_room rename to probe_storage";

#[tokio::test]
async fn a_database_that_could_keep_nothing_for_want_of_room_is_not_ready_until_it_can() {
    let world = World::alone().await;
    let ada = world.person("Ada").await;
    let owner = world.owner().await;
    sqlx::raw_sql(FULL).execute(&owner).await.expect("full");
    let begun = std::time::Instant::now();
    // Worlds of other tests are in the same process: what one of them tries out may stand for this one's.
    let told = loop {
        assert_eq!(world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.refused(503), "unavailable");
        let told = Answer::of(world.get("/readyz")).await;
        if told.status.as_u16() == 503 {
            break told;
        }
        assert!(begun.elapsed().as_secs() < 30, "it says that it is ready");
    };
    assert!(told.refused(503) == "unavailable" && told.text.contains("cannot keep anything"), "{}", told.text);
    sqlx::raw_sql(ROOM).execute(&owner).await.expect("room");
    owner.close().await;
    while Answer::of(world.get("/readyz")).await.status.as_u16() != 200 {
        assert!(begun.elapsed().as_secs() < 60, "it says that it is not ready");
    }
    world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok();
}

#[tokio::test]
async fn a_process_that_is_about_to_end_is_not_ready_and_still_answers() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    assert_eq!(Answer::of(world.get("/readyz")).await.status.as_u16(), 200);
    world.shutdown.announce();
    let told = Answer::of(world.get("/readyz")).await;
    assert_eq!(told.refused(503), "unavailable");
    assert!(told.text.contains("about to end"), "{}", told.text);
    assert_eq!(Answer::of(world.get("/healthz")).await.status.as_u16(), 200);
    world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok();
}
