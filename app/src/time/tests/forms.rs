//! Tests of what the forms of the pages send.

use serde_json::{Value, json};

use super::{log, on_project, studio, studio_in, with};
use crate::{
    error::Code,
    pages::time::form,
    time::{TimeEntry, UpdateTimeEntry, time_fields},
};

/// The fields of the form of an entry, as it sends them when saved without a change.
pub fn form_fields(entry: &Value) -> Value {
    let entry: TimeEntry = serde_json::from_value(entry.clone()).expect("an entry");
    let when = match (&entry.started_at, &entry.ended_at) {
        (Some(from), Some(to)) => {
            json!({"date": from.day(), "started_at": time_fields::time_value(from), "ended_at": time_fields::time_value(to)})
        }
        _ => json!({"date": entry.day, "duration": time_fields::duration_value(&entry.worked)}),
    };
    let what = json!({"time_entry": entry.id, "version": entry.version, "project": entry.project.id,
        "description": entry.description, "billable": entry.billable});
    with(what, when)
}

#[tokio::test]
async fn a_form_that_is_saved_as_it_is_changes_nothing() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-20T08:00:37Z");
    let mut entries = Vec::new();
    for seconds in [5_375, 20] {
        studio.ok("start_timer", json!({"project": "Dashboard"})).await;
        studio.advance(seconds);
        entries.push(studio.ok("stop_timer", json!({})).await);
    }
    let timed = |from: &str, to: &str| json!({"project": "Dashboard", "started_at": from, "ended_at": to});
    // On 25 October 2026 the hour from 02:00 comes twice: here work begins in the second of them, or goes from one to the other.
    entries.push(studio.ok("create_time_entry", timed("2026-10-25T02:30:00+01:00", "2026-10-25T02:45:10+01:00")).await);
    entries.push(studio.ok("create_time_entry", timed("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")).await);
    // Over midnight; and a whole day, whose two times are the same.
    entries.push(studio.ok("create_time_entry", timed("2026-11-18T22:15:00+01:00", "2026-11-19T01:00:00+01:00")).await);
    entries.push(studio.ok("create_time_entry", timed("2026-11-16T09:00:00+01:00", "2026-11-17T09:00:00+01:00")).await);
    entries.push(log(&studio, json!({"duration": "1:30:15"})).await);
    entries.push(log(&studio, json!({"duration": "59s"})).await);
    entries.push(log(&studio, json!({})).await);
    for entry in &entries {
        let saved = studio.form::<UpdateTimeEntry>(form_fields(entry)).await.expect("saved");
        for what in ["version", "day", "started_at", "ended_at", "worked"] {
            assert_eq!(saved[what], entry[what], "{what} of {:#}", form_fields(entry));
        }
        let corrected =
            studio.form::<UpdateTimeEntry>(with(form_fields(entry), json!({"description": "Charts"}))).await.expect("corrected");
        assert_eq!((&corrected["worked"], &corrected["description"]), (&entry["worked"], &json!("Charts")));
    }
    let (timer, plain) = (form_fields(&entries[0]), form_fields(&entries[8]));
    assert_eq!((&timer["started_at"], &timer["ended_at"]), (&json!("09:00:37"), &json!("10:30:12")));
    assert_eq!(plain["duration"], "1h 30m", "seconds stand only where there are some");
    assert_eq!(form_fields(&entries[3])["ended_at"], "02:30");
}

#[tokio::test]
async fn what_is_typed_into_the_form_is_meant() {
    let studio = studio_in("Europe/Berlin").await;
    let given = json!({"project": "Dashboard", "started_at": "2026-11-20T09:00:37+01:00", "ended_at": "2026-11-20T10:30:12+01:00"});
    let entry = studio.ok("create_time_entry", given).await;
    let earlier = with(form_fields(&entry), json!({"started_at": "09:00"}));
    let changed = studio.form::<UpdateTimeEntry>(earlier).await.expect("changed");
    assert_eq!((&changed["started_at"], &changed["worked"]["seconds"]), (&json!("2026-11-20T09:00:00+01:00"), &json!(5_412)));
    assert_eq!(changed["ended_at"], "2026-11-20T10:30:12+01:00");
    // Both ends are in the second of the hours that come twice; corrected times stay there.
    let given = json!({"project": "Dashboard", "started_at": "2026-10-25T02:30:00+01:00", "ended_at": "2026-10-25T02:45:00+01:00"});
    let entry = studio.ok("create_time_entry", given).await;
    let longer = with(form_fields(&entry), json!({"ended_at": "02:50"}));
    let changed = studio.form::<UpdateTimeEntry>(longer).await.expect("changed");
    assert_eq!((&changed["ended_at"], &changed["worked"]["seconds"]), (&json!("2026-10-25T02:50:00+01:00"), &json!(1_200)));
    let summer = with(form_fields(&changed), json!({"date": "2026-07-01", "started_at": "09:00", "ended_at": "10:00"}));
    let changed = studio.form::<UpdateTimeEntry>(summer).await.expect("changed");
    assert_eq!((&changed["started_at"], &changed["worked"]["seconds"]), (&json!("2026-07-01T09:00:00+02:00"), &json!(3_600)));
}

#[tokio::test]
async fn who_has_left_a_project_corrects_their_time_on_it_whatever_it_is_called_by_now() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = log(&barbara, json!({})).await;
    let form = with(form_fields(&entry), json!({"description": "Charts"}));
    studio.ok("unassign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    studio.ok("update_project", json!({"project": "Dashboard", "name": "Overview"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let saved = barbara.form::<UpdateTimeEntry>(form).await.expect("saved");
    assert_eq!((&saved["description"], &saved["project"]["id"]), (&json!("Charts"), &entry["project"]["id"]));
    let other = studio.ok("get_project", json!({"project": "Dashboard"})).await;
    let moved = barbara.form::<UpdateTimeEntry>(with(form_fields(&saved), json!({"project": other["id"]}))).await;
    assert_eq!(moved.map_err(|refused| refused.code), Err(Code::NotFound), "one they are not on is not there");
}

#[tokio::test]
async fn a_picker_offers_every_project_up_to_a_thousand_and_says_when_there_are_more() {
    let studio = studio().await;
    let more = |from: i64, to: i64| {
        format!(
            "insert into project (organization_id, id, client_id, name, color, billing, created_at)
             select organization_id, gen_random_uuid(), client_id, name || ' ' || n, color, billing, created_at
             from project, generate_series({from}, {to}) n where organization_id = $1 and name = 'Dashboard'"
        )
    };
    let offered = || {
        let caller = studio.caller.clone();
        async move { caller.run(form::projects(true)).await.expect("projects") }
    };
    studio.sql(&more(1, 200)).await;
    let offer = offered().await;
    assert_eq!((offer.items.len(), offer.cut, offer.words("projects")), (201, false, None));
    studio.sql(&more(201, 1_000)).await;
    let offer = offered().await;
    assert_eq!((offer.items.len(), offer.cut), (1_000, true));
    assert!(offer.words("projects").is_some_and(|words| words.contains("first 1000 projects")));
    let nobody = studio.caller.clone().run(form::projects(false)).await.expect("nothing is asked for");
    assert_eq!(nobody.items.len(), 0);
}
