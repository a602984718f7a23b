//! Tests of several entries at once: all of them, or none.

use serde_json::{Value, json};

use super::{log, on_project, studio, studio_in};
use crate::{
    access::WriteMode,
    error::Code,
    testing::{World, euros},
};

/// Standups of 15 minutes on these days.
fn standups(days: &[&str]) -> Value {
    let entry = |day: &&str| json!({"project": "Acme / Dashboard", "date": day, "duration": "15m", "description": "Standup"});
    json!({"entries": days.iter().map(entry).collect::<Vec<_>>()})
}

async fn count(studio: &World) -> i64 {
    studio.number("select count(*) from time_entry where organization_id = $1").await
}

#[tokio::test]
async fn five_standups_are_logged_in_one_call_and_taken_back_in_one() {
    let studio = studio().await;
    let done = studio.ok("create_time_entries", standups(&["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"])).await;
    let days: Vec<_> = done["items"].as_array().expect("a list").iter().map(|item| item["day"].as_str().expect("a day")).collect();
    assert_eq!(days, ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"], "as they were given");
    assert_eq!((&done["worked"]["seconds"], &done["items"][0]["amount"]["amount"]), (&json!(4_500), &euros(3_000)));
    assert_eq!((&done["items"][0]["project"], &done["items"][0]["state"]), (&json!("Acme / Dashboard"), &json!("logged")));
    // Each entry equals one that is logged alone.
    let alone = log(&studio, json!({"date": "2026-11-16", "duration": "15m", "description": "Standup"})).await;
    let mut one = studio.ok("get_time_entry", json!({"time_entry": done["items"][0]["id"]})).await;
    one["id"] = alone["id"].clone();
    for (field, value) in one.as_object().expect("an entry") {
        assert_eq!(&alone[field], value, "{field}");
    }
    studio.ok("delete_time_entry", json!({"time_entry": alone["id"]})).await;
    studio.ok("undo_action", json!({"action": done["action"]})).await;
    assert_eq!(count(&studio).await, 0);
}

#[tokio::test]
async fn one_that_is_wrong_is_named_by_its_place_and_none_is_logged() {
    let studio = studio().await;
    let mut given = standups(&["2026-11-16", "2026-11-17", "2026-11-18"]);
    for (wrong, value, field) in [
        ("duration", json!("25h"), "entries[2].duration"),
        ("project", json!("Nowhere"), "entries[2].project"),
        ("member", json!("Nobody"), "entries[2].member"),
        ("date", json!("soon"), "entries[2].date"),
        ("ended_at", json!("9 o'clock"), "entries[2].ended_at"),
    ] {
        let before = given.clone();
        given["entries"][2][wrong] = value;
        let refused = studio.refused("create_time_entries", given).await;
        assert!(
            refused.message.starts_with(&format!("entries[2].{wrong}: ")) && refused.fields.keys().any(|name| name.starts_with(field)),
            "{wrong}: {refused:?}"
        );
        given = before;
    }
    studio.ok("update_organization", json!({"lock_date": "2026-11-17"})).await;
    assert_eq!(studio.code("create_time_entries", given).await, Code::Locked);
    assert_eq!(count(&studio).await, 0, "all of them, or none");
    for wrong in [json!({"entries": []}), json!({"entries": [{"project": "Dashboard", "hours": 1}]}), json!({"entries": "many"})] {
        assert!(
            studio.refused("create_time_entries", wrong.clone()).await.fields.keys().any(|name| name.starts_with("entries")),
            "{wrong}"
        );
    }
    let many = vec![json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1m"}); 101];
    assert!(studio.refused("create_time_entries", json!({"entries": many})).await.field("entries").is_some());
}

#[tokio::test]
async fn each_reference_among_several_means_what_it_means_alone() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    let globex = studio.ok("create_project", json!({"name": "Website", "client": "Globex"})).await;
    studio.ok("create_project", json!({"name": "Website", "client": "Acme"})).await;
    let (ours, theirs) = ("Acme / Dashboard", "Globex / Website");
    let said = [
        ("dashboard", ours),
        (" Acme/Dashboard ", ours),
        ("Acme dash", ours),
        ("GLOBEX / website", theirs),
        ("Globex: Website", theirs),
        (globex["id"].as_str().expect("an id"), theirs),
        ("dashboard", ours),
    ];
    let entries: Vec<Value> = said.iter().map(|(name, _)| json!({"project": name, "duration": "15m"})).collect();
    let done = studio.ok("create_time_entries", json!({ "entries": entries })).await;
    let meant: Vec<&str> = done["items"].as_array().expect("a list").iter().filter_map(|item| item["project"].as_str()).collect();
    assert_eq!(meant, said.map(|(_, meant)| meant));
    for (wrong, code) in [("Website", Code::Invalid), ("Nowhere", Code::NotFound), (" ", Code::Invalid)] {
        let given = json!({"entries": [{"project": "dashboard", "duration": "15m"}, {"project": wrong, "duration": "15m"}]});
        let refused = studio.refused("create_time_entries", given).await;
        assert_eq!(refused.message.split(':').next(), Some("entries[1].project"), "{refused:?}");
        let alone = studio.code("create_time_entry", json!({"project": wrong, "duration": "15m"})).await;
        assert_eq!((refused.code, alone), (code, code), "{wrong}");
    }
}

#[tokio::test]
async fn a_number_is_hours_wherever_a_duration_stands() {
    let studio = studio().await;
    let one = studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": 0.75})).await;
    let several = studio.ok("create_time_entries", json!({"entries": [{"project": "Dashboard", "duration": 1.5}]})).await;
    let changed = studio.ok("update_time_entry", json!({"time_entry": one["id"], "duration": 2})).await;
    assert_eq!(
        (&one["worked"]["seconds"], &several["worked"]["seconds"], &changed["worked"]["seconds"]),
        (&json!(2_700), &json!(5_400), &json!(7_200))
    );
}

#[tokio::test]
async fn several_entries_that_pass_a_hard_stop_together_are_refused_together() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": 0.5, "hard_stop": true})).await;
    assert_eq!(studio.code("create_time_entries", standups(&["2026-11-16", "2026-11-17", "2026-11-18"])).await, Code::BudgetExhausted);
    assert_eq!(count(&studio).await, 0);
    let done = studio.ok("create_time_entries", standups(&["2026-11-16", "2026-11-17"])).await;
    assert_eq!(done["budgets"].as_array().map(Vec::len), Some(1), "{done:#}");
}

