//! Tests of invalid input: each is refused with the field it is about, and nothing is stored.

use serde_json::{Value, json};

use super::{entries, log, on_project, studio, with};
use crate::{access::WriteMode, error::Code};

#[tokio::test]
async fn what_is_no_time_is_refused() {
    let studio = studio().await;
    let long = "x".repeat(2_001);
    let cases: Vec<(Value, &str)> = vec![
        (json!({"duration": "25h"}), "duration"),
        (json!({"duration": "24h 1s"}), "duration"),
        (json!({"duration": "-1h"}), "duration"),
        (json!({"duration": "\u{2212}1h"}), "duration"),
        (json!({"duration": "0"}), "duration"),
        (json!({"duration": "0m"}), "duration"),
        (json!({"duration": "99999999999999999999h"}), "duration"),
        (json!({"duration": "90"}), "duration"),
        (json!({"duration": "a while"}), "duration"),
        (json!({"duration": "1:75"}), "duration"),
        (json!({"duration": "1h", "date": "2026-02-30"}), "date"),
        (json!({"duration": "1h", "date": "tomorrow"}), "date"),
        (json!({"duration": "1h", "date": "0001-01-01"}), "date"),
        (json!({}), "duration"),
        (json!({"date": "2026-11-20"}), "duration"),
        (json!({"started_at": "2026-11-20T09:00:00Z"}), "ended_at"),
        (json!({"ended_at": "2026-11-20T09:00:00Z"}), "started_at"),
        (json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T08:59:59Z"}), "ended_at"),
        (json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T10:00:00+01:00"}), "ended_at"),
        (json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-21T09:00:01Z"}), "ended_at"),
        (json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T10:00:00Z", "duration": "2h"}), "duration"),
        (json!({"started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T10:00:00Z", "date": "2026-11-19"}), "date"),
        (json!({"started_at": "nine", "ended_at": "ten"}), "started_at"),
        (json!({"started_at": "2026-11-20T25:00:00Z", "ended_at": "2026-11-20T10:00:00Z"}), "started_at"),
        (json!({"duration": "1h", "description": long}), "description"),
        (json!({"duration": "1h", "rate": "-0.01"}), "rate"),
        (json!({"duration": "1h", "rate": "1000000000.01"}), "rate"),
        (json!({"duration": "1h", "rate": "1.00", "billable": false}), "rate"),
        (json!({"duration": "1h", "rate": 12.5}), "rate"),
        (json!({"duration": "1h", "billable": "perhaps"}), "billable"),
        (json!({"duration": 90}), "duration"),
    ];
    for (given, field) in cases {
        let refused = studio.refused("create_time_entry", with(json!({"project": "Dashboard"}), given.clone())).await;
        assert_eq!(refused.code, Code::Invalid, "{given}");
        assert!(refused.field(field).is_some_and(|message| message.len() > 15), "{given} names {:?}", refused.fields);
    }
    assert_eq!(entries(&studio).await, 0);
}

/// A start and a duration, and an end and a duration, are each enough.
#[tokio::test]
async fn beside_one_end_alone_both_ways_on_are_told() {
    let studio = studio().await;
    let project = json!({"project": "Dashboard"});
    for (given, way) in [
        (json!({"ended_at": "10:00"}), "give started_at, or a duration such as 1h30m."),
        (json!({"started_at": "08:00"}), "give ended_at, or a duration such as 1h30m."),
    ] {
        let refused = studio.refused("create_time_entry", with(project.clone(), given.clone())).await;
        assert!(refused.message.ends_with(way), "{given}: {refused:?}");
        let all = json!({"entries": [with(project.clone(), given.clone())]});
        let refused = studio.refused("create_time_entries", all).await;
        assert!(refused.message.ends_with(way), "{given}: {refused:?}");
        studio.ok("create_time_entry", with(project.clone(), with(given, json!({"duration": "1h"})))).await;
    }
    assert_eq!(entries(&studio).await, 2);
}

#[tokio::test]
async fn a_day_in_other_figures_is_refused_with_the_way_to_write_it() {
    let studio = studio().await;
    for (given, field, way) in [
        (json!({"duration": "1h", "date": "30/11/2026"}), "date", "write it as YYYY-MM-DD: 2026-11-30."),
        (json!({"duration": "1h", "started_at": "20.11.2026 9:00"}), "started_at", "write 2026-11-20 09:00."),
    ] {
        let refused = studio.refused("create_time_entry", with(json!({"project": "Dashboard"}), given.clone())).await;
        assert!(refused.field(field).is_some_and(|told| told.ends_with(way)), "{given}: {refused:?}");
    }
}

#[tokio::test]
async fn a_number_where_a_time_is_wanted_is_answered_with_a_time_and_not_with_the_number() {
    let studio = studio().await;
    let entry = json!({"project": "Dashboard", "started_at": 1_795_600_800, "duration": "1h"});
    for (operation, given, field) in [
        ("create_time_entry", entry.clone(), "started_at"),
        ("create_time_entries", json!({"entries": [entry]}), "entries[0].started_at"),
        ("start_timer", json!({"project": "Dashboard", "started_at": 1_795_600_800}), "started_at"),
    ] {
        let refused = studio.refused(operation, given).await;
        let told = refused.field(field).unwrap_or_default();
        assert!(told.contains("\"09:00\"") && !told.contains("1795600800"), "{operation}: {refused:?}");
    }
}

#[tokio::test]
async fn an_argument_that_does_not_exist_is_refused_and_the_known_ones_are_told() {
    let studio = studio().await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "hours": 2})).await;
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.message.contains("hours") && refused.hint.is_some_and(|hint| hint.contains("duration")));
    assert_eq!(studio.code("start_timer", json!({"project": "Dashboard", "task": "x"})).await, Code::Invalid);
    assert_eq!(studio.code("start_timer", json!({})).await, Code::Invalid);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let studio = studio().await;
    for project in ["Nothing", "Acme / Nothing", "0198c0de-0000-7000-8000-000000000000", " / "] {
        assert_eq!(studio.code("create_time_entry", json!({"project": project, "duration": "1h"})).await, Code::NotFound, "{project}");
        assert_eq!(studio.code("start_timer", json!({"project": project})).await, Code::NotFound, "{project}");
    }
    for (operation, more) in [("create_time_entry", json!({"project": " ", "duration": "1h"})), ("start_timer", json!({"project": " "}))] {
        let absent = studio.refused(operation, more).await;
        assert_eq!(absent.code, Code::Invalid, "{operation}: what is empty is absent: {absent:?}");
    }
    for entry in ["0198c0de-0000-7000-8000-000000000000", "first", ""] {
        for operation in ["get_time_entry", "update_time_entry", "delete_time_entry"] {
            assert_eq!(studio.code(operation, json!({"time_entry": entry})).await, Code::NotFound, "{operation} {entry}");
        }
    }
    assert_eq!(
        studio.code("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": "Nobody"})).await,
        Code::NotFound
    );
    for filter in [
        json!({"project": "Nothing"}),
        json!({"client": "Nobody"}),
        json!({"member": "Nobody"}),
        json!({"project": "0198c0de-0000-7000-8000-000000000000"}),
    ] {
        assert_eq!(studio.code("list_time_entries", filter.clone()).await, Code::NotFound, "{filter}");
        assert_eq!(studio.code("summarize_time", filter.clone()).await, Code::NotFound, "{filter}");
    }
}

