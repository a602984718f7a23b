//! Tests of projects, through the operations.

use serde_json::{Value, json};

use super::{CreateProject, UpdateProject};
use crate::{
    access::{Role, WriteMode},
    clients::UpdateClient,
    error::Code,
    testing::World,
};

async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "rate": "120.00"})).await;
    studio.ok("create_client", json!({"name": "Beta", "tax_rate": "19", "currency": "USD"})).await;
    studio
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items
        .iter()
        .map(|item| format!("{} / {}", item["client"]["name"].as_str().unwrap_or_default(), item["name"].as_str().unwrap_or_default()))
        .collect()
}

#[tokio::test]
async fn a_new_project_starts_from_its_client() {
    let studio = studio().await;
    let project = studio.ok("create_project", json!({"client": "acme", "name": " Dashboard ", "code": "D-1"})).await;
    assert_eq!(
        (&project["name"], &project["code"], &project["billing"]),
        (&json!("Dashboard"), &json!("D-1"), &json!("time_and_materials"))
    );
    assert_eq!(
        (project.get("rate"), &project["effective_rate"]["amount"], &project["bill_agent_time"]),
        (None, &json!("120.00"), &json!(false))
    );
    assert_eq!(
        (&project["client"]["currency"], &project["worked"]["seconds"], &project["unbilled"]["amount"]),
        (&json!("EUR"), &json!(0), &json!("0.00"))
    );
    let client = studio.ok("get_client", json!({"client": "Acme"})).await;
    assert_eq!((&project["color"], &client["projects"]), (&client["color"], &json!(1)));
    assert_eq!(studio.number("select count(*) from project_member where organization_id = $1").await, 1);
}

#[tokio::test]
async fn the_effective_rate_is_the_nearest() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"rate": "80.00"})).await;
    let own = studio.form::<CreateProject>(json!({"client": "Acme", "name": "Own", "rate": "150,00"})).await.expect("made");
    assert_eq!((&own["rate"]["amount"], &own["effective_rate"]["amount"]), (&json!("150.00"), &json!("150.00")));
    let cleared = studio.form::<UpdateProject>(json!({"project": "Own", "rate": ""})).await.expect("changed");
    assert_eq!((cleared.get("rate"), &cleared["effective_rate"]["amount"]), (None, &json!("120.00")));
    studio.form::<UpdateClient>(json!({"client": "Acme", "rate": ""})).await.expect("changed");
    assert_eq!(studio.ok("get_project", json!({"project": "Own"})).await["effective_rate"]["amount"], "80.00");
    let foreign = studio.ok("create_project", json!({"client": "Beta", "name": "Foreign"})).await;
    assert_eq!(foreign.get("effective_rate"), None, "a rate in euros is none in dollars");
}

#[tokio::test]
async fn bad_projects_are_refused_with_their_field() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Dashboard"})).await;
    let long = "x".repeat(10_000);
    for (given, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": long}), "name"),
        (json!({"name": "a\u{0}b"}), "name"),
        (json!({"name": "DASHBOARD"}), "name"),
        (json!({"name": "New", "rate": "-0.01"}), "rate"),
        (json!({"name": "New", "rate": 12.5}), "rate"),
        (json!({"name": "New", "code": "x".repeat(31)}), "code"),
        (json!({"name": "New", "color": "green"}), "color"),
        (json!({"name": "New", "billing": "barter"}), "billing"),
        (json!({"name": "New", "budget": 5}), "arguments"),
    ] {
        let mut call = given.clone();
        call["client"] = json!("Acme");
        let refused = studio.refused("create_project", call).await;
        assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{field}: {refused:?}");
    }
    assert_eq!(studio.code("create_project", json!({"client": "Nobody", "name": "New"})).await, Code::NotFound);
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    assert!(studio.refused("create_project", json!({"client": "Acme", "name": "New"})).await.field("client").is_some());
    assert_eq!(studio.number("select count(*) from project where organization_id = $1").await, 2);
}

#[tokio::test]
async fn markup_in_names_is_kept_as_it_was_written() {
    let studio = studio().await;
    for name in ["<img src=x onerror=alert(1)>", "#panic() *x*", "日本語 / 🎉", "O'Brien; --"] {
        let project = studio.ok("create_project", json!({"client": "Acme", "name": name, "code": "<b>"})).await;
        assert_eq!((&project["name"], &project["code"]), (&json!(name), &json!("<b>")));
        assert_eq!(studio.ok("get_project", json!({"project": name})).await["id"], project["id"]);
        assert_eq!(studio.ok("get_project", json!({"project": format!("Acme / {name}")})).await["id"], project["id"]);
    }
}

