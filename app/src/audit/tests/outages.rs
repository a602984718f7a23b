//! Accesses while the database cannot store them: none is dropped, and no answer waits for them.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::log;
use crate::{
    audit::{AuditRecord, Recorder, outcome, store},
    database::{AccessMode, RowScope},
    operations,
    testing::{World, apart, owner},
};

/// Long enough for one attempt, too short for the next.
pub const A_TRY: Duration = Duration::from_millis(500);

/// Long enough for every record that can be written at all.
pub const LONG: Duration = Duration::from_secs(30);

/// The record of an access, as it is queued.
pub fn record(world: &World) -> AuditRecord {
    let declaration = operations::find("list_clients").expect("an operation").declaration;
    AuditRecord::of_access(&world.caller, world.now(), declaration, json!({}), outcome::DONE).expect("a member")
}

pub fn put(world: &World, recorder: &Recorder, record: AuditRecord) {
    recorder.reserve(world.caller.organization()).expect("a place").put(Some(record));
}

/// Executes statements as the owner of the tables.
pub async fn altered(statements: &str) {
    let owner = owner().await;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&owner).await.expect("altered");
    owner.close().await;
}

pub async fn written(world: &World) -> i64 {
    world.number("select count(*) from access_record where organization_id = $1 and operation = 'list_clients'").await
}

#[tokio::test]
async fn whatever_the_database_cannot_get_over_now_no_record_is_thrown_away() {
    apart("refusing", async {
        let codes = ["53000", "53100", "58030", "58P01", "25006", "42501", "42P07", "XX000", "XX001", "XX002", "P0001"];
        let studio = World::new("audit").await;
        altered(
            "create function refuse() returns trigger language plpgsql as
                 $$ begin raise exception using errcode = new.program, message = 'on purpose'; end $$;
             create trigger refuse before insert on access_record for each row when (new.program is not null) execute function refuse()",
        )
        .await;
        let recorders = codes.map(|code| {
            let recorder = Recorder::start(studio.caller.services.database.clone());
            put(&studio, &recorder, AuditRecord { program: Some(code.to_owned()), ..record(&studio) });
            recorder
        });
        let waiting = join_all(recorders.iter().map(|recorder| recorder.flush_within(A_TRY))).await;
        assert_eq!(waiting, codes.map(|_| 1), "each waits for a database that can write");
        altered("drop trigger refuse on access_record").await;
        let waiting = join_all(recorders.iter().map(|recorder| recorder.flush_within(LONG))).await;
        assert_eq!((waiting, written(&studio).await), (vec![0; codes.len()], codes.len() as i64));
    })
    .await;
}

#[tokio::test]
async fn what_a_record_says_wrongly_is_not_tried_for_ever() {
    let studio = World::new("audit").await;
    let recorder = Recorder::start(studio.caller.services.database.clone());
    put(&studio, &recorder, AuditRecord { arguments: json!({"query": "x".repeat(9_000)}), ..record(&studio) });
    put(&studio, &recorder, AuditRecord { arguments: json!({"query": "\0"}), ..record(&studio) });
    put(&studio, &recorder, record(&studio));
    assert_eq!((recorder.flush_within(LONG).await, written(&studio).await), (0, 1));
}

#[tokio::test]
async fn records_whose_commit_was_not_heard_are_written_once_and_take_no_newer_ones_with_them() {
    let studio = World::new("audit").await;
    let unheard = [record(&studio), record(&studio)];
    let mut db = studio
        .caller
        .services
        .database
        .begin(RowScope::Organization(studio.organization()), AccessMode::Write)
        .await
        .expect("a transaction");
    store::append_accesses(&mut db, &unheard).await.expect("written");
    db.commit().await.expect("kept");
    let [first, second] = unheard;
    for again in [first, record(&studio), second, record(&studio)] {
        put(&studio, &studio.caller.services.recorder, again);
    }
    assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 4);
}

#[tokio::test]
async fn a_read_is_answered_while_nobody_can_write_it_down() {
    apart("behind", async {
        let studio = World::new("audit").await;
        let owner = owner().await;
        let mut held = owner.begin().await.expect("a transaction");
        sqlx::raw_sql("lock table access_record in access exclusive mode").execute(&mut *held).await.expect("locked");
        for _ in 0..20 {
            studio.ok("list_clients", json!({})).await;
            studio.refused("get_client", json!({"client": "nobody"})).await;
        }
        assert_eq!(studio.caller.services.recorder.flush_within(A_TRY).await, 40, "they were answered before they were written down");
        held.rollback().await.expect("free again");
        assert_eq!(log(&studio, json!({"operation": "list_clients"})).await.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn at_the_turn_of_a_month_two_processes_make_its_place_at_once() {
    let studio = World::new("turn").await;
    studio.set_clock("2031-06-01T00:00:00Z");
    let database = &studio.caller.services.database;
    let mut first = database.begin(RowScope::Nobody, AccessMode::Write).await.expect("a transaction");
    store::create_access_partition(&mut first, studio.now()).await.expect("made");
    let recorder = Recorder::start(database.clone());
    put(&studio, &recorder, record(&studio));
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted and $1::uuid is not null
        and database = (select oid from pg_database where datname = current_database())";
    while studio.number(waits).await == 0 {}
    first.commit().await.expect("made");
    assert_eq!((recorder.flush_within(LONG).await, written(&studio).await), (0, 1));
    // A concurrent call at the same instant gets no error either.
    studio.set_clock("2031-07-01T00:00:00Z");
    let recorders: Vec<Recorder> = (0..5).map(|_| Recorder::start(database.clone())).collect();
    recorders.iter().for_each(|recorder| put(&studio, recorder, record(&studio)));
    let waiting = join_all(recorders.iter().map(|recorder| recorder.flush_within(LONG))).await;
    assert_eq!((waiting, written(&studio).await), (vec![0; 5], 6));
}
