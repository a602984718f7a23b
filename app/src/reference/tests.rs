//! Tests of references: a name has one key, and every spelling of it means the same record.

mod drawn;
mod members;

use serde_json::{Value, json};

use crate::{access::Role, error::Code, testing::World};

/// A studio with clients of these names.
async fn studio(clients: &[&str]) -> World {
    let studio = World::new("names").await;
    for name in clients {
        studio.ok("create_client", json!({"name": name})).await;
    }
    studio
}

/// All names of a list, followed to its end in pages of this length.
async fn listed(studio: &World, operation: &str, limit: usize) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..2_000 {
        let page = studio.ok(operation, json!({"limit": limit, "cursor": cursor})).await;
        names.extend(page["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).map(str::to_owned));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            return names;
        }
    }
    panic!("{operation} never ends")
}

#[tokio::test]
async fn a_list_of_clients_goes_on_after_any_name_and_leaves_none_out() {
    let studio = studio(&["Izmir", "ΟΔΟΣ", "Ivy", "İstanbul AŞ", "Iveco", "ΟΔΟΣ Α"]).await;
    let all = ["İstanbul AŞ", "Iveco", "Ivy", "Izmir", "ΟΔΟΣ", "ΟΔΟΣ Α"];
    for limit in [1, 2, 5] {
        assert_eq!(listed(&studio, "list_clients", limit).await, all);
    }
}

#[tokio::test]
async fn a_name_is_one_in_every_form_of_unicode() {
    let studio = studio(&["Mu\u{308}ller\u{200B}"]).await;
    assert_eq!(listed(&studio, "list_clients", 10).await, ["M\u{FC}ller"], "kept composed");
    for spelling in ["M\u{FC}ller", "Mu\u{308}ller", "M\u{2060}\u{FC}ller", " MÜLLER ", "Ｍüller"] {
        assert_eq!(studio.ok("get_client", json!({"client": spelling})).await["name"], "M\u{FC}ller", "{spelling:?}");
        let taken = studio.refused("create_client", json!({"name": spelling})).await;
        assert!(taken.field("name").is_some_and(|why| why.contains("already a client")), "{spelling:?}: {taken:?}");
        let found = studio.ok("list_clients", json!({"query": spelling})).await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{spelling:?}");
    }
    studio.ok("create_client", json!({"name": "Beta"})).await;
    assert!(studio.refused("update_client", json!({"client": "Beta", "name": "MULLER"})).await.field("name").is_some());
    studio.ok("update_client", json!({"client": "Müller", "name": "MÜLLER"})).await;
}

#[tokio::test]
async fn a_project_is_one_in_every_form_within_its_client() {
    let studio = studio(&["Acme", "Beta"]).await;
    for client in ["Acme", "Beta"] {
        studio.ok("create_project", json!({"client": client, "name": "Küche"})).await;
    }
    assert!(studio.refused("create_project", json!({"client": "acme", "name": "KU\u{308}CHE"})).await.field("name").is_some());
    studio.ok("create_project", json!({"client": "Acme", "name": "Bad"})).await;
    assert!(studio.refused("update_project", json!({"project": "Bad", "name": "kuche"})).await.field("name").is_some());
    let found = studio.ok("get_project", json!({"project": "ACME/ku\u{308}che"})).await;
    assert_eq!((&found["client"]["name"], &found["name"]), (&json!("Acme"), &json!("Küche")));
}

/// Each reference is looked up once by its id, its name and its path, and several may mean the same project.
#[tokio::test]
async fn many_references_are_found_at_once_each_for_itself() {
    let studio = studio(&["R / D", "Acme"]).await;
    for (client, name) in [("R / D", "a /b/ c"), ("Acme", "Plain"), ("Acme", "a/b / d")] {
        studio.ok("create_project", json!({"client": client, "name": name})).await;
    }
    let worked = |project: &str| json!({"project": project, "date": "2026-11-20", "duration": "1m"});
    for (client, name, spellings) in [
        ("R / D", "a /b/ c", ["a/b/c", "A / B / C", "r/d/a/b/c", "R / D / a /b/ c"]),
        ("Acme", "Plain", ["plain", " Plain ", "acme/plain", "Acme / Plain"]),
        ("Acme", "a/b / d", ["a / b / d", "a/b/d", "acme/a/b/d", "Acme / a/b / d"]),
    ] {
        let entries: Vec<Value> = spellings.iter().map(|spelling| worked(spelling)).collect();
        let logged = studio.ok("create_time_entries", json!({"entries": entries})).await;
        let projects: Vec<&str> = logged["items"].as_array().into_iter().flatten().filter_map(|item| item["project"].as_str()).collect();
        assert_eq!(projects, vec![format!("{client} / {name}"); 4], "{spellings:?}");
    }
}

