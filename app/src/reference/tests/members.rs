//! References to members: present and former ones.

use serde_json::json;

use super::studio;
use crate::{
    access::{Role, Scope, WriteMode},
    error::Code,
    testing::World,
};

async fn renamed(person: &World, name: &str) {
    person.ok("update_profile", json!({"name": name})).await;
}

/// A studio that one Barbara Lee has left with an hour of work, and that another one has joined.
async fn two_of_one_name() -> (World, World, World) {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let (gone, here) = (studio.as_role(Role::Member).await, studio.as_role(Role::Member).await);
    renamed(&gone, "Barbara Lee").await;
    renamed(&here, "BARBARA LEE").await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h", "member": gone.member()})).await;
    studio.ok("remove_member", json!({"member": gone.member()})).await;
    (studio, gone, here)
}

#[tokio::test]
async fn who_is_there_is_meant_before_a_namesake_who_has_left() {
    let (studio, gone, here) = two_of_one_name().await;
    let entry = studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": "barbara lee"})).await;
    let id = here.member().to_string();
    assert_eq!(entry["member"]["id"], json!(id));
    for (operation, at) in [("get_member", "id"), ("assign_project_members", "members")] {
        let arguments =
            if at == "id" { json!({"member": "Barbara Lee"}) } else { json!({"project": "Dashboard", "members": ["Barbara Lee"]}) };
        let answer = studio.ok(operation, arguments).await.to_string();
        assert!(answer.contains(&id) && !answer.contains(&gone.member().to_string()), "{operation}: {answer}");
    }
    let listed = studio.ok("list_time_entries", json!({"member": "Barbara Lee"})).await;
    assert!(listed["items"].as_array().is_some_and(|items| items.iter().all(|item| item["member"]["id"] == json!(id))), "{listed}");
}

#[tokio::test]
async fn who_has_left_is_found_by_name_and_said_to_have_left() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let gone = studio.as_role(Role::Member).await;
    renamed(&gone, "Zoë Ünal").await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h", "member": "zoe unal"})).await;
    studio.ok("remove_member", json!({"member": "Zoe Ünal"})).await;
    assert!(studio.ok("get_member", json!({"member": "ZOË ÜNAL"})).await["removed_at"].is_string());
    assert_eq!(studio.ok("list_time_entries", json!({"member": "zoe unal"})).await["items"].as_array().map(Vec::len), Some(1));
    for (operation, arguments) in [
        ("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": "Zoë Ünal"})),
        ("assign_project_members", json!({"project": "Dashboard", "members": ["Zoë Ünal"]})),
        ("change_member_role", json!({"member": "Zoë Ünal", "role": "manager"})),
    ] {
        let refused = studio.refused(operation, arguments).await;
        assert!(refused.message.contains("Zoë Ünal has left"), "{operation}: {}", refused.message);
    }
}

#[tokio::test]
async fn no_time_is_logged_for_a_viewer() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let viewer = studio.as_role(Role::Viewer).await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": viewer.member()})).await;
    assert!(refused.code == Code::Invalid && refused.field("member").is_some_and(|why| why.contains("viewer")), "{refused:?}");
    assert_eq!(studio.number("select count(*) from time_entry where organization_id = $1").await, 0);
}

#[tokio::test]
async fn whoever_sees_their_own_time_alone_finds_nobody_else_and_is_told_no_names() {
    let studio = studio(&["Acme"]).await;
    renamed(&studio, "Ada Lovelace").await;
    let barbara = studio.as_role(Role::Member).await;
    for name in ["Ada Lovelace", "Ada Lovelac"] {
        let refused = barbara.refused("list_time_entries", json!({"member": name})).await;
        assert!(refused.code == Code::NotFound && !refused.message.contains("mean"), "{}", refused.message);
    }
    barbara.ok("list_time_entries", json!({"member": "BARBARA"})).await;
}

