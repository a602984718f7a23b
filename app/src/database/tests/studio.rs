//! The demonstration studio at version 10 of the schema: every later migration runs on it, and its answers stay the same.
//!
//! `studio.sql.gz` is `pg_dump --no-owner --inserts` of it, without the commands that are meant for psql. `figures.json`
//! holds its answers of then, without the values that grow while its timer runs.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::id::UserId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    raw_sql,
};
use tokio::sync::OnceCell;

use super::super::{AccessMode, Database, RowScope, as_application, migrate};
use crate::{
    assistant::Engine,
    testing::{World, create, owner},
};

/// The owner of the studio, and its slug.
const ADA: &str = "01a21871-0ea2-73a8-99ff-b9d641c16f5b";
const SLUG: &str = "ada-s-studio";

/// JSON stored when amounts were numbers of minor units: an answer by idempotency key, a pending card, and a result of a lookup.
const KEPT_AS_MINOR_UNITS: &str = r#"
    set search_path = public;
    insert into idempotency (organization_id, member_id, key, operation, arguments_hash, answer, created_at)
    select m.organization_id, m.id, 'kept', 'create_client', '\x00', '{"rate": {"amount": 12000, "currency": "EUR", "text": "120.00 EUR"}}', now()
    from member m where m.role = 'owner' limit 1;
    insert into conversation (organization_id, id, member_id, title, created_at, updated_at)
    select m.organization_id, '01a21871-0000-7000-8000-000000000001', m.id, 'Rates', now(), now() from member m where m.role = 'owner' limit 1;
    insert into message (organization_id, id, conversation_id, speaker, text, steps, created_at, ended_at, member_role)
    select organization_id, '01a21871-0000-7000-8000-000000000002', id, 'assistant', 'That is 120.00 EUR.',
        '[{"kind": "tool", "id": "a", "operation": "get_client", "title": "Get a client", "arguments": {}, "state": "done",
           "summary": "Acme", "result": {"rate": {"amount": 12000, "currency": "EUR", "text": "120.00 EUR"}}}]', now(), now(), 'owner'
    from conversation;
    insert into card (organization_id, id, conversation_id, operation, arguments, effect, fingerprint, created_at, member_role)
    select organization_id, '01a21871-0000-7000-8000-000000000003', id, 'create_client', '{"name": "Beta", "rate": 12000}', '{}', '\x00', now(), 'owner'
    from conversation;
    insert into organization (id, slug, name, rate, created_at) values ('01a21871-0000-7000-8000-000000000004', 'unrated', 'Unrated', 0, now());"#;

/// The owner of the tables of a deployment is no superuser: a migration that forgets forced row security finds no row.
const TABLE_OWNER: &str = "stint_test_table_owner";

