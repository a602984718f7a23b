//! Tests of starting the timer.

use serde_json::{Value, json};

use super::{entries, log, on_project, studio, with};
use crate::{context::Channel, error::Code};

#[tokio::test]
async fn a_started_timer_is_there_for_every_tab() {
    let studio = studio().await;
    let started = studio.ok("start_timer", json!({"project": "Acme / Dashboard", "description": "Charts"})).await;
    assert_eq!((&started["running"], &started["source"], started.get("stopped")), (&json!(true), &json!("timer"), None));
    studio.advance(75);
    let current = studio.ok("get_timer", json!({})).await;
    assert_eq!((&current["timer"]["id"], &current["timer"]["worked"]["seconds"]), (&started["id"], &json!(75)));
    assert_eq!((&current["timer"]["started_at"], &current["today"]["seconds"]), (&json!("2026-11-21T10:00:00+00:00"), &json!(0)));
    assert_eq!(studio.through(Channel::Rest).ok("get_timer", json!({})).await, current);
}

#[tokio::test]
async fn a_second_timer_is_refused_with_the_one_that_runs() {
    let studio = studio().await;
    let first = studio.ok("start_timer", json!({"project": "Dashboard", "description": "Charts"})).await;
    let refused = studio.refused("start_timer", json!({"project": "Dashboard", "description": "Tables"})).await;
    assert_eq!(refused.code, Code::TimerRunning);
    assert_eq!(refused.details.as_ref().map(|timer| &timer["id"]), Some(&first["id"]));
    assert!(refused.message.contains("Charts"));
    assert_eq!(refused.hint.as_deref(), Some("Stop it first."), "a page has a button for the other way");
    let program = studio.through(Channel::Mcp).refused("start_timer", json!({"project": "Dashboard", "description": "Tables"})).await;
    assert!(program.hint.is_some_and(|hint| hint.contains("stop_running set to true")));
    assert_eq!(entries(&studio).await, 1);
}

#[tokio::test]
async fn starting_the_same_thing_again_changes_nothing() {
    let studio = studio().await;
    let first = studio.ok("start_timer", json!({"project": "Dashboard", "description": " Charts "})).await;
    studio.advance(60);
    for again in [
        json!({"project": "acme/dashboard", "description": "Charts"}),
        json!({"project": "Dashboard", "description": "Charts", "stop_running": true}),
        json!({"project": "Dashboard", "description": "Charts", "billable": true, "started_at": "2026-11-21T09:00:00Z"}),
    ] {
        let same = studio.ok("start_timer", again).await;
        assert_eq!(
            (&same["id"], &same["version"], &same["started_at"], same.get("stopped")),
            (&first["id"], &json!(1), &first["started_at"], None)
        );
    }
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    assert_eq!(studio.ok("start_timer", json!({"project": "Dashboard", "description": "Charts"})).await["id"], first["id"]);
    assert_eq!(entries(&studio).await, 1);
}

#[tokio::test]
async fn another_thing_is_another_timer() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    for other in [json!({"project": "Dashboard", "billable": false}), json!({"project": "Dashboard", "description": "Charts"})] {
        assert_eq!(studio.code("start_timer", other).await, Code::TimerRunning);
    }
}

#[tokio::test]
async fn stop_running_stops_one_where_the_other_begins() {
    let studio = studio().await;
    let first = studio.ok("start_timer", json!({"project": "Dashboard", "description": "first"})).await;
    studio.advance(1800);
    let second = studio.ok("start_timer", json!({"project": "Dashboard", "description": "second", "stop_running": true})).await;
    assert_eq!(second["stopped"]["id"], first["id"]);
    assert_eq!((&second["stopped"]["ended_at"], &second["stopped"]["worked"]["seconds"]), (&second["started_at"], &json!(1800)));
    assert_eq!((&second["day_total"]["seconds"], &second["unbilled"]["amount"]), (&json!(1800), &json!("60.00")));
    let third = studio.ok(
        "start_timer",
        json!({"project": "Dashboard", "description": "third", "stop_running": true, "started_at": "2026-11-21T10:40:00Z"}),
    );
    studio.advance(1800);
    let third = third.await;
    assert_eq!((&third["stopped"]["worked"]["seconds"], &third["started_at"]), (&json!(600), &json!("2026-11-21T10:40:00+00:00")));
}

#[tokio::test]
async fn two_timers_of_one_second_do_not_overlap() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard", "description": "first"})).await;
    let second = studio.ok("start_timer", json!({"project": "Dashboard", "description": "second", "stop_running": true})).await;
    assert_eq!((&second["stopped"]["worked"]["seconds"], &second["stopped"]["ended_at"]), (&json!(1), &second["started_at"]));
}

