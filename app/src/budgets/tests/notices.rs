//! Tests of notifications: each member has their own, and marks them as read.

use serde_json::{Value, json};

use super::{log, set, studio};
use crate::{access::Role, error::Code, testing::World};

async fn unread(world: &World) -> usize {
    world.ok("list_notifications", json!({"unread": true})).await["items"].as_array().map(Vec::len).unwrap_or_default()
}

#[tokio::test]
async fn a_notification_leads_to_its_project_and_is_read_once() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    log(&studio, "8h", json!({})).await;
    let page = studio.ok("list_notifications", json!({})).await;
    let note = &page["items"][0];
    let project = studio.ok("get_project", json!({"project": "Dashboard"})).await["id"].clone();
    assert!(note["link"].as_str().is_some_and(|link| link.starts_with("/o/studio-") && link.ends_with(project.as_str().unwrap_or("?"))));
    assert_eq!(
        (&note["kind"], &note["read"], &note["created_at"]),
        (&json!("budget_warning"), &json!(false), &json!("2026-11-21T10:00:00+00:00"))
    );
    let read = |arguments: Value| studio.ok("mark_notifications_read", arguments);
    let answer = read(json!({"notifications": [note["id"], note["id"]]})).await;
    assert_eq!((&answer["read"], &answer["unread"]), (&json!(1), &json!(0)));
    assert_eq!(read(json!({"notifications": [note["id"]]})).await["read"], 0);
    assert_eq!(studio.ok("list_notifications", json!({})).await["items"][0]["read"], true);
    assert_eq!(unread(&studio).await, 0);
}

#[tokio::test]
async fn everybody_reads_their_own() {
    let studio = studio().await;
    let grace = studio.as_role(Role::Admin).await;
    set(&studio, json!({"hours": 10})).await;
    log(&studio, "8h", json!({})).await;
    let hers = grace.ok("list_notifications", json!({})).await["items"][0]["id"].clone();
    assert_eq!(studio.code("mark_notifications_read", json!({"notifications": [hers]})).await, Code::NotFound);
    studio.ok("mark_notifications_read", json!({"all": true})).await;
    assert_eq!((unread(&studio).await, unread(&grace).await), (0, 1));
}

#[tokio::test]
async fn lists_are_the_newest_first_in_pages() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    log(&studio, "8h", json!({})).await;
    log(&studio, "2h", json!({})).await;
    let first = studio.ok("list_notifications", json!({"limit": 1})).await;
    let second = studio.ok("list_notifications", json!({"limit": 1, "cursor": first["next_cursor"]})).await;
    assert_eq!((&first["items"][0]["kind"], &second["items"][0]["kind"]), (&json!("budget_critical"), &json!("budget_warning")));
    assert_eq!(second.get("next_cursor"), None);
}

#[tokio::test]
async fn what_is_to_be_read_has_to_be_said() {
    let studio = studio().await;
    let many: Vec<String> = (0..201).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    for arguments in [json!({}), json!({"all": true, "notifications": ["x"]}), json!({"notifications": many})] {
        assert!(studio.refused("mark_notifications_read", arguments).await.field("notifications").is_some());
    }
    assert_eq!(studio.code("mark_notifications_read", json!({"notifications": ["x"]})).await, Code::NotFound);
}