/// Creates that owner, once for all tests: two at a time would fail.
async fn table_owner() {
    static MADE: OnceCell<()> = OnceCell::const_new();
    MADE.get_or_init(async || {
        // Roles belong to the cluster, so no dump of a database contains them.
        let owner = owner().await;
        let role = format!(
            "do $$ begin if not exists (select from pg_roles where rolname = '{TABLE_OWNER}') then create role {TABLE_OWNER} login createrole; end if; end $$;
             grant stint_app, stint_viewer to {TABLE_OWNER}"
        );
        raw_sql(AssertSqlSafe(role)).execute(&owner).await.expect("a role");
        owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_rate_that_nobody_chose_is_none_whoever_owns_the_tables() {
    let (superuser, _) = migrated("unrated_").await;
    let mut superuser = PgConnection::connect_with(&superuser).await.expect("a connection");
    let (chosen, without, of_nothing): (Option<i64>, i64, i64) = sqlx::query_as(
        "select (select rate from organization where slug = 'unrated'), count(*) filter (where rate is null),
             count(*) filter (where rate = 0 and invoice_line_id is null) from time_entry",
    )
    .fetch_one(&mut superuser)
    .await
    .expect("rates");
    assert!(chosen.is_none() && without > 0 && of_nothing == 0, "{chosen:?} {without} {of_nothing}");
    superuser.close().await.expect("closed");
}

#[tokio::test]
async fn what_was_kept_in_minor_units_is_not_given_again_after_the_migration() {
    let studio = studio("minor_units_").await;
    for (what, still) in [
        ("from idempotency where answer is not null", 0),
        ("from card where state = 'waiting'", 0),
        ("from card where state = 'dismissed'", 1),
        ("from message where steps::text like '%12000%'", 0),
        ("from message where steps::text like '%Acme%' and text = 'That is 120.00 EUR.'", 1),
    ] {
        let organization = RowScope::Organization(studio.organization());
        let mut db = studio.caller.services.database.begin(organization, AccessMode::Read).await.expect("a transaction");
        let count = AssertSqlSafe(format!("select count(*) {what}"));
        let found: i64 = sqlx::query_scalar(count).fetch_one(db.connection()).await.expect("a count");
        assert_eq!(found, still, "{what}");
    }
}

/// The studio with the schema of this binary: the connection options of a superuser, and of the owner of its tables.
async fn migrated(name: &str) -> (PgConnectOptions, PgConnectOptions) {
    table_owner().await;
    let superusers = create(name).await;
    let mut superuser = PgConnection::connect_with(&superusers).await.expect("the new database");
    let given = format!("alter database {} owner to {TABLE_OWNER}", superusers.get_database().expect("its name"));
    raw_sql(AssertSqlSafe(given)).execute(&mut superuser).await.expect("an owner");
    let options = superusers.clone().username(TABLE_OWNER);
    let mut connection = PgConnection::connect_with(&options).await.expect("the owner");
    raw_sql(AssertSqlSafe(dump())).execute(&mut connection).await.expect("restored");
    connection.close().await.expect("closed");
    raw_sql(KEPT_AS_MINOR_UNITS).execute(&mut superuser).await.expect("kept");
    superuser.close().await.expect("closed");
    migrate(&options).await.expect("the later migrations");
    (superusers, options)
}

/// The studio at the instant of its recorded figures.
async fn studio(name: &str) -> World {
    let (_, options) = migrated(name).await;
    let pool = as_application(PgPoolOptions::new().max_connections(4)).connect_with(options).await.expect("connections");
    let nobody = World::on(Database::new(pool), Engine::default());
    nobody.set_clock("2026-11-26T16:00:00Z");
    nobody.signed_in(UserId(ADA.parse().expect("an id")), SLUG).await
}

fn dump() -> String {
    let mut unpack = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut input = unpack.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || input.write_all(include_bytes!("studio.sql.gz")));
    let output = unpack.wait_with_output().expect("unpacked");
    writer.join().expect("a thread").expect("written");
    String::from_utf8(output.stdout).expect("text")
}

/// The answers of the studio about its work and its invoices.
async fn figures(studio: &World) -> Value {
    let mut answers = serde_json::Map::new();
    for (operation, arguments) in [
        ("list_clients", json!({})),
        ("list_projects", json!({})),
        ("list_budgets", json!({})),
        ("list_unbilled", json!({})),
        ("summarize_time", json!({"group_by": "project"})),
        ("list_time_entries", json!({"with_total": true, "limit": 20})),
        ("list_invoices", json!({})),
    ] {
        answers.insert(operation.to_owned(), studio.ok(operation, arguments).await);
    }
    let invoices = answers["list_invoices"]["items"].as_array().expect("invoices").clone();
    for invoice in invoices {
        let id = invoice["id"].as_str().expect("an id");
        answers.insert(format!("get_invoice {id}"), studio.ok("get_invoice", json!({"invoice": id})).await);
    }
    Value::Object(answers)
}

/// The first value of an answer that is missing or different now. Additional values are ignored.
fn lost(before: &Value, now: &Value, place: &str) -> Option<String> {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            let told = |name: &str| now.get(name).unwrap_or(&Value::Null);
            // Cursors are opaque, so only their absence is compared.
            let kept = |name: &str| name != "next_cursor" || told(name).is_null();
            before.iter().filter(|(name, _)| kept(name)).find_map(|(name, value)| lost(value, told(name), &format!("{place}.{name}")))
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            before.iter().zip(now).enumerate().find_map(|(index, (before, now))| lost(before, now, &format!("{place}[{index}]")))
        }
        _ => (before != now).then(|| format!("{place} was {before} and is {now}")),
    }
}

