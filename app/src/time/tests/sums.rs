//! Tests of sums of time.

use domain::day::Day;
use serde_json::{Value, json};

use super::{euros, log, on_project, studio};
use crate::{access::WriteMode, time::TimeSummary};

/// Label, seconds and the first amount of each item.
fn lines(summary: &Value) -> Vec<(String, i64, Value)> {
    let items = summary["items"].as_array().expect("items");
    let line = |item: &Value| {
        (
            item["label"].as_str().expect("a label").to_owned(),
            item["worked"]["seconds"].as_i64().expect("seconds"),
            item["amounts"][0]["amount"].clone(),
        )
    };
    items.iter().map(line).collect()
}

#[tokio::test]
async fn time_is_summed_by_client_project_day_and_member() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Beta", "tax_rate": "19", "currency": "USD", "rate": "100.00"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Robots"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website", "rate": "60.00"})).await;
    let barbara = on_project(&studio, "Dashboard").await;
    log(&studio, json!({"duration": "1h"})).await;
    log(&barbara, json!({"duration": "2h", "date": "2026-11-19"})).await;
    log(&studio, json!({"duration": "30m", "billable": false})).await;
    log(&studio, json!({"project": "Website", "duration": "1h", "date": "2026-11-19"})).await;
    log(&studio, json!({"project": "Robots", "duration": "6h"})).await;
    log(&studio.token(WriteMode::Drafts).await, json!({"duration": "45m"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3600);
    let sum = |by: &str| {
        let (studio, call) = (studio.clone(), json!({"group_by": by}));
        async move { studio.ok("summarize_time", call).await }
    };
    let line = |label: &str, seconds: i64, amount: i64| (label.to_owned(), seconds, euros(amount));
    assert_eq!(lines(&sum("client").await), [line("Beta", 21600, 60000), line("Acme", 16200, 42000)]);
    assert_eq!(
        lines(&sum("project").await),
        [line("Beta / Robots", 21600, 60000), line("Acme / Dashboard", 12600, 36000), line("Acme / Website", 3600, 6000)]
    );
    assert_eq!(lines(&sum("day").await), [line("2026-11-20", 27000, 12000), line("2026-11-19", 10800, 30000)]);
    assert_eq!(lines(&sum("member").await), [line("Ada", 30600, 18000), line("Barbara", 7200, 24000)]);
    let whole = sum("none").await;
    assert_eq!(whole["items"], json!([]));
    let totals = &whole["totals"];
    assert_eq!(
        (&totals["entries"], &totals["worked"]["seconds"], &totals["billable"]["seconds"]),
        (&json!(5), &json!(37800), &json!(36000))
    );
    assert_eq!(totals["drafts"]["seconds"], 2700);
    let amounts = json!([{"amount": "420.00", "currency": "EUR"}, {"amount": "600.00", "currency": "USD"}]);
    assert_eq!(totals["amounts"], amounts, "never one sum of two currencies");
    assert_eq!(sum("project").await["totals"], *totals);
    let project = sum("project").await["items"][1].clone();
    assert!(project["id"].is_string() && project["color"].is_string() && project["drafts"]["seconds"] == 2700, "{project:#}");
}

#[tokio::test]
async fn sums_take_the_filters_of_lists() {
    let studio = studio().await;
    log(&studio, json!({"duration": "1h"})).await;
    studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    log(&studio, json!({"duration": "2h", "description": "Charts", "date": "2026-10-05"})).await;
    log(&studio, json!({"duration": "4h", "billable": false, "date": "2026-10-06"})).await;
    for (filter, hours) in [
        (json!({}), 7),
        (json!({"period": "2026-10"}), 6),
        (json!({"from": "2026-10-06"}), 5),
        (json!({"billable": true}), 3),
        (json!({"billed": true}), 1),
        (json!({"billed": false, "billable": true}), 2),
        (json!({"query": "chart"}), 2),
        (json!({"client": "Acme", "project": "Dashboard", "member": "me", "source": "manual", "labour": "human"}), 7),
        (json!({"source": "timer"}), 0),
        (json!({"state": "draft"}), 0),
    ] {
        assert_eq!(studio.ok("summarize_time", filter.clone()).await["totals"]["worked"]["seconds"], hours * 3600, "{filter}");
    }
}

#[tokio::test]
async fn the_sum_of_nothing_is_nothing() {
    let totals = studio().await.ok("summarize_time", json!({"group_by": "client"})).await;
    assert_eq!(
        (&totals["items"], &totals["totals"]["worked"]["text"], &totals["totals"]["amounts"]),
        (&json!([]), &json!("0m"), &json!([]))
    );
}

#[tokio::test]
async fn a_day_has_its_projects_and_they_add_up_to_it() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website", "color": "#336699"})).await;
    log(&studio, json!({"duration": "1h"})).await;
    log(&studio, json!({"duration": "30m"})).await;
    log(&studio, json!({"project": "Website", "duration": "2h"})).await;
    log(&studio, json!({"project": "Website", "duration": "4h", "date": "2026-11-19"})).await;
    let summary = studio.ok("summarize_time", json!({"group_by": "day_and_project"})).await;
    let line = |label: &str, seconds: i64, amount: i64| (label.to_owned(), seconds, euros(amount));
    let expected = [line("Acme / Website", 7200, 24000), line("Acme / Dashboard", 5400, 18000), line("Acme / Website", 14400, 48000)];
    assert_eq!(lines(&summary), expected, "the newest day first, and of each the most time");
    let days: Vec<&str> = summary["items"].as_array().expect("items").iter().filter_map(|item| item["day"].as_str()).collect();
    assert_eq!(days, ["2026-11-20", "2026-11-20", "2026-11-19"]);
    assert_eq!((&summary["items"][0]["color"], &summary["totals"]["worked"]["seconds"]), (&json!("#336699"), &json!(27000)));
    let summary: TimeSummary = serde_json::from_value(summary).expect("a summary");
    let day = |day: &str| Day::parse("day", day).expect("a day");
    assert_eq!((summary.worked_on(&day("2026-11-20")).seconds, summary.worked_on(&day("2026-11-18")).seconds), (12600, 0));
    let by_day = studio.ok("summarize_time", json!({"group_by": "day"})).await;
    assert_eq!((&by_day["items"][0]["day"], &by_day["items"][0]["worked"]["seconds"]), (&json!("2026-11-20"), &json!(12600)));
}

