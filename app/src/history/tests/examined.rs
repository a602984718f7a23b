//! How much is read of the images of actions that changed many entries with long descriptions.

use serde_json::{Value, json};
use uuid::Uuid;

use super::studio;
use crate::{
    database::{AccessMode, Db, RowScope},
    error::Code,
    history::{
        descriptions, obstacles,
        store::{self, time_changes},
        undo::LOOKED_AT,
    },
    testing::World,
};

/// How many times the same entries are changed.
const ACTIONS: i64 = 30;

/// How many chunks of long images this connection has read since it last reported statistics, which happens between transactions. An image
/// of these tests has two at most.
async fn chunks(db: &mut Db) -> i64 {
    let rows = "select coalesce(sum(s.idx_tup_fetch), 0)::bigint from pg_stat_xact_all_tables s
        join pg_class c on c.reltoastrelid = s.relid where c.relname = 'change'";
    sqlx::query_scalar(rows).fetch_one(db.connection()).await.expect("a number")
}

/// A description that is not compressed.
fn long_description() -> String {
    let mut seed = 1_u32;
    let sign = |_| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        char::from(b'a' + (seed % 26) as u8)
    };
    (0..1_900).map(sign).collect()
}

/// As many entries as one call takes, changed [`ACTIONS`] times: once by a call, and then by copies of what it did.
async fn changed_often(studio: &World) {
    let entry = |at: i64| json!({"project": "Dashboard", "date": format!("2026-11-{:02}", at % 20 + 1), "duration": "10m"});
    let logged = studio.ok("create_time_entries", json!({"entries": (0..LOOKED_AT).map(entry).collect::<Vec<_>>()})).await;
    let ids: Vec<Value> = logged["items"].as_array().expect("entries").iter().map(|entry| entry["id"].clone()).collect();
    for description in ["Work".to_owned(), long_description(), format!("{} again", long_description())] {
        studio.ok("update_time_entries", json!({"time_entries": ids, "description": description})).await;
    }
    let copies = ACTIONS - 3;
    let actions = format!(
        "insert into action select copy.* from (
             select * from action where organization_id = $1 order by position desc limit 1
         ) a cross join generate_series(1, {copies}) n
         cross join lateral jsonb_populate_record(a::action, jsonb_build_object(
             'id', gen_random_uuid(), 'at', a.at + n * interval '1 second', 'position', a.position + n)) copy"
    );
    assert_eq!(studio.sql(&actions).await, copies as u64);
    let changes = format!(
        "insert into change (organization_id, action_id, kind, record_id, before, after)
         select $1, a.id, c.kind, c.record_id, c.before, c.after from (
             select id, position from action where organization_id = $1 order by position desc limit {copies}
         ) a cross join (
             select c.* from change c where c.organization_id = $1 and c.action_id = (
                 select id from action where organization_id = $1 order by position desc offset {copies} limit 1)
         ) c order by a.position, c.position"
    );
    assert_eq!(studio.sql(&changes).await, (copies * LOOKED_AT) as u64);
}

async fn read(studio: &World) -> Db {
    let scope = RowScope::Organization(studio.organization());
    studio.caller.services.database.begin(scope, AccessMode::Read).await.expect("a transaction")
}

