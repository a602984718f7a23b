//! Types of the assistant's API: conversations, messages, cards and run events.

use domain::{
    day::OffsetDateTime,
    id::{ActionId, CardId, ConversationId, MessageId, RunId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr};

use crate::error::Error;

/// A conversation of one member with the assistant, the oldest message first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Its title: the beginning of the first message, until it is renamed.
    pub title: String,
    /// Its messages.
    pub messages: Vec<Message>,
    /// The run that is still answering, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

/// A conversation as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// When the last message was sent.
    pub updated_at: OffsetDateTime,
}

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Speaker {
    /// The signed-in person.
    Person,
    /// The assistant: a model, or the answer to a slash command.
    Assistant,
}

/// A message, with the steps taken for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The author.
    pub speaker: Speaker,
    /// The text: plain, with line breaks, `**strong**` and lists. Never markup that loads anything.
    pub text: String,
    /// The steps taken for it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Why it ended early, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Error>,
}

impl Message {
    /// Whether the text repeats the summary of a step, as after a slash command. It then holds text from records, and is shown with its
    /// step.
    pub fn repeats_summary(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Tool(tool) if tool.summary.as_deref() == Some(self.text.as_str())))
    }
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

/// A read: name and arguments while it runs, and its result afterwards.
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
    /// Its state.
    pub state: ToolState,
    /// A short line for people about the result, such as `12 h 30 min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What was found, in lines of Markdown for whoever typed the read as a command. It holds text from records, and no model gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// The result, shortened when it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// The state of a read.
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
    /// The effect: what will be true afterwards, line by line.
    pub effect: Vec<EffectLine>,
    /// Warnings about the effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The records that an ambiguous reference may mean; a card with choices has no Commit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<CardChoice>,
    /// Its state.
    pub state: CardState,
    /// The recorded action once it is committed, for Undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// Whether Undo may reverse the action; not for mails that were sent, nor for records that are never restored.
    #[serde(default)]
    pub undoable: bool,
    /// Why the last try was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Error>,
    /// The page of what was made, below the organization's address, such as `invoices/0198…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// One line of a card: *Project* – *Acme / Dashboard*; with the previous value when it changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectLine {
    /// The label.
    pub label: String,
    /// The value afterwards.
    pub value: String,
    /// The present value, when it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// One of the records that an ambiguous reference may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardChoice {
    /// The text for people: `Acme / Dashboard`.
    pub label: String,
    /// The value of the argument when it is chosen.
    pub value: String,
}

/// The state of a card.
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

/// The answer to a sent message.
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

/// An event of a run, the data of a server-sent event. A reader who connects late gets all events.
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
    /// The run is over; the message as it is stored.
    End {
        /// The whole message.
        message: Message,
    },
}

/// Whether a model is configured, and whether the organization may use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelAvailability {
    /// The name of the model that the deployment is configured with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The host that messages are sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Whether an owner has switched the assistant on for the organization.
    pub enabled: bool,
}

/// A slash command, as completion offers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The name after the slash, such as `log` or `create-client`.
    pub name: String,
    /// What it does.
    pub title: String,
    /// The arguments that follow it, such as `45m Acme / Dashboard / call`.
    pub usage: String,
    /// Whether it changes something.
    pub writes: bool,
    /// The names of all arguments of its operation. Only the server knows them.
    #[serde(skip)]
    pub arguments: Vec<String>,
}
