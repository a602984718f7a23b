//! Tests of drafts: time that agents write counts once a person has confirmed it.

use domain::hours::WorkDuration;
use serde_json::json;

use super::{log, on_project, studio};
use crate::{
    access::{Role, WriteMode},
    error::Code,
    page::Page,
    testing::World,
    time::{TimeEntry, week_drafts::WeekDrafts},
};

/// Asserts that totals count nothing but the drafts.
async fn counts_nowhere(studio: &World, drafts: i64) {
    let totals = studio.ok("summarize_time", json!({})).await["totals"].clone();
    assert_eq!(
        (&totals["entries"], &totals["worked"]["seconds"], &totals["amounts"], &totals["drafts"]["seconds"]),
        (&json!(0), &json!(0), &json!([]), &json!(drafts))
    );
    let project = studio.ok("get_project", json!({"project": "Dashboard"})).await;
    assert_eq!((&project["worked"]["seconds"], &project["unbilled"]["amount"]), (&json!(0), &json!("0.00")));
    assert_eq!(studio.ok("get_timer", json!({})).await["today"]["seconds"], 0);
}

#[tokio::test]
async fn a_draft_counts_nowhere_until_it_is_confirmed() {
    let studio = studio().await;
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        let draft = log(&agent, json!({"date": "2026-11-21", "duration": "1h"})).await;
        assert_eq!((&draft["state"], &draft["source"], &draft["labour"]), (&json!("draft"), &json!("mcp"), &json!("human")));
        assert_eq!(
            (&draft["day_total"]["seconds"], &draft["unbilled"]["amount"], &draft["amount"]["amount"]),
            (&json!(0), &json!("0.00"), &json!("120.00"))
        );
    }
    counts_nowhere(&studio, 7200).await;
    let waiting = studio.ok("list_time_entries", json!({"state": "draft"})).await;
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(studio.number("select count(*) from time_entry where organization_id = $1 and created_through is not null").await, 2);
    let confirmed = studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert_eq!((&confirmed["confirmed"], &confirmed["worked"]["seconds"], &confirmed["waiting"]), (&json!(2), &json!(7200), &json!(0)));
    let totals = studio.ok("summarize_time", json!({})).await["totals"].clone();
    assert_eq!(
        (&totals["worked"]["seconds"], &totals["drafts"]["seconds"], &totals["amounts"][0]["amount"]),
        (&json!(7200), &json!(0), &json!("240.00"))
    );
}

#[tokio::test]
async fn a_direct_token_writes_time_that_counts() {
    let studio = studio().await;
    let entry = log(&studio.token(WriteMode::Direct).await, json!({})).await;
    assert_eq!((&entry["state"], &entry["unbilled"]["amount"]), (&json!("logged"), &json!("180.00")));
}

#[tokio::test]
async fn a_timer_of_an_agent_becomes_a_draft() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    let stopped = agent.ok("stop_timer", json!({})).await;
    assert_eq!(
        (&stopped["state"], &stopped["worked"]["seconds"], &stopped["day_total"]["seconds"]),
        (&json!("draft"), &json!(600), &json!(0))
    );
    counts_nowhere(&studio, 600).await;
}

/// An agent may change neither the description nor the end: the person who started the timer has not looked at them.
#[tokio::test]
async fn a_timer_that_a_person_started_is_touched_by_no_agent_that_writes_drafts() {
    let studio = studio().await;
    let started = studio.ok("start_timer", json!({"project": "Dashboard", "description": "mine"})).await;
    studio.advance(600);
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        for (operation, given) in [
            ("stop_timer", json!({})),
            ("discard_timer", json!({})),
            ("update_timer", json!({"description": "other"})),
            ("start_timer", json!({"project": "Dashboard", "description": "next", "stop_running": true})),
        ] {
            let refused = agent.refused(operation, given.clone()).await;
            assert_eq!(refused.code, Code::NeedsApproval, "{operation}: {refused:?}");
            // A dry run may show the effect.
            let mut tried = given;
            tried["dry_run"] = json!(true);
            assert_eq!(agent.ok(operation, tried).await["dry_run"], true, "{operation}");
        }
        assert_eq!(agent.ok("update_timer", json!({"description": "mine"})).await["state"], "logged", "nothing was changed");
    }
    let timer = studio.ok("get_timer", json!({})).await["timer"].clone();
    assert_eq!((&timer["id"], &timer["description"], &timer["state"]), (&started["id"], &json!("mine"), &json!("logged")));
}

