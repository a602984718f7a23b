//! What an agent is shown by a dry run: what would be another, in the words and units of the answers.

use app::access::{Scope, WriteMode};
use serde_json::{Value, json};

use crate::{
    agents::{done, refused},
    tasks::studio,
    world::Answer,
};

#[tokio::test]
async fn a_dry_run_tells_what_of_a_record_would_be_another_and_nothing_else() {
    let (world, ada) = studio::open().await;
    let entry = done(&world, &ada.token, "list_time_entries", json!({ "query": "Legend" })).await["items"][0]["id"].clone();
    let arguments = json!({ "time_entry": entry, "duration": "2h", "rate": "130.00", "dry_run": true });
    let tried = done(&world, &ada.token, "update_time_entry", arguments).await;
    let (before, after) = (&tried["changes"][0]["before"], &tried["changes"][0]["after"]);
    assert_eq!((&tried["changes"][0]["kind"], &tried["changes"][0]["name"]), (&json!("time_entry"), &json!("Legend")));
    assert_eq!((&before["worked"], &before["rate"]), (&json!("1h"), &json!("120.00 EUR")));
    assert_eq!((&after["worked"], &after["rate"]), (&json!("2h"), &json!("130.00 EUR")));
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

#[tokio::test]
async fn a_dry_run_of_an_invoice_tells_its_totals_and_names_and_no_columns() {
    let (world, ada) = studio::open().await;
    let bill = json!({ "client": "Acme", "period": "this_month", "rounding": { "step_minutes": 15, "mode": "up", "basis": "entry" }, "dry_run": true });
    let tried = done(&world, &ada.token, "draft_invoice", bill).await;
    let changes = tried["changes"].as_array().expect("changes");
    let of = |kind: &str| changes.iter().filter(|change| change["kind"] == kind).collect::<Vec<_>>();
    let invoice = &of("invoice")[0]["after"];
    assert_eq!((&invoice["client"], &invoice["status"], &invoice["total"]), (&json!("Acme"), &json!("draft"), &tried["total"]));
    assert_eq!(invoice["rounding"]["step_minutes"], 15);
    assert_eq!(invoice["period"], tried["period"]);
    let line = &of("invoice_line")[0]["after"];
    assert_eq!((&line["unit"], &line["price"], &line["net"]), (&json!("h"), &tried["lines"][0]["price"], &tried["lines"][0]["net"]));
    assert_eq!(of("invoice").len(), 1, "a record is told once: {tried:#}");
    assert!(of("time_entry").iter().all(|entry| entry["after"] == json!({ "billed": true })), "{tried:#}");
    assert!(of("invoice_line").iter().all(|line| line["after"]["project"].as_str().is_some_and(|name| name.starts_with("Acme / "))));
    let told = json!(changes).to_string();
    for column in ["_id\"", "seconds", "rounding_step", "\"0.00\"", "state\":\"draft"] {
        assert!(!told.contains(column), "{column}: {tried:#}");
    }
    let each = done(&world, &ada.token, "draft_invoices", json!({ "period": "this_month", "dry_run": true })).await;
    assert_eq!(each["changes"][0]["after"]["total"], each["items"][0]["total"], "{each:#}");
}

#[tokio::test]
async fn a_dry_run_names_what_a_record_moves_to() {
    let (world, ada) = studio::open().await;
    let entry = done(&world, &ada.token, "list_time_entries", json!({ "query": "Legend" })).await["items"][0]["id"].clone();
    let moved = json!({ "time_entry": entry, "project": "Acme / Onboarding", "dry_run": true });
    let tried = done(&world, &ada.token, "update_time_entry", moved).await;
    let (before, after) = (&tried["changes"][0]["before"], &tried["changes"][0]["after"]);
    assert_eq!((before, after), (&json!({ "project": "Acme / Dashboard" }), &json!({ "project": "Acme / Onboarding" })));
    let budget = done(&world, &ada.token, "set_budget", json!({ "project": "Dashboard", "hours": 20, "dry_run": true })).await;
    assert_eq!((&budget["changes"][0]["before"]["hours"], &budget["changes"][0]["after"]["hours"]), (&json!("12h"), &json!("20h")));
}

#[tokio::test]
async fn a_dry_run_tells_instants_and_amounts_as_its_answer_does() {
    let (world, ada) = studio::open().await;
    world.call(&ada, "set_time_zone", &[("time_zone", "Europe/Berlin")]).await.ok();
    let spanned =
        json!({ "project": "Acme / Dashboard", "started_at": "2026-11-25T08:00:00Z", "ended_at": "2026-11-25T09:00:00Z", "dry_run": true });
    let tried = done(&world, &ada.token, "create_time_entry", spanned).await;
    let after = &tried["changes"][0]["after"];
    for told in ["started_at", "ended_at", "rate"] {
        assert_eq!(after[told], tried[told], "{told}: {tried:#}");
    }
    let draft = done(&world, &ada.token, "draft_invoice", json!({ "client": "Acme", "period": "this_month" })).await;
    let sending = done(&world, &ada.token, "send_invoice", json!({ "invoice": draft["id"], "without_email": true, "dry_run": true })).await;
    let sent = sending["changes"].as_array().expect("changes").iter().find(|change| change["kind"] == "invoice").expect("an invoice");
    let after = &sent["after"];
    assert_eq!((&after["total"], &after["sent_at"]), (&sending["total"], &sending["sent_at"]), "{sending:#}");
    assert!(after.get("discount").is_none(), "there is none: {sending:#}");
}

/// What is only tried stands on no page, and nobody is sent to one.
#[tokio::test]
async fn a_dry_run_hands_out_no_page_and_calls_nothing_a_draft_that_waits() {
    let (world, ada) = studio::open().await;
    let asks = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Ask).await;
    for (tool, arguments) in [
        ("draft_invoice", json!({ "client": "Acme", "period": "this_month" })),
        ("create_time_entry", json!({ "project": "Acme / Dashboard", "duration": "1h" })),
    ] {
        let mut tried = arguments.clone();
        tried["dry_run"] = json!(true);
        for token in [&ada.token, &asks] {
            let tried = done(&world, token, tool, tried.clone()).await;
            let told = tried.to_string();
            assert!(!told.contains("\"url\"") && !told.contains("/invoices/") && !told.contains("This is a draft"), "{tool}: {tried:#}");
        }
        let kept = done(&world, &asks, tool, arguments).await;
        assert!(kept["warnings"].to_string().contains("This is a draft"), "{tool}: {kept:#}");
    }
    for tool in ["create_client", "create_project"] {
        let arguments = json!({ "name": "Tried", "client": "Acme" });
        let mut arguments = arguments.as_object().cloned().expect("an object");
        if tool == "create_client" {
            arguments.remove("client");
        }
        arguments.insert("dry_run".to_owned(), json!(true));
        let tried = done(&world, &ada.token, tool, arguments.into()).await;
        assert!(tried["id"].is_string() && tried.get("url").is_none(), "{tool}: {tried:#}");
    }
}

