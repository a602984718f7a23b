//! Clients, projects, their budgets and rates, and the people on them.

use serde_json::json;

use super::{Task, task};

/// What people ask about their work and whom they do it with.
pub fn tasks() -> Vec<Task> {
    [work(), people()].into_iter().flatten().collect()
}

fn work() -> Vec<Task> {
    vec![
        task("New client Globex at 90 an hour, with a project Portal of 20 hours")
            .refused("create_client", json!({ "name": "Globex", "rate": 90 }), "Write \"90.00\"")
            .done("create_client", json!({ "name": "Globex", "rate": "90.00" }), json!({ "name": "Globex", "rate": "90.00 EUR" }))
            .done("create_project", json!({ "client": "Globex", "name": "Portal" }), json!({ "name": "Portal", "client": "Globex" }))
            .done("set_budget", json!({ "project": "Globex / Portal", "hours": 20 }), json!({ "hours": { "cap": "20h", "left": "20h" } })),
        task("When does the budget of the dashboard run out?").done(
            "get_project_status",
            json!({ "project": "Dashboard" }),
            json!({ "budget": "6h 30m of 12h used, 5h 30m left", "burn": { "reached_on": "2027-01-08" } }),
        ),
        task("Acme pays 130 an hour from now on, the unbilled time included").done(
            "set_rate",
            json!({ "client": "Acme", "rate": "130.00", "applies_to": "unbilled_time" }),
            json!({ "rate": "130.00 EUR", "unbilled": { "before": "990.00 EUR", "after": "1072.50 EUR", "difference": "82.50 EUR" } }),
        ),
        task("The onboarding is over, put it away").done(
            "archive_project",
            json!({ "project": "Onboarding" }),
            json!({ "archived": true }),
        ),
    ]
}

fn people() -> Vec<Task> {
    vec![
        task("Invite bob@example.com as a member on the dashboard").done(
            "invite_member",
            json!({ "email": "bob@example.com", "role": "member", "projects": ["Dashboard"] }),
            json!({ "email": "bob@example.com", "role": "member", "projects": ["Acme / Dashboard"], "state": "open" }),
        ),
        task("Who is on the dashboard? Put Barbara on it, too")
            .done("list_members", json!({ "project": "Dashboard" }), json!({ "items": [{ "name": "Ada Lovelace" }] }))
            .refused("assign_project_members", json!({ "project": "Dashboard", "members": ["Barbara"] }), "Did you mean Barbara Liskov?")
            .done(
                "assign_project_members",
                json!({ "project": "Dashboard", "members": ["Barbara Liskov"] }),
                json!({ "members": ["Ada Lovelace", "Barbara Liskov"] }),
            ),
    ]
}