#[tokio::test]
async fn what_an_agent_logs_several_of_waits_and_is_said_to() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let done = agent.ok("create_time_entries", standups(&["2026-11-16", "2026-11-17"])).await;
    assert_eq!((&done["items"][0]["state"], &done["items"][1]["state"]), (&json!("draft"), &json!("draft")));
    assert!(done["warnings"][0].as_str().is_some_and(|words| words.starts_with("These are drafts until confirmed: ")), "{done:#}");
    assert!(done["warnings"][0].as_str().is_some_and(|words| words.ends_with("/time?from=2026-11-16")), "{done:#}");
    let one = agent.ok("create_time_entries", standups(&["2026-11-18"])).await;
    assert!(one["warnings"].to_string().contains("This is a draft until confirmed: "), "{one:#}");
    let logged = log(&studio, json!({})).await;
    let some = json!({"time_entries": [done["items"][0]["id"], logged["id"]], "description": "Else"});
    let some = studio.token(WriteMode::Direct).await.ok("update_time_entries", some).await;
    assert!(some["warnings"].to_string().contains("One of these is a draft until confirmed: "), "{some:#}");
}

#[tokio::test]
async fn the_entry_that_is_left_to_a_person_is_named_among_several() {
    let studio = studio().await;
    let (logged, other) = (log(&studio, json!({})).await, log(&studio.token(WriteMode::Drafts).await, json!({})).await);
    let agent = studio.token(WriteMode::Drafts).await;
    let own = log(&agent, json!({})).await;
    for left in [&logged, &other] {
        let change = json!({"time_entries": [own["id"], left["id"]], "description": "Else"});
        let refused = agent.refused("update_time_entries", change).await;
        assert!(refused.code == Code::NeedsApproval && refused.message.starts_with("time_entries[1]: "), "{refused:?}");
    }
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": own["id"]})).await["version"], 1, "all of them, or none");
}

#[tokio::test]
async fn a_change_of_several_says_that_it_was_none_only_where_no_entry_has_changed() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let (first, second) = (log(&studio, json!({"description": "Charts"})).await, log(&studio, json!({})).await);
    let told = async |call: Value| agent.ok("update_time_entries", call).await["warnings"].to_string().contains("Nothing was changed.");
    let ids = json!([first["id"], second["id"]]);
    assert!(told(json!({"time_entries": ids})).await);
    assert!(!told(json!({"time_entries": ids, "description": "Charts"})).await, "one of them has");
    assert!(told(json!({"time_entries": ids, "description": "Charts"})).await);
}

