//! Tests of logging time, and of the totals in the answer.

use serde_json::json;

use super::{entries, log, studio};
use crate::{access::WriteMode, context::Channel, error::Code, time::EntrySource};

#[tokio::test]
async fn a_bare_number_that_may_have_been_minutes_is_told_to_be_hours() {
    let studio = studio().await;
    for (duration, warned) in [("15", true), ("10", true), ("8", false), ("15h", false), ("15m", false), ("1.5", false)] {
        let entry = studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": duration, "dry_run": true})).await;
        let told = entry["warnings"].to_string().contains("was taken for hours. For minutes, write");
        assert_eq!(told, warned, "{duration}: {}", entry["warnings"]);
    }
}

#[tokio::test]
async fn hours_with_three_decimals_or_more_have_one_reading_as_a_number_and_as_text() {
    let studio = studio().await;
    let program = studio.through(Channel::Rest);
    for (duration, seconds) in [
        (json!(1.667), 6_001),
        (json!("1.667"), 6_001),
        (json!("1,667"), 6_001),
        (json!(2.125), 7_650),
        (json!(7.999), 28_796),
        (json!(4.0 / 3.0), 4_800),
        (json!(0.001), 4),
    ] {
        let call = json!({"project": "Dashboard", "date": "2026-11-20", "duration": duration, "dry_run": true});
        assert_eq!(program.ok("create_time_entry", call).await["worked"]["seconds"], seconds, "{duration}");
    }
    for (hours, seconds) in [(12.125, 43_650), (1.333, 4_799), (1000.0, 3_600_000), (4.0 / 3.0, 4_800)] {
        let budget = program.ok("set_budget", json!({"project": "Dashboard", "hours": hours})).await;
        assert_eq!(budget["hours"]["cap"]["seconds"], seconds, "{hours}: {budget}");
    }
}

#[tokio::test]
async fn a_duration_on_a_day_is_worth_its_rate() {
    let studio = studio().await;
    let entry = log(&studio, json!({"description": "Charts"})).await;
    assert_eq!(entry["worked"], json!({"seconds": 5400, "text": "1h 30m"}));
    assert_eq!(entry["amount"]["amount"], "180.00");
    assert_eq!((&entry["rate"]["amount"], &entry["billable"], &entry["state"]), (&json!("120.00"), &json!(true), &json!("logged")));
    assert_eq!(
        (&entry["day"], &entry["labour"], &entry["running"], &entry["locked"]),
        (&json!("2026-11-20"), &json!("human"), &json!(false), &json!(false))
    );
    assert_eq!(
        (&entry["client"]["name"], &entry["project"]["name"], &entry["member"]["name"]),
        (&json!("Acme"), &json!("Dashboard"), &json!("Ada"))
    );
    assert!(entry.get("started_at").is_none() && entry.get("ended_at").is_none());
}

#[tokio::test]
async fn each_write_tells_the_day_and_what_could_be_invoiced() {
    let studio = studio().await;
    log(&studio, json!({})).await;
    log(&studio, json!({"date": "2026-11-19", "duration": "1h"})).await;
    let third = log(&studio, json!({"duration": "30m", "billable": false})).await;
    assert_eq!((&third["day_total"]["seconds"], &third["unbilled"]["amount"]), (&json!(7200), &json!("300.00")));
    let changed = studio.ok("update_time_entry", json!({"time_entry": third["id"], "billable": true})).await;
    assert_eq!(changed["unbilled"]["amount"], "360.00");
    let deleted = studio.ok("delete_time_entry", json!({"time_entry": third["id"]})).await;
    assert_eq!((&deleted["day_total"]["seconds"], &deleted["unbilled"]["amount"]), (&json!(5400), &json!("300.00")));
    assert_eq!(studio.code("get_time_entry", json!({"time_entry": third["id"]})).await, Code::NotFound);
}