#[tokio::test]
async fn an_address_means_its_member_for_whoever_is_shown_it() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let barbara = studio.as_role(Role::Member).await;
    let address = barbara.person().email.clone();
    for given in [address.clone(), address.to_uppercase(), format!("Barbara <{address}>")] {
        let team = studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [given]})).await;
        assert!(team.to_string().contains(&barbara.member().to_string()), "{team:#}");
    }
    let blind = studio.token_of(&[Scope::TimeRead, Scope::WorkRead, Scope::WorkWrite], WriteMode::Direct).await;
    for nobody in [blind, studio.as_role(Role::Manager).await] {
        let call = json!({"project": "Dashboard", "members": [address]});
        let shown = nobody.call("list_members", json!({})).await.is_ok_and(|members| members.to_string().contains(&address));
        assert_eq!(nobody.call("assign_project_members", call).await.is_ok(), shown);
    }
}

/// A reference by id is not looked up by name: an id is also the key of a member whose name has none.
#[tokio::test]
async fn an_address_means_no_other_member_whatever_they_are_called() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let (barbara, edsger) = (studio.as_role(Role::Member).await, studio.as_role(Role::Manager).await);
    for other in [studio.member(), edsger.member()] {
        let no_key = format!("update member set search_key = '', search_key_of = name where organization_id = $1 and id = '{other}'");
        studio.sql(&no_key).await;
    }
    let team = json!({"project": "Dashboard", "members": [barbara.person().email]});
    let team = studio.ok("assign_project_members", team).await.to_string();
    assert!(team.contains(&barbara.member().to_string()) && !team.contains(&edsger.member().to_string()), "{team}");
}

#[tokio::test]
async fn an_empty_item_of_a_list_is_refused_by_its_place() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let viewer = studio.as_role(Role::Viewer).await;
    for (operation, arguments, field) in [
        ("assign_project_members", json!({"project": "Dashboard", "members": [""]}), "members[0]"),
        ("assign_project_members", json!({"project": "Dashboard", "members": ["me", " "]}), "members[1]"),
        ("unassign_project_members", json!({"project": "Dashboard", "members": ["me", ""]}), "members[1]"),
        ("set_client_grants", json!({"member": viewer.member(), "clients": ["Acme", ""]}), "clients[1]"),
        ("invite_member", json!({"email": "new@acme.example", "role": "member", "projects": [""]}), "projects[0]"),
    ] {
        let refused = studio.token(WriteMode::Direct).await.refused(operation, arguments).await;
        assert!(refused.field(field).is_some_and(|why| why.contains("Nothing is named here")), "{operation}: {refused:?}");
    }
}

#[tokio::test]
async fn an_invited_person_is_told_of_by_a_part_of_their_name() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("invite_member", json!({"email": "stone@acme.example", "role": "member", "name": "Bob Stone"})).await;
    for given in ["Bob Stone", "Bob", "stone", "Stone Bob", "stone@acme.example", "stone@acme.exmaple", "Bob <stone@acme.example>"] {
        let refused = studio.refused("assign_project_members", json!({"project": "Dashboard", "members": [given]})).await;
        let told = refused.hint.is_some_and(|hint| hint.starts_with("stone@acme.example was invited and has not answered yet"));
        assert!(refused.code == Code::NotFound && told, "{given}");
    }
    let other = studio.refused("assign_project_members", json!({"project": "Dashboard", "members": ["Robert"]})).await;
    assert!(other.hint.is_none_or(|hint| !hint.contains("was invited")));
    studio.ok("invite_member", json!({"email": "hope@acme.example", "role": "member", "name": "Bob Hope"})).await;
    let several =
        studio.refused("assign_project_members", json!({"project": "Dashboard", "members": ["bob"]})).await.hint.unwrap_or_default();
    assert!(["hope@acme.example", "stone@acme.example", "were invited"].iter().all(|part| several.contains(part)), "{several}");
}
