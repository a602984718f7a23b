//! Reads, renames and deletes conversations, and turns them into chat messages for a model.

use domain::{
    day::OffsetDateTime,
    id::{ConversationId, RunId},
    text,
};
use std::collections::HashMap;

use super::{
    AssistantServices, CardState, Conversation, ConversationSummary, Message, Speaker, Step, card_actions,
    model::ChatMessage,
    redaction, run_lease,
    run_registry::RunRegistry,
    store::{self, message::StoredMessage},
    tool_result,
    user::AssistantUser,
};
use crate::{
    database::AccessMode,
    error::{Code, Error},
};

/// How many earlier messages a model gets.
const TOLD: usize = 20;

/// The user's conversations, the latest first.
pub async fn list(user: &AssistantUser, query: Option<String>) -> Result<Vec<ConversationSummary>, Error> {
    let query = text::optional("query", query.as_deref(), 200)?;
    let roles = redaction::covered_roles(user);
    let mut db = user.db(AccessMode::Read).await?;
    let since = redaction::access_narrowed_at(&mut db, user).await?;
    let rows = store::conversation::list(&mut db, user.membership.member, query.as_deref(), &roles, since).await?;
    let summary = |row: store::conversation::ConversationRow| ConversationSummary {
        id: ConversationId(row.id),
        title: row.title,
        updated_at: OffsetDateTime::at(row.updated_at.to_jiff(), &user.membership.member_zone),
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// One of the user's conversations, without what they may no longer see.
pub async fn get(user: &AssistantUser, id: ConversationId) -> Result<Conversation, Error> {
    // Read first: an answer that ends in the meantime is complete when it is loaded.
    let run = user.caller.services.assistant().runs.of_conversation(id);
    let mut db = user.db(AccessMode::Read).await?;
    let row = store::conversation::find(&mut db, id, user.membership.member).await?;
    let latest = store::message::list(&mut db, id).await?;
    let mut cards = store::card::list(&mut db, id, &latest.cards()).await?;
    cards.retain(|kept| redaction::may_see_card(user, kept));
    card_actions::mark_undoable(&mut db, &mut cards).await?;
    let cards: HashMap<_, _> = cards.into_iter().map(|kept| (kept.card.id, kept.card)).collect();
    let found = latest.with_cards(&cards)?;
    let since = redaction::access_narrowed_at(&mut db, user).await?;
    let runs = &user.caller.services.assistant().runs;
    let messages = found.into_iter().map(|found| redaction::visible_message(user, complete(found, run, runs), since)).collect();
    Ok(Conversation { id, title: row.title, messages, run })
}

/// Gives an answer without an end the reason: another process makes it, or it was cut off.
fn complete(mut found: StoredMessage, run: Option<RunId>, runs: &RunRegistry) -> StoredMessage {
    if !found.ended && run.is_none() && found.message.refusal.is_none() {
        let elsewhere = found.made_by.is_some_and(|run| !runs.knows(run));
        found.message.refusal = Some(if elsewhere { run_lease::running_elsewhere_error() } else { cut_off_error() });
    }
    found
}

/// The error of an answer that no process makes any more.
pub fn cut_off_error() -> Error {
    Error::new(Code::Unavailable, "This answer was cut off. Nothing was changed; ask again.")
}

/// Renames a conversation.
pub async fn rename(user: &AssistantUser, id: ConversationId, title: &str) -> Result<(), Error> {
    let title = text::line("title", title, 200)?;
    let mut db = user.db(AccessMode::Write).await?;
    match store::conversation::rename(&mut db, id, user.membership.member, &title).await? {
        true => db.commit().await,
        false => Err(Error::not_found("conversation")),
    }
}

/// Deletes a conversation and stops its active run.
pub async fn delete(user: &AssistantUser, id: ConversationId) -> Result<(), Error> {
    let mut db = user.db(AccessMode::Write).await?;
    if !store::conversation::delete(&mut db, id, user.membership.member).await? {
        return Err(Error::not_found("conversation"));
    }
    db.commit().await?;
    user.caller.services.assistant().runs.stop_in(id);
    Ok(())
}

/// The latest messages as chat messages for a model.
pub fn chat_messages(conversation: &Conversation) -> Vec<ChatMessage> {
    let from = conversation.messages.len().saturating_sub(TOLD);
    conversation.messages.iter().skip(from).map(chat_message).collect()
}

fn chat_message(message: &Message) -> ChatMessage {
    match message.speaker {
        Speaker::Person => ChatMessage::User(message.text.clone()),
        Speaker::Assistant => {
            let mut text = if message.repeats_summary() { String::new() } else { message.text.clone() };
            message.steps.iter().for_each(|step| text.push_str(&noted(step)));
            ChatMessage::Assistant { text: if text.is_empty() { "(no answer)".to_owned() } else { text }, calls: Vec::new() }
        }
    }
}

fn noted(step: &Step) -> String {
    match step {
        Step::Tool(tool) => {
            let summary = tool_result::line(&tool.operation, tool.summary.as_deref().unwrap_or("no result"));
            format!("\n(looked up: {} – {summary})", tool.title)
        }
        Step::Card(card) => {
            let state = match card.state {
                CardState::Waiting => "waits for the person",
                CardState::Committed => "was committed by the person",
                CardState::Dismissed => "was dismissed by the person",
                CardState::Undone => "was committed and undone by the person",
            };
            format!("\n(card: {} – {state})", card.title)
        }
    }
}