#[tokio::test]
async fn stop_running_with_nothing_running_just_starts() {
    let studio = studio().await;
    let started = studio.ok("start_timer", json!({"project": "Dashboard", "stop_running": true})).await;
    assert!(started.get("stopped").is_none());
}

#[tokio::test]
async fn a_start_lies_in_the_past_but_not_in_logged_time() {
    let studio = studio().await;
    let given = json!({"project": "Dashboard", "started_at": "2026-11-21T08:00:00Z", "ended_at": "2026-11-21T09:00:00Z"});
    studio.ok("create_time_entry", given).await;
    // Time planned for later is no reason to refuse a start now.
    studio
        .ok("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-21T14:00:00Z", "ended_at": "2026-11-21T15:00:00Z"}))
        .await;
    let at = |instant: &str| json!({"project": "Dashboard", "started_at": instant});
    for (instant, words) in [
        ("2026-11-21T08:59:59Z", "previous entry"),
        ("2026-11-21T07:00:00Z", "previous entry"),
        ("2026-11-21T10:01:01Z", "future"),
        ("2026-11-22T10:00:00Z", "future"),
        ("soon", "is not a time"),
        ("now", "is not a time; leave started_at out"),
    ] {
        let refused = studio.refused("start_timer", at(instant)).await;
        assert!(
            refused.code == Code::Invalid && refused.field("started_at").is_some_and(|message| message.contains(words)),
            "{instant}: {refused:?}"
        );
    }
    assert_eq!(entries(&studio).await, 2);
    let started = studio.ok("start_timer", at("2026-11-21T09:00:00Z")).await;
    assert_eq!(started["worked"]["seconds"], 3600);
    let before = json!({"project": "Dashboard", "description": "x", "stop_running": true, "started_at": "2026-11-21T09:00:00Z"});
    assert!(studio.refused("start_timer", before).await.field("started_at").is_some());
}

#[tokio::test]
async fn a_start_in_logged_time_can_be_asked_for_and_is_told() {
    let studio = studio().await;
    let given = json!({"project": "Dashboard", "started_at": "2026-11-21T08:00:00Z", "ended_at": "2026-11-21T09:00:00Z"});
    studio.ok("create_time_entry", given).await;
    let overlapping = json!({"project": "Dashboard", "started_at": "2026-11-21T08:30:00Z"});
    assert_eq!(studio.refused("start_timer", overlapping.clone()).await.hint, None, "a page has no such argument");
    let refused = studio.through(Channel::Mcp).refused("start_timer", overlapping).await;
    assert!(refused.hint.is_some_and(|hint| hint.contains("allow_overlap")), "the way is told");
    let asked = json!({"project": "Dashboard", "started_at": "2026-11-21T08:30:00Z", "allow_overlap": true});
    let started = studio.ok("start_timer", asked).await;
    assert_eq!(started["worked"]["seconds"], 5_400);
    assert!(started["warnings"][0].as_str().is_some_and(|words| words.contains("overlap")), "{started:#}");
    let earlier = json!({"started_at": "2026-11-21T08:15:00Z"});
    assert_eq!(studio.code("update_timer", earlier.clone()).await, Code::Invalid);
    assert_eq!(studio.ok("update_timer", with(earlier, json!({"allow_overlap": true}))).await["worked"]["seconds"], 6_300);
    let unchanged = json!({"started_at": "2026-11-21T08:15", "description": "Charts"});
    assert_eq!(studio.ok("update_timer", unchanged).await["description"], "Charts", "what a form shows unchanged is not asked for anew");
    let later = json!({"project": "Dashboard", "description": "x", "started_at": "2026-11-21T10:00:30Z", "allow_overlap": true});
    assert_eq!(studio.code("start_timer", later).await, Code::TimerRunning, "it stands in no other's place");
}

#[tokio::test]
async fn the_previous_entry_is_found_across_midnight_and_is_ones_own() {
    let studio = studio().await;
    studio.set_clock("2026-11-21T00:30:00Z");
    let barbara = on_project(&studio, "Dashboard").await;
    studio
        .ok("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-20T02:00:00Z", "ended_at": "2026-11-21T00:20:00Z"}))
        .await;
    let given = json!({"project": "Dashboard", "started_at": "2026-11-21T00:10:00Z"});
    assert_eq!(studio.code("start_timer", given.clone()).await, Code::Invalid);
    barbara.ok("start_timer", given).await;
}