#[tokio::test]
async fn every_later_migration_leaves_the_invoices_and_figures_of_a_studio_as_they_were() {
    let studio = studio("studio_").await;
    let before: Value = serde_json::from_str(include_str!("figures.json")).expect("figures");
    assert!(before["list_invoices"]["items"].as_array().is_some_and(|invoices| invoices.len() > 5));
    let now = figures(&studio).await;
    assert_eq!(lost(&before, &now, ""), None);
}

/// Sent documents are returned byte for byte, and those of void invoices are marked as void.
#[tokio::test]
async fn every_later_migration_leaves_the_documents_as_they_were() {
    let (studio, dump) = (studio("documents_").await, dump());
    let invoices = studio.ok("list_invoices", json!({})).await["items"].as_array().expect("invoices").clone();
    let mut frozen = 0;
    for invoice in invoices.iter().filter(|invoice| invoice["number"].is_string()) {
        let file = studio.ok("get_invoice_document", json!({"invoice": invoice["id"]})).await;
        let bytes = STANDARD.decode(file["base64"].as_str().expect("bytes")).expect("base64");
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        match invoice["status"].as_str() {
            Some("void") => assert!(String::from_utf8_lossy(&bytes).contains(r#""void":true"#), "{}", invoice["number"]),
            _ => {
                assert!(dump.contains(&digest), "{}", invoice["number"]);
                frozen += 1;
            }
        }
    }
    assert!(frozen > 3 && frozen < invoices.len());
}

#[tokio::test]
async fn a_draft_of_before_has_the_days_of_its_time_as_its_service_period() {
    let studio = studio("periods_").await;
    let drafts = studio.ok("list_invoices", json!({"status": "draft"})).await["items"].as_array().expect("drafts").clone();
    assert!(!drafts.is_empty());
    for draft in drafts {
        let draft = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
        assert!(draft["period"]["from"].is_string() && draft["period"]["to"].is_string(), "{}", draft["period"]);
    }
}

#[tokio::test]
async fn every_later_migration_leaves_the_chain_of_calls_sound() {
    let studio = studio("chain_").await;
    let proof = studio.ok("verify_audit", json!({})).await;
    assert_eq!(proof["sound"], true, "{proof}");
    assert!(proof["checked"].as_i64().is_some_and(|checked| checked > 100), "{proof}");
}

/// The images hold integers of minor units; answers show them as amounts in the currency of their record.
#[tokio::test]
async fn the_log_of_before_tells_its_images_in_amounts() {
    let studio = studio("images_").await;
    let clients = studio.ok("list_clients", json!({})).await["items"].as_array().expect("clients").clone();
    let made = studio.ok("list_audit", json!({"operation": "create_client", "outcome": "done", "limit": 200})).await;
    let mut found = 0;
    for entry in made["items"].as_array().expect("entries") {
        let told = studio.ok("get_audit_entry", json!({"action": entry["id"]})).await;
        for change in told["changes"].as_array().expect("changes").iter().filter(|change| change["kind"] == "client") {
            let client = clients.iter().find(|client| client["id"] == change["record"]).expect("the client");
            let rate =
                client["rate"]["amount"].as_str().map(|amount| format!("{amount} {}", client["currency"].as_str().unwrap_or_default()));
            assert_eq!(change["after"]["rate"].as_str(), rate.as_deref(), "{told}");
            found += usize::from(rate.is_some());
        }
    }
    assert!(found > 1, "{found} of {}", clients.len());
}
