//! Accesses while files cannot grow, as on a full disk.

use std::{
    os::unix::{fs::MetadataExt, process::CommandExt},
    process::Command,
};

use sqlx::postgres::PgPoolOptions;

use super::outages::{A_TRY, LONG, altered, put, record, written};
use crate::{
    audit::{AuditRecord, Recorder, store},
    database::{self, AccessMode, Database, RowScope},
    error::{Code, Error},
    testing::{World, apart},
};

/// Limits the size to which a process of the database can extend files; simulates a full disk.
fn limit_files(process: i32, bytes: &str) {
    let whose = std::fs::metadata(format!("/proc/{process}")).expect("the process");
    let mut set = Command::new("prlimit");
    set.arg(format!("--pid={process}")).arg(format!("--fsize={bytes}:"));
    // Only the user of the process may always set the limit, and only root may become that user.
    if std::fs::metadata("/proc/self").expect("this process").uid() != whose.uid() {
        set.uid(whose.uid()).gid(whose.gid());
    }
    assert!(set.status().expect("prlimit").success());
}

/// Fills the access partition of the month up to the size of a WAL segment, with rows that leave no free space on their pages.
async fn filled(world: &World) {
    let at = world.now();
    altered(&format!(
        "select make_access_partition('{at}');
         do $$ begin execute format('alter table %I alter column arguments set storage plain', access_partition('{at}')); end $$;
         insert into access_record (organization_id, id, at, member_id, channel, operation, arguments, outcome)
         select '{}', gen_random_uuid(), '{at}', '{}', 'rest', 'get_client', jsonb_build_object('query', repeat('x', 7900)), 'done'
         from generate_series(1, 2200)",
        world.organization().0,
        world.member().0
    ))
    .await;
}

#[tokio::test]
async fn while_files_cannot_grow_calls_wait_to_be_written_down_and_afterwards_all_are() {
    apart("full", async {
        let studio = World::new("audit").await;
        filled(&studio).await;
        let options = database::as_application(PgPoolOptions::new().max_connections(1));
        let narrow = Database::new(options.connect_with(studio.caller.services.database.options()).await.expect("a connection"));
        let scope = RowScope::Organization(studio.organization());
        let mut db = narrow.begin(scope, AccessMode::Write).await.expect("a transaction");
        let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(db.connection()).await.expect("a process");
        let probe = "select probe_storage(1000000)::text";
        sqlx::query(probe).execute(db.connection()).await.expect("room");
        db.roll_back().await;
        limit_files(process, "16777216");
        let mut db = narrow.begin(scope, AccessMode::Write).await.expect("a transaction");
        let probed = sqlx::query(probe).execute(db.connection()).await.expect_err("no room to probe");
        assert_eq!(Error::from(probed).code, Code::Unavailable);
        db.roll_back().await;
        let mut db = narrow.begin(scope, AccessMode::Write).await.expect("a transaction");
        let many: Vec<AuditRecord> = (0..200).map(|_| record(&studio)).collect();
        let full = store::append_accesses(&mut db, &many).await.expect_err("no room");
        assert!(full.as_database_error().is_some_and(|told| told.code().as_deref() == Some("XX000")), "{full}");
        assert_eq!(Error::from(full).code, Code::Unavailable);
        db.roll_back().await;

        let recorder = Recorder::start(narrow);
        many.into_iter().for_each(|record| put(&studio, &recorder, record));
        assert!(recorder.flush_within(3 * A_TRY).await > 0, "some have no room");
        limit_files(process, "unlimited");
        assert_eq!((recorder.flush_within(LONG).await, written(&studio).await), (0, 200));
    })
    .await;
}
