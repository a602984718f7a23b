//! Tests of the usage of a budget: what counts, what is pending, in which period, and that all channels answer the same.

use serde_json::{Value, json};

use super::{barbara, budget, log, set, studio, studio_in};
use crate::access::WriteMode;

#[tokio::test]
async fn usage_is_the_higher_of_hours_and_amount() {
    let studio = studio().await;
    set(&studio, json!({"hours": 40, "amount": "4000.00", "period": "month"})).await;
    let logged = log(&studio, "24h", json!({})).await;
    let status = &logged["budget"];
    assert_eq!((&status["hours"]["percent"]["hundredths"], &status["amount"]["percent"]["hundredths"]), (&json!(6000), &json!(7200)));
    assert_eq!((&status["percent"]["text"], &status["state"]), (&json!("72 %"), &json!("ok")));
    assert_eq!((&status["hours"]["left"]["text"], &status["amount"]["left"]["amount"]), (&json!("16h"), &json!("1120.00")));
    set(&studio, json!({"amount": "8000.00"})).await;
    assert_eq!(budget(&studio).await["percent"]["hundredths"], 6000);
}

#[tokio::test]
async fn a_share_is_cut_so_that_nearly_all_is_not_all() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    let nearly = log(&studio, "35999s", json!({})).await;
    assert_eq!((&nearly["budget"]["percent"]["text"], &nearly["budget"]["state"]), (&json!("99.99 %"), &json!("warning")));
    let all = log(&studio, "1s", json!({})).await;
    assert_eq!((&all["budget"]["percent"]["text"], &all["budget"]["state"]), (&json!("100 %"), &json!("critical")));
    let over = log(&studio, "1s", json!({})).await;
    assert_eq!((&over["budget"]["percent"]["text"], &over["budget"]["state"]), (&json!("100 %"), &json!("over")));
    assert_eq!(over["budget"]["hours"]["left"]["seconds"], -1);
}

#[tokio::test]
async fn of_billable_time_the_rest_is_left_out_and_amounts_are_always_billable() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10, "amount": "4000.00"})).await;
    log(&studio, "2h", json!({})).await;
    let logged = log(&studio, "3h", json!({"billable": false})).await;
    assert_eq!(
        (&logged["budget"]["hours"]["used"]["text"], &logged["budget"]["amount"]["used"]["amount"]),
        (&json!("2h"), &json!("240.00"))
    );
    let all = set(&studio, json!({"basis": "all"})).await;
    assert_eq!((&all["hours"]["used"]["text"], &all["amount"]["used"]["amount"]), (&json!("5h"), &json!("240.00")));
}

#[tokio::test]
async fn drafts_and_the_running_timer_are_pending_on_top() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    log(&studio, "2h", json!({})).await;
    let draft = log(&studio.token(WriteMode::Drafts).await, "1h", json!({})).await;
    assert_eq!((&draft["budget"]["hours"]["used"]["text"], &draft["budget"]["hours"]["pending"]["text"]), (&json!("2h"), &json!("1h")));
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(1800);
    let status = budget(&studio).await;
    assert_eq!((&status["hours"]["used"]["text"], &status["hours"]["pending"]["text"]), (&json!("2h"), &json!("1h 30m")));
    assert_eq!((&status["percent"]["text"], &status["pending_percent"]["text"]), (&json!("20 %"), &json!("35 %")));
    assert_eq!(status["amount"]["pending"]["amount"], "180.00");
    let confirmed = studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert_eq!(
        (&confirmed["budgets"][0]["hours"]["used"]["text"], &confirmed["budgets"][0]["hours"]["pending"]["text"]),
        (&json!("3h"), &json!("30m"))
    );
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!(
        (&stopped["budget"]["hours"]["used"]["text"], &stopped["budget"]["hours"]["pending"]["text"]),
        (&json!("3h 30m"), &json!("0m"))
    );
}

