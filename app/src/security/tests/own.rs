//! Tests of a person's own sign-ins and security events.

use serde_json::{Value, json};

use super::{settled, somebody_else};
use crate::{
    access::WriteMode,
    account::token,
    database::{AccessMode, RowScope},
    error::Code,
    security::{
        EventKind,
        event::{RequestOrigin, apply_password_change, record_event},
        store,
    },
    testing::World,
};

async fn sign_ins(of: &World) -> Vec<Value> {
    of.ok("list_sign_ins", json!({})).await["items"].as_array().expect("items").clone()
}

/// The events of a person as kind and detail, the newest first.
async fn events(of: &World) -> Vec<(String, String)> {
    let listed = of.ok("list_security_events", json!({})).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    listed["items"].as_array().expect("items").iter().map(|event| (text(&event["kind"]), text(&event["detail"]))).collect()
}

#[tokio::test]
async fn people_see_their_own_browsers_and_end_them_one_or_all() {
    let studio = World::new("browsers").await;
    let (laptop, phone) = (studio.at(&studio).await, studio.at(&studio).await);
    let listed = sign_ins(&laptop).await;
    assert_eq!(listed.len(), 3);
    let this: Vec<_> = listed.iter().filter(|sign_in| sign_in["this_one"] == true).collect();
    assert_eq!((this.len(), &this[0]["device"]), (1, &json!("a test")));
    let of_phone = sign_ins(&phone).await.into_iter().find(|sign_in| sign_in["this_one"] == true).expect("its own")["id"].clone();
    assert_ne!(this[0]["id"], of_phone);

    let barbara = somebody_else(&studio).await;
    assert_eq!(barbara.code("end_sign_in", json!({"sign_in": of_phone})).await, Code::NotFound, "of somebody else");
    laptop.ok("end_sign_in", json!({"sign_in": of_phone})).await;
    assert!(sign_ins(&laptop).await.iter().all(|sign_in| sign_in["id"] != of_phone));
    assert_eq!(laptop.code("end_sign_in", json!({"sign_in": of_phone})).await, Code::NotFound, "it is gone");
    studio.advance(60);
    assert_eq!(laptop.ok("end_other_sign_ins", json!({})).await["ended"], 1);
    assert_eq!(sign_ins(&laptop).await.len(), 1);
    assert_eq!(sign_ins(&barbara).await.len(), 1, "nobody else's end");
    let ended: Vec<_> = events(&laptop).await.into_iter().filter(|(kind, _)| kind == "sign_ins_ended").map(|(_, which)| which).collect();
    assert_eq!(ended, ["all other browsers", "a test"], "which ones is written down, the newest first");
}

#[tokio::test]
async fn of_a_token_that_is_a_name_or_a_program_the_id_alone_is_written_down() {
    let studio = World::new("told").await;
    let (shown, secret) = ("stint_pat_0190163d8694739b8ea1000000000007_", "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U");
    studio.ok("create_token", json!({"name": format!("for {shown}{secret}")})).await;
    assert!(events(&studio).await.contains(&("token_made".to_owned(), format!("for {shown}…"))));
    assert_eq!(
        RequestOrigin::new("", &format!("{} {shown}{secret}", "ua ".repeat(90))).user_agent.matches("Q8vN").count(),
        0,
        "not cut in two"
    );

    let agent = studio.token(WriteMode::Direct).await;
    token::seen(&agent.caller, &format!("ua {shown}{secret}")).await.expect("noted");
    let told = format!("select count(*) from access_token where organization_id = $1 and last_used_by = 'ua {shown}…'");
    assert_eq!(studio.number(&told).await, 1);
}

#[tokio::test]
async fn no_token_sees_or_ends_a_sign_in() {
    let studio = World::new("agents").await;
    let agent = studio.token(WriteMode::Direct).await;
    for operation in ["list_sign_ins", "list_security_events", "end_other_sign_ins"] {
        assert_eq!(agent.code(operation, json!({})).await, Code::Forbidden, "{operation}");
    }
}

#[tokio::test]
async fn tokens_are_written_down_when_made_used_from_a_new_network_and_revoked() {
    let studio = World::new("tokens").await;
    studio.advance(60);
    let agent = studio.token(WriteMode::Direct).await;
    studio.advance(60);
    let mut from = agent.caller.clone();
    for address in ["203.0.113.7", "203.0.113.7", "::ffff:203.0.113.8", "198.51.100.8"] {
        from.address = address.to_owned();
        token::seen(&from, "an agent").await.expect("noted");
        studio.advance(7200);
    }
    let id = from.token.as_ref().expect("a token").id;
    studio.ok("revoke_token", json!({"token": id})).await;
    let told = ["token_revoked", "token_used", "token_used", "token_made"].map(|kind| (kind.to_owned(), "agent".to_owned()));
    assert_eq!(events(&studio).await.get(..4), Some(&told[..]));
}

