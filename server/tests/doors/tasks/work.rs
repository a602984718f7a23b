//! Time: logging it, the timer, moving it, and what was done.

use serde_json::{Value, json};

use super::{Task, task};

/// What people ask about their time.
pub fn tasks() -> Vec<Task> {
    [logging(), timer(), changing(), reporting()].into_iter().flatten().collect()
}

fn logging() -> Vec<Task> {
    let standup = |day: u32| {
        let date = format!("2026-11-{day}");
        json!({ "project": "Acme / Dashboard", "date": date, "duration": "15m", "description": "Standup" })
    };
    let week: Vec<Value> = (16..=20).map(standup).collect();
    vec![
        task("Log 45 minutes on the Acme dashboard call yesterday").done(
            "create_time_entry",
            json!({ "project": "Acme dashboard", "date": "yesterday", "duration": "45m", "description": "Call" }),
            json!({ "day": "2026-11-24", "client": "Acme", "project": "Dashboard", "worked": "45m", "amount": "90.00 EUR" }),
        ),
        task("I did half an hour of the Acme dashbord on Monday")
            .refused(
                "create_time_entry",
                json!({ "project": "Acme / Dashbord", "date": "monday", "duration": "30m" }),
                "Did you mean Acme / Dashboard?",
            )
            .done(
                "create_time_entry",
                json!({ "project": "Acme / Dashboard", "date": "monday", "duration": "30m" }),
                json!({ "day": "2026-11-23", "client": "Acme", "project": "Dashboard", "worked": "30m" }),
            ),
        task("I worked on the onboarding from 10 to 11:30 this morning").done(
            "create_time_entry",
            json!({ "project": "Onboarding", "date": "today", "started_at": "10:00", "ended_at": "11:30" }),
            json!({ "started_at": "2026-11-25T10:00:00", "ended_at": "2026-11-25T11:30:00", "worked": "1h 30m" }),
        ),
        task("Put a standup of 15 minutes down for each day of last week").done(
            "create_time_entries",
            json!({ "entries": week }),
            json!({ "worked": "1h 15m", "items": [
                { "day": "2026-11-16" }, { "day": "2026-11-17" }, { "day": "2026-11-18" }, { "day": "2026-11-19" }, { "day": "2026-11-20" },
            ] }),
        ),
        task("Three quarters of an hour of interviews for the onboarding today").done(
            "create_time_entry",
            json!({ "project": "Onboarding", "duration": 0.75, "description": "Interviews" }),
            json!({ "day": "2026-11-25", "worked": "45m" }),
        ),
    ]
}

fn timer() -> Vec<Task> {
    vec![
        task("Start the clock on the website")
            .refused("start_timer", json!({ "project": "Website" }), "Acme / Website or Umbrella / Website")
            .done("start_timer", json!({ "project": "Umbrella / Website" }), json!({ "running": true, "client": "Umbrella" })),
        task("What is running? Switch to Onboarding")
            .after("start_timer", json!({ "project": "Acme / Dashboard", "description": "Charts" }))
            .done("get_timer", json!({}), json!({ "timer": { "project": "Dashboard", "description": "Charts" } }))
            .done(
                "start_timer",
                json!({ "project": "Onboarding", "stop_running": true }),
                json!({ "running": true, "project": "Onboarding", "stopped": { "description": "Charts" } }),
            ),
        task("Start a timer for the onboarding, whatever runs")
            .after("start_timer", json!({ "project": "Acme / Dashboard", "description": "Charts" }))
            .refused("start_timer", json!({ "project": "Onboarding" }), "stop_running")
            .done(
                "start_timer",
                json!({ "project": "Onboarding", "stop_running": true }),
                json!({ "project": "Onboarding", "stopped": { "project": "Dashboard" } }),
            ),
        task("I'm done for today, stop the timer")
            .after("start_timer", json!({ "project": "Acme / Dashboard", "started_at": "2026-11-25T14:00:00Z" }))
            .done("stop_timer", json!({}), json!({ "worked": "1h", "amount": "120.00 EUR" })),
    ]
}

fn changing() -> Vec<Task> {
    let yesterday = json!({ "items": [{ "description": "Legend", "rate": "120.00 EUR" }] });
    vec![
        task("Move yesterday's time to Onboarding").done("list_time_entries", json!({ "period": "yesterday" }), yesterday.clone()).done(
            "update_time_entries",
            json!({ "time_entries": ["answer:/items/0/id"], "project": "Onboarding" }),
            json!({ "items": [{ "project": "Acme / Onboarding", "day": "2026-11-24" }] }),
        ),
        task("Delete what I logged on the dashboard today")
            .done(
                "list_time_entries",
                json!({ "period": "today", "project": "Acme / Dashboard", "member": "me" }),
                json!({ "items": [{ "description": "Standup" }] }),
            )
            .done("delete_time_entry", json!({ "time_entry": "answer:/items/0/id" }), json!({ "day_total": "45m" })),
        task("Yesterday's hour costs 130. No, what the client pays otherwise")
            .done("list_time_entries", json!({ "period": "yesterday" }), yesterday)
            .done("update_time_entry", json!({ "time_entry": "answer:/items/0/id", "rate": "130.00" }), json!({ "rate": "130.00 EUR" }))
            .done("update_time_entry", json!({ "time_entry": "answer:/id", "rate": "" }), json!({ "rate": "120.00 EUR" })),
    ]
}

fn reporting() -> Vec<Task> {
    let of_last_week = json!([{ "label": "Acme / Dashboard", "worked": "2h" }, { "label": "Acme / Onboarding", "worked": "1h" }]);
    vec![
        task("What did I do last week, by project?").done(
            "summarize_time",
            json!({ "period": "last_week", "group_by": "project", "member": "me" }),
            json!({ "from": "2026-11-16", "to": "2026-11-22", "items": of_last_week }),
        ),
        task("The hours of October by member")
            .refused(
                "summarize_time",
                json!({ "period": "october", "group_by": "member" }),
                "give one such as today, this_week, last_month",
            )
            .done(
                "summarize_time",
                json!({ "period": "2026-10", "group_by": "member" }),
                json!({ "from": "2026-10-01", "to": "2026-10-31", "items": [{ "label": "Ada Lovelace", "worked": "5h" }] }),
            ),
        task("When did we last work on charts?").done(
            "list_time_entries",
            json!({ "query": "charts", "limit": 1 }),
            json!({ "items": [{ "day": "2026-11-17", "description": "Charts" }] }),
        ),
    ]
}