#[tokio::test]
async fn of_actions_that_changed_many_entries_few_images_are_read() {
    let studio = studio().await;
    changed_often(&studio).await;
    let ids: Vec<Uuid> = {
        let mut db = read(&studio).await;
        let rows = store::actions(&mut db, store::ActionFilter::default(), None, ACTIONS).await.expect("actions");
        rows.iter().map(|row| row.id).collect()
    };
    assert_eq!(ids.len() as i64, ACTIONS);
    let mut db = read(&studio).await;
    let before = chunks(&mut db).await;
    let most = obstacles::looked_at(&mut db, &ids).await.expect("a number");
    assert!(most * ACTIONS <= 2_500, "{most} of each");
    assert_eq!(chunks(&mut db).await, before, "they are counted without their images");

    time_changes::of(&mut db, &ids, most).await.expect("changes");
    let of_time = chunks(&mut db).await - before;
    assert!((1..=2 * 2 * most * ACTIONS).contains(&of_time), "each image once: {of_time}");

    let before = chunks(&mut db).await;
    store::obstacle::later(&mut db, &ids, most).await.expect("later changes");
    let later = chunks(&mut db).await - before;
    assert!(later <= 2 * 2 * most * ACTIONS, "{later}");

    let before = chunks(&mut db).await;
    store::touched(&mut db, &ids, 12, 3).await.expect("records");
    let touched = chunks(&mut db).await - before;
    assert!(touched <= 2 * 3 * ACTIONS, "of the records that are named, each image once: {touched}");

    let before = chunks(&mut db).await;
    store::kinds_changed(&mut db, &ids).await.expect("kinds");
    assert_eq!(chunks(&mut db).await, before, "the images are not needed");

    descriptions::describe(&mut db, &ids, true).await.expect("words");
    let described = chunks(&mut db).await - before;
    assert!(described <= 2 * (2_500 + 6 * ACTIONS), "of the records that are named, each image once, and a bounded number: {described}");
}

#[tokio::test]
async fn the_newest_actions_of_a_long_page_are_told_with_all_their_projects() {
    let studio = studio().await;
    changed_often(&studio).await;
    let listed = studio.ok("list_actions", json!({"limit": 200})).await;
    let told: Vec<&str> = listed["items"].as_array().expect("a list").iter().filter_map(|action| action["told"].as_str()).collect();
    let changed: Vec<&&str> = told.iter().filter(|told| told.ends_with("changed")).collect();
    assert_eq!(changed.len() as i64, ACTIONS, "{told:?}");
    let whole = changed.iter().filter(|told| ***told == "100 entries on Acme / Dashboard changed").count();
    let cut = changed.iter().filter(|told| ***told == "100 entries on Acme / Dashboard, … changed").count();
    assert_eq!((whole + cut, whole >= 20, cut > 0), (changed.len(), true, true), "{changed:?}");
    // A page of usual size is told in full.
    let few = studio.ok("list_actions", json!({"limit": 10})).await;
    let few = few["items"].as_array().expect("a list");
    assert!(few.iter().all(|action| action["told"] == "100 entries on Acme / Dashboard changed"), "{few:?}");
}

/// Whether they can be undone does not follow from the texts of their invoices, which may be long.
#[tokio::test]
async fn of_actions_on_invoices_with_long_notes_no_image_is_read_to_tell_whether_they_can_be_undone() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let notes = format!("{} {}", long_description(), long_description());
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": line, "notes": notes})).await;
    studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "notes": format!("{notes}.")})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("record_payment", json!({"invoice": draft["id"], "amount": "10.00", "date": "2026-11-20"})).await;
    let mut db = read(&studio).await;
    let rows = store::actions(&mut db, store::ActionFilter::default(), None, ACTIONS).await.expect("actions");
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let before = chunks(&mut db).await;
    let kinds = store::kinds_changed(&mut db, &ids).await.expect("kinds");
    assert_eq!(chunks(&mut db).await, before);
    let altering = |row: &&store::ActionRow| kinds.iter().any(|kind| kind.action == row.id && kind.alters_sent_invoice);
    let altering: Vec<&str> = rows.iter().filter(altering).map(|row| row.operation.as_str()).collect();
    assert_eq!(altering, ["send_invoice"]);
    drop(db);
    // Changes from before this was written down are told by their images.
    let forget = "update change set alters_sent_invoice = null where organization_id = $1";
    studio.sql(forget).await;
    let mut db = read(&studio).await;
    let again = store::kinds_changed(&mut db, &ids).await.expect("kinds");
    assert_eq!(again.iter().filter(|kind| kind.alters_sent_invoice).count(), 1);
}

