//! Tests of viewers: they see exactly the clients granted to them, through every channel and operation.

use serde_json::{Map, Value, json};
use sqlx::AssertSqlSafe;

use super::{names, stranger, studio};
use crate::{
    access::{Role, WriteMode},
    database::{AccessMode, RowScope},
    error::Code,
    operation::{Effect, tests},
    operations,
    testing::{World, owner},
};

/// A client with a project, an hour on a sent invoice, one on a draft, one on none, a draft of an agent, and a budget; its ids.
async fn client(studio: &World, name: &str) -> Map<String, Value> {
    let client = studio.ok("create_client", json!({"name": name, "tax_rate": "19", "rate": "100.00", "email": "books@example.com"})).await;
    let project = studio.ok("create_project", json!({"client": name, "name": "Works"})).await;
    let log = |date: &str| json!({"project": project["id"], "date": date, "duration": "1h"});
    studio.ok("create_time_entry", log("2026-11-16")).await;
    let sent = studio.ok("draft_invoice", json!({"client": name})).await;
    studio.ok("send_invoice", json!({"invoice": sent["id"]})).await;
    studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "1.00", "date": "2026-11-20"})).await;
    studio.ok("create_time_entry", log("2026-11-17")).await;
    let draft = studio.ok("draft_invoice", json!({"client": name})).await;
    let entry = studio.ok("create_time_entry", log("2026-11-18")).await;
    let waiting = studio.token(WriteMode::Drafts).await.ok("create_time_entry", log("2026-11-19")).await;
    studio.ok("set_budget", json!({"project": project["id"], "hours": 40})).await;
    let ids = json!({"client": client["id"], "project": project["id"], "time_entry": entry["id"], "invoice": sent["id"],
        "draft": draft["id"], "waiting": waiting["id"]});
    ids.as_object().cloned().expect("ids")
}

async fn viewer(studio: &World, clients: &[&str]) -> World {
    let alan = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": clients})).await;
    alan
}