#[tokio::test]
async fn a_month_is_one_where_the_organization_is_and_an_entry_is_never_split() {
    let studio = studio_in("America/New_York").await;
    set(&studio, json!({"hours": 10, "period": "month"})).await;
    // 23:30 on 30 November in New York, when it is December in UTC.
    studio.set_clock("2026-12-01T04:30:00Z");
    let started = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!((&started["budget"]["from"], &started["budget"]["to"]), (&json!("2026-11-01"), &json!("2026-11-30")));
    studio.advance(7200);
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["budget"]["to"], &stopped["budget"]["hours"]["used"]["text"]), (&json!("2026-11-30"), &json!("2h")));
    let december = budget(&studio).await;
    assert_eq!((&december["from"], &december["hours"]["used"]["text"]), (&json!("2026-12-01"), &json!("0m")));
}

#[tokio::test]
async fn quarters_and_years_hold_their_months_and_a_lifetime_everything() {
    let studio = studio().await;
    for date in ["2025-12-31", "2026-01-01", "2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"] {
        log(&studio, "1h", json!({"date": date})).await;
    }
    for (period, from, used) in [
        ("month", json!("2026-11-01"), "1h"),
        ("quarter", json!("2026-10-01"), "3h"),
        ("year", json!("2026-01-01"), "5h"),
        ("lifetime", Value::Null, "6h"),
    ] {
        let status = set(&studio, json!({"hours": 100, "period": period})).await;
        assert_eq!((&status["from"], &status["hours"]["used"]["text"]), (&from, &json!(used)), "{period}");
    }
}

#[tokio::test]
async fn moving_time_changes_both_budgets() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    set(&studio, json!({"hours": 10, "period": "month"})).await;
    studio.ok("set_budget", json!({"project": "Website", "hours": 4})).await;
    let entry = log(&studio, "3h", json!({})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Website"})).await;
    assert_eq!((&moved["budget"]["project"]["name"], &moved["budget"]["percent"]["text"]), (&json!("Website"), &json!("75 %")));
    assert_eq!(budget(&studio).await["hours"]["used"]["text"], "0m");
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Dashboard"})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "date": "2026-10-20"})).await;
    assert_eq!((&moved["budget"]["from"], &moved["budget"]["hours"]["used"]["text"]), (&json!("2026-10-01"), &json!("3h")));
    assert_eq!(budget(&studio).await["hours"]["used"]["text"], "0m");
    let deleted = studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&deleted["budget"]["from"], &deleted["budget"]["hours"]["used"]["text"]), (&json!("2026-10-01"), &json!("0m")));
}

#[tokio::test]
async fn a_timer_that_makes_room_for_another_tells_of_both_budgets() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    set(&studio, json!({"hours": 10})).await;
    studio.ok("set_budget", json!({"project": "Website", "hours": 4})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3600);
    let started = studio.ok("start_timer", json!({"project": "Website", "stop_running": true})).await;
    assert_eq!(
        (&started["budget"]["project"]["name"], &started["stopped_budget"]["project"]["name"]),
        (&json!("Website"), &json!("Dashboard"))
    );
    assert_eq!(started["stopped_budget"]["hours"]["used"]["text"], "1h");
}

#[tokio::test]
async fn lists_projects_and_writes_tell_the_same_usage() {
    let studio = studio().await;
    for name in ["Website", "App", "Plain"] {
        studio.ok("create_project", json!({"client": "Acme", "name": name})).await;
    }
    set(&studio, json!({"hours": 10, "period": "month"})).await;
    studio.ok("set_budget", json!({"project": "Website", "amount": "500.00"})).await;
    studio.ok("set_budget", json!({"project": "App", "hours": 3, "basis": "all", "period": "year"})).await;
    let logged = [
        log(&studio, "1h", json!({})).await,
        log(&studio, "2h", json!({"project": "Website"})).await,
        log(&studio, "90m", json!({"project": "App", "billable": false})).await,
    ];
    let page = studio.ok("list_budgets", json!({"with_total": true})).await;
    let names: Vec<_> = page["items"].as_array().expect("items").iter().map(|item| item["project"]["name"].clone()).collect();
    assert_eq!((json!(names), &page["total"]), (json!(["App", "Dashboard", "Website"]), &json!(3)));
    let projects = studio.ok("list_projects", json!({"with_hours": true})).await;
    for entry in &logged {
        let name = &entry["project"]["name"];
        let of = |list: &Value, path: &str| {
            list["items"].as_array().expect("items").iter().find(|item| item.pointer(path) == Some(name)).cloned()
        };
        assert_eq!(of(&page, "/project/name").as_ref(), Some(&entry["budget"]), "{name}");
        assert_eq!(of(&projects, "/name").map(|project| project["budget"].clone()).as_ref(), Some(&entry["budget"]), "{name}");
        assert_eq!(studio.ok("get_budget", json!({"project": name})).await, entry["budget"], "{name}");
        assert_eq!(studio.ok("get_project_status", json!({"project": name})).await["budget"], entry["budget"], "{name}");
    }
    assert_eq!(studio.ok("list_projects", json!({})).await["items"][0].get("budget"), None, "only when asked for");
    assert_eq!(studio.ok("get_project", json!({"project": "Plain"})).await.get("budget"), None);
}