#[tokio::test]
async fn a_name_that_fits_two_projects_answers_with_both() {
    let studio = studio().await;
    let first = studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Website"})).await;
    for (operation, more) in [("get_project", json!({})), ("start_timer", json!({})), ("create_time_entry", json!({"duration": "1h"}))] {
        let mut call = more.clone();
        call["project"] = json!("website");
        let refused = studio.refused(operation, call).await;
        assert_eq!(refused.code, Code::Invalid);
        assert!(refused.field("project").is_some_and(|message| message.contains("Acme / Website") && message.contains("Beta / Website")));
        let candidates = refused.details.expect("candidates");
        assert_eq!((candidates.as_array().map(Vec::len), &candidates[0]["id"]), (Some(2), &first["id"]));
    }
    for reference in ["Acme / Website", "acme/website", "ACME /  website"] {
        assert_eq!(studio.ok("get_project", json!({"project": reference})).await["id"], first["id"], "{reference}");
    }
}

#[tokio::test]
async fn lists_are_by_client_and_name_in_pages() {
    let studio = studio().await;
    for (client, name) in [("Beta", "alpha"), ("Acme", "Zeta"), ("Acme", "beta"), ("Acme", "Alpha"), ("Beta", "Gamma")] {
        studio.ok("create_project", json!({"client": client, "name": name})).await;
    }
    let all = ["Acme / Alpha", "Acme / beta", "Acme / Zeta", "Beta / alpha", "Beta / Gamma"];
    assert_eq!(names(&studio.ok("list_projects", json!({})).await), all);
    let (mut seen, mut cursor) = (Vec::new(), json!(null));
    while seen.len() < 10 {
        let page = studio.ok("list_projects", json!({"limit": 2, "cursor": cursor, "with_total": true})).await;
        assert_eq!(page["total"], 5);
        seen.extend(names(&page));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, all);
    assert_eq!(names(&studio.ok("list_projects", json!({"client": "beta"})).await), ["Beta / alpha", "Beta / Gamma"]);
    assert_eq!(names(&studio.ok("list_projects", json!({"query": "ALPH"})).await), ["Acme / Alpha", "Beta / alpha"]);
    for query in ["acme alp", "alp/acme a", "Alpha ／ ACME"] {
        assert_eq!(names(&studio.ok("list_projects", json!({"query": query})).await), ["Acme / Alpha"], "each word is looked for: {query}");
    }
    assert_eq!(names(&studio.ok("list_projects", json!({"query": "/"})).await), all, "no word is looked for");
    let many = format!("{} acme alpha", ('c'..='z').map(String::from).collect::<Vec<_>>().join(" "));
    let counted = studio.ok("list_projects", json!({"query": many, "with_total": true})).await;
    assert_eq!((names(&counted), &counted["total"]), (Vec::new(), &json!(0)), "the longest words are looked for, and some of the others");
    assert_eq!(studio.code("list_projects", json!({"client": "Nobody"})).await, Code::NotFound);
    for (given, field) in [(json!({"limit": 0}), "limit"), (json!({"cursor": "?"}), "cursor")] {
        assert!(studio.refused("list_projects", given).await.field(field).is_some());
    }
}

#[tokio::test]
async fn hours_are_told_when_asked_for() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Empty"})).await;
    for (duration, billable) in [("1h", true), ("30m", false)] {
        studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": duration, "billable": billable})).await;
    }
    studio.token(WriteMode::Drafts).await.ok("create_time_entry", json!({"project": "Dashboard", "duration": "5h"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    let page = studio.ok("list_projects", json!({"with_hours": true})).await;
    assert_eq!((&page["items"][0]["worked"]["seconds"], &page["items"][0]["unbilled"]["amount"]), (&json!(5400), &json!("120.00")));
    assert_eq!((&page["items"][1]["worked"]["seconds"], &page["items"][1]["unbilled"]["amount"]), (&json!(0), &json!("0.00")));
    let plain = studio.ok("list_projects", json!({})).await;
    assert_eq!((plain["items"][0].get("worked"), plain["items"][0].get("unbilled")), (None, None));
    studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let project = studio.ok("get_project", json!({"project": "Dashboard"})).await;
    assert_eq!((&project["worked"]["seconds"], &project["unbilled"]["amount"]), (&json!(5400), &json!("0.00")));
}

#[tokio::test]
async fn what_is_not_given_stays() {
    let studio = studio().await;
    let made = studio
        .ok(
            "create_project",
            json!({"client": "Acme", "name": "Dashboard", "code": "D", "rate": "90.00", "color": "#112233", "bill_agent_time": true}),
        )
        .await;
    let renamed = studio.ok("update_project", json!({"project": "Dashboard", "name": "Charts"})).await;
    assert_eq!(
        (&renamed["id"], &renamed["name"], &renamed["code"], &renamed["rate"], &renamed["color"]),
        (&made["id"], &json!("Charts"), &json!("D"), &made["rate"], &made["color"])
    );
    assert_eq!((&renamed["bill_agent_time"], &renamed["billing"]), (&json!(true), &json!("time_and_materials")));
    let changed =
        studio.ok("update_project", json!({"project": "Charts", "code": "", "billing": "overhead", "bill_agent_time": false})).await;
    assert_eq!((changed.get("code"), &changed["billing"], &changed["bill_agent_time"]), (None, &json!("overhead"), &json!(false)));
    studio.ok("create_project", json!({"client": "Acme", "name": "Taken"})).await;
    assert!(studio.refused("update_project", json!({"project": "Charts", "name": "taken"})).await.field("name").is_some());
    assert_eq!(studio.ok("update_project", json!({"project": "Charts", "name": "CHARTS", "dry_run": true})).await["name"], "CHARTS");
    assert_eq!(studio.ok("get_project", json!({"project": "Charts"})).await["name"], "Charts");
}

#[tokio::test]
async fn archiving_hides_and_keeps() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    assert_eq!(studio.ok("archive_project", json!({"project": "Dashboard"})).await["archived"], true);
    assert_eq!(studio.ok("archive_project", json!({"project": "Dashboard"})).await["archived"], true);
    assert!(names(&studio.ok("list_projects", json!({})).await).is_empty());
    assert_eq!(names(&studio.ok("list_projects", json!({"archived": true})).await), ["Acme / Dashboard"]);
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await["archived"], true);
    assert_eq!(studio.ok("restore_project", json!({"project": "Dashboard"})).await["archived"], false);
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    assert!(names(&studio.ok("list_projects", json!({})).await).is_empty(), "projects of an archived client are in no picker");
}

