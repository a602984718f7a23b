//! A language model as the assistant sees it: a question goes in, and pieces of an answer come out.
//!
//! How that looks on the wire is known to the process alone.

use futures::stream::BoxStream;
use serde_json::{Map, Value};

use super::usage::TokenUsage;

/// Something that answers.
pub trait Model: Send + Sync {
    /// The model's name.
    fn name(&self) -> &str;

    /// The host that what is said is sent to.
    fn host(&self) -> &str;

    /// Asks. Dropping the answer ends the request at once.
    fn ask(&self, question: ModelRequest) -> ModelStream;
}

/// An answer, piece by piece.
pub type ModelStream = BoxStream<'static, Result<ModelDelta, ModelError>>;

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// What was said so far.
    pub chat_messages: Vec<ChatMessage>,
    /// What it may call.
    pub tools: Vec<ToolDefinition>,
}

/// One part of what was said so far.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatMessage {
    /// What holds for the whole conversation.
    System(String),
    /// The person's words.
    User(String),
    /// The model's words, and what it wanted to call.
    Assistant {
        /// Its words.
        text: String,
        /// Its calls.
        calls: Vec<ModelToolCall>,
    },
    /// What a call came to.
    ToolResult {
        /// The id of the call.
        call: String,
        /// The result, as data.
        text: String,
    },
}

/// A call that the model wants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelToolCall {
    /// The id that the model gave it, or one of ours.
    pub id: String,
    /// The operation.
    pub operation: String,
    /// Its arguments, as the model wrote them; that may not be JSON.
    pub arguments: String,
}

/// An operation as a model sees it.
#[derive(Debug, Clone)]
pub struct ToolDefinition {
    /// Its new name.
    pub name: &'static str,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub arguments: Map<String, Value>,
}

/// A piece of an answer.
#[derive(Debug, Clone, Default)]
pub struct ModelDelta {
    /// More of the text.
    pub text: String,
    /// More of the calls.
    pub calls: Vec<ToolCallDelta>,
    /// What was used so far, when the model says so.
    pub used: Option<TokenUsage>,
}

/// A piece of a call.
#[derive(Debug, Clone, Default)]
pub struct ToolCallDelta {
    /// Which of the calls it belongs to; some models do not say.
    pub index: Option<u64>,
    /// The id of a call that begins here.
    pub id: Option<String>,
    /// The operation.
    pub operation: Option<String>,
    /// More of the arguments.
    pub arguments: String,
}

/// Why a model does not answer, in words for the person who asked. It never holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It does not take the key.
    #[error("The model does not accept the key that Stint is configured with. Whoever runs Stint has to set STINT_MODEL_KEY anew.")]
    Key,
    /// It is asked too often.
    #[error("The model is asked too often at the moment. Try again in a minute.")]
    Busy,
    /// It cannot be reached, or broke off.
    #[error("The connection to the model broke off. Try again.")]
    Connection,
    /// It said something else.
    #[error("The model refused: {0}")]
    Refused(String),
}

/// Calls put together from their pieces: by index, else by the id that begins a new one.
#[derive(Default)]
pub struct ToolCallAccumulator {
    calls: Vec<(Option<u64>, ModelToolCall)>,
}

impl ToolCallAccumulator {
    /// Takes one more piece.
    pub fn take(&mut self, piece: ToolCallDelta) {
        let new_id = piece.id.as_deref().is_some_and(|id| !id.is_empty());
        let known = match piece.index {
            Some(index) => self.calls.iter().position(|(known, _)| *known == Some(index)),
            None => match new_id {
                true => self.calls.iter().position(|(_, call)| Some(call.id.as_str()) == piece.id.as_deref()),
                false if piece.operation.is_some() => None,
                false => self.calls.len().checked_sub(1),
            },
        };
        let at = known.unwrap_or_else(|| {
            self.calls.push((piece.index, ModelToolCall::default()));
            self.calls.len() - 1
        });
        let Some((_, call)) = self.calls.get_mut(at) else { return };
        if let Some(id) = piece.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        if let Some(operation) = piece.operation.filter(|_| call.operation.is_empty()) {
            call.operation = operation;
        }
        call.arguments.push_str(&piece.arguments);
    }

    /// The calls, each with an id of its own.
    pub fn calls(self) -> Vec<ModelToolCall> {
        let mut calls: Vec<ModelToolCall> = Vec::new();
        for (at, (_, mut call)) in self.calls.into_iter().enumerate() {
            if call.id.is_empty() || calls.iter().any(|other| other.id == call.id) {
                call.id = format!("call_{at}");
            }
            calls.push(call);
        }
        calls
    }
}