/// A short call must not write hundreds of megabytes into the log.
#[tokio::test]
async fn an_action_whose_images_take_more_than_32_megabytes_is_refused_and_changes_nothing() {
    let studio = studio().await;
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, repeat('ş', 2000), true, date '2026-01-01' + n / 10, 60, 12000, 'import', '{0}', now(), now()
         from project p, generate_series(1, 4000) n where p.organization_id = $1",
        studio.member()
    );
    studio.sql(&insert).await;
    for dry_run in [true, false] {
        let refused = studio
            .refused("set_rate", json!({"project": "Dashboard", "rate": "90.00", "applies_to": "unbilled_time", "dry_run": dry_run}))
            .await;
        assert_eq!(refused.code, Code::Invalid);
        assert!(refused.message.contains("32 MB together. Do it in parts"), "{refused:?}");
        assert!(refused.message.contains("a rate can be set for new time alone"), "no part of a project can be named: {refused:?}");
    }
    let repriced = "select count(*) from time_entry where organization_id = $1 and rate <> 12000";
    let written = "select count(*) from change where organization_id = $1 and kind = 'time_entry'";
    assert_eq!((studio.number(repriced).await, studio.number(written).await), (0, 0));
}

/// What is written is kept for ever, and a disk is full for everybody.
#[tokio::test]
async fn an_organization_that_wrote_a_gigabyte_within_a_day_waits_until_some_of_it_has_drained_away() {
    let studio = studio().await;
    let written = "select written_bytes from audit_head where organization_id = $1";
    assert!(studio.number(written).await > 0);
    assert_eq!(
        studio.sql("update audit_head set written_bytes = 1024 * 1024 * 1024, written_at = now() where organization_id = $1").await,
        1
    );
    let entry = |at: usize| json!({"project": "Dashboard", "date": "2026-11-18", "duration": "10m", "description": format!("{at} {}", "x".repeat(400))});
    let logged = || json!({"entries": (0..20).map(entry).collect::<Vec<_>>(), "idempotency_key": "once"});
    let refused = studio.refused("create_time_entries", logged()).await;
    assert!(refused.code == Code::RateLimited && refused.retry_after().is_some_and(|wait| wait.as_secs() < 60), "{refused:?}");
    assert!(refused.message.contains("more than 1 GB"), "{refused:?}");
    studio.ok("update_project", json!({"project": "Dashboard", "code": "D"})).await;
    studio.sql("update audit_head set written_at = now() - interval '1 hour' where organization_id = $1").await;
    assert_eq!(studio.ok("create_time_entries", logged()).await["items"].as_array().map(Vec::len), Some(20));
    let left = studio.number(written).await;
    assert!((900_000_000..1_040_000_000).contains(&left), "{left}");
}

/// A dry run of many records with long texts is an answer that can be read.
#[tokio::test]
async fn a_dry_run_shows_a_million_bytes_of_images_and_says_how_many_records_there_are() {
    let studio = studio().await;
    let entry = |at: i64| {
        let text = format!("{at} {}", "ş".repeat(1_900));
        json!({"project": "Dashboard", "date": format!("2026-11-{:02}", at % 20 + 1), "duration": "10m", "description": text})
    };
    let mut ids = Vec::new();
    for call in 0..4 {
        let entries: Vec<Value> = (0..100).map(|at| entry(call * 100 + at)).collect();
        let logged = studio.ok("create_time_entries", json!({"entries": entries})).await;
        ids.extend(logged["items"].as_array().expect("entries").iter().map(|entry| entry["id"].clone()));
    }
    let shown =
        studio.ok("set_rate", json!({"project": "Dashboard", "rate": "90.00", "applies_to": "unbilled_time", "dry_run": true})).await;
    let changes = shown["changes"].as_array().map_or(0, Vec::len);
    assert!((50..300).contains(&changes), "{changes}");
    let warned = shown["warnings"].to_string();
    assert!(warned.contains("This changes 401 records, of which not all are shown."), "{warned}");
}

/// The scan of changes of time names these columns.
#[tokio::test]
async fn time_refers_to_no_other_records_that_an_undo_restores() {
    let studio = World::new("undo").await;
    let others = "select count(*) from pg_constraint c
        join pg_class t on t.oid = c.confrelid
        join pg_attribute f on f.attrelid = c.conrelid and f.attnum = any (c.conkey) and f.attname <> 'organization_id'
        where $1::uuid is not null and c.contype = 'f' and c.conrelid = 'time_entry'::regclass
            and t.relname::text = any (kinds_put_back()) and f.attname not in ('project_id', 'invoice_line_id')";
    assert_eq!(studio.number(others).await, 0, "TimeChange::references_back names what time refers to");
}
