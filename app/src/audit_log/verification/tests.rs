//! Tests of the verification of the audit chain.

use serde_json::{Value, json};

use super::{job, store};
use crate::{
    database::{AccessMode, RowScope},
    testing::{World, apart, owner},
};

/// Appends calls without changes to the chain: more than there are between two checkpoints.
const MANY: &str = "select set_config('app.organization_id', $1::text, true), append_actions(
    (select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'at', '2026-11-20T09:00:00Z', 'member_id', m.id, 'channel', 'page',
         'operation', 'update_client', 'arguments', '{}'::jsonb, 'outcome', 'done', 'withheld', '{}'::text[], 'duration_ms', 1))
     from member m, generate_series(1, 10004) where m.organization_id = $1::uuid), false)";

/// Counts actions with every special case of JSON output whose hash differs from the one over the text of a jsonb array.
const HASHED_OTHERWISE: &str = r#"select count(*) from jsonb_populate_recordset(null::action, jsonb_build_array(
        jsonb_build_object('organization_id', $1::uuid, 'id', gen_random_uuid(), 'position', 9007199254740993, 'at', 'infinity',
            'arguments', '{"b": "\"\\/\u0001\u2028é😀", "a": 1.50}'::jsonb, 'withheld', array['money', 'people, all', 'a"b']),
        jsonb_build_object('organization_id', $1::uuid, 'id', gen_random_uuid(), 'position', 1, 'at', '1999-12-31T23:59:59.123456Z',
            'program', E'\t"quoted" \\ \u202e', 'arguments', '[]'::jsonb, 'withheld', array[]::text[], 'changes_hash', '\x00ff',
            'undoes', gen_random_uuid(), 'duration_ms', -1))) a
    where hash_of_action('\x01', a) is distinct from sha256('\x01' || convert_to(jsonb_build_array(
        a.organization_id, a.id, a.position, extract(epoch from a.at), a.member_id, a.token_id, a.channel, a.operation, a.arguments, a.outcome,
        a.program, a.address, a.withheld, a.duration_ms, a.undoes, encode(a.changes_hash, 'hex'))::text, 'UTF8'))"#;

/// The same of changes.
const CHANGES_OTHERWISE: &str = r#"select count(*) from (values (E'a"b\\\n', $1::uuid, '{"b": [1.10, null], "a": "\u0007é"}'::jsonb, null::jsonb),
        ('client', $1::uuid, null, 'null'::jsonb)) c (kind, record_id, before, after)
    where text_of_change(c.kind, c.record_id, c.before::json, c.after::json) <> jsonb_build_array(c.kind, c.record_id, c.before, c.after)::text"#;

#[tokio::test]
async fn hashes_are_over_the_text_that_they_always_were_over() {
    let studio = World::new("verify").await;
    assert_eq!(studio.number(HASHED_OTHERWISE).await, 0);
    assert_eq!(studio.number(CHANGES_OTHERWISE).await, 0);
}

/// Inserts a row into the log of an organization, at a chosen position.
const PUT_IN: &str =
    "insert into action (organization_id, id, at, member_id, channel, operation, arguments, outcome, position, hash, withheld, duration_ms)
    select organization_id, gen_random_uuid(), at, member_id, channel, 'remove_member', arguments, outcome, PLACE, hash, withheld, duration_ms
    from action where organization_id = $1 order by position limit 1";

#[tokio::test]
async fn a_row_that_was_put_in_beside_the_chain_is_found_by_both_checks() {
    for place in ["0", "-7", "1000000"] {
        let studio = World::new("verify").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.sql(&PUT_IN.replace("PLACE", place)).await;
        let found = json!(place.parse::<i64>().expect("a place"));
        let proof = studio.ok("verify_audit", json!({})).await;
        assert_eq!((&proof["sound"], &proof["broken"]["position"]), (&json!(false), &found), "{proof}");
        let verification = verified(&studio).await;
        assert_eq!((&verification["state"], &verification["broken"]["position"]), (&json!("broken"), &found), "{verification}");
    }
}

#[tokio::test]
async fn a_log_whose_end_was_taken_away_and_an_image_that_is_no_record_are_found() {
    let studio = World::new("verify").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.sql("update change set before = 'null' where organization_id = $1 and before is null").await;
    let proof = studio.ok("verify_audit", json!({})).await;
    assert!(proof["broken"]["reason"].as_str().is_some_and(|reason| reason.contains("altered")), "{proof}");
    studio.sql("delete from audit_head where organization_id = $1").await;
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], false);
}