/// A draft that somebody has changed since is their work, and no longer the agent's.
#[tokio::test]
async fn a_draft_that_somebody_else_has_changed_is_left_to_a_person() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let draft = log(&agent, json!({"date": "2026-11-18"})).await;
    let change = json!({"time_entry": draft["id"], "duration": "9h"});
    agent.ok("update_time_entry", json!({"time_entry": draft["id"], "description": "Its own"})).await;
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        assert_eq!(studio.token(writes).await.code("update_time_entry", change.clone()).await, Code::NeedsApproval, "another agent");
    }
    studio.ok("update_time_entry", json!({"time_entry": draft["id"], "description": "Composed with care"})).await;
    assert_eq!(agent.code("update_time_entry", change.clone()).await, Code::NeedsApproval);
    let several = json!({"time_entries": [log(&agent, json!({})).await["id"], draft["id"]], "description": "Else"});
    assert_eq!(agent.code("update_time_entries", several).await, Code::NeedsApproval);

    agent.ok("start_timer", json!({"project": "Dashboard", "description": "agent"})).await;
    studio.ok("update_timer", json!({"description": "mine by now"})).await;
    for (operation, given) in [("update_timer", json!({"description": "again"})), ("discard_timer", json!({})), ("stop_timer", json!({}))] {
        assert_eq!(agent.code(operation, given).await, Code::NeedsApproval, "{operation}");
    }
}

/// A model would report drafts as done: every draft says that it is one, and where it is confirmed.
#[tokio::test]
async fn a_draft_says_that_it_is_one_and_where_it_is_confirmed() {
    let studio = studio().await;
    let said = |answer: &serde_json::Value, place: &str| {
        let told: Vec<&str> = answer["warnings"].as_array().into_iter().flatten().filter_map(|words| words.as_str()).collect();
        assert!(told.iter().any(|words| words.starts_with("This is a draft") && words.contains(place)), "{answer:#}");
    };
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        let draft = log(&agent, json!({"date": "2026-11-18"})).await;
        said(&draft, "/time?from=2026-11-18");
        said(&agent.ok("update_time_entry", json!({"time_entry": draft["id"], "description": "Else"})).await, "/time?from=2026-11-18");
        said(&agent.ok("start_timer", json!({"project": "Dashboard"})).await, "/time?from=");
        said(&agent.ok("update_timer", json!({"description": "Else"})).await, "/time?from=");
        said(&agent.ok("stop_timer", json!({})).await, "/time?from=");
        log(&studio, json!({"date": "2026-11-17"})).await;
        let invoice = agent.ok("draft_invoice", json!({"client": "Acme"})).await;
        let place = format!("/invoices/{}", invoice["id"].as_str().expect("an id"));
        said(&invoice, &place);
        said(&agent.ok("update_invoice_draft", json!({"invoice": invoice["id"], "notes": "Thank you"})).await, &place);
        let direct = log(&studio.token(WriteMode::Direct).await, json!({"date": "2026-11-18"})).await;
        assert_eq!((direct.get("warnings"), log(&studio, json!({})).await.get("warnings")), (None, None));
    }
}

/// The draft of another agent stays a draft, whoever changes it: a program that writes directly would report that it counts.
#[tokio::test]
async fn a_program_that_writes_directly_is_told_of_the_draft_it_has_changed() {
    let studio = studio().await;
    let (agent, direct) = (studio.token(WriteMode::Drafts).await, studio.token(WriteMode::Direct).await);
    let draft = log(&agent, json!({"date": "2026-11-18"})).await;
    let said = |answer: &serde_json::Value| {
        let told = answer["warnings"].to_string();
        told.contains("This is a draft until confirmed: ") && told.contains("/time?from=2026-11-")
    };
    let change = |words: &str| json!({"time_entry": draft["id"], "description": words});
    assert!(said(&direct.ok("update_time_entry", change("Else")).await));
    let several = json!({"time_entries": [draft["id"]], "description": "Of several"});
    assert!(said(&direct.ok("update_time_entries", several).await));
    agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(60);
    assert!(said(&direct.ok("stop_timer", json!({})).await));
    assert!(!said(&studio.ok("update_time_entry", change("At a page")).await), "there it is seen");
    let card = studio.through(crate::context::Channel::Assistant).ok("update_time_entry", change("On a card")).await;
    let named = json!(["This is a draft until confirmed on the time page."]);
    assert_eq!(card["warnings"], named, "a person reads it, who follows no address in a sentence");
    studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert!(!said(&direct.ok("update_time_entry", change("Confirmed")).await));
}

