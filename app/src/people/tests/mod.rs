//! Tests of people through the operations.

mod invitations;
mod inviters;
mod members;
mod newcomers;
mod owners;
mod received;
mod team;
mod viewers;
mod zones;

use serde_json::{Value, json};

use crate::{access::Role, testing::World};

/// A studio with two projects of one client.
async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "rate": "120.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    studio
}

/// Invites a person with an organization of their own to the Dashboard; returns the answer.
async fn invited(studio: &World, person: &World, role: Role) -> Value {
    let arguments = json!({"email": person.person().email, "role": role, "name": "Barbara", "projects": ["Acme / Dashboard"]});
    studio.ok("invite_member", arguments).await
}

/// A person with an organization of their own, on the same clock as the studio.
async fn stranger(studio: &World) -> World {
    let other = World::new("elsewhere").await;
    World { caller: crate::context::Caller { services: studio.caller.services.clone(), ..other.caller.clone() }, ..studio.clone() }
}

/// The names in a list.
fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).collect()
}