fn count(page: &Value) -> usize {
    page["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_viewer_sees_projects_hours_and_sent_invoices_of_what_was_granted() {
    let studio = World::new("granted").await;
    let (globex, initech) = (client(&studio, "Globex").await, client(&studio, "Initech").await);
    studio.ok("start_timer", json!({"project": globex["project"]})).await;
    let alan = viewer(&studio, &["Globex"]).await;
    assert_eq!(names(&alan.ok("list_clients", json!({})).await), ["Globex"]);
    assert_eq!(count(&alan.ok("list_projects", json!({})).await), 1);
    let hours = alan.ok("list_time_entries", json!({"with_total": true})).await;
    assert_eq!((count(&hours), &hours["total"]), (3, &json!(3)), "neither the agent's draft nor the running timer");
    assert_eq!(alan.ok("summarize_time", json!({})).await["totals"]["worked"]["seconds"], 3 * 3600);
    let invoices = alan.ok("list_invoices", json!({})).await;
    assert_eq!((count(&invoices), &invoices["items"][0]["id"]), (1, &globex["invoice"]), "a draft is a matter of the house");
    let invoice = alan.ok("get_invoice", json!({"invoice": globex["invoice"]})).await;
    assert_eq!((count(&json!({"items": invoice["lines"]})), count(&json!({"items": invoice["payments"]}))), (1, 1));
    alan.ok("get_invoice_document", json!({"invoice": globex["invoice"]})).await;
    assert_eq!(names(&alan.ok("list_members", json!({})).await), ["Alan"]);
    for (operation, arguments) in [("list_budgets", json!({})), ("get_budget", json!({"project": globex["project"]}))] {
        let refused = alan.refused(operation, arguments).await;
        assert!(refused.code == Code::NotFound && refused.message.contains("not for your role"), "{operation}: {refused:?}");
    }
    for (operation, argument, id) in [
        ("get_client", "client", &initech["client"]),
        ("get_project", "project", &initech["project"]),
        ("get_project_status", "project", &initech["project"]),
        ("get_time_entry", "time_entry", &initech["time_entry"]),
        ("get_time_entry", "time_entry", &globex["waiting"]),
        ("get_invoice", "invoice", &initech["invoice"]),
        ("get_invoice", "invoice", &globex["draft"]),
        ("get_invoice_document", "invoice", &initech["invoice"]),
        ("get_invoice_document", "invoice", &globex["draft"]),
    ] {
        assert_eq!(alan.code(operation, json!({argument: id})).await, Code::NotFound, "{operation}");
    }
    assert_eq!(studio.ok("list_clients", json!({"with_total": true})).await["total"], 2, "nobody else sees less");
}

#[tokio::test]
async fn a_grant_and_its_removal_work_on_the_next_request() {
    let studio = studio().await;
    let alan = studio.as_role(Role::Viewer).await;
    assert_eq!(alan.code("get_client", json!({"client": "Acme"})).await, Code::NotFound);
    let granted = studio.ok("set_client_grants", json!({"member": "Alan", "clients": ["Acme", "acme"]})).await;
    assert_eq!(granted["clients"].as_array().map(Vec::len), Some(1));
    assert_eq!(alan.ok("get_member", json!({"member": "me"})).await["clients"][0]["name"], "Acme");
    let agent = alan.token(WriteMode::Direct).await;
    assert_eq!(agent.ok("get_client", json!({"client": "Acme"})).await["name"], "Acme", "an agent of a viewer sees as much");
    let emptied = studio.ok("set_client_grants", json!({"member": "Alan", "clients": []})).await;
    assert!(emptied["warnings"][0].as_str().is_some_and(|words| words.contains("sees nothing")), "{emptied}");
    for caller in [&alan, &agent] {
        assert_eq!(caller.code("get_client", json!({"client": "Acme"})).await, Code::NotFound);
    }
}

#[tokio::test]
async fn without_a_grant_no_operation_tells_a_viewer_of_the_studio() {
    let studio = tests::fixture("ungranted").await;
    let alan = studio.world.as_role(Role::Viewer).await;
    // Records of the viewer themself, or of the organization as such.
    let own = [
        "get_assistant",
        "get_member",
        "get_organization",
        "get_timer",
        "list_members",
        "list_organizations",
        "list_security_events",
        "list_sign_ins",
        "whoami",
    ];
    for operation in operations::all() {
        let (name, declaration) = (operation.declaration.name, operation.declaration);
        if declaration.effect != Effect::Read || own.contains(&name) {
            continue;
        }
        let given = tests::arguments(operation, &studio.ids);
        let unfiltered: Map<String, Value> = Map::new();
        for call in [given, unfiltered] {
            match alan.call(name, Value::Object(call)).await {
                Err(refused) => assert!(matches!(refused.code, Code::NotFound | Code::Invalid), "{name} answers {refused:?}"),
                Ok(answer) => assert_eq!(answer["items"], json!([]), "{name} tells {answer:#}"),
            }
        }
    }
}

#[tokio::test]
async fn a_viewer_changes_nothing_of_the_studio() {
    let studio = tests::fixture("looking").await;
    let alan = studio.world.as_role(Role::Viewer).await;
    studio.world.ok("set_client_grants", json!({"member": alan.member(), "clients": [studio.ids["client"]]})).await;
    for operation in operations::all() {
        let (name, declaration) = (operation.declaration.name, operation.declaration);
        if declaration.effect == Effect::Read || Role::Viewer.may(declaration.needs) {
            continue;
        }
        let refused = alan.refused(name, Value::Object(tests::arguments(operation, &studio.ids))).await;
        assert_eq!(refused.code, Code::Forbidden, "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn who_becomes_a_viewer_leaves_their_projects_and_their_timer_is_saved() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": ["Barbara"]})).await;
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    let changed = studio.ok("change_member_role", json!({"member": "Barbara", "role": "viewer"})).await;
    assert_eq!(changed["warnings"].as_array().map(Vec::len), Some(2), "{changed}");
    let barbara = barbara.at(&studio).await;
    assert_eq!(count(&barbara.ok("list_projects", json!({})).await), 0);
    assert_eq!(studio.ok("summarize_time", json!({"member": "Barbara"})).await["totals"]["worked"]["seconds"], 600);
    let onto = json!({"project": "Dashboard", "members": ["Barbara"]});
    assert_eq!(studio.code("assign_project_members", onto.clone()).await, Code::Conflict);
    studio.ok("set_client_grants", json!({"member": "Barbara", "clients": ["Acme"]})).await;
    studio.ok("change_member_role", json!({"member": "Barbara", "role": "member"})).await;
    let barbara = barbara.at(&studio).await;
    assert_eq!(count(&barbara.ok("list_projects", json!({})).await), 0, "what was granted went with the role");
    assert_eq!(studio.code("set_client_grants", json!({"member": "Barbara", "clients": ["Acme"]})).await, Code::Conflict);
    studio.ok("assign_project_members", onto).await;
}

#[tokio::test]
async fn a_viewer_is_invited_with_the_clients_they_will_see() {
    let studio = studio().await;
    let alan = stranger(&studio).await;
    let invite = |more: Value| {
        let mut arguments = json!({"email": alan.person().email, "role": "viewer"});
        arguments.as_object_mut().expect("arguments").extend(more.as_object().cloned().unwrap_or_default());
        arguments
    };
    assert!(studio.refused("invite_member", invite(json!({"projects": ["Dashboard"]}))).await.field("projects").is_some());
    assert!(studio.refused("invite_member", invite(json!({"role": "member", "clients": ["Acme"]}))).await.field("clients").is_some());
    assert_eq!(studio.code("invite_member", invite(json!({"clients": ["Nobody"]}))).await, Code::NotFound);
    let invitation = studio.ok("invite_member", invite(json!({"clients": ["Acme"]}))).await;
    assert_eq!(invitation["clients"], json!(["Acme"]));
    alan.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
    let inside = alan.at(&studio).await;
    assert_eq!(names(&inside.ok("list_clients", json!({})).await), ["Acme"]);
    studio.ok("remove_member", json!({"member": inside.member()})).await;
    assert_eq!(studio.number("select count(*) from client_grant where organization_id = $1").await, 0);
}