/// The unbilled amount is shown in many places, and is the same everywhere.
#[tokio::test]
async fn unbilled_is_what_an_invoice_would_take_now() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Flat", "billing": "fixed_price"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office"})).await;
    log(&studio, json!({"duration": "1h"})).await;
    log(&studio, json!({"project": "Office", "duration": "4h"})).await;
    studio.ok("update_project", json!({"project": "Office", "billing": "overhead"})).await;
    let flat = log(&studio, json!({"project": "Flat", "duration": "2h", "billable": true})).await;
    assert_eq!(flat["unbilled"]["amount"], "840.00", "an entry's own billable decides: 1, 4 and 2 hours");
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!(preview["net"]["amount"], "840.00");
    assert_eq!(studio.ok("list_unbilled", json!({})).await["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(studio.ok("get_balance", json!({})).await["items"][0]["unbilled"]["amount"], "840.00");
    for (project, unbilled) in [("Dashboard", "120.00"), ("Flat", "240.00"), ("Office", "480.00")] {
        let call = json!({"project": project});
        assert_eq!(studio.ok("get_project", call.clone()).await["unbilled"]["amount"], unbilled, "{project}");
        assert_eq!(studio.ok("get_project_status", call).await["unbilled"]["amount"], unbilled, "{project}");
        let listed = studio.ok("list_projects", json!({"query": project, "with_hours": true})).await;
        assert_eq!(listed["items"][0]["unbilled"]["amount"], unbilled, "{project}");
    }
}

/// The answer for *last week* states its days; what does not fit on a page follows on the next.
#[tokio::test]
async fn a_summary_says_its_days_and_how_many_groups_there_are_and_goes_on() {
    let studio = studio().await;
    for (project, date) in [("One", "2026-11-09"), ("Two", "2026-11-10"), ("Three", "2026-11-11")] {
        studio.ok("create_project", json!({"client": "Acme", "name": project})).await;
        studio.ok("create_time_entry", json!({"project": project, "date": date, "duration": "1h"})).await;
    }
    let asked = |cursor: Value| json!({"period": "2026-W46", "group_by": "project", "limit": 2, "cursor": cursor});
    let first = studio.ok("summarize_time", asked(Value::Null)).await;
    assert_eq!((&first["from"], &first["to"], &first["groups"]), (&json!("2026-11-09"), &json!("2026-11-15"), &json!(3)));
    // Time is logged between the pages: groups already listed are not listed again.
    studio.ok("create_time_entry", json!({"project": "One", "date": "2026-11-09", "duration": "2h"})).await;
    let second = studio.ok("summarize_time", asked(first["next_cursor"].clone())).await;
    let labels =
        |page: &Value| -> Vec<String> { page["items"].as_array().into_iter().flatten().map(|item| item["label"].to_string()).collect() };
    assert_eq!((labels(&first).len(), labels(&second), second.get("next_cursor")), (2, vec!["\"Acme / Two\"".to_owned()], None));
    let days = studio.ok("summarize_time", json!({"group_by": "day", "limit": 1})).await;
    assert_eq!((days.get("from"), &days["items"][0]["label"]), (None, &json!("2026-11-11")));
    let older = studio.ok("summarize_time", json!({"group_by": "day", "limit": 5, "cursor": days["next_cursor"]})).await;
    assert_eq!(labels(&older), ["\"2026-11-10\"", "\"2026-11-09\""]);
    assert!(studio.refused("summarize_time", json!({"limit": 501})).await.field("limit").is_some());
}

/// Names are compared byte by byte, on each page as within one.
#[tokio::test]
async fn projects_with_as_much_time_stand_in_the_order_of_their_names_on_all_pages() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Acme / B", "tax_rate": "19", "currency": "USD"})).await;
    for (client, name) in [("Acme", "a"), ("Acme", "é"), ("Acme / B", "x"), ("Acme", "B"), ("Acme", "long"), ("Acme", "none")] {
        let project = studio.ok("create_project", json!({"client": client, "name": name})).await;
        for date in ["2026-11-18", "2026-11-19"] {
            let duration = if name == "long" { "2h" } else { "1h" };
            if name != "none" {
                log(&studio, json!({"project": project["id"], "date": date, "duration": duration})).await;
            }
        }
    }
    let ordered = ["Acme / long", "Acme / B", "Acme / B / x", "Acme / a", "Acme / é"];
    for (by, limit) in
        [("project", 1), ("project", 2), ("project", 5), ("day_and_project", 1), ("day_and_project", 3), ("day_and_project", 500)]
    {
        let times = if by == "project" { 1 } else { 2 };
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        for _ in 0..20 {
            let page = studio.ok("summarize_time", json!({"group_by": by, "limit": limit, "cursor": cursor})).await;
            assert_eq!(page["groups"], 5 * times, "{by}");
            seen.extend(lines(&page).into_iter().map(|(label, ..)| label));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen, ordered.repeat(times), "{by} {limit}");
    }
}
