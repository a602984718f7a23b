//! Tests that dates of invoices and payments use the organization's time zone, wherever its members are.

use serde_json::json;

use crate::testing::World;

#[tokio::test]
async fn invoices_payments_and_due_dates_are_on_the_clock_of_the_organization() {
    let studio = World::in_zone("studio", "Europe/Berlin").await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("set_time_zone", json!({"time_zone": "America/New_York"})).await;
    let studio = studio.at(&studio).await;
    // It is the first of December in Berlin, and still November in New York.
    studio.set_clock("2026-11-30T23:30:00Z");
    assert_eq!(studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await["day"], "2026-11-30");
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "period": "last_month"})).await;
    assert_eq!(draft["period"]["to"], "2026-11-30", "the month is over in Berlin");
    assert_eq!(draft["created_at"], "2026-12-01T00:30:00+01:00");
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert_eq!((&sent["issued_on"], &sent["number"]), (&json!("2026-12-01"), &json!("2026-0001")));
    assert_eq!(sent["sent_at"], "2026-12-01T00:30:00+01:00", "beside a day of issue that is the same");
    let paid = studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "1.00", "date": "today"})).await;
    assert_eq!(paid["payments"][0]["date"], "2026-12-01");
    let due = sent["due_on"].as_str().expect("due").to_owned();
    // It is past midnight of the due date in Berlin, while that day lasts in New York.
    studio.set_clock(&format!("{due}T23:30:00Z"));
    assert_eq!(studio.ok("get_invoice", json!({"invoice": sent["id"]})).await["status"], "overdue");
    assert_eq!(studio.ok("get_balance", json!({})).await["items"][0]["overdue_invoices"], 1);
}
