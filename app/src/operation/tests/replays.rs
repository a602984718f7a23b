//! A call that is repeated with its key: whether its answer is given again, what is said of it then, and which calls are the same.

use serde_json::{Value, json};

use super::OF_THEN;
use crate::{
    access::WriteMode,
    context::Channel,
    error::Code,
    operation::commit::{SECRET_FIELDS, holds_secret},
    operations,
    secrets::random_secret::{self, RANDOM_LENGTH},
    testing::{World, without_repeated_flag},
};

/// A studio with its client Acme and the project Dashboard.
async fn studio(name: &str) -> World {
    let studio = World::new(name).await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

fn with_key(mut call: Value, key: &str) -> Value {
    call["idempotency_key"] = json!(key);
    call
}

fn warnings(answer: &Value) -> Vec<&str> {
    answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn a_start_that_found_the_timer_running_does_not_say_that_it_runs_for_good() {
    let studio = studio("runs").await;
    let of_dashboard = json!({"project": "Dashboard"});
    for (caller, key, of_then) in [(studio.clone(), "page", OF_THEN[0]), (studio.through(Channel::Rest), "program", OF_THEN[1])] {
        studio.ok("start_timer", of_dashboard.clone()).await;
        let call = with_key(of_dashboard.clone(), key);
        let found = caller.ok("start_timer", call.clone()).await;
        assert_eq!((&found["running"], warnings(&found).contains(&of_then)), (&json!(true), false), "{found:#}");
        studio.advance(60);
        studio.ok("stop_timer", json!({})).await;
        let again = caller.ok("start_timer", call).await;
        assert_eq!((&again["repeated"], warnings(&again).contains(&of_then)), (&json!(true), true), "{again:#}");
    }
}

/// What finds everything as it is asked for, and what has no images of its changes.
#[tokio::test]
async fn an_answer_without_changes_that_is_given_again_says_that_it_tells_what_stood_then() {
    let studio = studio("then").await;
    let program = studio.through(Channel::Rest);
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": 10})).await;
    for (caller, operation, call, later, of_then) in [
        (&program, "set_budget", json!({"project": "Dashboard", "hours": 10}), json!({"project": "Dashboard", "hours": 12}), OF_THEN[1]),
        (&program, "update_client", json!({"client": "Acme", "name": "Acme"}), json!({"client": "Acme", "name": "Globex"}), OF_THEN[1]),
        (&program, "mark_notifications_read", json!({"all": true}), json!({"all": true}), OF_THEN[1]),
        (&studio, "update_profile", json!({"name": "Ada L."}), json!({"name": "Ada Lovelace"}), OF_THEN[0]),
    ] {
        let call = with_key(call, operation);
        let first = caller.ok(operation, call.clone()).await;
        caller.ok(operation, later).await;
        let again = caller.ok(operation, call).await;
        assert!(!warnings(&first).contains(&of_then) && warnings(&again).contains(&of_then), "{operation}: {again:#}");
        assert_eq!(super::as_given_first(again), first, "{operation}");
    }
}

#[tokio::test]
async fn what_an_answer_warned_of_is_left_out_once_its_records_have_changed() {
    let studio = studio("confirmed").await;
    let agent = studio.token(WriteMode::Drafts).await;
    for (ends, says) in [
        ("confirm_time_entries", "changed or deleted since. The answer"),
        ("delete_time_entry", "changed or deleted since. The answer"),
        ("undo_action", "taken back since"),
    ] {
        let call = with_key(json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"}), ends);
        let first = agent.ok("create_time_entry", call.clone()).await;
        assert!(first["warnings"].to_string().contains("This is a draft until confirmed"), "{first:#}");
        assert_eq!(without_repeated_flag(agent.ok("create_time_entry", call.clone()).await), first, "nothing has changed yet");
        let end = match ends {
            "confirm_time_entries" => json!({"time_entries": [first["id"]]}),
            "delete_time_entry" => json!({"time_entry": first["id"]}),
            _ => json!({"action": first["action"]}),
        };
        studio.ok(ends, end).await;
        let again = agent.ok("create_time_entry", call).await;
        let told = warnings(&again);
        assert!(told.len() == 1 && told[0].contains(says), "{ends}: {told:?}");
    }
}

/// Arguments that contain this number.
type Arguments<'a> = &'a dyn Fn(&Value) -> Value;

#[tokio::test]
async fn a_number_that_is_written_otherwise_is_the_same_call() {
    let studio = studio("numbers").await;
    let agent = studio.token(WriteMode::Direct).await;
    let worked = |hours: &Value| json!({"project": "Dashboard", "date": "2026-11-20", "duration": hours});
    for (at, (first, again)) in
        [(json!(1), json!(1.0)), (json!(1.0), json!(1)), (json!("1"), json!(1.0)), (json!(0.5), json!("0.5"))].into_iter().enumerate()
    {
        let several = |hours: &Value| json!({"entries": [worked(hours)]});
        let budget = |hours: &Value| json!({"project": "Dashboard", "hours": hours});
        let calls: [(&str, Arguments); 3] = [("create_time_entry", &worked), ("create_time_entries", &several), ("set_budget", &budget)];
        for (operation, call) in calls {
            let key = format!("{operation} {at}");
            agent.ok(operation, with_key(call(&first), &key)).await;
            let answer = agent.ok(operation, with_key(call(&again), &key)).await;
            assert_eq!(answer["repeated"], true, "{operation}: {first}, then {again}");
            let other = agent.code(operation, with_key(call(&json!(2.0)), &key)).await;
            assert_eq!(other, Code::IdempotencyMismatch, "{operation}");
        }
    }
}

#[tokio::test]
async fn an_invitation_by_a_token_is_answered_again_since_it_holds_no_link() {
    let studio = World::new("invites").await;
    let agent = studio.token(WriteMode::Direct).await;
    let invite = with_key(json!({"email": "grace@example.com", "role": "member"}), "once");
    let sent = agent.ok("invite_member", invite.clone()).await;
    let again = agent.ok("invite_member", invite).await;
    assert_eq!((&again["repeated"], without_repeated_flag(again.clone())), (&json!(true), sent.clone()));
    let resend = with_key(json!({"invitation": sent["id"]}), "twice");
    let resent = agent.ok("resend_invitation", resend.clone()).await;
    let again = agent.ok("resend_invitation", resend).await;
    assert_eq!((&again["repeated"], without_repeated_flag(again.clone())), (&json!(true), resent));
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 2, "each was done once");
}

#[tokio::test]
async fn an_answer_with_a_secret_is_not_stored_and_not_given_again() {
    let studio = World::new("secrets").await;
    for (operation, call, field) in [
        ("invite_member", json!({"email": "grace@example.com", "role": "member"}), "link"),
        ("resend_invitation", json!({"invitation": "grace@example.com"}), "link"),
        ("create_token", json!({"name": "agent"}), "token"),
    ] {
        let call = with_key(call, operation);
        let shown = studio.ok(operation, call.clone()).await[field].as_str().expect("a secret").to_owned();
        let again = studio.refused(operation, call).await;
        assert!(again.code == Code::Conflict && again.message.contains("shown only once"), "{operation}: {again:?}");
        studio.caller.services.recorder.flush().await;
        assert_eq!(studio.tables_with(&shown[shown.len() - RANDOM_LENGTH..]).await, Vec::<String>::new(), "{operation}");
    }
    assert_eq!(studio.number("select count(*) from idempotency where organization_id = $1 and answer is not null").await, 0);
}

#[test]
fn each_operation_that_declares_a_secret_answers_it_in_a_field_for_secrets() {
    for operation in operations::all().iter().filter(|operation| operation.declaration.secret) {
        let fields = operation.output.get("properties").and_then(Value::as_object).expect("properties");
        assert!(SECRET_FIELDS.iter().any(|field| fields.contains_key(*field)), "{}", operation.declaration.name);
    }
}

#[test]
fn a_secret_in_any_field_of_an_answer_is_found() {
    let (id, drawn) = ("0190163d-8694-739b-8ea1-000000000007", random_secret::random());
    assert!(!holds_secret(&json!({"id": id, "email": "grace@example.com", "link": null})));
    let elsewhere = format!("https://stint.example/invitation/{drawn}");
    for answer in [json!({"link": "x"}), json!({"token": "x"}), json!({"id": id, "told": {"address": elsewhere}})] {
        assert!(holds_secret(&answer), "{answer}");
    }
}
