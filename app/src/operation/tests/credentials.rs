//! Answers depend on the caller and their credential: idempotency keys, cost rates, and refusals.

use serde_json::{Value, json};

use crate::{
    access::{Role, Scope, WriteMode},
    error::Code,
    testing::World,
};

async fn studio() -> World {
    let studio = World::new("credentials").await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

/// Stops the timer of the page, with the key that the page sends; the call and its answer.
async fn stopped(studio: &World) -> (Value, Value) {
    let timer = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3600);
    let call = json!({"idempotency_key": format!("stop-{}", timer["id"].as_str().expect("an id"))});
    let answer = studio.ok("stop_timer", call.clone()).await;
    assert_eq!(answer["amount"]["amount"], "120.00");
    (call, answer)
}

#[tokio::test]
async fn a_key_of_the_page_brings_its_answer_to_no_token() {
    let studio = studio().await;
    let (call, answer) = stopped(&studio).await;
    let agent = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite], WriteMode::Direct).await;
    assert_eq!(agent.code("stop_timer", call.clone()).await, Code::NoTimer, "it is a call of its own");
    assert_eq!(
        crate::testing::without_repeated_flag(studio.ok("stop_timer", call).await),
        answer,
        "the page tries again and is answered as before"
    );
}

#[tokio::test]
async fn two_tokens_may_use_the_same_key_and_no_page_makes_one_that_is_theirs() {
    let studio = studio().await;
    let (first, second) = (studio.token(WriteMode::Direct).await, studio.token(WriteMode::Direct).await);
    let call = |name: &str, key: &str| json!({"name": name, "idempotency_key": key});
    let made = first.ok("create_client", call("Globex", "k")).await;
    second.ok("create_client", call("Initech", "k")).await;
    assert_eq!(crate::testing::without_repeated_flag(first.ok("create_client", call("Globex", "k")).await), made);
    let alike = format!("{} k", first.caller.token.as_ref().expect("a token").id);
    assert_eq!(studio.code("create_client", call("Globex", &alike)).await, Code::IdempotencyMismatch);
}

#[tokio::test]
async fn of_a_key_that_holds_a_secret_a_hash_is_kept_and_the_call_is_done_once() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let secret = "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";
    for (who, name, key) in
        [(&studio, "Globex", format!("once stint_pat_0190163d8694739b8ea1000000000007_{secret}")), (&agent, "Initech", secret.to_owned())]
    {
        let call = |name: &str, key: &str| json!({"name": name, "idempotency_key": key});
        let made = who.ok("create_client", call(name, &key)).await;
        assert_eq!(crate::testing::without_repeated_flag(who.ok("create_client", call(name, &key)).await), made);
        assert_eq!(who.code("create_client", call("Hooli", &key)).await, Code::IdempotencyMismatch);
        who.ok("create_client", call(&format!("{name} 2"), &format!("{key} 2"))).await;
    }
    assert_eq!(studio.tables_with(secret).await, Vec::<String>::new());
}

/// An upgrade may change what counts as a secret.
#[tokio::test]
async fn a_key_that_was_kept_as_it_is_before_it_counted_as_a_secret_is_found_again() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let secret = "Zr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6UQ8vN2kXy";
    let (token, person) = (agent.caller.token.as_ref().expect("a token").id, studio.person().id);
    let of_page = format!("update idempotency set key = '{secret}' where organization_id = $1");
    let of_agent = format!("update idempotency set key = '{token} {secret}' where organization_id = $1 and key like '{token} %'");
    let of_person = format!("update own_idempotency set key = '{secret}' where $1::uuid is not null and user_id = '{person}'");
    for (who, operation, name, as_before) in [
        (&studio, "create_client", "Globex", of_page),
        (&agent, "create_client", "Initech", of_agent),
        (&studio, "update_profile", "Ada L.", of_person),
    ] {
        let call = json!({"name": name, "idempotency_key": secret});
        let done = who.ok(operation, call.clone()).await;
        assert_eq!(studio.sql(&as_before).await, 1, "{operation}");
        let again = who.ok(operation, call).await;
        assert_eq!(again["repeated"], true, "{operation}");
        assert_eq!(super::as_given_first(again), done, "{operation}");
    }
}

/// The owner of a token has the right that the token lacks, so the refusal suggests another token. What the role lacks can only be
/// given by somebody else, and by no token.
#[tokio::test]
async fn a_refusal_says_whether_the_token_or_the_role_lacks_the_right() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let scopes = [Scope::TimeRead, Scope::TimeWrite, Scope::WorkRead, Scope::WorkWrite];
    let (of_owner, of_member) = (studio.token_of(&scopes, WriteMode::Direct).await, barbara.token_of(&scopes, WriteMode::Direct).await);
    for (operation, arguments) in [
        ("list_time_entries", json!({"billed": true})),
        ("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-18", "duration": "1h", "rate": "9.00"})),
        ("set_budget", json!({"project": "Dashboard", "amount": "10.00"})),
        ("draft_invoice", json!({"client": "Acme"})),
    ] {
        let lacks = of_owner.refused(operation, arguments.clone()).await;
        assert_eq!(lacks.code, Code::Forbidden, "{operation}: {lacks:?}");
        let told = lacks.message;
        assert!(told.contains("lacks the scope money:") && told.contains("in Settings, Tokens"), "{operation}: {told}");
        assert!(!told.contains("owner") && !told.contains("role"), "{operation}: {told}");
        let lacks = of_member.refused(operation, arguments).await;
        assert_eq!(lacks.code, Code::Forbidden, "{operation}: {lacks:?}");
        let told = lacks.message;
        assert!(told.starts_with("Your role") && told.contains("owner or admin") && !told.contains("Tokens"), "{operation}: {told}");
    }
}

#[tokio::test]
async fn an_answer_is_not_given_again_to_another_role() {
    let studio = studio().await;
    let (call, _) = stopped(&studio).await;
    studio.as_role(Role::Owner).await;
    studio.sql(&format!("update member set role = 'member' where organization_id = $1 and id = '{}'", studio.member())).await;
    let mut demoted = studio.clone();
    demoted.caller.membership.as_mut().expect("a membership").role = Role::Member;
    assert_eq!(demoted.code("stop_timer", call).await, Code::IdempotencyMismatch);
}

#[tokio::test]
async fn what_people_cost_is_in_the_dry_run_of_those_who_may_see_it_only() {
    let studio = studio().await;
    let (edsger, agent) = (studio.as_role(Role::Manager).await, studio.token(WriteMode::Direct).await);
    studio.sql("update member set cost_rate = 5432176 where organization_id = $1").await;
    let call = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h", "dry_run": true});
    for (caller, sees) in [(&studio, true), (&edsger, false), (&agent, false)] {
        let tried = caller.ok("create_time_entry", call.clone()).await;
        let image = &tried["changes"][0]["after"];
        assert_eq!((&image["rate"], image.get("cost_rate").is_some()), (&json!("120.00"), sees), "{tried:#}");
    }
}
