//! The retention of accesses.

use serde_json::json;
use tokio::sync::Mutex;

use super::log;
use crate::{
    cleanup,
    testing::{World, apart},
};

const ACCESSES: &str = "select count(*) from access_record where organization_id = $1 and operation = 'list_clients'";

/// The partitions belong to all organizations of the database, so tests that drop some run exclusively.
static MONTHS: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn accesses_of_months_long_over_go_and_writes_stay() {
    let (_months, studio) = (MONTHS.lock().await, World::new("kept").await);
    studio.ok("list_clients", json!({})).await;
    studio.set_clock("2019-05-31T23:59:59Z");
    studio.ok("list_clients", json!({})).await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 2);
    assert!(cleanup::purge_expired(&studio.caller.services).await.access_months >= 1);
    assert_eq!(studio.number(ACCESSES).await, 1);
    assert_eq!(log(&studio, json!({"operation": "create_client"})).await.len(), 1);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}

#[tokio::test]
async fn the_application_cannot_drop_what_was_just_recorded() {
    // It drops every expired partition, also those that other tests read.
    apart("dropped", async {
        let studio = World::new("kept").await;
        studio.ok("list_clients", json!({})).await;
        assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 1);
        studio.sql("select drop_access_partitions(-100000) where $1::uuid is not null").await;
        assert_eq!(studio.number(ACCESSES).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_month_that_somebody_reads_keeps_nothing_else_from_being_swept_up() {
    let (_months, studio) = (MONTHS.lock().await, World::new("kept").await);
    for month in ["2018-03-15T12:00:00Z", "2018-04-15T12:00:00Z"] {
        studio.set_clock(month);
        studio.ok("list_clients", json!({})).await;
    }
    assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 2);
    let owner = crate::testing::owner().await;
    let mut reader = owner.begin().await.expect("a transaction");
    sqlx::query("select count(*) from access_record_201803").execute(&mut *reader).await.expect("somebody reads it");
    let swept = cleanup::purge_expired(&studio.caller.services).await;
    assert!(swept.failures >= 1 && swept.access_months >= 1, "{swept:?}");
    assert_eq!(studio.number(ACCESSES).await, 1, "the month after it has gone");
    reader.rollback().await.expect("read");
    owner.close().await;
}

#[tokio::test]
async fn a_clock_that_is_ahead_sweeps_nothing_away_that_is_valid() {
    let (_months, studio) = (MONTHS.lock().await, World::new("kept").await);
    let call = json!({"name": "Acme", "idempotency_key": "once"});
    let first = studio.ok("create_client", call.clone()).await;
    let signed_in = format!("select count(*) from sign_in where user_id = '{}' and $1::uuid is not null", studio.person().id);
    studio.advance(60 * 24 * 3600);
    cleanup::purge_expired(&studio.caller.services).await;
    studio.advance(-60 * 24 * 3600);
    assert_eq!(studio.number(&signed_in).await, 1);
    assert_eq!(crate::testing::without_repeated_flag(studio.ok("create_client", call).await), first, "the answer is kept too");
}