#[tokio::test]
async fn a_thousand_starts_with_random_repeats_leave_one_timer_per_member() {
    const MEMBERS: usize = 5;
    const KEYS: usize = 40;
    let studio = studio().await;
    let mut members = vec![studio.clone()];
    for _ in 1..MEMBERS {
        members.push(on_project(&studio, "Dashboard").await);
    }
    let mut order = 7_usize;
    let tasks = (0..1_000).map(|_| {
        order = (order * 1_103_515_245 + 12_345) % (1 << 31);
        let (member, key) = (members[order % MEMBERS].clone(), order / MEMBERS % KEYS);
        let call =
            json!({"project": "Dashboard", "description": format!("{key}"), "stop_running": true, "idempotency_key": format!("{key}")});
        tokio::spawn(async move { member.call("start_timer", call).await })
    });
    let mut started = std::collections::BTreeSet::new();
    for answer in futures::future::join_all(tasks.collect::<Vec<_>>()).await {
        // A call that found no free connection in time has changed nothing.
        if let Ok(timer) = answer.expect("no panic") {
            started.insert(timer["id"].to_string());
        }
    }
    assert_eq!(entries(&studio).await, started.len() as i64, "every entry was answered, however often it was asked for");
    assert!(started.len() <= MEMBERS * KEYS);
    let running = "select count(*) from time_entry where organization_id = $1 and running";
    let of_how_many = "select count(distinct member_id) from time_entry where organization_id = $1 and running";
    assert_eq!((studio.number(running).await, studio.number(of_how_many).await), (MEMBERS as i64, MEMBERS as i64));
}

#[tokio::test]
async fn a_timer_on_what_is_archived_is_refused() {
    let studio = studio().await;
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    let refused = studio.refused("start_timer", json!({"project": "Dashboard"})).await;
    assert!(refused.code == Code::Invalid && refused.field("project").is_some_and(|message| message.contains("archived")));
}

/// How many of the calls were answered, and how many were refused because a timer runs. Any other answer fails the test.
async fn all_at_once(studio: &crate::testing::World, calls: impl Iterator<Item = Value>) -> (usize, usize) {
    let calls = calls.map(|call| {
        let studio = studio.clone();
        tokio::spawn(async move { studio.call("start_timer", call).await })
    });
    let (mut answered, mut refused) = (0, 0);
    for answer in futures::future::join_all(calls).await {
        match answer.expect("no panic") {
            Ok(_) => answered += 1,
            Err(error) => {
                assert_eq!(error.code, Code::TimerRunning, "{error:?}");
                refused += 1;
            }
        }
    }
    assert_eq!(studio.number("select count(*) from time_entry where organization_id = $1 and running").await, 1);
    (answered, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_starts_at_once_one_timer_is_left() {
    let studio = studio().await;
    let same = all_at_once(&studio, (0..200).map(|_| json!({"project": "Dashboard"}))).await;
    assert_eq!((same, entries(&studio).await), ((200, 0), 1));
    studio.ok("discard_timer", json!({})).await;
    let different = all_at_once(&studio, (0..60).map(|number| json!({"project": "Dashboard", "description": format!("{number}")}))).await;
    assert_eq!((different, entries(&studio).await), ((1, 59), 1));
    let switching = all_at_once(
        &studio,
        (0..60).map(|number| json!({"project": "Dashboard", "description": format!("then {number}"), "stop_running": true})),
    )
    .await;
    assert_eq!((switching, entries(&studio).await), ((60, 0), 61));
    let overlaps = "select count(*) from time_entry a join time_entry b using (organization_id, member_id)
        where organization_id = $1 and a.id < b.id and a.started_at < coalesce(b.ended_at, 'infinity') and b.started_at < coalesce(a.ended_at, 'infinity')";
    assert_eq!(studio.number(overlaps).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repeated_keys_start_once() {
    let studio = studio().await;
    let calls = (0..60).map(|number| json!({"project": "Dashboard", "description": format!("{}", number % 3), "stop_running": true, "idempotency_key": format!("{}", number % 3)}));
    all_at_once(&studio, calls).await;
    assert_eq!(entries(&studio).await, 3);
}

#[tokio::test]
async fn the_database_itself_allows_one_timer() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    log(&studio, json!({})).await;
    let copy = "insert into time_entry (organization_id, id, member_id, project_id, billable, day, started_at, running, seconds, rate, source, created_by, created_at, updated_at)
        select organization_id, gen_random_uuid(), member_id, project_id, billable, day, started_at, true, 0, 0, source, created_by, created_at, updated_at
        from time_entry where organization_id = $1 and running on conflict do nothing";
    assert_eq!(studio.sql(copy).await, 0);
}