#[tokio::test]
async fn a_start_and_an_end_make_an_entry_of_the_day_of_the_start() {
    let studio = studio().await;
    let given = json!({"project": "Acme / Dashboard", "started_at": "2026-11-20T23:00:00.9Z", "ended_at": "2026-11-21T01:15:00.1Z"});
    let entry = studio.ok("create_time_entry", given).await;
    assert_eq!((&entry["day"], &entry["worked"]["seconds"]), (&json!("2026-11-20"), &json!(8100)));
    assert_eq!((&entry["started_at"], &entry["ended_at"]), (&json!("2026-11-20T23:00:00+00:00"), &json!("2026-11-21T01:15:00+00:00")));
    let started =
        studio.ok("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-20T09:00:00Z", "duration": "45m"})).await;
    assert_eq!(started["ended_at"], "2026-11-20T09:45:00+00:00");
}

#[tokio::test]
async fn a_duration_without_a_day_was_worked_today() {
    let studio = studio().await;
    let entry = studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1,5"})).await;
    assert_eq!((&entry["day"], &entry["worked"]["seconds"]), (&json!("2026-11-21"), &json!(5400)));
}

#[tokio::test]
async fn twenty_four_hours_fit_into_an_entry() {
    let studio = studio().await;
    assert_eq!(log(&studio, json!({"duration": "24h"})).await["worked"]["seconds"], 86_400);
    let given = json!({"project": "Dashboard", "started_at": "2026-11-18T09:00:00Z", "ended_at": "2026-11-19T09:00:00Z"});
    assert_eq!(studio.ok("create_time_entry", given).await["worked"]["seconds"], 86_400);
}

#[tokio::test]
async fn the_door_is_the_source() {
    let studio = studio().await;
    for (channel, source) in [
        (Channel::Page, EntrySource::Manual),
        (Channel::Rest, EntrySource::Api),
        (Channel::Mcp, EntrySource::Mcp),
        (Channel::CommandLine, EntrySource::Api),
    ] {
        let entry = log(&studio.through(channel), json!({})).await;
        assert_eq!(entry["source"], source.name());
    }
}

#[tokio::test]
async fn markup_is_kept_as_it_was_written() {
    let studio = studio().await;
    for text in ["<script>alert(1)</script>", "#panic() *x* _y_ $z$ `w`", "'; drop table time_entry; --", "ÄÖÜ 日本語 🎉", "two\nlines"]
    {
        let entry = log(&studio, json!({"description": text})).await;
        assert_eq!(studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await["description"], text);
    }
}

#[tokio::test]
async fn time_more_than_a_day_ahead_is_kept_with_a_warning() {
    let studio = studio().await;
    let tomorrow = log(&studio, json!({"date": "2026-11-22"})).await;
    assert!(tomorrow.get("warnings").is_none(), "{tomorrow:#}");
    let later = log(&studio, json!({"date": "2026-11-23"})).await;
    assert!(later["warnings"][0].as_str().is_some_and(|warning| warning.contains("2026-11-23")));
}

#[tokio::test]
async fn the_same_key_logs_once_and_other_arguments_are_refused() {
    let studio = studio().await;
    let first = log(&studio, json!({"idempotency_key": "monday"})).await;
    let again = log(&studio, json!({"idempotency_key": "monday"})).await;
    assert_eq!(first, crate::testing::without_repeated_flag(again));
    assert_eq!(entries(&studio).await, 1);
    let other = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "2h", "idempotency_key": "monday"});
    assert_eq!(studio.code("create_time_entry", other).await, Code::IdempotencyMismatch);
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_and_keeps_nothing() {
    let studio = studio().await;
    let tried = log(&studio, json!({"dry_run": true})).await;
    assert_eq!(
        (&tried["dry_run"], &tried["unbilled"]["amount"], &tried["changes"][0]["kind"]),
        (&json!(true), &json!("180.00"), &json!("time_entry"))
    );
    studio.ok("start_timer", json!({"project": "Dashboard", "dry_run": true})).await;
    assert_eq!(entries(&studio).await, 0);
    let kept = log(&studio, json!({})).await;
    studio.ok("delete_time_entry", json!({"time_entry": kept["id"], "dry_run": true})).await;
    studio.ok("update_time_entry", json!({"time_entry": kept["id"], "duration": "8h", "dry_run": true})).await;
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": kept["id"]})).await["worked"]["seconds"], 5400);
}