/// What is left out of time is what is usual, so whatever is not is told in each answer that tells of it.
#[tokio::test]
async fn what_is_unusual_of_time_is_told_by_every_write_of_it() {
    let (world, ada) = studio::open().await;
    let unusual = json!({ "project": "Acme / Dashboard", "duration": "1h", "billable": false, "labour": "agent" });
    let told = |item: &Value| (item["billable"].clone(), item["labour"].clone());
    let one = done(&world, &ada.token, "create_time_entry", unusual.clone()).await;
    let many = done(&world, &ada.token, "create_time_entries", json!({ "entries": [unusual] })).await;
    let id = &many["items"][0]["id"];
    let changed = done(&world, &ada.token, "update_time_entries", json!({ "time_entries": [id], "description": "Again" })).await;
    for item in [&one, &many["items"][0], &changed["items"][0]] {
        assert_eq!(told(item), (json!(false), json!("agent")), "{item:#}");
    }
    let asks = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Ask).await;
    let first = json!({ "project": "Acme / Dashboard", "billable": false, "labour": "agent" });
    done(&world, &asks, "start_timer", first).await;
    let next = done(&world, &asks, "start_timer", json!({ "project": "Acme / Dashboard", "stop_running": true })).await;
    assert_eq!(told(&next["stopped"]), (json!(false), json!("agent")), "{next:#}");
    assert_eq!(next["stopped"]["state"], "draft", "{next:#}");
}

/// Whoever wanted nothing to be kept is refused where they did not say so as it is said: what was done instead may be final.
#[tokio::test]
async fn a_dry_run_that_is_asked_for_in_another_way_does_nothing() {
    let (world, ada) = studio::open().await;
    world.rest(&ada, "start_timer", json!({ "project": "Acme / Dashboard" })).await.ok();
    for slip in [json!(""), json!("yes"), json!(1), json!([true])] {
        let arguments = json!({ "dry_run": slip });
        assert_eq!(world.rest(&ada, "discard_timer", arguments.clone()).await.refused(422), "invalid", "{slip}");
        assert!(refused(&world, &ada.token, "discard_timer", arguments).await.contains("dry_run"), "{slip}");
    }
    for query in ["dry_run=true", "dry_run=1", "idempotency_key=once", "project=Dashboard"] {
        let sent = world.post(&format!("/api/v1/discard_timer?{query}")).bearer_auth(&ada.token);
        let answer = Answer::of(sent).await;
        assert_eq!(answer.refused(422), "invalid", "{query}");
        assert!(answer.text.contains("in the body"), "{query}: {}", answer.text);
        let sent = world.post(&format!("/api/v1/create_client?{query}")).bearer_auth(&ada.token).json(&json!({ "name": "Slip" }));
        assert_eq!(Answer::of(sent).await.refused(422), "invalid", "{query}");
    }
    assert_eq!(done(&world, &ada.token, "get_timer", json!({})).await["timer"]["project"], "Dashboard", "it runs still");
    assert_eq!(done(&world, &ada.token, "list_clients", json!({ "query": "Slip" })).await["items"], json!([]));
    for said in [json!(true), json!("true")] {
        let kept = world.rest(&ada, "discard_timer", json!({ "dry_run": said })).await.ok();
        assert_eq!(kept["dry_run"], true, "{said}");
    }
    assert_eq!(done(&world, &ada.token, "get_timer", json!({})).await["timer"]["project"], "Dashboard", "it runs still");
}
