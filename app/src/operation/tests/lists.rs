//! Rules that hold for every list.

use serde_json::{Value, json};

use super::fixture;
use crate::{
    error::Code,
    operations,
    page::{Cursor, ListQuery},
};

/// The cursor of one list is meaningless in another.
#[tokio::test]
async fn no_list_goes_on_from_the_cursor_of_another_or_of_other_filters() {
    let studio = fixture("lists").await;
    let place = Cursor { key: "2026-11-20T10:00:00Z".to_owned(), id: uuid::Uuid::from_u128(7) };
    let elsewhere = ListQuery::of("another_list", &json!({}), None).cursor(&place);
    let mut lists = 0;
    for operation in operations::all().iter().filter(|operation| operation.input["properties"].get("cursor").is_some()) {
        let name = operation.declaration.name;
        let refused = studio.world.refused(name, json!({"cursor": elsewhere})).await;
        assert_eq!((refused.code, refused.field("cursor").is_some()), (Code::Invalid, true), "{name}: {refused:?}");
        lists += 1;
    }
    assert!(lists > 12, "{lists} lists");
}

#[tokio::test]
async fn a_cursor_is_good_for_the_filters_it_was_given_for_and_pages_of_any_length() {
    let studio = fixture("lists").await.world;
    let page = async |given: Value| studio.ok("list_time_entries", given).await;
    let first = page(json!({"period": "2026-11", "limit": 2})).await;
    assert_eq!((&first["from"], &first["to"]), (&json!("2026-11-01"), &json!("2026-11-30")));
    let cursor = first["next_cursor"].clone();
    let rest = page(json!({"period": "2026-11", "limit": 50, "cursor": cursor, "with_total": true})).await;
    assert_eq!(rest["items"].as_array().map(Vec::len).map(|rest| rest as i64 + 2), rest["total"].as_i64());
    for other in [
        json!({"cursor": cursor}),
        json!({"period": "2026-10", "cursor": cursor}),
        json!({"period": "2026-11", "billable": true, "cursor": cursor}),
    ] {
        assert_eq!(studio.code("list_time_entries", other.clone()).await, Code::Invalid, "{other}");
    }
}

/// With a write between two pages, a record on neither is new, and every older one is listed once.
#[tokio::test]
async fn a_write_between_two_pages_makes_nothing_come_twice_or_be_left_out() {
    let studio = fixture("lists").await.world;
    let before = studio.ok("list_time_entries", json!({})).await;
    let first = studio.ok("list_time_entries", json!({"limit": 2})).await;
    for date in ["2026-11-01", "2026-11-21"] {
        studio.ok("create_time_entry", json!({"project": "Dashboard", "date": date, "duration": "10m"})).await;
    }
    let rest = studio.ok("list_time_entries", json!({"cursor": first["next_cursor"]})).await;
    let ids = |page: &Value| -> Vec<String> { page["items"].as_array().into_iter().flatten().map(|item| item["id"].to_string()).collect() };
    let told: Vec<String> = ids(&first).into_iter().chain(ids(&rest)).collect();
    assert!(ids(&before).iter().all(|id| told.iter().filter(|other| *other == id).count() == 1), "{told:?}");
}
