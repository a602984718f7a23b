//! What is recorded of a call, and that no record blocks the others.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tracing::{Event, Metadata, Subscriber, span};

use super::log;
use crate::{
    access::{Role, WriteMode},
    audit::{AuditRecord, Recorder, outcome},
    context::Caller,
    database::Database,
    error::{Code, Error},
    operation::{self, WriteResponse},
    operations,
    testing::{World, apart},
};

/// The record of an access, as it is queued.
fn record(world: &World, operation: &str) -> AuditRecord {
    let declaration = operations::find(operation).expect("an operation").declaration;
    AuditRecord::of_access(&world.caller, world.now(), declaration, json!({}), outcome::DONE).expect("a member")
}

async fn count(world: &World, operation: &str) -> usize {
    log(world, json!({"operation": operation})).await.len()
}

#[tokio::test]
async fn a_call_with_a_character_that_the_database_cannot_keep_is_written_down_all_the_same() {
    let studio = World::new("audit").await;
    let nul = World { caller: Caller { program: "cu\0rl".to_owned(), ..studio.caller.clone() }, ..studio.clone() };
    _ = nul.call("list_clients", json!({"query": "Ac\0me"})).await;
    _ = nul.call("list_clients", json!({"que\0ry": ["Acme"]})).await;
    let written = log(&studio, json!({"operation": "list_clients"})).await;
    let arguments: Vec<&Value> = written.iter().map(|entry| &entry["arguments"]).collect();
    assert_eq!(arguments, [&json!({"que\u{fffd}ry": ["Acme"]}), &json!({"query": "Ac\u{fffd}me"})]);
    assert!(written.iter().all(|entry| entry["program"] == "curl"), "{written:#?}");
}

#[tokio::test]
async fn a_call_that_cannot_be_written_down_takes_no_other_with_it() {
    let studio = World::new("audit").await;
    let broken = AuditRecord { arguments: json!({"query": "\0"}), ..record(&studio, "get_client") };
    for record in [record(&studio, "list_clients"), broken, record(&studio, "list_projects")] {
        studio.caller.services.recorder.reserve(studio.caller.organization()).expect("a place").put(Some(record));
    }
    let written = [count(&studio, "list_clients").await, count(&studio, "get_client").await, count(&studio, "list_projects").await];
    assert_eq!(written, [1, 0, 1]);
}

#[tokio::test]
async fn a_database_that_is_away_holds_nobody_up_who_has_to_go() {
    let studio = World::new("audit").await;
    let nowhere = PgConnectOptions::new().host("127.0.0.1").port(1);
    let recorder =
        Recorder::start(Database::new(PgPoolOptions::new().acquire_timeout(Duration::from_millis(50)).connect_lazy_with(nowhere)));
    recorder.reserve(studio.caller.organization()).expect("a place").put(Some(record(&studio, "list_clients")));
    assert_eq!(recorder.flush_within(Duration::from_millis(200)).await, 1);
    assert_eq!(studio.caller.services.recorder.flush_within(Duration::from_secs(30)).await, 0);
}

#[tokio::test]
async fn without_room_for_its_record_no_call_of_an_organization_runs_and_its_neighbours_go_on() {
    let (studio, other) = (World::new("full").await, World::new("neighbour").await);
    let services = studio.caller.services.clone();
    let neighbour = World { caller: Caller { services: services.clone(), ..other.caller.clone() }, ..other };
    let mut places = Vec::new();
    let refused = loop {
        match services.recorder.reserve(studio.caller.organization()) {
            Ok(place) => places.push(place),
            Err(error) => break error.code,
        }
    };
    assert_eq!(refused, Code::RateLimited);
    for (operation, arguments) in
        [("list_clients", json!({})), ("create_client", json!({"name": "Acme"})), ("create_client", json!({"nonsense": 1}))]
    {
        assert_eq!(studio.code(operation, arguments.clone()).await, Code::RateLimited, "{operation}");
        _ = neighbour.call(operation, arguments).await;
    }
    assert_eq!(studio.number("select count(*) from client where organization_id = $1").await, 0);
    assert_eq!(neighbour.number("select count(*) from client where organization_id = $1").await, 1);
    assert_eq!(log(&neighbour, json!({"operation": "create_client"})).await.len(), 2, "one done, one refused");
    drop(places);
    studio.ok("create_client", json!({"name": "Acme"})).await;
}