#[tokio::test]
async fn a_step_that_was_cut_off_is_taken_up_at_once_by_the_next() {
    let studio = World::new("verify").await;
    studio.sql(MANY).await;
    studio.ok("start_audit_verification", json!({})).await;
    let services = &studio.caller.services;
    let mut db = services.workers.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
    db.set_statement_timeout(std::time::Duration::from_millis(1)).await.expect("limited");
    assert!(store::step(&mut db, 10_000).await.is_err());
    db.roll_back().await;
    assert_eq!(verified(&studio).await["state"], "sound");
}

/// Makes the first step that saves its progress time out.
const SLOW_ONCE: &str = "create sequence tries;
    create function slow_once() returns trigger language plpgsql security definer as $$
    begin
        if nextval('tries') = 1 then
            perform pg_sleep(60);
        end if;
        return new;
    end
    $$;
    create trigger slow_once before update on audit_verification for each row when (new.position > old.position) execute function slow_once()";

#[tokio::test]
async fn the_job_takes_up_a_step_that_was_cut_off_at_its_limit() {
    apart("cut_off", async {
        let studio = World::new("verify").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.ok("create_client", json!({"name": "Globex"})).await;
        let owner = owner().await;
        sqlx::raw_sql(SLOW_ONCE).execute(&owner).await.expect("a slow step");
        studio.ok("start_audit_verification", json!({})).await;
        job::resume(&studio.caller.services).await.expect("gone on");
        let tries: i64 = sqlx::query_scalar("select last_value from tries").fetch_one(&owner).await.expect("tries");
        owner.close().await;
        assert!(tries > 1, "the first step was cut off");
        assert_eq!(studio.ok("get_audit_verification", json!({})).await["state"], "sound");
    })
    .await;
}

/// Inserts a change for another action, as somebody with write access to the table can.
const CHANGE_PUT_IN: &str = "insert into change (organization_id, action_id, kind, record_id, before, after)
    select organization_id, ACTION, kind, record_id, before, after from change where organization_id = $1 limit 1";

#[tokio::test]
async fn a_change_that_belongs_to_no_action_is_found_by_the_whole_check() {
    for action in
        ["'00000000-0000-0000-0000-000000000000'", "'01900000-0000-7000-8000-000000000000'", "'ffffffff-ffff-7fff-bfff-ffffffffffff'"]
    {
        let studio = World::new("verify").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        assert_eq!(verified(&studio).await["state"], "sound");
        studio.sql(&CHANGE_PUT_IN.replace("ACTION", action)).await;
        let verification = verified(&studio).await;
        assert_eq!(verification["state"], "broken", "{verification}");
        assert_eq!(verification["broken"]["action"], action.trim_matches('\''), "{verification}");
    }
}

/// A declined invitation as recorded by earlier versions: as a change without an action.
const DECLINED_BEFORE: &str = r#"insert into change (organization_id, action_id, kind, record_id, after)
    values ($1, '01900000-0000-7000-8000-000000000000', 'invitation', '01900000-0000-7000-8000-000000000001', '{"answer": "ANSWER"}')"#;

#[tokio::test]
async fn an_invitation_that_was_declined_before_it_stood_in_the_log_breaks_nothing() {
    for (answer, state) in [("declined", "sound"), ("accepted", "broken")] {
        let studio = World::new("verify").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.sql(&DECLINED_BEFORE.replace("ANSWER", answer)).await;
        assert_eq!(verified(&studio).await["state"], state, "{answer}");
    }
}

#[tokio::test]
async fn the_check_says_how_far_it_is_with_the_changes_once_every_row_was_checked() {
    let studio = World::new("verify").await;
    for name in ["Acme", "Globex", "Initech", "Umbrella", "Hooli"] {
        studio.ok("create_client", json!({"name": name})).await;
    }
    // Begun and held in one transaction, so that no other test is on it.
    let organization = RowScope::Organization(studio.organization());
    let mut db = studio.caller.services.database.begin(organization, AccessMode::Write).await.expect("a transaction");
    store::begin(&mut db).await.expect("begun");
    let mut told = Vec::new();
    loop {
        let more = store::step(&mut db, 1).await.expect("a step");
        let row = store::find(&mut db).await.expect("found").expect("a check");
        told.push((row.checked, row.changes_checked, row.changes));
        if !more {
            break;
        }
    }
    let rows = [(1, None, Some(1)), (2, None, Some(2)), (3, None, Some(3)), (4, None, Some(4)), (5, Some(0), Some(5))];
    // A step checks four changes where it would check one row.
    assert_eq!(told, [&rows[..], &[(5, Some(4), Some(5)), (5, Some(5), Some(5)), (5, Some(5), Some(5))]].concat());
    db.commit().await.expect("committed");
    let verification = studio.ok("get_audit_verification", json!({})).await;
    assert_eq!((&verification["state"], &verification["changes"]), (&json!("sound"), &json!({"checked": 5, "total": 5})));
}

