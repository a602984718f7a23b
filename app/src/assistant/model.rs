//! The interface to a language model: a request goes in, and a stream of deltas comes out.
//!
//! The wire format is known only to the server's implementation.

use futures::stream::BoxStream;
use serde_json::{Map, Value};

use super::usage::TokenUsage;

/// A language model.
pub trait Model: Send + Sync {
    /// The model's name.
    fn name(&self) -> &str;

    /// The host that requests are sent to.
    fn host(&self) -> &str;

    /// Sends a request. Dropping the stream ends the request at once.
    fn ask(&self, question: ModelRequest) -> ModelStream;
}

/// An answer as a stream of deltas.
pub type ModelStream = BoxStream<'static, Result<ModelDelta, ModelError>>;

/// A request to a model.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The conversation so far.
    pub chat_messages: Vec<ChatMessage>,
    /// The tools that the model may call.
    pub tools: Vec<ToolDefinition>,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatMessage {
    /// Instructions for the whole conversation.
    System(String),
    /// The person's text.
    User(String),
    /// The model's text and its tool calls.
    Assistant {
        /// Its words.
        text: String,
        /// Its calls.
        calls: Vec<ModelToolCall>,
    },
    /// The result of a tool call.
    ToolResult {
        /// The id of the call.
        call: String,
        /// The result, as data.
        text: String,
    },
}

/// A tool call of the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelToolCall {
    /// The id that the model gave it, or a generated one.
    pub id: String,
    /// The name of the operation.
    pub operation: String,
    /// Its arguments, as the model wrote them, which may not be valid JSON.
    pub arguments: String,
}

/// An operation as a tool for the model.
#[derive(Debug, Clone)]
pub struct ToolDefinition {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub arguments: Map<String, Value>,
}

/// A delta of an answer.
#[derive(Debug, Clone, Default)]
pub struct ModelDelta {
    /// Text to append.
    pub text: String,
    /// Tool calls to append.
    pub calls: Vec<ToolCallDelta>,
    /// The tokens used so far, if the model reports them.
    pub used: Option<TokenUsage>,
}

/// A delta of a tool call.
#[derive(Debug, Clone, Default)]
pub struct ToolCallDelta {
    /// The index of the call; some models do not send it.
    pub index: Option<u64>,
    /// The id, in the first delta of a call.
    pub id: Option<String>,
    /// The name of the operation.
    pub operation: Option<String>,
    /// Text to append to the arguments.
    pub arguments: String,
}

/// Why a model does not answer, in words for the user. It never contains a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The model does not accept the key.
    #[error("The model does not accept the key that Stint is configured with. Whoever runs Stint has to set STINT_MODEL_KEY anew.")]
    Key,
    /// The rate limit of the model is exceeded.
    #[error("The model is asked too often at the moment. Try again in a minute.")]
    Busy,
    /// The model cannot be reached, or the connection broke off.
    #[error("The connection to the model broke off. Try again.")]
    Connection,
    /// Any other refusal, in the model's words.
    #[error("The model refused: {0}")]
    Refused(String),
}

/// Puts tool calls together from their deltas: by index, else by the id that begins a new call.
#[derive(Default)]
pub struct ToolCallAccumulator {
    calls: Vec<(Option<u64>, ModelToolCall)>,
}

impl ToolCallAccumulator {
    /// Adds a delta.
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

    /// The complete calls, each with a unique id.
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
