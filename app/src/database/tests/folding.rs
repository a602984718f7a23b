//! Search keys of names from before the keys existed, or written by a program that does not know them.

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, raw_sql};

use super::super::{MIGRATIONS, migrate};
use crate::{
    cleanup,
    testing::{World, create},
};

/// The version of the schema before search keys.
const BEFORE: i64 = 46;

const OLD: &str = "
    set app.organization_id = '00000000-0000-0000-0000-000000000001';
    insert into organization (id, slug, name, created_at) values ('00000000-0000-0000-0000-000000000001', 'acme', 'Acme', now());
    insert into member (organization_id, id, role, name, created_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000b1', 'owner', 'ZOË', now());
    insert into client (organization_id, id, name, color, currency, payment_terms_days, tax_category, tax_rate, language, created_at)
    select '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000c' || place)::uuid, name, '#000000', 'EUR', 14, 'S',
        1900, 'en', now() + place * interval '1 second'
    from unnest(array['Müller', 'Muller', 'ΟΔΟΣ', 'STRAẞE', 'Strasse', E'Mu\\u0308ller']) with ordinality as given (name, place);
    insert into project (organization_id, id, client_id, name, color, billing, created_at)
    select '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000d' || place)::uuid,
        '00000000-0000-0000-0000-0000000000c1', name, '#000000', 'overhead', now() + place * interval '1 second'
    from unnest(array['Büro', 'Buro']) with ordinality as given (name, place);
";

async fn keys(connection: &mut PgConnection, kind: &str) -> Vec<String> {
    let all =
        format!("select search_key || ' ' || namesake || ' ' || (search_key_of is not distinct from name) from {kind} order by created_at");
    sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(connection).await.expect("keys")
}

#[tokio::test]
async fn names_from_before_are_folded_and_those_that_are_one_now_stop_nothing() {
    let options = create("folding_").await;
    let pool = PgPool::connect_with(options.clone()).await.expect("the new database");
    MIGRATIONS.run_to(BEFORE, &pool).await.expect("the schema before");
    raw_sql(OLD).execute(&pool).await.expect("what was there");
    pool.close().await;
    migrate(&options).await.expect("the schema of now");
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    let clients = keys(&mut connection, "client").await;
    assert_eq!(clients, ["muller 0 true", "muller 1 true", "οδοσ 0 true", "strasse 1 true", "strasse 0 true", "muller 2 true"]);
    assert_eq!(keys(&mut connection, "project").await, ["buro 0 true", "buro 1 true"]);
    let member: String = sqlx::query_scalar("select search_key from member").fetch_one(&mut connection).await.expect("a key");
    assert_eq!(member, "zoe");
    connection.close().await.expect("closed");
}

/// A client as a program without search keys writes it.
const WRITTEN_WITHOUT: &str = "
    insert into client (organization_id, id, name, color, currency, payment_terms_days, tax_category, tax_rate, language, created_at)
    values ($1, gen_random_uuid(), 'STRAẞE', '#000000', 'EUR', 14, 'S', 1900, 'en', now())";

#[tokio::test]
async fn what_an_older_program_writes_has_a_near_key_at_once_and_the_right_one_after_the_next_sweep() {
    let studio = World::new("folding").await;
    studio.sql(WRITTEN_WITHOUT).await;
    let folded = "select count(*) from client where organization_id = $1 and search_key = 'strasse' and search_key_of = name";
    assert_eq!(studio.number("select count(*) from client where organization_id = $1 and search_key <> ''").await, 1);
    assert_eq!(studio.number(folded).await, 0);
    assert!(studio.try_sql(WRITTEN_WITHOUT).await.is_err(), "a near key is unique, too");
    assert!(cleanup::purge_expired(&studio.caller.services).await.names >= 1);
    assert_eq!(studio.number(folded).await, 1);
    studio.sql("update client set name = 'Weg' where organization_id = $1").await;
    assert_eq!(studio.ok("get_client", serde_json::json!({"client": "weg"})).await["name"], "Weg", "a name has no key of another one");
}

#[tokio::test]
async fn namesakes_from_before_are_told_apart_by_their_spelling_and_go_on_to_be_changed() {
    let studio = World::new("folding").await;
    for (name, namesake) in [("Müller", 0), ("Muller", 1)] {
        let written = WRITTEN_WITHOUT
            .replace("STRAẞE", name)
            .replace("created_at)", "created_at, namesake)")
            .replace("now())", &format!("now(), {namesake})"));
        studio.sql(&written).await;
    }
    cleanup::purge_expired(&studio.caller.services).await;
    for name in ["Müller", "Muller"] {
        assert_eq!(studio.ok("update_client", serde_json::json!({"client": name, "payment_terms_days": 7})).await["name"], name);
    }
    let refused = studio.refused("get_client", serde_json::json!({"client": "MULLER"})).await;
    assert!(refused.message.contains("Müller or Muller") || refused.message.contains("Muller or Müller"), "{}", refused.message);
    studio.ok("delete_client", serde_json::json!({"client": "Müller"})).await;
    assert!(studio.refused("create_client", serde_json::json!({"name": "MÜLLER"})).await.field("name").is_some(), "one is left");
}

#[tokio::test]
async fn an_undo_brings_a_name_back_with_its_key() {
    let studio = World::new("folding").await;
    studio.ok("create_client", serde_json::json!({"name": "STRAẞE"})).await;
    let renamed = studio.ok("update_client", serde_json::json!({"client": "strasse", "name": "Weg"})).await;
    studio.ok("undo_action", serde_json::json!({"action": renamed["action"]})).await;
    assert_eq!(studio.ok("get_client", serde_json::json!({"client": "Strasse"})).await["name"], "STRAẞE");
    let deleted = studio.ok("delete_client", serde_json::json!({"client": "Strasse"})).await;
    let back = studio.ok("undo_action", serde_json::json!({"action": deleted["action"]})).await;
    assert_eq!(studio.ok("get_client", serde_json::json!({"client": "Strasse"})).await["name"], "STRAẞE");
    let entry = studio.ok("get_audit_entry", serde_json::json!({"action": back["action"]})).await;
    assert_eq!(entry["changes"].as_array().map(Vec::len), Some(1), "{entry}");
    assert!(!entry.to_string().contains("search_key") && !entry.to_string().contains("namesake"), "{entry}");
}
