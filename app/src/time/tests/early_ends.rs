//! Tests of work of which a day, an end and a duration are given, and which may have begun on the day before its end.

use serde_json::{Value, json};

use super::{studio_in, with};
use crate::context::Channel;

/// Start and end in an answer.
fn span(entry: &Value) -> [&str; 2] {
    ["started_at", "ended_at"].map(|end| entry[end].as_str().unwrap_or_default())
}

/// In the morning, an end in the morning is the one that has passed, although the day beside it is that of the start.
#[tokio::test]
async fn a_day_beside_an_end_and_a_duration_is_that_of_the_start_unless_the_end_would_be_yet_to_come() {
    let studio = studio_in("Europe/London").await;
    studio.set_clock("2026-11-30T08:40:00Z");
    let program = studio.through(Channel::Rest);
    let given = |to: &str, lasts: &str, day: &str| json!({"project": "Dashboard", "date": day, "ended_at": to, "duration": lasts});
    let (start, end) = ("its day is that of the start.", "the day given is that of the end, since a day later it would be yet to come.");
    for (given, expected, why) in [
        (given("08:30", "9h", "today"), ["2026-11-29T23:30:00+00:00", "2026-11-30T08:30:00+00:00"], end),
        (given("00:30", "1h", "today"), ["2026-11-29T23:30:00+00:00", "2026-11-30T00:30:00+00:00"], end),
        (given("00:30", "1h", "2026-11-28"), ["2026-11-28T23:30:00+00:00", "2026-11-29T00:30:00+00:00"], start),
        (given("08:30", "9h", "yesterday"), ["2026-11-29T23:30:00+00:00", "2026-11-30T08:30:00+00:00"], start),
    ] {
        let entry = program.ok("create_time_entry", with(given.clone(), json!({"dry_run": true}))).await;
        assert_eq!((span(&entry), &entry["day"]), (expected, &json!(&expected[0][..10])), "{given}");
        let told = entry["warnings"].to_string();
        let [from, to] = expected;
        assert!(told.contains(&format!("Taken as {from} to {to} the next day, ")) && told.contains(why), "{given}: {told}");
        assert!(!told.contains("which is yet to come"), "{given}: {told}");
        let several = studio.ok("create_time_entries", json!({"entries": [given], "dry_run": true})).await;
        assert_eq!(span(&several["items"][0]), expected);
    }
    for plain in [given("08:30", "1h", "today"), given("24:00", "1h", "yesterday"), given("00:00", "1h", "2026-11-28")] {
        let entry = studio.ok("create_time_entry", with(plain.clone(), json!({"dry_run": true}))).await;
        assert!(!entry["warnings"].to_string().contains("Taken as"), "{plain}: {entry:#}");
    }
    let changed = studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "today", "duration": "9h"})).await;
    let change = json!({"time_entry": changed["id"], "date": "today", "ended_at": "08:30"});
    let changed = studio.ok("update_time_entry", change).await;
    assert_eq!(span(&changed), ["2026-11-29T23:30:00+00:00", "2026-11-30T08:30:00+00:00"]);
    assert!(changed["warnings"].to_string().contains(end), "{changed:#}");
}

#[tokio::test]
async fn in_the_hour_that_comes_twice_the_end_is_the_one_that_fits_the_day_and_the_duration() {
    let studio = studio_in("Europe/London").await;
    let given = |lasts: &str| {
        let ended = json!({"project": "Dashboard", "date": "2026-10-25", "ended_at": "01:30", "dry_run": true});
        with(ended, json!({"duration": lasts}))
    };
    let second = studio.ok("create_time_entry", given("2h")).await;
    assert_eq!(span(&second), ["2026-10-25T00:30:00+01:00", "2026-10-25T01:30:00+00:00"]);
    let told = second["warnings"].to_string();
    assert!(told.contains("01:30 comes twice on 25 October 2026 in Europe/London; the second, at +00:00, was taken"), "{told}");
    let first = studio.ok("create_time_entry", given("1h")).await;
    assert_eq!(span(&first), ["2026-10-25T00:30:00+01:00", "2026-10-25T01:30:00+01:00"]);
    assert!(first["warnings"].to_string().contains("the first, at +01, was taken"), "{first:#}");
    let next = studio.ok("create_time_entry", given("3h")).await;
    assert_eq!(span(&next), ["2026-10-25T22:30:00+00:00", "2026-10-26T01:30:00+00:00"]);
}