#[tokio::test]
async fn whoever_stops_their_own_timer_has_looked_so_it_counts_and_the_answer_says_so() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let said = |answer: &serde_json::Value| answer["warnings"][0].as_str().is_some_and(|words| words.contains("An agent has"));
    agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3_600);
    assert_eq!(
        studio.token(WriteMode::Direct).await.ok("stop_timer", json!({"dry_run": true})).await["state"],
        "draft",
        "no program looks"
    );
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["state"], &stopped["day_total"]["seconds"]), (&json!("logged"), &json!(3_600)));
    assert!(said(&stopped), "{stopped:#}");
    agent.ok("start_timer", json!({"project": "Dashboard", "description": "of an agent"})).await;
    studio.advance(60);
    let next = studio.ok("start_timer", json!({"project": "Dashboard", "description": "next", "stop_running": true})).await;
    assert!(next["stopped"]["state"] == "logged" && said(&next), "{next:#}");
    studio.advance(60);
    let own = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&own["state"], own.get("warnings")), (&json!("logged"), None), "there is nothing to say of one's own");
}

#[tokio::test]
async fn a_timer_of_an_agent_that_ends_with_the_membership_waits() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let timer = barbara.token(WriteMode::Drafts).await.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(60);
    assert_eq!(studio.ok("remove_member", json!({"member": barbara.member()})).await["stopped_timer"], true);
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": timer["id"]})).await["state"], "draft", "nobody has looked at it");
}

#[tokio::test]
async fn a_timer_of_another_agent_is_not_said_to_be_one_that_a_person_started() {
    let studio = studio().await;
    let (agent, direct) = (studio.token(WriteMode::Drafts).await, studio.token(WriteMode::Direct).await);
    direct.ok("start_timer", json!({"project": "Dashboard"})).await;
    let refused = agent.refused("stop_timer", json!({})).await;
    assert!(refused.message.starts_with("To stop a timer that this token did not start needs a person"), "{refused:?}");
}

#[tokio::test]
async fn an_agent_that_writes_drafts_changes_drafts_only() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let (draft, logged) = (log(&agent, json!({})).await, log(&studio, json!({})).await);
    let changed = agent.ok("update_time_entry", json!({"time_entry": draft["id"], "duration": "2h"})).await;
    assert_eq!((&changed["state"], &changed["worked"]["seconds"]), (&json!("draft"), &json!(7200)));
    let refused = agent.refused("update_time_entry", json!({"time_entry": logged["id"], "duration": "2h"})).await;
    assert_eq!(refused.code, Code::NeedsApproval);
    for entry in [&draft, &logged] {
        assert_eq!(agent.code("delete_time_entry", json!({"time_entry": entry["id"]})).await, Code::NeedsApproval);
    }
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!(agent.code("discard_timer", json!({})).await, Code::NeedsApproval);
    studio.ok("discard_timer", json!({})).await;
    agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    agent.ok("discard_timer", json!({})).await;
    let direct = studio.token(WriteMode::Direct).await;
    direct.ok("update_time_entry", json!({"time_entry": logged["id"], "duration": "2h"})).await;
    direct.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
}

