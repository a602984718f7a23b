//! Tests of lists of entries: order, pages and filters.

use serde_json::{Value, json};

use super::{log, on_project, studio};
use crate::{access::WriteMode, testing::World};

async fn descriptions(world: &World, filter: Value) -> Vec<String> {
    let page = world.ok("list_time_entries", filter).await;
    page["items"].as_array().expect("items").iter().map(|item| item["description"].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn the_newest_day_comes_first_and_every_entry_on_exactly_one_page() {
    let studio = studio().await;
    for number in 0..23 {
        // Several entries per day, some made in the same instant.
        log(&studio, json!({"date": format!("2026-11-{:02}", 10 + number % 4), "description": format!("{number}")})).await;
        if number % 3 == 0 {
            studio.advance(1);
        }
    }
    let all = studio.ok("list_time_entries", json!({"limit": 200, "with_total": true})).await;
    assert_eq!(all["total"], 23);
    let days: Vec<&str> = all["items"].as_array().expect("items").iter().map(|item| item["day"].as_str().expect("a day")).collect();
    assert!(days.windows(2).all(|pair| pair[0] >= pair[1]), "{days:?}");
    let (mut seen, mut cursor) = (Vec::new(), json!(null));
    for _ in 0..6 {
        let page = studio.ok("list_time_entries", json!({"limit": 4, "cursor": cursor})).await;
        seen.extend(page["items"].as_array().expect("items").clone());
        cursor = page["next_cursor"].clone();
    }
    assert_eq!(cursor, json!(null), "the sixth page is the last");
    assert_eq!(json!(seen), all["items"]);
}

#[tokio::test]
async fn each_filter_leaves_out_what_it_should() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Robots"})).await;
    let barbara = on_project(&studio, "Dashboard").await;
    log(&studio, json!({"description": "charts", "date": "2026-11-16"})).await;
    let invoiced = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    log(&studio, json!({"description": "Robots at last", "project": "Robots", "date": "2026-10-31"})).await;
    log(&barbara, json!({"description": "hers", "billable": false, "date": "2026-11-15"})).await;
    log(&studio.token(WriteMode::Drafts).await, json!({"description": "agent", "date": "2026-09-01"})).await;
    let all = ["charts", "hers", "Robots at last", "agent"];
    let robots = studio.ok("get_project", json!({"project": "Robots"})).await;
    let cases = [
        (json!({}), all.to_vec()),
        (json!({"client": "acme"}), vec!["charts", "hers", "agent"]),
        (json!({"client": robots["client"]["id"]}), vec!["Robots at last"]),
        (json!({"project": "beta / robots"}), vec!["Robots at last"]),
        (json!({"project": robots["id"]}), vec!["Robots at last"]),
        (json!({"project": "Robots", "client": "Acme"}), vec![]),
        (json!({"member": barbara.member()}), vec!["hers"]),
        (json!({"member": "Barbara"}), vec!["hers"]),
        (json!({"member": "me"}), vec!["charts", "Robots at last", "agent"]),
        (json!({"billable": false}), vec!["hers"]),
        (json!({"billed": true}), vec!["charts"]),
        (json!({"billed": false}), vec!["hers", "Robots at last", "agent"]),
        (json!({"state": "draft"}), vec!["agent"]),
        (json!({"labour": "agent"}), vec![]),
        (json!({"labour": "human"}), all.to_vec()),
        (json!({"source": "mcp"}), vec!["agent"]),
        (json!({"query": "ROBOTS"}), vec!["Robots at last"]),
        (json!({"query": "last  ROB"}), vec!["Robots at last"]),
        (json!({"query": "robots first"}), vec![]),
        (json!({"query": "%"}), vec![]),
        (json!({"period": "this_week"}), vec!["charts"]),
        (json!({"period": "this_month"}), vec!["charts", "hers"]),
        (json!({"period": "2026-Q3"}), vec!["agent"]),
        (json!({"from": "2026-10-31", "to": "2026-11-15"}), vec!["hers", "Robots at last"]),
        (json!({"from": "2026-11-16"}), vec!["charts"]),
        (json!({"to": "2026-10-30"}), vec!["agent"]),
        (json!({"period": " ", "client": "", "project": "", "member": "", "query": " "}), all.to_vec()),
    ];
    for (filter, expected) in cases {
        assert_eq!(descriptions(&studio, filter.clone()).await, expected, "{filter}");
        let mut counted = filter.clone();
        counted["with_total"] = json!(true);
        assert_eq!(studio.ok("list_time_entries", counted).await["total"], expected.len(), "{filter}");
    }
    assert_eq!(invoiced["currency"], "EUR");
}

#[tokio::test]
async fn the_running_timer_is_in_the_list_with_the_time_so_far() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard", "description": "now"})).await;
    studio.advance(90);
    let page = studio.ok("list_time_entries", json!({})).await;
    assert_eq!((&page["items"][0]["running"], &page["items"][0]["worked"]["seconds"]), (&json!(true), &json!(90)));
}

#[tokio::test]
async fn the_total_is_that_of_all_pages_on_each_of_them() {
    let studio = studio().await;
    for number in 0..5 {
        log(&studio, json!({"date": format!("2026-11-{:02}", 10 + number), "description": "Charts"})).await;
    }
    for limit in [2, 4, 5, 6] {
        let mut cursor = json!(null);
        for _ in 0..(5 + limit - 1) / limit {
            let page =
                studio.ok("list_time_entries", json!({"limit": limit, "cursor": cursor, "with_total": true, "query": "CHARTS"})).await;
            assert_eq!(page["total"], 5, "{limit}: {page:#}");
            cursor = page["next_cursor"].clone();
        }
        assert_eq!(cursor, json!(null), "{limit}");
    }
}