#[tokio::test]
async fn a_new_password_ends_other_sign_ins_and_revokes_tokens_everywhere_unless_they_are_kept() {
    let studio = World::new("password").await;
    let other = studio.at(&studio).await;
    let founded = studio.ok("create_organization", json!({"name": "Second"})).await;
    let mut second = studio.clone();
    if let Some(membership) = &mut second.caller.membership {
        membership.slug = founded["slug"].as_str().expect("a slug").to_owned();
    }
    studio.token(WriteMode::Direct).await;
    studio.at(&second).await.token(WriteMode::Direct).await;
    let stranger = somebody_else(&studio).await.token(WriteMode::Direct).await;
    let person = studio.person().id;
    let change = async |revoke: bool| {
        let database = &studio.caller.services.database;
        let mut db = database.begin(RowScope::Person(person.0), AccessMode::Write).await.expect("begun");
        let present = other.caller.sign_in.clone().expect("a cookie");
        apply_password_change(&mut db, person, &present, revoke, studio.now(), &RequestOrigin::default()).await.expect("changed");
        db.commit().await.expect("kept");
    };
    change(false).await;
    assert_eq!(sign_ins(&other).await.len(), 1, "only the browser of the change stays");
    let open = format!(
        "select count(*) from access_token t join member m on m.id = t.member_id where m.user_id = '{person}' and t.revoked_at is null and $1::uuid is not null"
    );
    assert_eq!(studio.number(&open).await, 2, "tokens that are kept go on");
    change(true).await;
    assert_eq!(studio.number(&open).await, 0);
    assert_eq!(stranger.ok("whoami", json!({})).await["token"]["name"], "agent", "nobody else's are touched");
    let kinds: Vec<_> = events(&other).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.contains(&"password_changed".to_owned()) && kinds.contains(&"token_revoked".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn failed_sign_ins_of_strangers_push_nothing_else_out_and_the_log_is_bounded() {
    let studio = World::new("bounded").await;
    let (person, database) = (studio.person().id, &studio.caller.services.database);
    let mut db = database.begin(RowScope::Person(person.0), AccessMode::Write).await.expect("begun");
    for at in 0..210 {
        record_event(&mut db, person, EventKind::TokenMade, studio.now(), &RequestOrigin::default(), &format!("token {at}"))
            .await
            .expect("noted");
    }
    for at in 0..210 {
        studio.advance(1);
        let from = RequestOrigin::new(&format!("10.0.{}.{}", at / 200, at % 200), "a stranger");
        for _ in 0..2 {
            record_event(&mut db, person, EventKind::SignInFailed, studio.now(), &from, "").await.expect("noted");
        }
    }
    db.commit().await.expect("kept");
    let kept = format!("select count(*) from security_event where user_id = '{person}' and $1::uuid is not null and kind");
    assert_eq!(studio.number(&format!("{kept} = 'token_made'")).await, 200);
    assert_eq!(studio.number(&format!("{kept} = 'sign_in_failed'")).await, 200);
    assert_eq!(studio.number(&format!("{kept} = 'sign_in_failed' and times = 2")).await, 200, "the same again is one event");
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await.expect("begun");
    let later = studio.now() + jiff::SignedDuration::from_hours(24 * 367);
    assert!(store::forget_old(&mut db, later).await.expect("forgotten") >= 400);
    db.roll_back().await;
    settled(&studio).await;
}

#[tokio::test]
async fn no_kind_of_event_hides_another_however_often_it_happens() {
    let studio = World::new("flooded").await;
    let (person, database) = (studio.person().id, &studio.caller.services.database);
    let rare = [EventKind::PasswordChanged, EventKind::TokenMade, EventKind::AddressChanged];
    let often = [EventKind::SignInFailed, EventKind::TokenUsed, EventKind::PasswordResetAsked, EventKind::SignedIn];
    let mut db = database.begin(RowScope::Person(person.0), AccessMode::Write).await.expect("begun");
    for kind in rare {
        record_event(&mut db, person, kind, studio.now(), &RequestOrigin::default(), "once").await.expect("noted");
    }
    studio.advance(7200);
    for at in 0..210 {
        let from = RequestOrigin::new(&format!("2001:db8:0:{at:x}::1"), &format!("program {at}"));
        for kind in often {
            record_event(&mut db, person, kind, studio.now(), &from, "flood").await.expect("noted");
        }
    }
    db.commit().await.expect("kept");
    let listed = events(&studio).await;
    for kind in rare {
        assert!(listed.contains(&(kind.name().to_owned(), "once".to_owned())), "{kind:?}");
        assert!(kept(&studio, kind).await >= 1, "{kind:?}");
    }
    for kind in often {
        let shown = listed.iter().filter(|(listed, _)| listed == kind.name()).count();
        assert_eq!((shown, kept(&studio, kind).await), (50, 200), "{kind:?}");
    }
}

/// The number of stored events of a kind.
async fn kept(of: &World, kind: EventKind) -> i64 {
    let (person, kind) = (of.person().id, kind.name());
    of.number(&format!("select count(*) from security_event where user_id = '{person}' and kind = '{kind}' and $1::uuid is not null")).await
}

#[tokio::test]
async fn a_token_is_told_once_of_each_network_however_many_addresses_that_has() {
    let studio = World::new("networks").await;
    let (person, database) = (studio.person().id, &studio.caller.services.database);
    let mut db = database.begin(RowScope::Person(person.0), AccessMode::Write).await.expect("begun");
    for at in 0..240 {
        for address in [format!("2001:db8:7:7::{at:x}"), format!("203.0.113.{at}"), format!("::ffff:203.0.113.{at}")] {
            for token in ["agent", "another"] {
                record_event(&mut db, person, EventKind::TokenUsed, studio.now(), &RequestOrigin::new(&address, &address), token)
                    .await
                    .expect("noted");
            }
            studio.advance(60);
        }
    }
    db.commit().await.expect("kept");
    assert_eq!(kept(&studio, EventKind::TokenUsed).await, 4, "two tokens in two networks");
}

#[tokio::test]
async fn the_application_reads_no_table_of_sign_ins_by_itself() {
    let studio = World::new("closed").await;
    for table in ["security_event", "known_browser", "attempt_limit"] {
        let mut db = studio.caller.services.database.begin(RowScope::Person(studio.person().id.0), AccessMode::Read).await.expect("begun");
        let look = sqlx::AssertSqlSafe(format!("select 1 from {table}"));
        let refused = sqlx::query(look).execute(db.connection()).await.expect_err("no grant");
        assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"), "{table}");
    }
}
