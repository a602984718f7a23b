//! Tests of days and clocks of members in other time zones.

use serde_json::{Value, json};

use super::{forms::form_fields, log, on_project, studio_in, with};
use crate::{context::Channel, error::Code, testing::World, time::UpdateTimeEntry};

/// The member with an own time zone from now on; with empty text, that of the organization.
async fn moved(member: &World, zone: &str) -> World {
    member.ok("set_time_zone", json!({"time_zone": zone})).await;
    member.at(member).await
}

fn days_of(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().filter_map(|item| item["day"].as_str()).collect()
}

#[tokio::test]
async fn a_member_has_days_of_their_own() {
    let studio = studio_in("Europe/Berlin").await;
    // 01:30 on Sunday in Berlin, 19:30 on Saturday in New York.
    studio.set_clock("2026-11-22T00:30:00Z");
    let grace = moved(&on_project(&studio, "Dashboard").await, "America/New_York").await;
    assert_eq!(log(&grace, json!({"date": ""})).await["day"], "2026-11-21");
    assert_eq!(log(&grace, json!({"date": "today"})).await["day"], "2026-11-21");
    assert_eq!(log(&grace, json!({"date": "yesterday"})).await["day"], "2026-11-20");
    let timer = grace.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!((&timer["day"], &timer["started_at"]), (&json!("2026-11-21"), &json!("2026-11-21T19:30:00-05:00")));
    assert_eq!(grace.ok("get_timer", json!({})).await["today"]["seconds"], 10_800);
    assert_eq!(days_of(&grace.ok("list_time_entries", json!({"period": "today"})).await), ["2026-11-21"; 3]);
    assert_eq!(grace.ok("summarize_time", json!({"period": "this_week"})).await["totals"]["entries"], 3);
    assert_eq!(studio.ok("list_time_entries", json!({"period": "today", "with_total": true})).await["total"], 0);
    let who = grace.ok("whoami", json!({})).await["organization"].clone();
    assert_eq!((&who["time_zone"], &who["today"]), (&json!("America/New_York"), &json!("2026-11-21")));
    assert_eq!((&who["organization_time_zone"], &who["organization_today"]), (&json!("Europe/Berlin"), &json!("2026-11-22")));
}

#[tokio::test]
async fn times_without_an_offset_are_on_the_clock_of_whoever_works_at_every_door() {
    let studio = studio_in("Europe/Berlin").await;
    let grace = moved(&on_project(&studio, "Dashboard").await, "America/New_York").await;
    let given = json!({"project": "Dashboard", "started_at": "2026-11-20T09:00", "ended_at": "2026-11-20T10:00"});
    for channel in [Channel::Page, Channel::Rest, Channel::Mcp, Channel::Assistant, Channel::CommandLine] {
        let entry = grace.through(channel).ok("create_time_entry", given.clone()).await;
        assert_eq!(entry["started_at"], "2026-11-20T09:00:00-05:00", "{channel:?}");
    }
    let late = with(given, json!({"member": grace.member(), "started_at": "2026-11-20T23:00", "ended_at": "2026-11-20T23:30"}));
    let entry = studio.ok("create_time_entry", late).await;
    assert_eq!((&entry["day"], &entry["started_at"]), (&json!("2026-11-20"), &json!("2026-11-20T23:00:00-05:00")), "for others, too");
    let changed = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "ended_at": "2026-11-20T23:45"})).await;
    assert_eq!((&changed["worked"]["seconds"], &changed["ended_at"]), (&json!(2_700), &json!("2026-11-20T23:45:00-05:00")));
    let timer = json!({"project": "Dashboard", "started_at": "2026-11-21T04:30"});
    assert_eq!(grace.ok("start_timer", timer).await["started_at"], "2026-11-21T04:30:00-05:00");
    assert_eq!(grace.ok("stop_timer", json!({"ended_at": "2026-11-21T04:45"})).await["worked"]["seconds"], 900);
}

#[tokio::test]
async fn who_moves_from_auckland_to_los_angeles_keeps_the_days_of_old_entries() {
    let studio = studio_in("Europe/Berlin").await;
    let grace = moved(&on_project(&studio, "Dashboard").await, "Pacific/Auckland").await;
    let early = json!({"date": "", "duration": "", "started_at": "2026-11-20T08:00", "ended_at": "2026-11-20T09:00"});
    let (timed, plain) = (log(&grace, early).await, log(&grace, json!({})).await);
    assert_eq!(timed["started_at"], "2026-11-20T08:00:00+13:00");
    let grace = moved(&grace, "America/Los_Angeles").await;
    let there = grace.ok("get_time_entry", json!({"time_entry": timed["id"]})).await;
    assert_eq!((&there["day"], &there["started_at"]), (&json!("2026-11-20"), &json!("2026-11-19T11:00:00-08:00")));
    for entry in [&there, &plain] {
        let form = with(form_fields(entry), json!({"description": "Charts"}));
        let saved = grace.form::<UpdateTimeEntry>(form).await.expect("saved");
        for what in ["day", "started_at", "ended_at", "worked"] {
            assert_eq!(saved[what], entry[what], "{what}");
        }
    }
    assert_eq!(days_of(&studio.ok("list_time_entries", json!({"from": "2026-11-20", "to": "2026-11-20"})).await).len(), 2);
    studio.set_clock("2026-11-21T05:00:00Z");
    assert_eq!(log(&grace, json!({"date": ""})).await["day"], "2026-11-20", "it is Friday evening there");
}