#[tokio::test]
async fn a_client_of_another_tenant_cannot_be_granted() {
    let (studio, elsewhere) = (studio().await, studio().await);
    let alan = studio.as_role(Role::Viewer).await;
    let theirs = elsewhere.ok("get_client", json!({"client": "Acme"})).await;
    let grant = json!({"member": alan.member(), "clients": [theirs["id"]]});
    assert_eq!(studio.code("set_client_grants", grant).await, Code::NotFound);
    let grace = studio.as_role(Role::Admin).await;
    assert_eq!(grace.ok("set_client_grants", json!({"member": "Alan", "clients": ["Acme"]})).await["clients"][0]["name"], "Acme");
    assert_eq!(
        studio.as_role(Role::Manager).await.code("set_client_grants", json!({"member": "Alan", "clients": []})).await,
        Code::Forbidden
    );
}

#[tokio::test]
async fn a_viewer_sees_neither_notes_of_the_house_nor_what_is_not_billed_yet() {
    let studio = World::new("notes").await;
    let globex = client(&studio, "Globex").await;
    let paid = json!({"invoice": globex["invoice"], "amount": "2.00", "date": "2026-11-20", "note": "Came late again"});
    studio.ok("record_payment", paid).await;
    let alan = viewer(&studio, &["Globex"]).await;
    for (world, notes) in [(&studio, 1), (&alan, 0)] {
        let invoice = world.ok("get_invoice", json!({"invoice": globex["invoice"]})).await;
        let payments = invoice["payments"].as_array().expect("payments");
        assert_eq!((payments.len(), payments.iter().filter(|payment| payment["note"].is_string()).count()), (2, notes));
    }
    assert_eq!(alan.code("list_unbilled", json!({})).await, Code::NotFound);
    assert_eq!(alan.code("preview_invoice", json!({"client": "Globex"})).await, Code::NotFound);
}

#[tokio::test]
async fn a_viewers_own_affairs_are_theirs_to_change() {
    let studio = World::new("affairs").await;
    client(&studio, "Globex").await;
    let alan = viewer(&studio, &["Globex"]).await;
    let token = alan.ok("create_token", json!({"name": "books"})).await;
    alan.ok("revoke_token", json!({"token": token["id"]})).await;
    alan.ok("mark_notifications_read", json!({"all": true})).await;
    assert_eq!(alan.code("stop_timer", json!({})).await, Code::NoTimer);
    alan.ok("leave_organization", json!({})).await;
    assert_eq!(studio.number("select count(*) from client_grant where organization_id = $1").await, 0);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}

#[tokio::test]
async fn whatever_the_statement_a_viewers_transaction_changes_nothing_of_the_house() {
    let studio = tests::fixture("house").await;
    let alan = studio.world.as_role(Role::Viewer).await;
    studio.world.ok("set_client_grants", json!({"member": alan.member(), "clients": [studio.ids["client"]]})).await;
    let row_scope = RowScope::Granted(alan.organization(), alan.member());
    for table in narrowed().await {
        for statement in [
            format!("update {table} set organization_id = organization_id"),
            format!("delete from {table}"),
            format!("insert into {table} select * from {table} limit 1"),
        ] {
            let mut db = alan.caller.services.database.begin(row_scope, AccessMode::Write).await.expect("a transaction");
            let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(db.connection()).await;
            let changed = done.map_or(0, |done| done.rows_affected());
            // They may delete their own project assignments and grants when they leave.
            let own = ["client_grant", "project_member"].contains(&table.as_str()) && statement.starts_with("delete");
            assert!(changed == 0 || own, "{statement} changed {changed} rows");
        }
    }
}

/// The tables with row security for viewers: those of which they see a part, and those that they cannot change.
async fn narrowed() -> Vec<String> {
    let owner = owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select distinct c.relname::text from pg_policy p join pg_class c on c.oid = p.polrelid
         where p.polname in ('granted', 'viewer_adds_nothing') and c.relname not in ('member', 'organization', 'invoice_series', 'invoice_document')
         order by 1",
    )
    .fetch_all(&owner)
    .await
    .expect("tables");
    owner.close().await;
    assert!(tables.len() > 8, "{tables:?}");
    tables
}
