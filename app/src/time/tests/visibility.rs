//! Tests of whose time a member sees and writes.

use serde_json::json;

use super::{log, on_project, studio};
use crate::{
    access::{Role, Scope, WriteMode},
    error::Code,
};

#[tokio::test]
async fn a_member_has_their_own_time_only() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let (adas, hers) = (log(&studio, json!({})).await, log(&barbara, json!({"duration": "1h"})).await);
    let list = barbara.ok("list_time_entries", json!({"with_total": true})).await;
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &hers["id"]));
    assert_eq!(barbara.ok("summarize_time", json!({})).await["totals"]["worked"]["seconds"], 3600);
    for (operation, arguments) in [
        ("get_time_entry", json!({"time_entry": adas["id"]})),
        ("update_time_entry", json!({"time_entry": adas["id"], "duration": "1m"})),
        ("delete_time_entry", json!({"time_entry": adas["id"]})),
        ("confirm_time_entries", json!({"time_entries": [adas["id"]]})),
        ("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": studio.member()})),
        ("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": "Ada"})),
        ("list_time_entries", json!({"member": studio.member()})),
        ("summarize_time", json!({"member": "Ada"})),
    ] {
        assert_eq!(barbara.code(operation, arguments.clone()).await, Code::NotFound, "{operation} {arguments}");
    }
    for colleague in ["Ada", "Nobody"] {
        let told = barbara.refused("list_time_entries", json!({"member": colleague})).await;
        assert!(told.message.contains("your own alone"), "who there is, is not denied: {told:?}");
    }
    log(&barbara, json!({"member": "me"})).await;
    log(&barbara, json!({"member": barbara.member()})).await;
    log(&barbara, json!({"member": "Barbara"})).await;
}

#[tokio::test]
async fn who_leads_the_work_writes_for_others() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let edsger = studio.as_role(Role::Manager).await;
    let entry = log(&edsger, json!({"member": "Barbara"})).await;
    assert_eq!(entry["member"], json!({"id": barbara.member(), "name": "Barbara"}));
    assert_eq!(barbara.ok("get_time_entry", json!({"time_entry": entry["id"]})).await["day_total"], json!(null));
    let by = format!("select count(*) from time_entry where organization_id = $1 and created_by = '{}'", edsger.member());
    assert_eq!(studio.number(&by).await, 1);
    edsger.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h"})).await;
    studio.as_role(Role::Member).await;
    let ambiguous = edsger.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "member": "barbara"})).await;
    assert!(ambiguous.field("member").is_some());
}

#[tokio::test]
async fn a_project_one_is_not_on_is_not_there() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Secret"})).await;
    let barbara = on_project(&studio, "Dashboard").await;
    let secret = studio.ok("get_project", json!({"project": "Secret"})).await;
    for project in [json!("Secret"), json!("Acme / Secret"), secret["id"].clone()] {
        assert_eq!(barbara.code("create_time_entry", json!({"project": project, "duration": "1h"})).await, Code::NotFound);
        assert_eq!(barbara.code("start_timer", json!({"project": project})).await, Code::NotFound);
        assert_eq!(barbara.code("list_time_entries", json!({"project": project})).await, Code::NotFound);
    }
}

#[tokio::test]
async fn a_viewer_finds_whoever_has_worked_for_the_clients_they_see_and_nobody_else() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    log(&barbara, json!({"duration": "1h"})).await;
    studio.ok("create_client", json!({"name": "Initech"})).await;
    studio.ok("create_project", json!({"client": "Initech", "name": "Secret"})).await;
    log(&studio, json!({"project": "Secret", "duration": "2h"})).await;
    let alan = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    let summed = alan.ok("summarize_time", json!({"member": "Barbara"})).await;
    assert_eq!(summed["totals"]["worked"]["seconds"], 3600);
    assert_eq!(alan.ok("list_time_entries", json!({"member": barbara.member()})).await["items"].as_array().map(Vec::len), Some(1));
    let near = alan.refused("list_time_entries", json!({"member": "Barbra"})).await;
    assert!(near.message.contains("Did you mean Barbara?"), "{near:?}");
    for unseen in [json!("Ada"), json!("Adda"), json!(studio.member())] {
        let refused = alan.refused("list_time_entries", json!({"member": unseen})).await;
        assert!(refused.code == Code::NotFound && !format!("{refused:?}").contains("Did you mean"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_viewer_writes_no_time() {
    let studio = studio().await;
    let alan = studio.as_role(Role::Viewer).await;
    log(&studio, json!({})).await;
    assert_eq!(alan.ok("list_time_entries", json!({})).await["items"], json!([]));
    assert_eq!(alan.code("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await, Code::Forbidden);
    assert_eq!(alan.code("start_timer", json!({"project": "Dashboard"})).await, Code::Forbidden);
}

#[tokio::test]
async fn whether_time_was_billed_is_told_to_those_who_see_money() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    log(&barbara, json!({})).await;
    studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let timesheets = studio.token_of(&[Scope::TimeRead], WriteMode::Direct).await;
    for operation in ["list_time_entries", "summarize_time"] {
        for caller in [&barbara, &timesheets] {
            for billed in [true, false] {
                let refused = caller.refused(operation, json!({"billed": billed})).await;
                assert!(refused.code == Code::Forbidden && refused.message.contains("see invoices and amounts"), "{refused:?}");
            }
            caller.ok(operation, json!({"billable": true})).await;
        }
        studio.ok(operation, json!({"billed": true})).await;
    }
}