#[tokio::test]
async fn new_time_on_an_archived_project_or_client_is_refused() {
    let studio = studio().await;
    let kept = log(&studio, json!({})).await;
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.field("project").is_some_and(|message| message.contains("archived")));
    studio.ok("update_time_entry", json!({"time_entry": kept["id"], "description": "what was logged can still be put right"})).await;
    studio.ok("restore_project", json!({"project": "Dashboard"})).await;
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    assert!(studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await.field("project").is_some());
}

/// The refusal names every archived record with the operation that restores it.
#[tokio::test]
async fn of_a_project_and_its_client_the_one_that_is_archived_is_named_and_how_it_is_restored() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let kept = log(&agent, json!({})).await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Portal"})).await;
    let refused = async || {
        let mut told = Vec::new();
        for (operation, arguments) in [
            ("create_time_entry", json!({"project": "Globex / Portal", "duration": "1h"})),
            ("create_time_entries", json!({"entries": [{"project": "Globex / Portal", "duration": "1h"}]})),
            ("start_timer", json!({"project": "Globex / Portal"})),
            ("update_time_entry", json!({"time_entry": kept["id"], "project": "Globex / Portal"})),
            ("update_time_entries", json!({"time_entries": [kept["id"]], "project": "Globex / Portal"})),
        ] {
            let refused = agent.refused(operation, arguments).await;
            assert_eq!(refused.code, Code::Invalid, "{operation}: {refused:?}");
            told.push((refused.message, refused.hint.unwrap_or_default()));
        }
        let first = told[0].clone();
        assert!(told.iter().all(|(message, way)| message.ends_with(&first.0) && *way == first.1), "{told:#?}");
        first
    };
    let both = (
        "Globex / Portal and its client Globex are archived, so no new time goes on it. Choose another project, or have both restored.",
        "restore_client restores the client, and restore_project the project.",
    );
    let client = (
        "Globex is archived, so no new time goes on Globex / Portal. Choose another project, or have it restored.",
        "restore_client restores it.",
    );
    let project = (
        "Globex / Portal is archived, so no new time goes on it. Choose another project, or have it restored.",
        "restore_project restores it.",
    );
    let words = |(message, way): (&str, &str)| (message.to_owned(), way.to_owned());
    studio.ok("archive_client", json!({"client": "Globex"})).await;
    assert_eq!(refused().await, words(client));
    studio.ok("archive_project", json!({"project": "Globex / Portal"})).await;
    assert_eq!(refused().await, words(both));
    studio.ok("restore_client", json!({"client": "Globex"})).await;
    assert_eq!(refused().await, words(project));
    studio.ok("restore_project", json!({"project": "Globex / Portal"})).await;
    agent.ok("create_time_entry", json!({"project": "Globex / Portal", "date": "2026-11-20", "duration": "1h"})).await;
}

#[tokio::test]
async fn an_empty_project_is_one_that_was_not_given() {
    let studio = studio().await;
    for (operation, arguments) in [
        ("create_time_entry", json!({"project": "", "duration": "1h"})),
        ("start_timer", json!({"project": " "})),
        ("get_project", json!({"project": ""})),
    ] {
        let refused = studio.refused(operation, arguments).await;
        assert_eq!((refused.code, refused.field("project")), (Code::Invalid, Some("Project is required.")), "{operation}");
    }
    for (operation, field, words) in [("get_client", "client", "Client is required."), ("get_member", "member", "Member is required.")] {
        assert_eq!(studio.refused(operation, json!({field: ""})).await.field(field), Some(words), "{operation}");
    }
}