async fn verified(studio: &World) -> Value {
    studio.ok("start_audit_verification", json!({})).await;
    job::resume(&studio.caller.services).await.expect("gone on");
    // Another test may run the job at this moment.
    loop {
        let verification = studio.ok("get_audit_verification", json!({})).await;
        if verification["state"] != "running" {
            return verification;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_whole_log_is_verified_as_a_job_that_says_how_far_it_is() {
    let studio = World::new("verify").await;
    let never = studio.ok("get_audit_verification", json!({})).await;
    assert_eq!(never, json!({"state": "never", "checked": 0, "total": 0}));
    for name in ["Acme", "Globex", "Initech"] {
        studio.ok("create_client", json!({"name": name})).await;
    }
    let started = studio.ok("start_audit_verification", json!({})).await["result"].clone();
    assert!(started.is_null() || started["total"] == 3, "{started}");
    let verification = verified(&studio).await;
    assert_eq!(verification["state"], "sound", "{verification}");
    assert!(verification["checked"].as_i64() >= Some(3) && verification["finished_at"].is_string(), "{verification}");
}

#[tokio::test]
async fn an_old_row_that_was_altered_is_found_by_the_whole_check_and_what_is_new_is_checked_at_once() {
    let studio = World::new("verify").await;
    studio.sql(MANY).await;
    let proof = studio.ok("verify_audit", json!({})).await;
    assert_eq!(proof, json!({"sound": true, "after": 10_000, "checked": 4}));
    assert_eq!(verified(&studio).await["state"], "sound");
    studio.sql("update action set outcome = 'forbidden' where organization_id = $1 and position = 5").await;
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true, "it is before the last checkpoint");
    let verification = verified(&studio).await;
    assert_eq!((&verification["state"], &verification["broken"]["position"]), (&json!("broken"), &json!(5)), "{verification}");
    studio.sql("update action set outcome = 'done' where organization_id = $1 and position = 5").await;
    assert_eq!(verified(&studio).await["state"], "sound");
    studio.sql("update action set outcome = 'forbidden' where organization_id = $1 and position = 10002").await;
    let proof = studio.ok("verify_audit", json!({})).await;
    assert_eq!((&proof["sound"], &proof["broken"]["position"]), (&json!(false), &json!(10_002)), "{proof}");
}

#[tokio::test]
async fn a_chain_that_was_written_anew_does_not_fit_to_its_checkpoints() {
    let studio = World::new("verify").await;
    studio.sql(MANY).await;
    // A chain with all hashes recomputed has another hash at the checkpoint.
    studio.sql("update audit_checkpoint set hash = sha256(hash) where organization_id = $1").await;
    let verification = verified(&studio).await;
    assert_eq!((&verification["state"], &verification["broken"]["position"]), (&json!("broken"), &json!(10_000)), "{verification}");
}

#[tokio::test]
async fn rows_that_are_missing_at_the_end_are_missed_by_the_whole_check() {
    let studio = World::new("verify").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.sql("delete from action where organization_id = $1 and position > 1").await;
    let verification = verified(&studio).await;
    assert_eq!(verification["state"], "broken", "{verification}");
}

#[tokio::test]
async fn a_check_is_gone_on_with_where_it_was_left_and_by_one_process_at_a_time() {
    let studio = World::new("verify").await;
    let services = &studio.caller.services;
    for name in ["Acme", "Globex", "Initech"] {
        studio.ok("create_client", json!({"name": name})).await;
    }
    // Begun and held in one transaction, so that no other test is on it.
    let mut first = services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("a transaction");
    store::begin(&mut first).await.expect("begun");
    assert!(store::step(&mut first, 2).await.expect("a step"), "there is more");
    job::resume(services).await.expect("left to who is on it");
    assert_eq!(studio.ok("get_audit_verification", json!({})).await["state"], "never");
    first.commit().await.expect("committed");
    job::resume(services).await.expect("gone on");
    let verification = studio.ok("get_audit_verification", json!({})).await;
    assert!(verification["checked"].as_i64() >= Some(2), "{verification}");
}
