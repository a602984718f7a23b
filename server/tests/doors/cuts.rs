//! Whatever is cut in an answer over MCP is counted, and there is a way to the rest.

use app::access::{Scope, WriteMode};
use serde_json::{Value, json};

use crate::{
    agents::{done, refused},
    tasks::studio,
    world::{Person, World},
};

/// What an answer says of what is cut; it is no longer than an answer may be.
fn notice(answer: &Value) -> String {
    let length = answer.to_string().chars().count();
    assert!(length <= 25_000, "{length} characters");
    answer["notice"].as_str().unwrap_or_default().to_owned()
}

fn count(answer: &Value, list: &str) -> usize {
    answer[list].as_array().map_or(0, Vec::len)
}

/// So many entries with descriptions of this length, over the days of October.
fn entries(many: usize, length: usize) -> Value {
    let entry = |at: usize| {
        let (day, words) = (at % 28 + 1, format!("{at} {}", "x".repeat(length)));
        json!({ "project": "Acme / Dashboard", "date": format!("2026-10-{day:02}"), "duration": "5m", "description": words })
    };
    json!({ "entries": (0..many).map(entry).collect::<Vec<_>>() })
}

#[tokio::test]
async fn of_many_entries_that_are_logged_at_once_every_id_is_told() {
    let (world, ada) = studio::open().await;
    let logged = done(&world, &ada.token, "create_time_entries", entries(90, 400)).await;
    assert!(count(&logged, "items") == 90 && logged["items"].as_array().expect("items").iter().all(|item| item["id"].is_string()));
    let told = notice(&logged);
    assert!(told.contains("long texts are cut off") && told.contains("list_time_entries"), "{told}");
    let whole = done(&world, &ada.token, "list_time_entries", json!({ "period": "2026-10", "limit": 5 })).await;
    assert!(whole["items"][0]["description"].as_str().is_some_and(|words| words.len() > 400 || !words.contains('x')), "{whole}");
}

#[tokio::test]
async fn of_a_dry_run_of_many_what_is_left_out_is_counted_and_fewer_are_told_whole() {
    let (world, ada) = studio::open().await;
    let mut tried = entries(90, 60);
    tried["dry_run"] = json!(true);
    let answer = done(&world, &ada.token, "create_time_entries", tried).await;
    let (items, changes, told) = (count(&answer, "items"), count(&answer, "changes"), notice(&answer));
    assert!(told.contains(&format!("{changes} of 90 changes")), "{told}");
    assert_eq!(told.contains(&format!("{items} of 90 items")), items < 90, "{told}");
    assert!(told.contains("fewer at once") && !told.contains("in the app"), "{told}");
    let mut few = entries(10, 60);
    few["dry_run"] = json!(true);
    let answer = done(&world, &ada.token, "create_time_entries", few).await;
    assert_eq!((count(&answer, "items"), count(&answer, "changes"), notice(&answer).as_str()), (10, 10, ""));
}

/// An invoice with a line for each of some hundred entries.
async fn itemized(world: &World, ada: &Person) -> Value {
    for _ in 0..2 {
        world.rest(ada, "create_time_entries", entries(100, 60)).await.ok();
    }
    json!({ "client": "Acme", "period": "2026-10", "group_by": "entry" })
}

#[tokio::test]
async fn of_an_invoice_with_hundreds_of_lines_they_are_counted_and_there_is_a_way_to_all() {
    let (world, ada) = studio::open().await;
    let wanted = itemized(&world, &ada).await;
    let preview = done(&world, &ada.token, "preview_invoice", wanted.clone()).await;
    let told = notice(&preview);
    assert!(told.contains(&format!("{} of 201 lines", count(&preview, "lines"))) && told.contains("group_by"), "{told}");
    let coarse = json!({ "client": "Acme", "period": "2026-10", "group_by": "day" });
    assert_eq!(notice(&done(&world, &ada.token, "preview_invoice", coarse).await), "", "the way leads to all of it");

    let mut tried = wanted.clone();
    tried["dry_run"] = json!(true);
    let dry = done(&world, &ada.token, "draft_invoice", tried).await;
    let told = notice(&dry);
    assert!(told.contains(&format!("{} of 201 lines", count(&dry, "lines"))), "{told}");
    assert!(told.contains(&format!("{} of 403 changes", count(&dry, "changes"))), "{told}");

    let draft = done(&world, &ada.token, "draft_invoice", wanted).await;
    for answer in [&draft, &done(&world, &ada.token, "get_invoice", json!({ "invoice": draft["id"] })).await] {
        let told = notice(answer);
        assert!(told.contains(&format!("{} of 201 lines", count(answer, "lines"))) && told.contains("get_invoice_document"), "{told}");
    }
    done(&world, &ada.token, "get_invoice_document", json!({ "invoice": draft["id"] })).await;
    every_line_is_named(&world, &ada, &draft["id"]).await;
    // Whoever may not read invoices is not sent to one.
    let writer = world.token(&ada.email, &ada.slug, &[Scope::MoneyWrite], WriteMode::Direct).await;
    let changed = done(&world, &writer, "update_invoice_draft", json!({ "invoice": draft["id"], "notes": "Thank you" })).await;
    assert!(!notice(&changed).contains("get_invoice_document") && notice(&changed).contains("url"), "{}", notice(&changed));
    assert!(refused(&world, &writer, "get_invoice_document", json!({ "invoice": draft["id"] })).await.ends_with("[forbidden]"));
}

