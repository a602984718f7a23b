//! The cost of queries on a long audit log.

use super::outages::altered;
use crate::{
    access::{Permission, Role},
    audit_log::store::AuditFilter,
    database::{AccessMode, Db, RowScope},
    operation::{self, Effect},
    operations,
    testing::World,
};

/// The number of accesses in the long log, one every five minutes.
const LONG: i64 = 20_000;

/// How many rows of both logs the statements of this connection have read, since its last report of statistics.
async fn looked_at(db: &mut Db) -> i64 {
    let rows = r"select (coalesce(sum(seq_tup_read), 0) + coalesce(sum(idx_tup_fetch), 0))::bigint from pg_stat_xact_user_tables
        where relname = 'action' or relname like 'access\_record%'";
    sqlx::query_scalar(rows).fetch_one(db.connection()).await.expect("a number")
}

async fn fill(studio: &World) {
    for month in ["2026-08-15", "2026-09-15", "2026-10-15", "2026-11-15"] {
        studio.sql(&format!("select make_access_partition('{month}') where $1::uuid is not null")).await;
    }
    let accesses = format!(
        "insert into access_record (organization_id, id, at, member_id, channel, operation, arguments, outcome)
         select $1, gen_random_uuid(), '2026-11-01'::timestamptz - n * interval '5 minutes', '{}',
             case n when 19000 then 'cli' else 'rest' end, case n when 19001 then 'create_client' else 'list_clients' end, '{{}}',
             case when n in (19001, 19002) then 'internal' else 'done' end
         from generate_series(1, {LONG}) n",
        studio.member().0
    );
    studio.sql(&accesses).await;
    // Autovacuum does the same after so many inserts.
    altered("analyze access_record").await;
}

#[tokio::test]
async fn however_long_the_log_is_a_page_of_it_looks_at_few_calls() {
    let studio = World::new("looked").await;
    fill(&studio).await;
    let nobody = studio.as_role(Role::Member).await.member().0;
    let named = |name: &str| Some(name.to_owned());
    let at = |instant: &str| Some(instant.parse().expect("an instant"));
    let reads = || Some(vec!["list_clients".to_owned()]);
    let cases = [
        ("everything", AuditFilter::default(), 51),
        ("how it ended", AuditFilter { outcome: named("internal"), ..AuditFilter::default() }, 2),
        ("the channel", AuditFilter { channel: named("cli"), ..AuditFilter::default() }, 1),
        ("the operation", AuditFilter { operation: named("create_client"), ..AuditFilter::default() }, 1),
        ("somebody who never called", AuditFilter { member: Some(nobody), ..AuditFilter::default() }, 0),
        ("a day", AuditFilter { from: at("2026-09-10T00:00:00Z"), until: at("2026-09-10T01:00:00Z"), ..AuditFilter::default() }, 12),
        ("all but reads", AuditFilter { left_out: reads(), ..AuditFilter::default() }, 2),
    ];
    for (what, filter, expected) in cases {
        let mut db =
            studio.caller.services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Read).await.expect("begun");
        let before = looked_at(&mut db).await;
        let found = crate::audit_log::store::list(&mut db, &filter, None, None, 51).await.expect("a page").len();
        let looked_at = looked_at(&mut db).await - before;
        assert_eq!(found, expected, "{what}");
        assert!(looked_at < 500, "{what}: {looked_at} of {LONG} calls were looked at");
    }
}

#[tokio::test]
async fn a_later_page_begins_where_the_one_before_ended() {
    let studio = World::new("looked").await;
    fill(&studio).await;
    let before = Some(("2026-09-10T00:00:00Z".parse().expect("an instant"), uuid::Uuid::nil()));
    let mut db =
        studio.caller.services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Read).await.expect("begun");
    let looked_at_before = looked_at(&mut db).await;
    let page = crate::audit_log::store::list(&mut db, &AuditFilter::default(), None, before, 51).await.expect("a page");
    let looked_at = looked_at(&mut db).await - looked_at_before;
    assert_eq!(page.first().map(|row| row.at.to_jiff().to_string()).as_deref(), Some("2026-09-09T23:55:00Z"));
    assert!(looked_at < 500, "{looked_at} of {LONG} calls were looked at");
}

#[test]
fn an_access_that_was_done_was_a_read() {
    let own =
        operations::all().iter().map(|operation| operation.declaration).filter(|declaration| declaration.needs == Permission::SignedIn);
    let by_tokens: Vec<&str> = own
        .filter(|declaration| declaration.effect != Effect::Read && declaration.audience != operation::Audience::Person)
        .map(|declaration| declaration.name)
        .collect();
    assert!(by_tokens.is_empty(), "{by_tokens:?} would be done without a place in the chain, and be left out with the reads");
}
