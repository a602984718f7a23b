//! The agent loop: asks the model, runs its tool calls, returns their results to it, and repeats until it makes no more calls.
//!
//! Reads run at once. A write becomes a card, and the model is told that it waits for a person: nothing here can commit. Every step is
//! stored before it is taken, so that an interrupted conversation can go on.

use std::panic::AssertUnwindSafe;

use domain::id::ConversationId;
use futures::{FutureExt, StreamExt};
use leptos::{prelude::Owner, reactive::computed::ScopedFuture};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    AssistantServices, Message, RunEvent, Step, ToolState, access_watch,
    engine::RunLimits,
    model::{ChatMessage, ModelError, ModelRequest, ModelToolCall, ToolCallAccumulator, ToolDefinition},
    prompt, proposal, run_lease,
    run_registry::RunGuard,
    store, tool, tool_result,
    usage::{self, CHARACTERS_PER_TOKEN, TokenUsage},
    user::AssistantUser,
};
use crate::{
    error::{Code, Error},
    operation::{Effect, Operation},
};

/// The state of one answer that is being made.
pub struct AgentLoop {
    /// The user it is made for.
    pub user: AssistantUser,
    /// The run: it sends events to the readers, and the end of the answer in any case.
    pub run: RunGuard,
    /// The conversation of the answer.
    pub conversation: ConversationId,
    /// The answer so far.
    pub answer: Message,
    /// The chat messages sent to the model.
    pub chat_messages: Vec<ChatMessage>,
    /// The tokens reserved for the present request to the model.
    pub taken: TokenUsage,
    /// The tokens used of it so far.
    pub used: TokenUsage,
}

/// Starts the loop in a task of its own: it goes on when the page is left.
pub fn start(mut agent_loop: AgentLoop) {
    // No request waits for it, so it does not hold the request's permit while a model thinks.
    agent_loop.user.caller.permit = None;
    // A reactive owner of its own, as for every task that a request starts: no context of the rendering thread is visible to it.
    let work = Owner::default().with(|| ScopedFuture::new_untracked(agent_loop.work()));
    tokio::spawn(work);
}

impl AgentLoop {
    async fn work(mut self) {
        let (run, limits) = (self.run.clone(), self.limits());
        let at_work = run_lease::renew_lease_while_running(self.user.clone(), self.answer.id, run.id);
        let ended = tokio::select! {
            biased;
            () = at_work => Ok(()),
            () = run.stopped() => Err(Error::new(Code::Conflict, "You stopped this answer. What was said so far stays.")),
            ended = AssertUnwindSafe(timeout(limits.time, self.converse())).catch_unwind() => match ended {
                Ok(Ok(ended)) => ended,
                Ok(Err(_)) => Err(Error::unavailable("The answer took too long.")),
                Err(_) => {
                    tracing::error!("an answer of the assistant panicked");
                    Err(Error::internal())
                }
            },
        };
        self.end(ended.err()).await;
    }

    fn limits(&self) -> RunLimits {
        self.user.caller.services.assistant().limits
    }

    async fn converse(&mut self) -> Result<(), Error> {
        let tools = prompt::tool_definitions(&self.user);
        for _ in 0..self.limits().steps {
            access_watch::check_access(&self.user).await?;
            let (text, calls) = self.ask(tools.clone()).await?;
            if calls.is_empty() {
                return match text.trim() {
                    "" => Err(Error::unavailable("The model answered nothing.")),
                    _ => Ok(()),
                };
            }
            // The model may have taken a long time.
            access_watch::check_access(&self.user).await?;
            self.chat_messages.push(ChatMessage::Assistant { text, calls: calls.clone() });
            for (at, wanted) in calls.into_iter().enumerate() {
                let text = match at < self.limits().calls {
                    true => self.call(&wanted).await?,
                    false => "Too many calls at once; this one was left out. Make it again alone.".to_owned(),
                };
                self.chat_messages.push(ChatMessage::ToolResult { call: wanted.id, text });
            }
        }
        Err(Error::new(Code::Unavailable, "The assistant took too many steps and was stopped. Ask for less at once."))
    }

    /// Sends one request to the model and streams its text to the readers.
    async fn ask(&mut self, tools: Vec<ToolDefinition>) -> Result<(String, Vec<ModelToolCall>), Error> {
        let services = self.user.caller.services.clone();
        let model = services.assistant().model.as_ref().ok_or_else(|| Error::unavailable("There is no model any more."))?;
        let (limits, request) = (self.limits(), ModelRequest { chat_messages: self.chat_messages.clone(), tools });
        self.taken = usage::take(&self.user, &request).await?;
        self.used = TokenUsage::estimate(&request, 0);
        let longest = limits.characters.min(usize::try_from(self.taken.output).unwrap_or(0) * CHARACTERS_PER_TOKEN);
        let (mut pieces, mut text, mut calls, mut written, mut used) =
            (model.ask(request.clone()), String::new(), ToolCallAccumulator::default(), 0, None);
        let ended = loop {
            let piece = match timeout(limits.silence, pieces.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => break Ok(()),
                Ok(Some(Err(problem))) => break Err(refusal(problem)),
                Err(_) => break Err(Error::unavailable("The model has fallen silent.")),
            };
            written += piece.text.len() + piece.calls.iter().map(|call| call.arguments.len()).sum::<usize>();
            used = piece.used.or(used);
            self.used = used.unwrap_or_else(|| TokenUsage::estimate(&request, written));
            self.say(&text, piece.text.clone());
            text.push_str(&piece.text);
            piece.calls.into_iter().for_each(|call| calls.take(call));
            if written > longest {
                break Err(Error::new(Code::Unavailable, "The answer grew too long and was stopped."));
            }
        };
        drop(pieces);
        self.count().await?;
        ended.map(|()| (text, calls.calls()))
    }

