//! Tests of time, over the operations.

mod changes;
mod drafts;
mod early_ends;
mod entries;
mod entry_batch;
mod entry_time;
mod forms;
mod lists;
mod locks;
mod members_zones;
mod rates;
mod refusals;
mod running_timer;
mod start_timer;
mod sums;
mod times_of_day;
mod visibility;
mod zones;

use serde_json::{Value, json};

use crate::{
    access::Role,
    testing::{World, euros},
};

/// A studio with the client Acme (120.00 EUR an hour) and its project Dashboard.
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

/// Logs an hour and a half on Dashboard, with additional or other arguments.
pub async fn log(world: &World, more: Value) -> Value {
    world.ok("create_time_entry", with(json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h30m"}), more)).await
}

/// Arguments with others added.
pub fn with(mut arguments: Value, more: Value) -> Value {
    if let (Some(map), Value::Object(more)) = (arguments.as_object_mut(), more) {
        map.extend(more);
    }
    arguments
}

/// A member of the studio who is on the project.
pub async fn on_project(studio: &World, project: &str) -> World {
    let barbara = studio.as_role(Role::Member).await;
    let join = format!(
        "insert into project_member (organization_id, project_id, member_id) select $1, id, '{}' from project where organization_id = $1 and name = '{project}'",
        barbara.member()
    );
    assert_eq!(studio.sql(&join).await, 1, "there is a project {project}");
    barbara
}

/// How many entries there are.
pub async fn entries(world: &World) -> i64 {
    world.number("select count(*) from time_entry where organization_id = $1").await
}