#[tokio::test]
async fn arguments_of_any_length_leave_a_small_row() {
    let studio = World::new("audit").await;
    let long = "x".repeat(900_000);
    _ = studio.call("list_clients", json!({"query": long})).await;
    studio.refused("list_clients", json!({"nonsense": long, "query": "Acme"})).await;
    _ = studio.call("create_client", json!({"name": "Acme", "notes": long})).await;
    _ = studio.call("list_clients", json!({"query": [1e300, 1e300, 1e300]})).await;
    for operation in ["list_clients", "create_client"] {
        for row in log(&studio, json!({"operation": operation})).await {
            let arguments = &row["arguments"];
            assert!(arguments.to_string().len() <= 8_192, "{operation}");
            let long = arguments["cut"]["bytes"].as_i64().is_some_and(|bytes| bytes > 900_000);
            assert!(long || arguments["query"][0] == "1e+300", "{arguments}");
        }
    }
    assert_eq!(count(&studio, "list_clients").await, 3);
}

#[tokio::test]
async fn arguments_that_only_the_schema_lets_through_leave_a_row() {
    let studio = World::new("audit").await;
    let call = json!({"time_entry": "0198c0de-0000-7000-8000-000000000000", "version": 3_000_000_000_i64});
    assert_eq!(studio.code("update_time_entry", call).await, Code::Invalid);
    let written = log(&studio, json!({"operation": "update_time_entry", "outcome": "invalid"})).await;
    assert_eq!((written.len(), &written[0]["arguments"]["version"]), (1, &json!(3_000_000_000_i64)));
}

