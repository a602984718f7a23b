//! The studio in which the tasks are played: it is Wednesday, 25 November 2026, three in the afternoon.

use serde_json::{Value, json};

use crate::{
    people::joined,
    world::{Person, World},
};

/// A studio with clients, projects, time of two months, an invoice that is not paid, and a member who is on no project.
pub async fn open() -> (World, Person) {
    let world = World::open_at("2026-11-25T15:00:00Z".parse().expect("an instant")).await;
    let ada = world.person("Ada Lovelace").await;
    for (operation, arguments) in furniture() {
        world.rest(&ada, operation, arguments).await.ok();
    }
    let deposit = json!([{ "description": "Deposit", "quantity": "1", "price": "500.00" }]);
    let draft = world.rest(&ada, "draft_invoice", json!({ "client": "Umbrella", "lines": deposit, "period": "2026-09" })).await.ok();
    world.rest(&ada, "send_invoice", json!({ "invoice": draft["id"], "without_email": true })).await.ok();
    joined(&world, &ada, "Barbara Liskov", &[]).await;
    (world, ada)
}

fn furniture() -> Vec<(&'static str, Value)> {
    let client = |name: &str| json!({ "name": name, "rate": "120.00", "tax_rate": "19", "email": "billing@example.com" });
    let mut all = vec![("create_client", client("Acme")), ("create_client", client("Umbrella"))];
    for (client, project) in [("Acme", "Dashboard"), ("Acme", "Onboarding"), ("Acme", "Website"), ("Umbrella", "Website")] {
        all.push(("create_project", json!({ "client": client, "name": project })));
    }
    all.push(("set_budget", json!({ "project": "Dashboard", "hours": 12 })));
    for (project, date, duration, description) in [
        ("Acme / Dashboard", "2026-10-12", "3h", "Design review"),
        ("Umbrella / Website", "2026-10-13", "2h", "Imprint"),
        ("Acme / Dashboard", "2026-11-17", "2h", "Charts"),
        ("Acme / Onboarding", "2026-11-19", "1h", "Checklist"),
        ("Acme / Dashboard", "2026-11-24", "1h", "Legend"),
        ("Acme / Dashboard", "2026-11-25", "30m", "Standup"),
        ("Acme / Onboarding", "2026-11-25", "45m", "Interviews"),
    ] {
        all.push(("create_time_entry", json!({ "project": project, "date": date, "duration": duration, "description": description })));
    }
    all
}