/// In one call; and the last of them can be changed.
async fn every_line_is_named(world: &World, ada: &Person, invoice: &Value) {
    let all = world.rest(ada, "get_invoice", json!({ "invoice": invoice })).await.ok()["lines"].clone();
    let all: Vec<&str> = all.as_array().expect("lines").iter().filter_map(|line| line["id"].as_str()).collect();
    let answer = done(world, &ada.token, "get_invoice", json!({ "invoice": invoice })).await;
    assert!(notice(&answer).contains("The others stand in further_lines, each with its id."), "{}", notice(&answer));
    let whole = answer["lines"].as_array().expect("lines").iter().filter_map(|line| line["id"].as_str());
    let further = answer["further_lines"].as_array().expect("lines").iter().filter_map(|line| line.as_str()?.split(' ').next());
    assert_eq!(whole.chain(further).collect::<Vec<_>>(), all);
    let changes = json!([{ "line": all.last(), "description": "Changed" }]);
    done(world, &ada.token, "update_invoice_draft", json!({ "invoice": invoice, "lines": changes })).await;
}

#[tokio::test]
async fn of_an_action_with_many_records_the_others_are_counted_and_an_undo_that_is_tried_counts_its_own() {
    let (world, ada) = studio::open().await;
    let logged = done(&world, &ada.token, "create_time_entries", entries(60, 20)).await;
    let listed = done(&world, &ada.token, "list_actions", json!({ "limit": 1 })).await;
    assert_eq!((count(&listed["items"][0], "records"), &listed["items"][0]["more_records"]), (3, &json!(57)));
    let undone = done(&world, &ada.token, "undo_action", json!({ "action": logged["action"], "dry_run": true })).await;
    assert_eq!(count(&undone, "removed"), 60);
    assert!(notice(&undone).contains("50 of 60 changes"), "{}", notice(&undone));
}

#[tokio::test]
async fn of_many_actions_that_are_listed_at_once_those_that_are_left_out_are_counted() {
    let (world, ada) = studio::open().await;
    for at in 0..70 {
        let words = format!("{at} {}", "x".repeat(200));
        let entry = json!({ "project": "Acme / Dashboard", "date": "2026-10-12", "duration": "5m", "description": words });
        world.rest(&ada, "create_time_entry", entry).await.ok();
    }
    let all = done(&world, &ada.token, "list_actions", json!({ "limit": 1, "with_total": true })).await["total"].clone();
    let listed = done(&world, &ada.token, "list_actions", json!({ "limit": 200 })).await;
    let told = format!("Shortened to {} of {all} items.", count(&listed, "items"));
    assert!(notice(&listed).starts_with(&told), "{told}: {}", notice(&listed));
}

#[tokio::test]
async fn a_list_that_is_cut_says_of_how_many_it_shows_the_first_and_goes_on() {
    let (world, ada) = studio::open().await;
    world.rest(&ada, "create_time_entries", entries(90, 600)).await.ok();
    let asked = |more: Value| {
        let mut asked = json!({ "period": "2026-10", "limit": 200 });
        asked.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        asked
    };
    let all = done(&world, &ada.token, "list_time_entries", json!({ "period": "2026-10", "limit": 1, "with_total": true })).await;
    let (all, mut shown, mut cursor) = (all["total"].as_u64().expect("a total"), 0, json!(null));
    for more in [json!({}), json!({ "with_total": true })] {
        let page = done(&world, &ada.token, "list_time_entries", asked(json!({ "cursor": cursor }))).await;
        let told = format!("Shortened to {} of {all} items.", count(&page, "items"));
        assert!(notice(&page).starts_with(&told) && page.get("total").is_none(), "{told}: {}", notice(&page));
        (shown, cursor) = (shown + count(&page, "items") as u64, page["next_cursor"].clone());
        let counted = done(&world, &ada.token, "list_time_entries", asked(more)).await;
        assert!(notice(&counted).contains(&format!(" of {all} items.")), "{}", notice(&counted));
    }
    assert!(shown < all, "{shown} of {all}");
}
