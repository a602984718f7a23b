//! Plain tasks as people say them, each played over MCP by what a model is likely to try first.
//!
//! A task is declared once: its sentence, the calls, and what has to be in their answers. `docs/agents.md` lists them.

mod billing;
mod projects;
pub mod studio;
mod told;
mod undoing;
mod work;

use app::access::{Scope, WriteMode};
use serde_json::{Value, json};

use crate::{
    agents::{done, refused},
    world::World,
};

/// Where an argument is taken from the answer before: what follows is the way to it.
const FROM_ANSWER: &str = "answer:";

/// Something that a person wants done.
pub struct Task {
    /// As a person says it.
    says: &'static str,
    /// How the agent's token writes.
    writes: WriteMode,
    /// What the agent did before, in another conversation.
    before: Vec<(&'static str, Value)>,
    /// The calls, in their order.
    calls: Vec<Call>,
}

/// A call of a tool.
struct Call {
    tool: &'static str,
    arguments: Value,
    comes: Comes,
}

/// What comes back.
enum Comes {
    /// An answer that holds this.
    Answer(Value),
    /// A refusal that says this, from which the next call follows.
    Refusal(&'static str),
}

/// What a person says.
fn task(says: &'static str) -> Task {
    Task { says, writes: WriteMode::Direct, before: Vec::new(), calls: Vec::new() }
}

impl Task {
    /// With a token whose writes are these.
    fn with(mut self, writes: WriteMode) -> Self {
        self.writes = writes;
        self
    }

    /// The agent did this before.
    fn after(mut self, tool: &'static str, arguments: Value) -> Self {
        self.before.push((tool, arguments));
        self
    }

    /// A call that is done, with what its answer holds.
    fn done(mut self, tool: &'static str, arguments: Value, answer: Value) -> Self {
        self.calls.push(Call { tool, arguments, comes: Comes::Answer(answer) });
        self
    }

    /// A call that is refused, with the words that say what to do instead.
    fn refused(mut self, tool: &'static str, arguments: Value, way_on: &'static str) -> Self {
        self.calls.push(Call { tool, arguments, comes: Comes::Refusal(way_on) });
        self
    }

    /// Plays it in a studio of its own.
    async fn play(&self) {
        let (world, ada) = studio::open().await;
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, self.writes).await;
        for (tool, arguments) in &self.before {
            done(&world, &token, tool, arguments.clone()).await;
        }
        let mut last = Value::Null;
        for call in &self.calls {
            last = call.play(&world, &token, &last, self.says).await;
        }
    }
}

impl Call {
    /// Calls the tool; its answer, or that of the call before when it was refused.
    async fn play(&self, world: &World, token: &str, last: &Value, says: &str) -> Value {
        let arguments = filled(&self.arguments, last);
        match &self.comes {
            Comes::Answer(expected) => {
                let answer = done(world, token, self.tool, arguments).await;
                assert!(holds(&answer, expected), "{says}: {} answers {answer:#}", self.tool);
                answer
            }
            Comes::Refusal(way_on) => {
                let words = refused(world, token, self.tool, arguments).await;
                assert!(words.contains(way_on), "{says}: {} does not say {way_on}: {words}", self.tool);
                last.clone()
            }
        }
    }
}

/// Arguments with what they take from the answer before.
fn filled(arguments: &Value, answer: &Value) -> Value {
    match arguments {
        Value::String(text) => match text.strip_prefix(FROM_ANSWER) {
            Some(way) => answer.pointer(way).unwrap_or_else(|| panic!("no {way} in {answer:#}")).clone(),
            None => arguments.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, answer)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), filled(field, answer))).collect(),
        other => other.clone(),
    }
}

/// Whether an answer holds all of what is expected: the fields of an object, the items of a list one by one, a part of a text.
fn holds(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| answer.get(name).is_some_and(|field| holds(field, expected)))
        }
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len() && answer.iter().zip(expected).all(|(item, expected)| holds(item, expected))
        }
        (Value::String(answer), Value::String(expected)) => answer.contains(expected.as_str()),
        _ => answer == expected,
    }
}

/// All of them, as they are listed.
fn all() -> Vec<Task> {
    [work::tasks(), billing::tasks(), projects::tasks(), undoing::tasks()].into_iter().flatten().collect()
}

async fn play(tasks: Vec<Task>) {
    for task in tasks {
        task.play().await;
    }
}

#[tokio::test]
async fn time_is_logged_moved_and_told_as_people_ask_for_it() {
    play(work::tasks()).await;
}

#[tokio::test]
async fn clients_are_billed_as_people_ask_for_it() {
    play(billing::tasks()).await;
}

#[tokio::test]
async fn projects_budgets_and_people_are_seen_to_as_people_ask_for_it() {
    play(projects::tasks()).await;
}

#[tokio::test]
async fn what_was_done_is_told_and_taken_back_as_people_ask_for_it() {
    play(undoing::tasks()).await;
}

#[test]
fn whatever_is_refused_says_the_way_on_and_the_next_call_goes_it() {
    for task in all() {
        let ends = task.calls.last().is_some_and(|call| matches!(call.comes, Comes::Answer(_)));
        assert!(ends, "{} ends nowhere", task.says);
        let twice = task.calls.windows(2).any(|pair| pair.iter().all(|call| matches!(call.comes, Comes::Refusal(_))));
        assert!(!twice, "{} is refused twice in a row", task.says);
    }
}

#[test]
fn what_is_expected_is_looked_for_in_the_whole_answer() {
    let answer = json!({ "items": [{ "name": "Acme / Dashboard", "hours": 2 }], "count": 1 });
    assert!(holds(&answer, &json!({ "items": [{ "name": "Dashboard" }] })));
    for wrong in [json!({ "items": [] }), json!({ "items": [{ "name": "Site" }] }), json!({ "other": 1 }), json!({ "count": 2 })] {
        assert!(!holds(&answer, &wrong), "{wrong}");
    }
    assert_eq!(filled(&json!(["answer:/items/0/hours", "as it is"]), &answer), json!([2, "as it is"]));
}