#[tokio::test]
async fn lists_come_in_pages_and_leave_archived_projects_out() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    for (client, name) in [("Beta", "alpha"), ("Acme", "Zeta"), ("Acme", "beta")] {
        studio.ok("create_project", json!({"client": client, "name": name})).await;
        studio.ok("set_budget", json!({"project": name, "hours": 1})).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), json!(null));
    loop {
        let page = studio.ok("list_budgets", json!({"limit": 1, "cursor": cursor})).await;
        seen.push(page["items"][0]["project"]["name"].clone());
        cursor = page["next_cursor"].clone();
        if cursor.is_null() || seen.len() > 5 {
            break;
        }
    }
    assert_eq!(seen, ["beta", "Zeta", "alpha"]);
    studio.ok("archive_project", json!({"project": "Zeta"})).await;
    let count = |arguments: Value| async { studio.ok("list_budgets", arguments).await["items"].as_array().map(Vec::len) };
    assert_eq!(
        (count(json!({})).await, count(json!({"archived": true})).await, count(json!({"client": "Beta"})).await),
        (Some(2), Some(3), Some(1))
    );
}

#[tokio::test]
async fn a_projects_status_is_its_hours_budget_pace_and_team() {
    let studio = studio().await;
    set(&studio, json!({"hours": 40, "amount": "8000.00", "period": "month"})).await;
    log(&studio, "8h", json!({"date": "2026-11-02"})).await;
    log(&barbara(&studio).await, "4h", json!({"date": "2026-11-20"})).await;
    log(&studio, "12h", json!({"date": "2026-10-20"})).await;
    let status = studio.ok("get_project_status", json!({"project": "Dashboard"})).await;
    assert_eq!(
        (&status["worked"]["text"], &status["unbilled"]["amount"], &status["budget"]["hours"]["used"]["text"]),
        (&json!("24h"), &json!("2880.00"), &json!("12h"))
    );
    assert_eq!((&status["burn"]["per_week"]["text"], &status["burn"]["amount_per_week"]["amount"]), (&json!("3h"), &json!("360.00")));
    assert_eq!(status["burn"].get("reached_on"), None, "28 hours at 3 a week reach beyond November");
    assert_eq!(
        status["curve"],
        json!([
            {"day": "2026-11-01", "seconds": 0, "amount": {"amount": "0.00", "currency": "EUR"}},
            {"day": "2026-11-02", "seconds": 28_800, "amount": {"amount": "960.00", "currency": "EUR"}},
            {"day": "2026-11-20", "seconds": 43_200, "amount": {"amount": "1440.00", "currency": "EUR"}},
            {"day": "2026-11-21", "seconds": 43_200, "amount": {"amount": "1440.00", "currency": "EUR"}},
        ])
    );
    let team: Vec<_> = status["team"].as_array().expect("a team").iter().map(|mate| (&mate["name"], &mate["worked"]["text"])).collect();
    assert_eq!(team, [(&json!("Ada"), &json!("20h")), (&json!("Barbara"), &json!("4h"))]);
}
