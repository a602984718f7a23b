//! Server functions of the drawer. They are not operations: they call operations for the person at the page.

use domain::id::{CardId, ConversationId, RunId};
use leptos::prelude::*;

use super::{Card, Command, Conversation, ConversationSummary, ModelAvailability, SendMessageResponse};
#[cfg(feature = "ssr")]
use super::{card_actions, commands, history, send_message, user::AssistantUser};
#[cfg(feature = "ssr")]
use crate::database::AccessMode;
use crate::error::Error;

/// Sends a message to the assistant. Text that begins with `/` is a slash command and is answered at once, without a model.
#[server(name = Say, prefix = "/call", endpoint = "assistant_say")]
pub async fn say(
    /// The conversation; a new one when absent.
    #[server(default)]
    conversation: Option<ConversationId>,
    /// The text, at most 8,000 characters.
    text: String,
    /// The page that the person is on, a path such as `/o/ada/invoices/0198…`.
    #[server(default)]
    page: Option<String>,
) -> Result<SendMessageResponse, Error> {
    send_message::send_message(AssistantUser::current()?, conversation, &text, page).await
}

/// Commits a card once if its effect is still the same. Otherwise refused (stale), and the card then shows its present effect.
#[server(name = CommitCard, prefix = "/call", endpoint = "assistant_commit")]
pub async fn commit_card(
    /// The card.
    card: CardId,
) -> Result<Card, Error> {
    card_actions::commit(&AssistantUser::current()?, card).await
}

/// Dismisses a card: nothing is done.
#[server(name = DismissCard, prefix = "/call", endpoint = "assistant_dismiss")]
pub async fn dismiss_card(
    /// The card.
    card: CardId,
) -> Result<Card, Error> {
    card_actions::dismiss(&AssistantUser::current()?, card).await
}

/// Chooses the record that an ambiguous reference means; the card then shows the effect.
#[server(name = ChooseCard, prefix = "/call", endpoint = "assistant_choose")]
pub async fn choose_card(
    /// The card.
    card: CardId,
    /// The value of the choice, as the card gives it.
    choice: String,
) -> Result<Card, Error> {
    card_actions::choose(&AssistantUser::current()?, card, &choice).await
}

/// Undoes the action of a committed card with the operation undo_action.
#[server(name = UndoCard, prefix = "/call", endpoint = "assistant_undo")]
pub async fn undo_card(
    /// The card.
    card: CardId,
) -> Result<Card, Error> {
    card_actions::undo(&AssistantUser::current()?, card).await
}

/// Stops a run at once. The text so far stays.
#[server(name = StopRun, prefix = "/call", endpoint = "assistant_stop")]
pub async fn stop_run(
    /// The run.
    run: RunId,
) -> Result<(), Error> {
    let user = AssistantUser::current()?;
    super::run_lease::find(&user, run).await?.stop();
    Ok(())
}

/// The person's conversations in this organization, the latest first, at most 100; with a query, those that contain it.
#[server(name = ListConversations, prefix = "/call", endpoint = "assistant_conversations", input = server_fn::codec::GetUrl)]
pub async fn list_conversations(
    /// The text that a title or a message has to contain.
    #[server(default)]
    query: Option<String>,
) -> Result<Vec<ConversationSummary>, Error> {
    history::list(&AssistantUser::current()?, query).await
}

/// One conversation with its latest messages, at most 200 of 1 MB together.
#[server(name = GetConversation, prefix = "/call", endpoint = "assistant_conversation", input = server_fn::codec::GetUrl)]
pub async fn get_conversation(
    /// The conversation.
    conversation: ConversationId,
) -> Result<Conversation, Error> {
    history::get(&AssistantUser::current()?, conversation).await
}

/// Gives a conversation another title.
#[server(name = RenameConversation, prefix = "/call", endpoint = "assistant_rename")]
pub async fn rename_conversation(
    /// The conversation.
    conversation: ConversationId,
    /// Its new title, at most 200 characters.
    title: String,
) -> Result<(), Error> {
    history::rename(&AssistantUser::current()?, conversation, &title).await
}

/// Deletes a conversation. The actions committed in it stay.
#[server(name = DeleteConversation, prefix = "/call", endpoint = "assistant_delete")]
pub async fn delete_conversation(
    /// The conversation.
    conversation: ConversationId,
) -> Result<(), Error> {
    history::delete(&AssistantUser::current()?, conversation).await
}

/// Whether a model is configured, and whether the organization may use it.
#[server(name = GetModelAvailability, prefix = "/call", endpoint = "assistant_standing", input = server_fn::codec::GetUrl)]
pub async fn get_model_availability() -> Result<ModelAvailability, Error> {
    send_message::model_availability(&AssistantUser::current()?).await
}

/// The slash commands that the person may use.
#[server(name = ListCommands, prefix = "/call", endpoint = "assistant_commands", input = server_fn::codec::GetUrl)]
pub async fn list_commands() -> Result<Vec<Command>, Error> {
    let user = AssistantUser::current()?;
    // The transaction checks sign-in and membership, as every call does.
    user.db(AccessMode::Read).await?;
    Ok(commands::available(&user))
}