#[tokio::test]
async fn what_holds_a_project_keeps_it_from_being_deleted() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let entry = studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;
    let refused = studio.refused("delete_project", json!({"project": "Dashboard"})).await;
    assert!(refused.code == Code::InUse && refused.message.contains("1 time entry and 0 invoice lines"), "{refused:?}");
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let deleted = studio.ok("delete_project", json!({"project": "Acme / Dashboard"})).await;
    assert_eq!(deleted["name"], "Dashboard");
    assert_eq!(studio.code("get_project", json!({"project": deleted["id"]})).await, Code::NotFound);
}

#[tokio::test]
async fn a_member_sees_the_projects_they_are_on_and_changes_none() {
    let studio = studio().await;
    let (mine, other) = (
        studio.ok("create_project", json!({"client": "Acme", "name": "Mine"})).await,
        studio.ok("create_project", json!({"client": "Beta", "name": "Other"})).await,
    );
    let barbara = studio.as_role(Role::Member).await;
    let join = format!(
        "insert into project_member (organization_id, project_id, member_id) values ($1, '{}', '{}')",
        mine["id"].as_str().unwrap_or_default(),
        barbara.member()
    );
    studio.sql(&join).await;
    assert_eq!(names(&barbara.ok("list_projects", json!({"with_total": true, "archived": true})).await), ["Acme / Mine"]);
    let seen = barbara.ok("get_project", json!({"project": "Mine"})).await;
    assert_eq!((seen.get("effective_rate"), seen.get("unbilled"), &seen["worked"]["seconds"]), (None, None, &json!(0)));
    for reference in [other["id"].clone(), json!("Other"), json!("Beta / Other")] {
        assert_eq!(barbara.code("get_project", json!({"project": reference})).await, Code::NotFound);
    }
    assert_eq!(barbara.code("list_projects", json!({"client": "Beta"})).await, Code::NotFound);
    assert_eq!(barbara.code("update_project", json!({"project": "Mine", "name": "Hers"})).await, Code::Forbidden);
    assert_eq!(barbara.code("create_project", json!({"client": "Acme", "name": "New"})).await, Code::Forbidden);
    let alan = studio.as_role(Role::Viewer).await;
    assert_eq!(alan.ok("list_projects", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn another_tenants_projects_are_not_there() {
    let (ours, theirs) = (studio().await, studio().await);
    let project = theirs.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    for operation in ["get_project", "update_project", "archive_project", "restore_project", "delete_project"] {
        assert_eq!(ours.code(operation, json!({"project": project["id"]})).await, Code::NotFound, "{operation}");
    }
    assert_eq!(ours.code("create_project", json!({"client": project["client"]["id"], "name": "Mine"})).await, Code::NotFound);
    assert_eq!(ours.code("list_projects", json!({"client": project["client"]["id"]})).await, Code::NotFound);
    assert_eq!(
        theirs.ok("get_project", json!({"project": project["id"]})).await,
        theirs.ok("get_project", json!({"project": "Dashboard"})).await
    );
}

#[tokio::test]
async fn an_agent_that_writes_drafts_leaves_projects_to_a_person() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    assert_eq!(agent.code("create_project", json!({"client": "Acme", "name": "Dashboard"})).await, Code::NeedsApproval);
    let agent = studio.token(WriteMode::Direct).await;
    agent.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    agent.ok("delete_project", json!({"project": "Dashboard"})).await;
}