#[tokio::test]
async fn a_name_with_a_slash_is_found_by_every_operation() {
    let studio = studio(&["Slash", "Acme"]).await;
    studio.ok("create_project", json!({"client": "Slash", "name": "Frontend / Backend"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Other"})).await;
    for spelling in ["Frontend / Backend", "frontend/backend", "Slash / Frontend / Backend", "slash/Frontend /Backend"] {
        studio.ok("get_project", json!({"project": spelling})).await;
        studio.ok("create_time_entry", json!({"project": spelling, "date": "2026-11-20", "duration": "1h"})).await;
        studio.ok("preview_invoice", json!({"client": "Slash", "projects": [spelling]})).await;
        let foreign = studio.refused("preview_invoice", json!({"client": "Acme", "projects": [spelling]})).await;
        assert_eq!(foreign.code, Code::NotFound, "{spelling}");
    }
}

#[tokio::test]
async fn what_is_spelled_as_a_full_name_means_that_one() {
    let studio = studio(&["Frontend", "Slash"]).await;
    studio.ok("create_project", json!({"client": "Slash", "name": "Frontend / Backend"})).await;
    let plain = studio.ok("create_project", json!({"client": "Frontend", "name": "Backend"})).await;
    assert_eq!(studio.ok("get_project", json!({"project": "Frontend / Backend"})).await["id"], plain["id"]);
    let refused = studio.refused("get_project", json!({"project": "frontend/backend"})).await;
    assert!(refused.message.contains("Frontend / Backend or Slash / Frontend / Backend"), "{}", refused.message);
}

#[tokio::test]
async fn a_name_that_nothing_has_is_answered_with_those_that_are_near() {
    let studio = studio(&["Müller GmbH", "Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    for (operation, argument, given, near) in [
        ("get_client", "client", "Muler GmbH", "Did you mean Müller GmbH?"),
        ("list_projects", "client", "Acne", "Did you mean Acme?"),
        ("get_project", "project", "Dashbord", "Did you mean Acme / Dashboard?"),
        ("list_time_entries", "project", "Acme / Dashbaord", "Did you mean Acme / Dashboard?"),
        ("get_member", "member", "Adda", "Did you mean Ada?"),
        ("get_client", "client", "Zzzzzz", "Check the id or the name."),
    ] {
        let refused = studio.refused(operation, json!({argument: given})).await;
        assert_eq!(refused.code, Code::NotFound, "{operation}");
        assert!(refused.message.contains(given) && refused.message.contains(near), "{operation}: {}", refused.message);
    }
}

/// An invited person is no member yet, and a caller who may invite is told so.
#[tokio::test]
async fn whoever_was_invited_and_has_not_answered_is_said_to_be_so() {
    let studio = studio(&["Acme"]).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("invite_member", json!({"email": "bob@example.com", "name": "Bob", "role": "member"})).await;
    let put = json!({"project": "Dashboard", "members": ["Bob"]});
    let refused = studio.refused("assign_project_members", put.clone()).await;
    assert_eq!(refused.code, Code::NotFound);
    assert!(refused.hint.as_deref().is_some_and(|hint| hint.starts_with("bob@example.com was invited")), "{refused:?}");
    let manager = studio.as_role(Role::Manager).await.refused("assign_project_members", put).await;
    assert!(!manager.hint.unwrap_or_default().contains("bob@"), "invitations are for those who may see them");
}

#[tokio::test]
async fn a_project_is_found_by_its_client_and_name_without_a_slash() {
    let studio = studio(&["Acme", "Acme Labs"]).await;
    for (client, name) in [("Acme", "Dashboard"), ("Acme", "Labs Charts"), ("Acme Labs", "Charts")] {
        studio.ok("create_project", json!({"client": client, "name": name})).await;
    }
    for said in ["Acme dashboard", "acme: Dashboard", "Acme – Dashboard"] {
        assert_eq!(studio.ok("get_project", json!({"project": said})).await["name"], "Dashboard", "{said}");
    }
    let two = studio.refused("get_project", json!({"project": "Acme Labs Charts"})).await;
    assert_eq!(two.code, Code::Invalid);
    for meant in ["Acme / Labs Charts", "Acme Labs / Charts"] {
        assert!(two.message.contains(meant), "{}", two.message);
    }
    let barbara = studio.as_role(crate::access::Role::Member).await;
    assert_eq!(barbara.code("get_project", json!({"project": "Acme dashboard"})).await, Code::NotFound, "she is not on it");
}

#[tokio::test]
async fn names_that_one_may_not_see_are_near_to_nothing() {
    let studio = studio(&["Müller GmbH"]).await;
    let barbara = studio.as_role(crate::access::Role::Member).await;
    let refused = barbara.refused("get_client", json!({"client": "Muler GmbH"})).await;
    assert!(refused.code == Code::NotFound && !refused.message.contains("Müller"), "{}", refused.message);
}

#[tokio::test]
async fn of_several_the_archived_are_said_to_be_so() {
    let studio = studio(&["Acme", "Beta"]).await;
    for client in ["Acme", "Beta"] {
        studio.ok("create_project", json!({"client": client, "name": "Website"})).await;
    }
    studio.ok("archive_project", json!({"project": "Beta / Website"})).await;
    let refused = studio.refused("start_timer", json!({"project": "Website"})).await;
    assert!(refused.message.contains("Acme / Website or Beta / Website (archived)"), "{}", refused.message);
    let archived = studio.refused("start_timer", json!({"project": "Beta / Website"})).await;
    assert!(archived.message.contains("archived"), "{}", archived.message);
}

#[tokio::test]
async fn a_part_of_a_name_that_one_open_project_has_is_enough_for_time_and_the_answer_says_which_was_taken() {
    let studio = studio(&["Acme", "Beta"]).await;
    for (client, name) in [("Acme", "Dashboard"), ("Acme", "Website"), ("Beta", "Website")] {
        studio.ok("create_project", json!({"client": client, "name": name})).await;
    }
    let log = |project: &str| json!({"project": project, "date": "2026-11-20", "duration": "1h"});
    for half in ["Acme dash", "dashb", "ACME / Dash"] {
        let logged = studio.ok("create_time_entry", log(half)).await;
        let told = logged["warnings"].to_string();
        assert!(logged["project"]["name"] == "Dashboard" && told.contains("was taken for Acme / Dashboard."), "{half}: {logged}");
    }
    let several = studio.refused("create_time_entry", log("web")).await;
    assert!(several.code == Code::NotFound && several.message.ends_with("Did you mean Acme / Website or Beta / Website?"), "{several:?}");
    assert_eq!(studio.code("create_time_entry", log("da")).await, Code::NotFound, "two letters are no part");
    studio.ok("create_client", json!({"name": "Globex"})).await;
    for name in ["Globex shop", "Intranet"] {
        studio.ok("create_project", json!({"client": "Globex", "name": name})).await;
    }
    for client in ["Acme", "Globex"] {
        assert_eq!(studio.code("create_time_entry", log(client)).await, Code::NotFound, "{client} is a client");
    }
    // Every other operation needs the whole name of a project.
    let refused = studio.refused("archive_project", json!({"project": "Acme dash"})).await;
    assert!(refused.code == Code::NotFound && refused.message.contains("Did you mean Acme / Dashboard?"), "{refused:?}");
    studio.ok("archive_project", json!({"project": "Beta / Website"})).await;
    let started = studio.ok("start_timer", json!({"project": "web"})).await;
    assert!(started["warnings"].to_string().contains("was taken for Acme / Website."), "only open ones are meant: {started}");
    let moved = studio.ok("update_timer", json!({"project": "Acme dash"})).await;
    assert!(moved["warnings"].to_string().contains("was taken for Acme / Dashboard."), "{moved}");
    let barbara = studio.as_role(Role::Member).await;
    assert_eq!(barbara.code("create_time_entry", log("Acme dash")).await, Code::NotFound, "she is not on it");
}

/// A caller who restores only the project would be refused again.
#[tokio::test]
async fn a_project_of_an_archived_client_is_no_open_one_and_is_said_to_be_archived() {
    let studio = studio(&["Acme", "Globex"]).await;
    for client in ["Acme", "Globex"] {
        studio.ok("create_project", json!({"client": client, "name": "Portal"})).await;
    }
    studio.ok("archive_client", json!({"client": "Globex"})).await;
    let log = |project: &str| json!({"project": project, "date": "2026-11-20", "duration": "1h"});
    let logged = studio.ok("create_time_entry", log("port")).await;
    assert_eq!(logged["client"]["name"], "Acme", "of two that begin so one is open");
    for (project, near) in [("Globex port", "Globex / Portal (archived)"), ("Portla", "Acme / Portal or Globex / Portal (archived)")] {
        let refused = studio.refused("create_time_entry", log(project)).await;
        assert_eq!(refused.code, Code::NotFound, "{project}");
        assert!(refused.message.ends_with(&format!("Did you mean {near}?")), "{}", refused.message);
    }
    let several = studio.refused("start_timer", json!({"project": "Portal"})).await;
    assert!(several.message.contains("Acme / Portal or Globex / Portal (archived)"), "{}", several.message);
    let client = studio.refused("get_client", json!({"client": "Globx"})).await;
    assert!(client.message.ends_with("Did you mean Globex (archived)?"), "{}", client.message);
}
