//! What an agent is shown by a dry run: what would be another, in the words and units of the answers.

use serde_json::json;

use crate::{agents::done, tasks::studio};

#[tokio::test]
async fn a_dry_run_tells_what_of_a_record_would_be_another_and_nothing_else() {
    let (world, ada) = studio::open().await;
    let entry = done(&world, &ada.token, "list_time_entries", json!({ "query": "Legend" })).await["items"][0]["id"].clone();
    let arguments = json!({ "time_entry": entry, "duration": "2h", "rate": "130.00", "dry_run": true });
    let tried = done(&world, &ada.token, "update_time_entry", arguments).await;
    let (before, after) = (&tried["changes"][0]["before"], &tried["changes"][0]["after"]);
    assert_eq!((&tried["changes"][0]["kind"], &tried["changes"][0]["name"]), (&json!("time_entry"), &json!("Legend")));
    assert_eq!((&before["worked"], &before["rate"]), (&json!("1h"), &json!("120.00")));
    assert_eq!((&after["worked"], &after["rate"]), (&json!("2h"), &json!("130.00")));
    for same in ["project_id", "day", "organization_id", "version"] {
        assert!(before.get(same).is_none() && after.get(same).is_none(), "{same}: {tried:#}");
    }
}

/// It was seven times as long when rows stood in it as the database has them.
#[tokio::test]
async fn a_dry_run_of_an_invoice_is_not_much_longer_than_the_invoice() {
    let (world, ada) = studio::open().await;
    let bill = |dry_run: bool| json!({ "client": "Acme", "period": "this_month", "dry_run": dry_run });
    let tried = done(&world, &ada.token, "draft_invoice", bill(true)).await.to_string().chars().count();
    let drafted = done(&world, &ada.token, "draft_invoice", bill(false)).await.to_string().chars().count();
    assert!(tried < 3 * drafted, "{tried} and {drafted} characters");
}
