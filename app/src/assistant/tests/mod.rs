//! The assistant with a scripted model: permissions, limits, and the life of a card.

mod cards;
mod commits;
mod conversations;
mod effects;
mod fields;
mod loops;
mod rights;
mod slashes;
mod switches;
mod walls;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::id::ConversationId;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    Card, Engine, Message, RunEvent, RunLimits, SendMessageResponse,
    model::{Model, ModelDelta, ModelError, ModelRequest, ModelStream, ToolCallDelta},
    proposal, send_message,
    usage::TokenUsage,
    user::AssistantUser,
};
use crate::{assistant::AssistantServices, error::Error, operations, testing::World};

/// A model that gives prepared answers and records its requests.
#[derive(Clone, Default)]
pub struct Prepared {
    answers: Arc<Mutex<VecDeque<Vec<Prepare>>>>,
    asked: Arc<Mutex<Vec<ModelRequest>>>,
}

/// One step of a scripted answer.
pub enum Prepare {
    /// Sends text.
    Says(&'static str),
    /// Calls an operation, with arguments as the model writes them.
    Calls(&'static str, String),
    /// Reports its usage.
    Used(TokenUsage),
    /// Breaks off.
    Fails(ModelError),
    /// Stays silent and does not end.
    Hangs,
}

pub use Prepare::*;

/// A call with arguments in JSON.
pub fn calls(operation: &'static str, arguments: Value) -> Prepare {
    Calls(operation, arguments.to_string())
}

impl Prepared {
    /// The recorded requests, in order.
    pub fn asked(&self) -> Vec<ModelRequest> {
        self.asked.lock().expect("questions").clone()
    }
}

impl Model for Prepared {
    fn name(&self) -> &str {
        "prepared"
    }

    fn host(&self) -> &str {
        "models.test"
    }

    fn ask(&self, question: ModelRequest) -> ModelStream {
        self.asked.lock().expect("questions").push(question);
        let answer = self.answers.lock().expect("answers").pop_front().unwrap_or_default();
        let hangs = answer.iter().any(|part| matches!(part, Hangs));
        let pieces: Vec<_> = answer.into_iter().enumerate().filter_map(|(at, part)| piece(at, part)).collect();
        match hangs {
            true => stream::iter(pieces).chain(stream::pending()).boxed(),
            false => stream::iter(pieces).boxed(),
        }
    }
}

fn piece(at: usize, part: Prepare) -> Option<Result<ModelDelta, ModelError>> {
    let call = |operation: &str, arguments| ToolCallDelta {
        index: Some(at as u64),
        id: Some(format!("call_{at}")),
        operation: Some(operation.to_owned()),
        arguments,
    };
    match part {
        Says(text) => Some(Ok(ModelDelta { text: text.to_owned(), ..ModelDelta::default() })),
        Calls(operation, arguments) => Some(Ok(ModelDelta { calls: vec![call(operation, arguments)], ..ModelDelta::default() })),
        Used(used) => Some(Ok(ModelDelta { used: Some(used), ..ModelDelta::default() })),
        Fails(problem) => Some(Err(problem)),
        Hangs => None,
    }
}

/// An organization with a client, a project, and a scripted model that is switched on.
pub async fn studio(answers: Vec<Vec<Prepare>>) -> (World, Prepared) {
    let model = Prepared::default();
    *model.answers.lock().expect("answers") = answers.into();
    (studio_with(Box::new(model.clone()), Duration::from_millis(300)).await, model)
}

/// The same, with a limit on the silence of the model.
pub async fn studio_with(model: Box<dyn Model>, silence: Duration) -> World {
    let limits = RunLimits { silence, ..RunLimits::default() };
    let world = World::with("studio", "UTC", Engine { model: Some(model), limits, ..Engine::default() }).await;
    world.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19", "email": "billing@acme.example"})).await;
    world.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    world.ok("set_assistant", json!({"enabled": true})).await;
    world
}

/// The assistant's user for this caller.
pub fn at_the_drawer(world: &World) -> AssistantUser {
    AssistantUser::of(world.caller.clone()).expect("at the drawer")
}

/// Proposes a card in a conversation of its own.
pub async fn propose(world: &World, operation: &str, arguments: Value) -> Result<Card, Error> {
    let conversation = say(world, "/nonsense").await.conversation;
    proposal::propose(&at_the_drawer(world), conversation, operations::find(operation).expect("an operation"), arguments).await
}

/// The same, for a call that is not refused.
pub async fn card(world: &World, operation: &str, arguments: Value) -> Card {
    let shown = arguments.to_string();
    propose(world, operation, arguments).await.unwrap_or_else(|error| panic!("{operation} {shown} was refused: {error:?}"))
}

/// Sends a message in a new conversation.
pub async fn say(world: &World, text: &str) -> SendMessageResponse {
    say_in(world, None, text).await.expect("said")
}

/// Sends a message.
pub async fn say_in(world: &World, conversation: Option<ConversationId>, text: &str) -> Result<SendMessageResponse, Error> {
    send_message::send_message(at_the_drawer(world), conversation, text, None).await
}

/// Sends a message and waits for the end of the answer: returns all events, and the stored answer.
pub async fn answered(world: &World, text: &str) -> (Vec<RunEvent>, Message) {
    let said = say(world, text).await;
    heard(world, &said).await
}

/// Reads all events of a run.
pub async fn heard(world: &World, said: &SendMessageResponse) -> (Vec<RunEvent>, Message) {
    let user = at_the_drawer(world);
    let run = user.caller.services.assistant().runs.find(&user, said.run.expect("a run")).expect("a run");
    let events: Vec<RunEvent> = run.events().collect().await;
    match events.last() {
        Some(RunEvent::End { message }) => (events.clone(), message.clone()),
        other => panic!("the run did not end: {other:?}"),
    }
}