#[tokio::test]
async fn yesterdays_time_is_moved_to_another_project_in_one_call() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Onboarding", "rate": "80.00"})).await;
    let done = studio.ok("create_time_entries", standups(&["2026-11-19", "2026-11-19", "2026-11-20"])).await;
    let ids: Vec<&Value> = done["items"].as_array().expect("a list").iter().map(|item| &item["id"]).collect();
    let moved = studio.ok("update_time_entries", json!({"time_entries": [ids[1], ids[0], ids[1]], "project": "Onboarding"})).await;
    let told: Vec<_> = moved["items"].as_array().expect("a list").iter().map(|item| (&item["id"], &item["project"])).collect();
    let place = json!("Acme / Onboarding");
    assert_eq!(told, [(ids[1], &place), (ids[0], &place)], "each once, in the order given");
    assert_eq!(moved["items"][0]["amount"]["amount"], euros(2_000), "at the rate of the other project");
    // One entry that cannot change is named, and keeps the others from changing.
    studio.ok("draft_invoice", json!({"client": "Acme", "from": "2026-11-20", "to": "2026-11-20"})).await;
    let refused = studio.refused("update_time_entries", json!({"time_entries": ids, "description": "Else"})).await;
    assert!(refused.code == Code::Locked && refused.message.starts_with("Time entries 3: "), "{refused:?}");
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": ids[0]})).await["description"], "Standup");
    studio.ok("undo_action", json!({"action": moved["action"]})).await;
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": ids[0]})).await["project"]["name"], "Dashboard");
    // Entries of other members are not found.
    let barbara = on_project(&studio, "Dashboard").await;
    assert_eq!(barbara.code("update_time_entries", json!({"time_entries": ids, "description": "mine"})).await, Code::NotFound);
}

/// Time that was logged twice, or on a wrong day, is reported at once.
#[tokio::test]
async fn time_that_lies_over_other_time_or_long_ago_is_told() {
    let studio = studio().await;
    let log = async |date: &str, start: &str, end: &str| {
        let entry = json!({"project": "Dashboard", "date": date, "started_at": start, "ended_at": end});
        let logged = studio.ok("create_time_entry", entry).await;
        logged["warnings"].as_array().into_iter().flatten().filter_map(|told| told.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(log("2026-11-18", "09:00", "10:00").await, Vec::<String>::new());
    assert_eq!(log("2026-11-18", "10:00", "11:00").await, Vec::<String>::new(), "one begins where the other ends");
    let told = log("2026-11-18", "09:30", "09:45").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("It overlaps time on Acme / Dashboard of ") && told[0].ends_with("Check both."), "{told:?}");
    let several = json!([{"project": "Dashboard", "date": "2026-11-18", "started_at": "09:10", "ended_at": "09:20"}]);
    let several = studio.ok("create_time_entries", json!({"entries": several})).await;
    assert!(several["warnings"].to_string().contains("It overlaps"), "{several}");
    assert!(log("1999-11-18", "09:00", "10:00").await[0].contains("more than a year back"));
}

#[tokio::test]
async fn those_of_several_that_lie_over_other_time_are_named() {
    let studio = studio().await;
    let entry = |day: u8, from: &str, to: &str| json!({"project": "Dashboard", "date": format!("2026-11-{day}"), "started_at": from, "ended_at": to});
    studio.ok("create_time_entry", entry(17, "09:00", "10:00")).await;
    let some = [entry(17, "09:30", "09:45"), entry(16, "09:00", "10:00"), entry(18, "09:00", "10:00"), entry(18, "09:30", "10:30")];
    let some = studio.ok("create_time_entries", json!({ "entries": some })).await;
    assert_eq!(some["warnings"], json!(["entries[0], entries[2], entries[3]: It overlaps time on Acme / Dashboard. Check both."]));
    let (plain, over) = (&some["items"][1]["id"], &some["items"][2]["id"]);
    let changed = studio.ok("update_time_entries", json!({"time_entries": [plain, plain, over], "description": "Charts"})).await;
    let told = "time_entries[2]: It overlaps time on Acme / Dashboard. Check both.";
    assert_eq!(changed["warnings"], json!([told]), "by its place among those given");
    let all = studio.ok("create_time_entries", json!({"entries": vec![entry(19, "09:00", "10:00"); 6]})).await;
    assert!(all["warnings"].to_string().contains("entries[4] and 1 more: It overlaps time"), "{all:#}");
}

/// An overlap with logged time stays, while a timer may still be stopped or moved: the logged time is reported.
#[tokio::test]
async fn of_logged_time_and_a_timer_that_lie_over_an_entry_the_logged_time_is_told() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Onboarding"})).await;
    let entry = |project: &str, from: &str, to: &str| json!({"project": project, "date": "today", "started_at": from, "ended_at": to});
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3_600);
    studio.ok("create_time_entry", entry("Onboarding", "10:10", "10:20")).await;
    let both = studio.ok("create_time_entry", entry("Dashboard", "10:15", "10:18")).await;
    assert_eq!(both["warnings"], json!(["It overlaps time on Acme / Onboarding of 21 November 2026. Check both."]));
}