async fn broken() -> Result<Value, Error> {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_is_answered_and_leaves_a_row_whatever_door_it_came_through() {
    let studio = World::new("audit").await;
    let declared = |name| operations::find(name).expect("an operation").declaration;
    let (looks, writes) = (declared("list_clients"), declared("create_client"));
    let read: Result<Value, Error> = operation::read(looks, studio.caller.clone(), json!({}), |_| Box::pin(broken())).await;
    let write: Result<WriteResponse<Value>, Error> =
        operation::write(writes, studio.caller.clone(), json!({}), |_| Box::pin(broken())).await;
    assert_eq!((read, write), (Err(Error::internal()), Err(Error::internal())));
    assert_eq!(log(&studio, json!({"outcome": "internal"})).await.len(), 2);
}

#[tokio::test]
async fn what_a_person_does_beyond_the_organization_is_not_told_to_it() {
    let studio = World::new("audit").await;
    let elsewhere = World::new("elsewhere").await;
    let sent = elsewhere.ok("invite_member", json!({"email": studio.person().email, "role": Role::Member})).await;
    studio.ok("list_invitations", json!({})).await;
    studio.ok("list_organizations", json!({})).await;
    studio.ok("answer_invitation", json!({"invitation": sent["id"], "accept": false})).await;
    studio.refused("answer_invitation", json!({"invitation": sent["id"], "accept": true})).await;
    studio.refused("create_organization", json!({"name": ""})).await;
    studio.ok("create_organization", json!({"name": "A firm of my own", "dry_run": true})).await;
    let noted = log(&studio, json!({})).await;
    let own = ["list_invitations", "list_organizations", "answer_invitation", "create_organization"];
    assert!(noted.iter().all(|entry| own.iter().all(|name| entry["operation"] != *name)), "{noted:#?}");
    // A token belongs to the organization, which learns that it was used, but not what for.
    _ = studio.token(WriteMode::Direct).await.call("create_organization", json!({"name": "Another firm"})).await;
    let noted = log(&studio, json!({"operation": "create_organization"})).await;
    assert_eq!((noted.len(), &noted[0]["arguments"]), (1, &json!({})));
}

#[tokio::test]
async fn the_secret_of_an_invitation_is_not_written_down() {
    let (studio, elsewhere) = (World::new("audit").await, World::new("elsewhere").await);
    let sent = elsewhere.ok("invite_member", json!({"email": studio.person().email, "role": Role::Member})).await;
    let secret = sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link").to_owned();
    studio.ok("answer_invitation", json!({"invitation": secret, "accept": true})).await;
    let written = log(&elsewhere, json!({"operation": "answer_invitation"})).await;
    assert_eq!((written.len(), &written[0]["arguments"]["invitation"]), (1, &json!("…")));
}

#[tokio::test]
async fn a_secret_of_a_link_that_is_looked_for_is_written_down_nowhere() {
    let studio = World::new("audit").await;
    let sent = studio.ok("invite_member", json!({"email": "new@example.com", "role": Role::Member})).await;
    let secret = sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link");
    studio.ok("list_members", json!({"query": format!("who has {secret}?")})).await;
    for arguments in [json!({"client": secret}), json!({"client": "Acme", secret: 1}), json!({"client": "Acme", "unknown": [secret]})] {
        studio.call("get_client", arguments).await.expect_err("refused");
    }
    let noted = log(&studio, json!({"operation": "list_members"})).await;
    assert_eq!(noted[0]["arguments"]["query"], "who has …?");
    assert_eq!(studio.tables_with(secret).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_whole_token_is_revoked_by_itself_and_its_secret_is_written_down_nowhere() {
    let studio = World::new("audit").await;
    let made = studio.ok("create_token", json!({"name": "agent"})).await;
    let token = made["token"].as_str().expect("a token");
    let secret = token.splitn(4, '_').last().expect("a secret");
    studio.ok("list_members", json!({"query": format!("is {token} known?")})).await;
    for arguments in [json!({"client": token}), json!({"client": "Acme", token: 1}), json!({"client": [{"name": token}]})] {
        studio.call("get_client", arguments).await.expect_err("refused");
    }
    let talkative = World { caller: Caller { program: format!("curl {token}"), ..studio.caller.clone() }, ..studio.clone() };
    talkative.ok("list_clients", json!({})).await;
    let revoked = studio.ok("revoke_token", json!({"token": format!(" {token}\n")})).await;
    assert_eq!(revoked["id"], made["id"]);
    assert_eq!(studio.code("revoke_token", json!({"token": token})).await, Code::NotFound, "it is revoked already");
    let known = format!("stint_pat_{}_…", made["id"].as_str().expect("an id").replace('-', ""));
    let noted = log(&studio, json!({"operation": "list_members"})).await;
    assert_eq!(noted[0]["arguments"]["query"], format!("is {known} known?"), "which token it was stays");
    assert_eq!(studio.tables_with(secret).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_name_of_a_program_turns_and_breaks_no_line_of_the_log() {
    let studio = World::new("studio").await;
    let caller = Caller { program: "ctl\u{1b}[31m\u{202e}\n\r".to_owned(), ..studio.caller.clone() };
    let named = World { caller, ..studio.clone() };
    named.ok("create_client", json!({"name": "Acme"})).await;
    let log = studio.ok("list_audit", json!({"operation": "create_client"})).await;
    assert_eq!(log["items"][0]["program"], "ctl[31m", "{log}");
}

/// Panics at the first event, as a log subscriber that cannot write may.
struct Panicking(AtomicBool);

impl Subscriber for Panicking {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().ends_with("recorder")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        assert!(self.0.swap(true, Ordering::Relaxed), "the log is full");
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn a_panic_while_a_call_is_written_down_loses_no_record_and_ends_nothing() {
    apart("panic", async {
        let studio = World::new("panic").await;
        let recorder = &studio.caller.services.recorder;
        studio.sql("alter function append_accesses rename to append_accesses_later").await;
        let panicking = tracing::subscriber::set_default(Panicking(AtomicBool::new(false)));
        recorder.reserve(studio.caller.organization()).expect("a place").put(Some(record(&studio, "list_clients")));
        assert_eq!(recorder.flush_within(Duration::from_millis(1_500)).await, 1);
        studio.sql("alter function append_accesses_later rename to append_accesses").await;
        drop(panicking);
        assert_eq!((recorder.flush_within(Duration::from_secs(30)).await, recorder.is_writing()), (0, true));
        assert_eq!(count(&studio, "list_clients").await, 1);
    })
    .await;
}
