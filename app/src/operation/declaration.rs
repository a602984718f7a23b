//! What an operation says about itself.

use std::time::Duration;

use crate::{
    access::{Permission, Scope},
    context::{BoxFuture, Caller},
    error::Error,
};

/// What an operation declares in one place; made by `#[operation]`.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// Its name in every door, a verb and a noun: `create_client`.
    pub name: &'static str,
    /// A short title for people.
    pub title: &'static str,
    /// The doc comment: what it does, what it refuses, what comes back. Models and people read it.
    pub doc: &'static str,
    /// What it does to the world.
    pub effect: Effect,
    /// How long its work may take: what its effect allows.
    pub limit: Duration,
    /// Whether doing it twice is doing it once.
    pub idempotent: bool,
    /// Whether its answer holds a secret that is shown once and never kept.
    pub secret: bool,
    /// Whether it keeps its connection to the database while a document is made: then it waits for a place before it is given one.
    pub renders_document: bool,
    /// Whether it may put a mail into the outbox, which reaches people outside: no other operation can.
    pub mails: bool,
    /// Whether it does what no undo takes back, or what somebody wants to look at before, though nothing is removed.
    pub destructive: bool,
    /// Whether agents are offered it where they are offered a choice only: what people ask for every day, and what that takes.
    pub everyday: bool,
    /// What the caller's role must hold.
    pub needs: Permission,
    /// What a token must hold; none when no token may call it at all, or any token may.
    pub scope: Option<Scope>,
    /// Who may call it.
    pub audience: Audience,
    /// What happens when an agent calls it.
    pub agent: AgentMode,
}

impl Declaration {
    /// Whether a careful client asks a person before it calls: it removes, cannot be taken back, or reaches people outside.
    pub fn is_destructive(&self) -> bool {
        self.effect == Effect::Destroy || self.mails || self.destructive
    }

    /// Whether a token with these scopes may be used for it. What has no scope of its own and writes takes one that writes.
    pub fn covered_by(&self, scopes: &[Scope]) -> bool {
        match self.scope {
            Some(scope) => scopes.contains(&scope),
            None => self.effect == Effect::Read || scopes.iter().any(|scope| scope.writes()),
        }
    }
}

/// What an operation does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Looks only.
    Read,
    /// Makes or changes.
    Write,
    /// Removes, or does what cannot be taken back.
    Destroy,
}

impl Effect {
    /// How long its work may take, from the beginning of its transaction: less than a door waits for an answer, so that whoever
    /// asked is told what became of it.
    pub const fn limit(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(20),
            Self::Write | Self::Destroy => Duration::from_secs(25),
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// People and agents.
    Everyone,
    /// Never offered to an agent: it needs a person at the page.
    Person,
}

/// What happens when an agent calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentMode {
    /// It is done.
    Direct,
    /// The result waits as a draft until a person confirms it.
    Draft,
    /// Nothing happens until a person approves.
    Ask,
}

/// How long an argument may be, declared as `#[max_length(4_000)]` or `#[max_items(500)]` on it.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The argument.
    pub argument: &'static str,
    /// The keyword of JSON Schema: `maxLength`, in characters, `maxItems` or `maximum`.
    pub keyword: &'static str,
    /// The most that is taken.
    pub most: u32,
}

impl Bound {
    /// That of the idempotency key of every write.
    pub const OF_IDEMPOTENCY_KEY: Self = Self { argument: "idempotency_key", keyword: "maxLength", most: 200 };
}

/// A server function that is an operation.
pub trait OperationFn: Sized {
    /// What it says about itself.
    const DECLARATION: Declaration;

    /// How long its arguments may be where that is not what holds for all.
    const BOUNDS: &'static [Bound];

    /// What it answers.
    type Answer;

    /// Runs it for this caller. The server function takes the caller from the request that it answers; every other door
    /// says who it is.
    fn perform(self, caller: Caller) -> BoxFuture<'static, Result<Self::Answer, Error>>;
}
