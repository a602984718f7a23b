//! The switch, the token quotas, and the answers without a model.

use serde_json::json;

use super::*;
use crate::{
    access::{Role, WriteMode},
    assistant::AssistantServices,
    error::Code,
    quotas::{INPUT_CAP, OUTPUT_CAP},
};

#[tokio::test]
async fn without_a_model_it_says_so_and_takes_slash_commands() {
    let world = World::new("plain").await;
    let said = say(&world, "Hours of Acme?").await;
    assert_eq!(said.run, None);
    assert!(said.messages[1].text.starts_with("No model is set up"), "{said:?}");
    assert_eq!(say(&world, "/unbilled").await.messages[1].text, "Nothing found");
    assert_eq!(world.code("set_assistant", json!({"enabled": true})).await, Code::Conflict, "there is nothing to agree to");
}

#[tokio::test]
async fn nothing_is_sent_to_a_model_until_somebody_who_runs_the_organization_agrees() {
    let (world, model) = studio(vec![vec![Says("Hello.")]]).await;
    world.ok("set_assistant", json!({"enabled": false})).await;
    let said = say(&world, "Hello").await;
    assert!(said.run.is_none() && said.messages[1].text.contains("switched off"), "{said:?}");
    assert_eq!(model.asked().len(), 0);
    for role in [Role::Manager, Role::Member, Role::Viewer] {
        assert_eq!(world.as_role(role).await.code("set_assistant", json!({"enabled": true})).await, Code::Forbidden, "{role:?}");
    }
    let agent = world.token(WriteMode::Direct).await;
    assert_eq!(agent.code("set_assistant", json!({"enabled": true})).await, Code::Forbidden, "no token agrees for a person");
    let now = world.as_role(Role::Admin).await.ok("set_assistant", json!({"enabled": true})).await;
    assert_eq!((&now["enabled"], &now["switched_by"], &now["model"]), (&json!(true), &json!("Grace"), &json!("prepared")));
    assert_eq!(answered(&world, "Hello").await.1.text, "Hello.");
}

#[tokio::test]
async fn a_token_is_not_at_the_drawer() {
    let (world, _) = studio(vec![]).await;
    let agent = world.token(WriteMode::Direct).await;
    assert_eq!(AssistantUser::of(agent.caller).map(|_| ()).map_err(|error| error.code), Err(Code::Forbidden));
}

#[tokio::test]
async fn tokens_are_counted_by_month_warned_of_and_in_the_end_refused() {
    let used = |input, output| Used(TokenUsage { input, output });
    let (world, model) = studio(vec![
        vec![Says("One."), used(INPUT_CAP / 2, 10)],
        vec![Says("Two."), used(10, OUTPUT_CAP * 4 / 5)],
        vec![Says("Three."), used(INPUT_CAP, 10)],
        vec![Says("Next month.")],
    ])
    .await;
    assert_eq!(answered(&world, "1").await.1.text, "One.");
    assert_eq!(answered(&world, "2").await.1.text, "Two.\n\nNote: 80 % of this month's tokens are used.");
    let settings = world.ok("get_assistant", json!({})).await;
    assert_eq!(settings["input_tokens"], INPUT_CAP / 2 + 10);
    answered(&world, "3").await;
    let said = say(&world, "4").await;
    let refusal = said.messages[1].refusal.clone().expect("a refusal");
    assert_eq!((said.run, refusal.code, model.asked().len()), (None, Code::RateLimited, 3));
    assert_eq!(say(&world, "/unbilled").await.messages[1].refusal, None, "slash commands cost nothing");
    world.set_clock("2026-12-01T00:00:00Z");
    assert_eq!(answered(&world, "5").await.1.text, "Next month.");
}

#[tokio::test]
async fn a_model_that_does_not_count_is_counted_for() {
    let (world, _) = studio(vec![vec![Says("Four letters make about one token.")]]).await;
    answered(&world, "Hello").await;
    let settings = world.ok("get_assistant", json!({})).await;
    assert!(settings["input_tokens"].as_i64() > Some(1_000) && settings["output_tokens"].as_i64() > Some(5), "{settings}");
}

#[tokio::test]
async fn answers_that_are_made_at_once_do_not_pass_the_cap_together() {
    let model = Prepared::default();
    *model.answers.lock().expect("answers") = vec![vec![Says("Well"), Hangs], vec![Says("Well"), Hangs]].into();
    let world = studio_with(Box::new(model.clone()), Duration::from_secs(600)).await;
    // Enough for the tokens reserved for one more answer.
    let month = "date_trunc('month', timestamp '2026-11-21')::date";
    let used = format!("insert into model_usage values ($1, {month}, 0, {})", OUTPUT_CAP - 10_000);
    world.sql(&used).await;
    let first = say(&world, "One?").await;
    let user = at_the_drawer(&world);
    let run = user.caller.services.assistant().runs.find(&user, first.run.expect("a run")).expect("a run");
    assert!(matches!(Box::pin(run.clone().events()).next().await, Some(RunEvent::Text { .. })), "it is on its way");
    let second = say(&world, "Two?").await;
    assert_eq!(second.messages[1].refusal.as_ref().map(|refusal| refusal.code), Some(Code::RateLimited), "{second:?}");
    assert_eq!(model.asked().len(), 1);
    run.stop();
    heard(&world, &first).await;
    let settings = world.ok("get_assistant", json!({})).await;
    assert!(settings["output_tokens"].as_i64() < Some(OUTPUT_CAP - 9_000), "what was not used was given back: {settings}");
    assert_eq!(say(&world, "Three?").await.messages.len(), 1, "and is there for the next one");
}