#[tokio::test]
async fn filters_that_make_no_sense_are_refused() {
    let studio = studio().await;
    for (given, field) in [
        (json!({"period": "someday"}), "period"),
        (json!({"period": "this_week", "from": "2026-11-01"}), "period"),
        (json!({"from": "2026-11-20", "to": "2026-11-01"}), "to"),
        (json!({"from": "November"}), "from"),
        (json!({"state": "lost"}), "state"),
    ] {
        for operation in ["list_time_entries", "summarize_time"] {
            let refused = studio.refused(operation, given.clone()).await;
            assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{operation} {given} {refused:?}");
        }
    }
    for (given, field) in [(json!({"limit": 0}), "limit"), (json!({"limit": 201}), "limit"), (json!({"cursor": "abc"}), "cursor")] {
        assert!(studio.refused("list_time_entries", given.clone()).await.field(field).is_some(), "{given}");
    }
}

#[tokio::test]
async fn another_tenants_ids_are_not_found() {
    let (ours, theirs) = (studio().await, studio().await);
    let entry = log(&theirs, json!({})).await;
    let before = theirs.ok("list_time_entries", json!({})).await;
    let (id, project, client, member) = (&entry["id"], &entry["project"]["id"], &entry["client"]["id"], &entry["member"]["id"]);
    let own = log(&ours, json!({})).await;
    ours.ok("start_timer", json!({"project": "Dashboard"})).await;
    let calls = [
        ("get_time_entry", json!({"time_entry": id})),
        ("update_time_entry", json!({"time_entry": id, "description": "mine"})),
        ("delete_time_entry", json!({"time_entry": id})),
        ("confirm_time_entries", json!({"time_entries": [id]})),
        ("create_time_entry", json!({"project": project, "duration": "1h"})),
        ("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": member})),
        ("update_time_entry", json!({"time_entry": own["id"], "project": project})),
        ("start_timer", json!({"project": project})),
        ("start_timer", json!({"project": project, "stop_running": true})),
        ("update_timer", json!({"project": project})),
        ("list_time_entries", json!({"project": project})),
        ("list_time_entries", json!({"client": client})),
        ("list_time_entries", json!({"member": member})),
        ("summarize_time", json!({"project": project})),
        ("summarize_time", json!({"client": client})),
        ("summarize_time", json!({"member": member})),
    ];
    for (operation, arguments) in calls {
        assert_eq!(ours.code(operation, arguments.clone()).await, Code::NotFound, "{operation} {arguments}");
    }
    assert_eq!(theirs.ok("list_time_entries", json!({})).await, before);
    assert_eq!(entries(&ours).await, 2);
}

