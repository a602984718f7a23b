//! What a conversation is made of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    day::OffsetDateTime,
    error::Error,
    id::{ActionId, CardId, ConversationId, MessageId, RunId},
};

/// A conversation of one member with the assistant, the oldest message first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Its title: the beginning of the first message, until it is renamed.
    pub title: String,
    /// What was said.
    pub messages: Vec<Message>,
    /// The run that is still answering, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// A conversation, as far as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// When something was last said.
    pub updated_at: OffsetDateTime,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The signed-in person.
    Person,
    /// The assistant: a model, or the answer to a slash command.
    Assistant,
}

/// Something that was said, with what was done on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who said it.
    pub speaker: Speaker,
    /// The words: plain text with line breaks, `**strong**` and lists. Never markup that loads anything.
    pub text: String,
    /// What was done for it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Why it ended early, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Error>,
}

/// A step on the way to an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// A read that was run.
    Tool(Tool),
    /// A write that waits for a person, or a choice between records.
    Card(Card),
}

/// A read: name and arguments while it runs, its result afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// The id of the call, unique in its message.
    pub id: String,
    /// The operation.
    pub operation: String,
    /// Its title for people.
    pub title: String,
    /// Its arguments.
    pub arguments: Value,
    /// How far it is.
    pub state: ToolState,
    /// A short line for people about the result, such as `12 h 30 min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The result, shortened when it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// How far a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// It runs.
    Running,
    /// It has answered.
    Done,
    /// It was refused.
    Refused,
}

/// A write with its exact effect, taken from a dry run of the same operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// The operation.
    pub operation: String,
    /// Its title for people.
    pub title: String,
    /// Its arguments, as they will be sent.
    pub arguments: Value,
    /// What will be true afterwards, line by line.
    pub effect: Vec<EffectLine>,
    /// What a careful person would want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What could be meant; with choices there is no Commit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<CardChoice>,
    /// How far it is.
    pub state: CardState,
    /// The recorded action, once it is committed: what Undo takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// Whether Undo may take that back: not what left the house, nor what is never put back.
    #[serde(default)]
    pub undoable: bool,
    /// Why the last try was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Error>,
    /// The page of what was made, below the organization's address, such as `invoices/0198…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// One line of a card: *Project* – *Acme / Dashboard*; with what it was before when it changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectLine {
    /// What it is about.
    pub label: String,
    /// What it will be.
    pub value: String,
    /// What it is now, when that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// One of several records that could be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardChoice {
    /// What people read: `Acme / Dashboard`.
    pub label: String,
    /// What the argument becomes.
    pub value: String,
}

/// How far a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// It waits for a person.
    Waiting,
    /// It was committed.
    Committed,
    /// It was dismissed.
    Dismissed,
    /// It was committed and undone.
    Undone,
}

/// What was said, and what answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendMessageResponse {
    /// The conversation; a new one when none was given.
    pub conversation: ConversationId,
    /// The person's message and, for a slash command, its whole answer.
    pub messages: Vec<Message>,
    /// The run that answers, when a model does: its events stream from `/o/<slug>/assistant/runs/<run>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// What happens during a run, as server-sent events with this as their data. A reader who comes late gets all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// More of the text.
    Text {
        /// What is added.
        delta: String,
    },
    /// A step began or changed; replaces the one with the same id.
    Step {
        /// The step as it is now.
        step: Step,
    },
    /// The run is over; the message as it is kept.
    End {
        /// The whole message.
        message: Message,
    },
}

/// Whether there is a model, and whether it may be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelAvailability {
    /// The name of the model that the deployment is configured with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The host that what is said is sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Whether an owner has switched the assistant on for the organization.
    pub enabled: bool,
}

/// A slash command, as completion offers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// What is typed after the slash, such as `log` or `create-client`.
    pub name: String,
    /// What it does.
    pub title: String,
    /// What follows it, such as `45m Acme / Dashboard call`.
    pub usage: String,
    /// Whether it changes something.
    pub writes: bool,
}
