//! Conversations: each member's own.

use super::*;
use crate::{access::Role, assistant::history, error::Code};

#[tokio::test]
async fn a_conversation_is_titled_found_renamed_and_deleted_by_its_own_member() {
    let world = World::new("talk").await;
    let said = say(&world, "Where did my week go?\nI wonder.").await;
    let ada = at_the_drawer(&world);
    let listed = history::list(&ada, None).await.expect("a list");
    assert_eq!((listed.len(), listed[0].id, listed[0].title.as_str()), (1, said.conversation, "Where did my week go?"));
    assert_eq!(history::list(&ada, Some("WONDER".to_owned())).await.expect("a list").len(), 1);
    assert_eq!(history::list(&ada, Some("nobody said this".to_owned())).await.expect("a list").len(), 0);
    history::rename(&ada, said.conversation, "My week").await.expect("renamed");
    let kept = history::get(&ada, said.conversation).await.expect("a conversation");
    assert_eq!((kept.title.as_str(), kept.messages), ("My week", said.messages));
    history::delete(&ada, said.conversation).await.expect("deleted");
    assert_eq!(history::get(&ada, said.conversation).await.map(|_| ()).map_err(|error| error.code), Err(Code::NotFound));
}

/// Whatever a member says is theirs: an admin of the same organization does not find it, nor does anybody elsewhere.
#[tokio::test]
async fn nobody_else_finds_a_conversation_or_its_cards() {
    let (world, _) = studio(vec![]).await;
    let said = say(&world, "/create-client name=Beta tax_rate=\"19\"").await;
    let Some(crate::assistant::Step::Card(card)) = said.messages[1].steps.first() else { panic!("no card: {said:?}") };
    for stranger in [world.as_role(Role::Admin).await, World::new("elsewhere").await] {
        let other = at_the_drawer(&stranger);
        let codes = [
            history::get(&other, said.conversation).await.map(|_| ()),
            history::rename(&other, said.conversation, "Mine").await,
            history::delete(&other, said.conversation).await,
            say_in(&stranger, Some(said.conversation), "Hello").await.map(|_| ()),
            crate::assistant::deed::commit(&other, card.id).await.map(|_| ()),
            crate::assistant::deed::dismiss(&other, card.id).await.map(|_| ()),
            crate::assistant::deed::choose(&other, card.id, "x").await.map(|_| ()),
            crate::assistant::deed::undo(&other, card.id).await.map(|_| ()),
        ];
        assert!(codes.iter().all(|done| done.as_ref().is_err_and(|error| error.code == Code::NotFound)), "{codes:?}");
        assert_eq!(history::list(&other, None).await.expect("a list"), []);
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_off_with_its_process_says_so() {
    let (world, _) = studio(vec![vec![Says("Well.")]]).await;
    let said = say(&world, "Hello").await;
    heard(&world, &said).await;
    world.sql("update message set ended_at = null where organization_id = $1 and speaker = 'assistant'").await;
    let kept = history::get(&at_the_drawer(&world), said.conversation).await.expect("a conversation");
    assert!(kept.messages[1].refusal.as_ref().is_some_and(|refusal| refusal.message.contains("cut off")), "{kept:?}");
}

#[tokio::test]
async fn what_is_said_has_a_length() {
    let world = World::new("long").await;
    for text in [String::new(), "  \n ".to_owned(), "x".repeat(8_001)] {
        assert_eq!(say_in(&world, None, &text).await.map(|_| ()).map_err(|error| error.code), Err(Code::Invalid));
    }
    assert_eq!(history::list(&at_the_drawer(&world), None).await.expect("a list"), [], "and nothing of it is kept");
}