#[tokio::test]
async fn another_zone_of_the_organization_moves_no_day() {
    let studio = studio_in("America/Los_Angeles").await;
    let late = json!({"date": "", "duration": "", "started_at": "2026-10-31T20:00", "ended_at": "2026-10-31T21:00"});
    let entry = log(&studio, late).await;
    studio.ok("update_organization", json!({"time_zone": "Europe/Berlin"})).await;
    let studio = studio.at(&studio).await;
    let there = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&there["day"], &there["started_at"]), (&json!("2026-10-31"), &json!("2026-11-01T04:00:00+01:00")));
    let saved = studio.form::<UpdateTimeEntry>(with(form_fields(&there), json!({"description": "Charts"}))).await.expect("saved");
    assert_eq!((&saved["day"], &saved["description"]), (&json!("2026-10-31"), &json!("Charts")));
    let longer = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h"})).await;
    assert_eq!(longer["day"], "2026-10-31");
    for (period, seconds) in [("2026-10", 7_200), ("2026-11", 0)] {
        assert_eq!(studio.ok("summarize_time", json!({"period": period})).await["totals"]["worked"]["seconds"], seconds, "{period}");
        let invoice = studio.ok("preview_invoice", json!({"client": "Acme", "period": period})).await;
        assert_eq!(invoice["lines"].as_array().map(Vec::len), Some(usize::from(seconds > 0)), "{period}");
    }
    studio.ok("update_organization", json!({"lock_date": "2026-10-31"})).await;
    assert_eq!(studio.code("update_time_entry", json!({"time_entry": entry["id"], "description": "x"})).await, Code::Locked);
}

#[tokio::test]
async fn a_running_timer_keeps_its_day_until_its_start_is_changed() {
    let studio = studio_in("Pacific/Auckland").await;
    let timer = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!((&timer["day"], &timer["started_at"]), (&json!("2026-11-21"), &json!("2026-11-21T23:00:00+13:00")));
    let studio = moved(&studio, "America/Los_Angeles").await;
    studio.advance(3_600);
    let same = json!({"description": "Charts", "started_at": "2026-11-21T02:00"});
    assert_eq!(studio.ok("update_timer", same).await["day"], "2026-11-21");
    let earlier = studio.ok("update_timer", json!({"started_at": "2026-11-20T23:00"})).await;
    assert_eq!((&earlier["day"], &earlier["worked"]["seconds"]), (&json!("2026-11-20"), &json!(14_400)));
}

#[tokio::test]
async fn the_hour_that_a_clock_skips_is_said() {
    let studio = studio_in("Europe/Berlin").await;
    let words = "02:30 does not exist on 29 March 2026 in Europe/Berlin; 03:30 was taken.";
    let given = json!({"project": "Dashboard", "started_at": "2026-03-29T02:30", "ended_at": "2026-03-29T04:30"});
    let entry = studio.ok("create_time_entry", given).await;
    assert_eq!((&entry["warnings"], &entry["worked"]["seconds"]), (&json!([words]), &json!(3_600)));
    let nothing = json!({"project": "Dashboard", "started_at": "2026-03-29T02:30", "ended_at": "2026-03-29T03:30"});
    let refused = studio.refused("create_time_entry", nothing).await;
    assert!(refused.message.starts_with("02:30 does not exist on 29 March 2026 in Europe/Berlin: the clock"), "{}", refused.message);
    let before = json!({"project": "Dashboard", "started_at": "2026-03-27T02:30", "ended_at": "2026-03-27T03:00"});
    let before = studio.ok("create_time_entry", before).await;
    assert_eq!(before.get("warnings"), None);
    let moved = studio.ok("update_time_entry", json!({"time_entry": before["id"], "date": "2026-03-29"})).await;
    assert_eq!(moved["warnings"][0], words, "a move to another day says it, too");
    studio.set_clock("2026-03-29T08:00:00Z");
    let timer = studio.ok("start_timer", json!({"project": "Dashboard", "started_at": "2026-03-29T02:30", "allow_overlap": true})).await;
    assert_eq!(timer["warnings"][0], words);
    let form = studio.form::<UpdateTimeEntry>(form_fields(&entry)).await.expect("saved");
    assert!(!form["warnings"].to_string().contains("does not exist"), "what a form shows is a time that there is: {form}");
}

#[tokio::test]
async fn days_come_by_word() {
    let studio = studio_in("Europe/Berlin").await;
    // A Saturday.
    for (word, day) in
        [("today", "2026-11-21"), ("Yesterday", "2026-11-20"), ("saturday", "2026-11-21"), ("sun", "2026-11-15"), ("Monday", "2026-11-16")]
    {
        let entry = log(&studio, json!({"date": word})).await;
        assert_eq!(entry["day"], day, "{word}");
        let told = entry["warnings"].to_string().contains("saturday was taken as today, 2026-11-21; a week ago it was 2026-11-14");
        assert_eq!(told, word == "saturday", "{word}: {}", entry["warnings"]);
    }
    for (word, day) in [("last saturday", "2026-11-14"), ("Last Sun", "2026-11-15"), ("last_friday", "2026-11-20")] {
        let tried = json!({"project": "Dashboard", "duration": "1h", "date": word, "dry_run": true});
        assert_eq!(studio.ok("create_time_entry", tried).await["day"], day, "{word}");
    }
    let page = studio.ok("list_time_entries", json!({"from": "monday", "to": "yesterday"})).await;
    assert_eq!(days_of(&page), ["2026-11-20", "2026-11-16"]);
    for period in ["friday..today", "2026-11-20..saturday"] {
        assert_eq!(studio.ok("summarize_time", json!({"period": period})).await["totals"]["entries"], 3, "{period}");
    }
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "date": "tomorrow"})).await;
    assert!(refused.field("date").is_some() && refused.hint.is_some_and(|hint| hint.contains("yesterday")));
}
