//! Budgets as a browser meets them: forms that send plain fields, and drawings that are read out.

use reqwest::header;
use serde_json::json;

use crate::{
    agents::done,
    world::{Answer, Person, World},
};

/// Acme's Dashboard at 120.00 an hour, with 40 hours and 4,000.00 a month, set by the form of its page.
async fn dashboard(world: &World, ada: &Person) -> String {
    world.call(ada, "create_client", &[("name", "Acme"), ("tax_rate", "19"), ("rate", "120"), ("currency", "EUR")]).await.ok();
    let project = world.call(ada, "create_project", &[("client", "Acme"), ("name", "Dashboard")]).await.ok();
    let id = project["id"].as_str().expect("an id").to_owned();
    let rules = [("period", "month"), ("warning_percent", "75"), ("critical_percent", "100"), ("hard_stop", "false")];
    let form = [("project", id.as_str()), ("hours", "40"), ("amount", "4000.00")].into_iter().chain(rules).collect::<Vec<_>>();
    let made = world.call(ada, "set_budget", &form).await.ok();
    assert_eq!((&made["hours"]["cap"]["seconds"], &made["amount"]["cap"]["amount"]), (&json!(144_000), &json!("4000.00")));
    id
}

async fn page(world: &World, person: &Person, path: &str) -> String {
    let path = format!("/o/{}{path}", person.slug);
    let cookie = format!("stint={}", person.cookie);
    Answer::of(world.get(&path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html")).await.text
}

#[tokio::test]
async fn a_budget_is_drawn_on_the_pages_and_read_out() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let id = dashboard(&world, &ada).await;
    for duration in ["20h", "13h"] {
        world.call(&ada, "create_time_entry", &[("project", "Dashboard"), ("duration", duration)]).await.ok();
    }
    let gauge = "Budget of Dashboard: 99 % used, warning threshold reached";
    let project = page(&world, &ada, &format!("/projects/{id}")).await;
    for words in [
        gauge,
        "3,960.00 EUR of 4,000.00 EUR used.",
        "At the pace of the last four weeks, 8h 15m a week",
        "Change the budget",
        "has reached 75 %",
    ] {
        assert!(project.contains(words), "{words} is not on the page of the project");
    }
    assert!(page(&world, &ada, "/projects").await.contains(gauge));
    assert!(!page(&world, &ada, "/clients").await.contains(gauge));
}

#[tokio::test]
async fn a_notification_stands_on_the_overview_until_it_was_read() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    dashboard(&world, &ada).await;
    world.call(&ada, "create_time_entry", &[("project", "Dashboard"), ("duration", "24h")]).await.ok();
    assert!(!page(&world, &ada, "").await.contains("Dashboard has reached"));
    world.call(&ada, "create_time_entry", &[("project", "Dashboard"), ("duration", "9h")]).await.ok();
    assert!(page(&world, &ada, "").await.contains("Acme / Dashboard has reached 75 %"));
    let note = world.rest(&ada, "list_notifications", json!({})).await.ok()["items"][0]["id"].clone();
    let read = world.call(&ada, "mark_notifications_read", &[("notifications[0]", note.as_str().expect("an id"))]).await.ok();
    assert_eq!((&read["read"], &read["unread"]), (&json!(1), &json!(0)));
    assert!(!page(&world, &ada, "").await.contains("Dashboard has reached"));
}

#[tokio::test]
async fn an_emptied_field_takes_its_cap_away_and_the_last_one_may_not_go() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let id = dashboard(&world, &ada).await;
    let kept = world.call(&ada, "set_budget", &[("project", &id), ("hours", "40"), ("amount", "")]).await.ok();
    assert_eq!((&kept["hours"]["cap"]["seconds"], kept["amount"].get("cap")), (&json!(144_000), None));
    assert_eq!(world.call(&ada, "set_budget", &[("project", &id), ("hours", ""), ("amount", "")]).await.refused(422), "invalid");
    world.call(&ada, "clear_budget", &[("project", &id)]).await.ok();
    assert!(page(&world, &ada, &format!("/projects/{id}")).await.contains("No budget yet"));
}

/// An agent hands links on to its person, who may be anywhere.
#[tokio::test]
async fn a_notification_is_told_to_an_agent_with_the_whole_address_of_its_page() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    dashboard(&world, &ada).await;
    for duration in ["20h", "13h"] {
        world.call(&ada, "create_time_entry", &[("project", "Dashboard"), ("duration", duration)]).await.ok();
    }
    let told = done(&world, &ada.token, "list_notifications", json!({})).await;
    let link = told["items"][0]["link"].as_str().expect("a link");
    assert!(link.starts_with(&format!("{}/o/{}/projects/", world.address, ada.slug)), "{link}");
}
