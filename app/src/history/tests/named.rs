//! Whom and what a refused undo names: the agents of a person by their tokens, and to a person what they did in words.

use serde_json::json;

use super::{instead::alike, log, studio};
use crate::{access::WriteMode, context::Channel, error::Code, testing::World};

#[tokio::test]
async fn what_another_agent_of_the_same_person_changed_is_told_with_its_token() {
    let studio = studio().await;
    let (agent, other) = (studio.token(WriteMode::Direct).await, studio.token(WriteMode::Direct).await);
    let logged = log(&agent, "2026-11-18").await;
    other.ok("update_time_entry", json!({"time_entry": logged["id"], "description": "Else"})).await;
    alike(&agent, &logged, Code::Stale, "since by another agent of Ada, with the token \"agent\" (update_time_entry), so").await;
    let ask = "Ask Ada to undo that first, or change the record by hand. It was done with the token \"agent\", not with yours.";
    alike(&agent, &logged, Code::Stale, ask).await;
    alike(&studio, &logged, Code::Stale, "since by Ada with the token \"agent\" (update_time_entry), so").await;
}

#[tokio::test]
async fn what_an_agent_changed_itself_is_told_without_its_token() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let logged = log(&agent, "2026-11-18").await;
    agent.ok("update_time_entry", json!({"time_entry": logged["id"], "description": "Else"})).await;
    alike(&agent, &logged, Code::Stale, "since by Ada (update_time_entry), so").await;
}

/// However much their agents did since.
#[tokio::test]
async fn a_person_is_told_in_words_what_they_did_last_that_can_be_undone() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let agent = studio.token(WriteMode::Direct).await;
    let of_agent = log(&agent, "2026-11-19").await;
    for at in 0..50 {
        agent.ok("update_time_entry", json!({"time_entry": of_agent["id"], "description": format!("Else {at}")})).await;
    }
    for (channel, when) in [(Channel::Page, "Sat 21 Nov 2026 "), (Channel::Assistant, "2026-11-21T")] {
        let refused = studio.through(channel).refused("undo_action", json!({"action": "last"})).await;
        let hint = refused.hint.unwrap_or_default();
        let words = format!("The newest action that can be undone is \"1h logged on Acme / Dashboard: Work\" of {when}");
        assert!(hint.contains(&words) && hint.contains(logged["action"].as_str().expect("an id")), "{hint}");
    }
}

/// Settings and tokens, of which each is an action, are never put back.
#[tokio::test]
async fn behind_many_actions_that_stay_the_newest_that_can_be_undone_is_named_too() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    for at in 0..60 {
        studio.ok("update_organization", json!({"name": format!("Studio {at}")})).await;
    }
    studio.ok("create_token", json!({"name": "agent"})).await;
    let refused = studio.refused("undo_action", json!({"action": "last"})).await;
    assert!(refused.message.starts_with("create_token cannot be undone"), "{refused:?}");
    let hint = refused.hint.unwrap_or_default();
    let id = logged["action"].as_str().expect("an id");
    assert!(hint.starts_with("The newest action that can be undone is") && hint.contains(id), "{hint}");
}

#[tokio::test]
async fn where_nothing_else_can_be_undone_that_is_told() {
    let studio = World::new("studio").await;
    studio.ok("create_token", json!({"name": "agent"})).await;
    for channel in [Channel::Page, Channel::Assistant] {
        let refused = studio.through(channel).refused("undo_action", json!({"action": "last"})).await;
        assert!(refused.message.starts_with("create_token cannot be undone"), "{refused:?}");
        assert_eq!(refused.hint.as_deref(), Some("Nothing else that you did can be undone as things stand."));
    }
}
