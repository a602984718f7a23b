//! How long accesses are kept.

use serde_json::json;

use super::log;
use crate::{testing::World, upkeep};

const ACCESSES: &str = "select count(*) from access_record where organization_id = $1 and operation = 'list_clients'";

#[tokio::test]
async fn accesses_of_months_long_over_go_and_writes_stay() {
    let studio = World::new("kept").await;
    studio.ok("list_clients", json!({})).await;
    studio.set_clock("2019-05-31T23:59:59Z");
    studio.ok("list_clients", json!({})).await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 2);
    assert!(upkeep::sweep(&studio.caller.services).await.expect("swept").access_months >= 1);
    assert_eq!(studio.number(ACCESSES).await, 1);
    assert_eq!(log(&studio, json!({"operation": "create_client"})).await.len(), 1);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}

#[tokio::test]
async fn the_application_cannot_drop_what_was_just_recorded() {
    let studio = World::new("kept").await;
    studio.ok("list_clients", json!({})).await;
    assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 1);
    studio.sql("select drop_access_partitions(-100000) where $1::uuid is not null").await;
    assert_eq!(studio.number(ACCESSES).await, 1);
}
