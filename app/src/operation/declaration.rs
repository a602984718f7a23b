//! The declaration of an operation: its name, effect, permission, scope, audience and bounds.

use std::time::Duration;

use crate::{
    access::{Permission, Scope},
    context::{BoxFuture, Caller},
    error::Error,
};

/// The declaration of an operation, made by `#[operation]`.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// The name in every channel, a verb and a noun: `create_client`.
    pub name: &'static str,
    /// A short title for people.
    pub title: &'static str,
    /// The doc comment: what it does, what it refuses, what comes back. Models and people read it.
    pub doc: &'static str,
    /// Whether it reads, writes or destroys.
    pub effect: Effect,
    /// How long its work may take: the limit of its effect.
    pub limit: Duration,
    /// Whether repeating it with the same arguments has no further effect.
    pub idempotent: bool,
    /// Whether its answer may hold a secret, which is shown once: an answer with one is never stored, and not given again.
    pub secret: bool,
    /// Whether it holds its database connection while a document is rendered: it then acquires a render permit before the connection.
    pub renders_document: bool,
    /// Whether it may put a mail into the outbox, which reaches people outside; other operations cannot.
    pub mails: bool,
    /// Whether it cannot be undone, or deserves a look before, although it removes nothing.
    pub destructive: bool,
    /// Whether it belongs to the everyday toolset: what people ask for every day, and the operations that this requires.
    pub everyday: bool,
    /// The permission that the caller's role must hold.
    pub needs: Permission,
    /// The scope that a token must hold; none when no token may call it at all, or any token may.
    pub scope: Option<Scope>,
    /// Who may call it.
    pub audience: Audience,
    /// The agent mode: what happens when an agent calls it.
    pub agent: AgentMode,
}

impl Declaration {
    /// Whether a careful client asks a person before it calls: it removes, cannot be undone, or reaches people outside.
    pub fn is_destructive(&self) -> bool {
        self.effect == Effect::Destroy || self.mails || self.destructive
    }

    /// Whether a token with these scopes may call it. A write without a scope of its own requires any scope that writes.
    pub fn covered_by(&self, scopes: &[Scope]) -> bool {
        match self.scope {
            Some(scope) => scopes.contains(&scope),
            None => self.effect == Effect::Read || scopes.iter().any(|scope| scope.writes()),
        }
    }
}

/// The kind of effect that an operation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads only.
    Read,
    /// Creates or changes records.
    Write,
    /// Removes records, or does what cannot be undone.
    Destroy,
}

impl Effect {
    /// How long the work may take, from the beginning of the transaction: less than a channel waits for an answer, so that the
    /// caller learns the outcome.
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
    /// The operation is done at once.
    Direct,
    /// The result waits as a draft until a person confirms it.
    Draft,
    /// Nothing happens until a person approves.
    Ask,
}

/// The bound of one argument, declared on it as `#[max_length(4_000)]` or `#[max_items(500)]`.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The name of the argument.
    pub argument: &'static str,
    /// The keyword of JSON Schema: `maxLength`, in characters, `maxItems` or `maximum`.
    pub keyword: &'static str,
    /// The largest value that is accepted.
    pub most: u32,
}

impl Bound {
    /// The bound of the idempotency key of every write.
    pub const OF_IDEMPOTENCY_KEY: Self = Self { argument: "idempotency_key", keyword: "maxLength", most: 200 };
}

/// A server function that is an operation.
pub trait OperationFn: Sized {
    /// The declaration of the operation.
    const DECLARATION: Declaration;

    /// The bounds of arguments that differ from the general ones.
    const BOUNDS: &'static [Bound];

    /// The type of the answer.
    type Answer;

    /// Runs the operation for this caller. The server function takes the caller from its request; every other channel passes it
    /// explicitly.
    fn perform(self, caller: Caller) -> BoxFuture<'static, Result<Self::Answer, Error>>;
}
