//! Tests of budgets, over the operations.

mod forecast;
mod notices;
mod plots;
mod read_scope;
mod setting;
mod stops;
mod thresholds;
mod usage;

use serde_json::{Value, json};

use crate::{access::Role, testing::World};

/// A studio with the client Acme (120.00 EUR an hour) and its project Dashboard, in November 2026.
pub async fn studio() -> World {
    furnish(World::new("studio").await).await
}

/// The same in another time zone.
pub async fn studio_in(zone: &str) -> World {
    furnish(World::in_zone("studio", zone).await).await
}

async fn furnish(studio: World) -> World {
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "currency": "EUR", "rate": "120.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

/// Arguments with others added.
pub fn with(mut arguments: Value, more: Value) -> Value {
    if let (Some(map), Value::Object(more)) = (arguments.as_object_mut(), more) {
        map.extend(more);
    }
    arguments
}

/// Sets the budget of Dashboard.
pub async fn set(world: &World, more: Value) -> Value {
    world.ok("set_budget", with(json!({"project": "Dashboard"}), more)).await
}

/// The budget of Dashboard.
pub async fn budget(world: &World) -> Value {
    world.ok("get_budget", json!({"project": "Dashboard"})).await
}

/// Logs time on Dashboard on 20 November, with additional or other arguments.
pub async fn log(world: &World, duration: &str, more: Value) -> Value {
    world.ok("create_time_entry", with(json!({"project": "Dashboard", "date": "2026-11-20", "duration": duration}), more)).await
}

/// A member of the studio who is on Dashboard.
pub async fn barbara(studio: &World) -> World {
    let barbara = studio.as_role(Role::Member).await;
    let join = format!(
        "insert into project_member (organization_id, project_id, member_id) select $1, id, '{}' from project where organization_id = $1 and name = 'Dashboard'",
        barbara.member()
    );
    assert_eq!(studio.sql(&join).await, 1);
    barbara
}

/// The texts of a member's notifications, the newest first.
pub async fn told(world: &World) -> Vec<String> {
    let page = world.ok("list_notifications", json!({})).await;
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The warnings in the answer of a write.
pub fn warnings(answer: &Value) -> Vec<&str> {
    answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