    /// Appends text to the answer and streams it; a new step begins a new paragraph.
    fn say(&mut self, of_this_step: &str, more: String) {
        if more.is_empty() {
            return;
        }
        let begins = of_this_step.is_empty() && !self.answer.text.is_empty();
        let delta = if begins { format!("\n\n{more}") } else { more };
        self.answer.text.push_str(&delta);
        self.run.tell(RunEvent::Text { delta });
    }

    /// Runs a tool call of the model as far as permitted, and returns the text of its result for the model.
    async fn call(&mut self, wanted: &ModelToolCall) -> Result<String, Error> {
        let Some(operation) = self.user.named(&wanted.operation) else {
            return Ok(format!("There is no tool \"{}\". Use one of those that were offered.", domain::text::excerpt(&wanted.operation)));
        };
        let arguments = match wanted.arguments.trim() {
            "" => Ok(json!({})),
            text => serde_json::from_str::<Value>(text),
        };
        match arguments {
            Ok(arguments) if operation.declaration.effect == Effect::Read => self.look_up(operation, arguments).await,
            Ok(arguments) => self.propose(operation, arguments).await,
            Err(problem) => {
                let error = Error::new(Code::Invalid, format!("The arguments are not JSON: {problem}. Send one JSON object."));
                self.refuse(operation, Value::from(wanted.arguments.clone()), error).await
            }
        }
    }

    async fn look_up(&mut self, operation: &Operation, arguments: Value) -> Result<String, Error> {
        let mut step = tool::begun(self.step_id(), operation, arguments);
        self.show(Step::Tool(step.clone())).await?;
        let answer = tool::run(&self.user, operation, &mut step).await;
        self.show(Step::Tool(step)).await?;
        let result = answer.or_else(|error| serde_json::to_value(error).map_err(|_| Error::internal()))?;
        Ok(tool_result::for_model(operation.declaration.name, &result))
    }

    async fn propose(&mut self, operation: &Operation, arguments: Value) -> Result<String, Error> {
        let card = match proposal::propose(&self.user, self.conversation, operation, arguments.clone()).await {
            Ok(card) => card,
            Err(error) => return self.refuse(operation, arguments, error).await,
        };
        let told = json!({ "status": "waits for the person", "effect": card.effect, "warnings": card.warnings, "choices": card.choices });
        self.show(Step::Card(card)).await?;
        Ok(format!(
            "{}\nNothing was done. A card shows this to the person, who alone can commit it.",
            tool_result::for_model(operation.declaration.name, &told)
        ))
    }

    async fn refuse(&mut self, operation: &Operation, arguments: Value, error: Error) -> Result<String, Error> {
        let mut step = tool::begun(self.step_id(), operation, arguments);
        tool::refuse(&mut step, &error);
        self.show(Step::Tool(step)).await?;
        Ok(tool_result::for_model(operation.declaration.name, &json!(error)))
    }

    fn step_id(&self) -> String {
        format!("step-{}", self.answer.steps.len() + 1)
    }

    /// Stores a step and sends it to the readers; a step with the same id is replaced.
    async fn show(&mut self, step: Step) -> Result<(), Error> {
        match self.answer.steps.iter_mut().find(|known| id(known) == id(&step)) {
            Some(known) => *known = step.clone(),
            None => self.answer.steps.push(step.clone()),
        }
        let mut db = self.user.db_to_finish().await?;
        store::message::save(&mut db, &self.answer, None).await?;
        db.commit().await?;
        self.run.tell(RunEvent::Step { step });
        Ok(())
    }

    /// Settles the tokens used, and returns the month's sum.
    async fn count(&mut self) -> Result<TokenUsage, Error> {
        usage::settle(&self.user, std::mem::take(&mut self.taken), std::mem::take(&mut self.used)).await
    }

    /// Stores the final answer and sends the end of the run.
    async fn end(mut self, refusal: Option<Error>) {
        for step in &mut self.answer.steps {
            if let Step::Tool(tool) = step
                && tool.state == ToolState::Running
            {
                tool.state = ToolState::Refused;
                tool.summary = Some("Not finished".to_owned());
            }
        }
        self.answer.refusal = refusal;
        if let Err(error) = self.keep().await {
            tracing::error!(%error, "an answer of the assistant could not be kept");
            self.answer.refusal.get_or_insert(error);
        }
        self.run.end(self.answer);
    }

    async fn keep(&mut self) -> Result<(), Error> {
        if let Some(warning) = usage::warning(self.count().await?) {
            self.say("", warning);
        }
        let now = self.user.caller.services.clock.now();
        let mut db = self.user.db_to_finish().await?;
        store::message::save(&mut db, &self.answer, Some(now)).await?;
        store::conversation::touch(&mut db, self.conversation, now).await?;
        db.commit().await
    }
}

fn id(step: &Step) -> String {
    match step {
        Step::Tool(tool) => tool.id.clone(),
        Step::Card(card) => card.id.to_string(),
    }
}

fn refusal(problem: ModelError) -> Error {
    tracing::warn!(%problem, "the model did not answer");
    let code = if problem == ModelError::Busy { Code::RateLimited } else { Code::Unavailable };
    Error::new(code, problem.to_string()).hint("Slash commands work without a model.")
}