#[tokio::test]
async fn only_a_person_confirms_and_each_their_own() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let (hers, adas) = (barbara.token(WriteMode::Drafts).await, studio.token(WriteMode::Drafts).await);
    let (first, second) = (log(&hers, json!({})).await, log(&adas, json!({})).await);
    for writes in [WriteMode::Drafts, WriteMode::Direct] {
        let agent = barbara.token(writes).await;
        assert_eq!(agent.code("confirm_time_entries", json!({"all": true})).await, Code::Forbidden);
    }
    assert_eq!(barbara.code("confirm_time_entries", json!({"time_entries": [first["id"], second["id"]]})).await, Code::NotFound);
    assert_eq!(studio.ok("list_time_entries", json!({"state": "draft", "with_total": true})).await["total"], 2);
    assert_eq!(studio.ok("confirm_time_entries", json!({"all": true})).await["confirmed"], 1, "all are all of one's own");
    let named = studio.as_role(Role::Manager).await.ok("confirm_time_entries", json!({"time_entries": [first["id"], first["id"]]})).await;
    assert_eq!(named["confirmed"], 1);
    assert_eq!(barbara.ok("confirm_time_entries", json!({"time_entries": [first["id"]]})).await["confirmed"], 0, "confirmed already");
}

#[tokio::test]
async fn what_is_confirmed_is_named_or_all_but_not_closed_or_running() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let (closed, open) = (log(&agent, json!({})).await, log(&agent, json!({"date": "2026-11-21"})).await);
    let running = agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-20"})).await;
    for given in [json!({}), json!({"all": true, "time_entries": [open["id"]]}), json!({"time_entries": vec!["x"; 201]})] {
        assert!(studio.refused("confirm_time_entries", given).await.field("time_entries").is_some());
    }
    assert_eq!(studio.code("confirm_time_entries", json!({"time_entries": [open["id"], closed["id"]]})).await, Code::Locked);
    assert_eq!(studio.code("confirm_time_entries", json!({"time_entries": [running["id"]]})).await, Code::Conflict);
    let confirmed = studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert_eq!((&confirmed["confirmed"], &confirmed["waiting"]), (&json!(1), &json!(2)));
    assert_eq!(confirmed["warnings"][0], "1 draft is on a day that is closed and still waits.");
}

/// The notice of the time page about the drafts that it shows, and how many it confirms.
async fn told(studio: &World, of_the_week: i64, shown: usize) -> (Option<String>, usize) {
    let listed = studio.ok("list_time_entries", json!({"limit": 200})).await;
    let mut page: Page<TimeEntry> = serde_json::from_value(listed).expect("a page");
    page.items.truncate(shown);
    let waiting = WeekDrafts::of(&page.items, &WorkDuration::of(of_the_week));
    (waiting.words(), waiting.confirmable.len())
}

#[tokio::test]
async fn the_time_page_counts_the_drafts_that_its_button_confirms_and_names_the_others_apart() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    assert_eq!(told(&studio, 0, 200).await, (None, 0), "nothing waits");
    for (date, duration) in [("2026-11-16", "3h"), ("2026-11-17", "2h"), ("2026-11-19", "1h"), ("2026-11-20", "30m")] {
        log(&agent, json!({"date": date, "duration": duration})).await;
    }
    let all = "4 drafts, 6h 30m together, were written by agents and wait for you.";
    assert_eq!(told(&studio, 23_400, 200).await, (Some(all.to_owned()), 4));
    studio.ok("update_organization", json!({"lock_date": "2026-11-17"})).await;
    let rest = "2 drafts, 1h 30m together, were written by agents and wait for you. 2 drafts are on days that are closed and cannot count, \
                unless an owner or admin moves the lock date.";
    assert_eq!(told(&studio, 23_400, 200).await, (Some(rest.to_owned()), 2));
    let latest = "1 draft of 30m was written by an agent and waits for you. 6h in further drafts is not shown here.";
    assert_eq!(told(&studio, 23_400, 1).await, (Some(latest.to_owned()), 1));
}

#[tokio::test]
async fn the_time_page_says_of_an_agents_timer_that_it_is_confirmed_once_it_is_stopped() {
    let studio = studio().await;
    studio.token(WriteMode::Drafts).await.ok("start_timer", json!({"project": "Dashboard"})).await;
    let words = "A timer that an agent started can be confirmed once it is stopped.";
    assert_eq!(told(&studio, 0, 200).await, (Some(words.to_owned()), 0));
}