/// A timer lasts until now, whenever it was started.
#[tokio::test]
async fn time_that_lies_over_the_timer_of_the_same_member_is_told() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = |from: &str, to: &str| json!({"project": "Dashboard", "date": "today", "started_at": from, "ended_at": to});
    let told = |answer: &Value| answer["warnings"].to_string().contains("It overlaps the timer that runs on Acme / Dashboard. Check both.");
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3_600);
    let before = studio.ok("create_time_entry", entry("09:00", "10:00")).await;
    assert!(before.get("warnings").is_none(), "one begins where the other ends: {before:#}");
    assert!(told(&studio.ok("create_time_entry", entry("10:30", "10:45")).await));
    assert!(told(&studio.ok("create_time_entries", json!({"entries": [entry("10:50", "10:55")]})).await));
    assert!(!told(&barbara.ok("create_time_entry", entry("10:30", "10:45")).await), "it is not her timer");
    studio.advance(2 * 86_400);
    assert!(told(&studio.ok("create_time_entry", entry("09:00", "10:00")).await), "it runs since the day before yesterday");
    let longer = studio.ok("update_time_entry", json!({"time_entry": before["id"], "ended_at": "10:10"})).await;
    assert!(told(&longer), "{longer:#}");
}

#[tokio::test]
async fn what_is_told_of_some_of_several_names_them() {
    let studio = studio_in("Europe/Berlin").await;
    let entry = |day: usize, duration: &str| json!({"project": "Dashboard", "date": format!("2026-11-{day:02}"), "duration": duration});
    let few = json!({"entries": [entry(2, "1h"), entry(3, "15"), entry(4, "15"), entry(5, "12")]});
    let few = studio.ok("create_time_entries", few).await;
    let words = [
        "entries[1], entries[2]: 15 was taken for hours. For minutes, write 15m.",
        "entries[3]: 12 was taken for hours. For minutes, write 12m.",
    ];
    assert_eq!(few["warnings"], json!(words));
    let many: Vec<Value> = (9..16).map(|day| entry(day, "15")).collect();
    let many = studio.ok("create_time_entries", json!({"entries": many, "dry_run": true})).await;
    assert!(many["warnings"].to_string().contains("entries[4] and 2 more: 15 was taken for hours."), "{many:#}");
    let night = json!({"project": "Dashboard", "started_at": "2026-03-27T02:30", "ended_at": "2026-03-27T03:00"});
    let night = studio.ok("create_time_entry", night).await;
    let moved = json!({"time_entries": [few["items"][0]["id"], night["id"]], "date": "2026-03-29"});
    let moved = studio.ok("update_time_entries", moved).await;
    assert!(moved["warnings"].to_string().contains("time_entries[1]: 02:30 does not exist on 29 March 2026"), "{moved:#}");
}

#[tokio::test]
async fn a_day_with_more_work_than_it_has_hours_is_told_of_once() {
    let studio = studio().await;
    let long = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "9h"});
    let fits = studio.ok("create_time_entries", json!({"entries": [long, long]})).await;
    assert!(!fits["warnings"].to_string().contains("more than a day holds"), "{fits:#}");
    let full = studio
        .ok("create_time_entries", json!({"entries": [long, {"project": "Dashboard", "date": "2026-11-19", "duration": "1h"}, long]}))
        .await;
    let told = full["warnings"].to_string();
    assert_eq!(told.matches("more than a day holds").count(), 1, "{told}");
}

#[tokio::test]
async fn what_is_wrong_with_a_change_of_several_is_named_by_its_argument_and_not_by_an_entry() {
    let studio = studio().await;
    let ids =
        [log(&studio, json!({"date": "2026-11-16"})).await["id"].clone(), log(&studio, json!({"date": "2026-11-17"})).await["id"].clone()];
    for (argument, value) in [("project", json!("Nix")), ("date", json!("soon")), ("rate", json!("-1"))] {
        let refused = studio.refused("update_time_entries", json!({"time_entries": ids, argument: value})).await;
        assert!(refused.field(argument).is_some() && !refused.message.contains("Time entries"), "{argument}: {refused:?}");
    }
    let gone = studio.refused("update_time_entries", json!({"time_entries": [ids[0], ids[1], "no id"], "description": "x"})).await;
    assert!(gone.message.starts_with("Time entries 3: "), "{gone:?}");
}

#[tokio::test]
async fn a_draft_for_several_clients_names_the_client_or_the_argument() {
    let studio = studio().await;
    log(&studio, json!({"date": "2026-11-16"})).await;
    let client = studio.refused("draft_invoices", json!({"clients": ["Acme", "Nix"]})).await;
    assert!(client.message.starts_with("Clients 2: ") && client.field("clients[1]").is_some(), "{client:?}");
}