#[tokio::test]
async fn no_time_is_logged_for_who_has_left_and_what_they_logged_may_change() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = log(&barbara, json!({})).await;
    studio.ok("remove_member", json!({"member": barbara.member()})).await;
    let late = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h", "member": barbara.member()});
    let refused = studio.refused("create_time_entry", late).await;
    assert!(refused.field("member").is_some_and(|problem| problem.contains("has left")), "{refused:?}");
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "description": "Corrected"})).await;
}

/// People at a page know no names of operations.
#[tokio::test]
async fn what_is_billable_and_has_no_rate_is_told_to_each_in_their_words() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "currency": "EUR"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    let logged = async |world: &crate::testing::World| {
        let entry = json!({"project": "Globex / Site", "date": "2026-11-20", "duration": "1h", "billable": true});
        world.ok("create_time_entry", entry).await["warnings"].to_string()
    };
    let (page, agent) = (logged(&studio).await, logged(&studio.token(WriteMode::Direct).await).await);
    assert!(page.contains("also for the unbilled time") && !page.contains("set_rate"), "{page}");
    assert!(page.contains("Globex / Site") && page.contains("has no rate in EUR"), "{page}");
    let call =
        json!("No rate in EUR: worth 0. set_rate {\"client\": \"Globex\", \"rate\": …, \"applies_to\": \"unbilled_time\"} gives one.");
    assert!(agent.contains(&call.to_string()), "{agent}");
    let drafting = logged(&studio.token(WriteMode::Drafts).await).await;
    assert!(drafting.contains("No rate in EUR: worth 0.") && !drafting.contains("set_rate"), "it may not set one: {drafting}");
}
