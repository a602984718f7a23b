//! Time zones of members.

use serde_json::{Value, json};

use super::studio;
use crate::{
    access::{Role, WriteMode},
    error::Code,
    testing::World,
};

async fn zone_of(world: &World, member: &World) -> Value {
    let member = world.ok("get_member", json!({"member": member.member()})).await;
    json!([member["time_zone"], member["own_time_zone"]])
}

#[tokio::test]
async fn a_member_has_the_zone_of_the_organization_until_they_set_their_own() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    assert_eq!(zone_of(&studio, &barbara).await, json!(["UTC", false]));
    let set = barbara.ok("set_time_zone", json!({"time_zone": "america/new_york"})).await;
    assert_eq!((&set["time_zone"], &set["you"]), (&json!("America/New_York"), &json!(true)), "as it is called");
    assert_eq!(zone_of(&studio.as_role(Role::Manager).await, &barbara).await, json!(["America/New_York", true]));
    let listed = studio.ok("list_members", json!({"query": "Barbara"})).await;
    assert_eq!(listed["items"][0]["time_zone"], "America/New_York");
    studio.ok("update_organization", json!({"time_zone": "Europe/Berlin"})).await;
    let studio = studio.at(&studio).await;
    assert_eq!(zone_of(&studio, &barbara).await, json!(["America/New_York", true]));
    assert_eq!(zone_of(&studio, &studio).await, json!(["Europe/Berlin", false]), "who has none of their own goes with it");
    for empty in [json!({}), json!({"time_zone": " "}), json!({"time_zone": null})] {
        barbara.ok("set_time_zone", json!({"time_zone": "Asia/Tokyo"})).await;
        barbara.ok("set_time_zone", empty.clone()).await;
        assert_eq!(zone_of(&studio, &barbara).await, json!(["Europe/Berlin", false]), "{empty}");
    }
}

#[tokio::test]
async fn what_is_no_zone_is_refused() {
    let studio = studio().await;
    for zone in ["Berlin", "+01:00", "Europe/Berlin2", "../etc/passwd", "Europe/Berlin\u{0}", &"x".repeat(101)] {
        let refused = studio.refused("set_time_zone", json!({"time_zone": zone})).await;
        assert!(refused.code == Code::Invalid && refused.field("time_zone").is_some(), "{zone}: {refused:?}");
    }
    assert_eq!(zone_of(&studio, &studio).await, json!(["UTC", false]));
}

#[tokio::test]
async fn a_zone_is_set_by_the_person_themselves_in_each_organization() {
    let (studio, elsewhere) = (studio().await, studio().await);
    let viewer = studio.as_role(Role::Viewer).await;
    viewer.ok("set_time_zone", json!({"time_zone": "Asia/Tokyo"})).await;
    assert_eq!(viewer.at(&viewer).await.ok("whoami", json!({})).await["organization"]["time_zone"], "Asia/Tokyo");
    let agent = studio.token(WriteMode::Direct).await;
    assert_eq!(agent.code("set_time_zone", json!({"time_zone": "Asia/Tokyo"})).await, Code::Forbidden);
    studio.ok("set_time_zone", json!({"time_zone": "Asia/Tokyo"})).await;
    assert_eq!(zone_of(&elsewhere, &elsewhere).await, json!(["UTC", false]));
    let token = studio.token(WriteMode::Direct).await;
    assert_eq!(token.ok("whoami", json!({})).await["organization"]["time_zone"], "Asia/Tokyo", "a token is on the clock of its member");
}
