//! One call as the audit log keeps it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::arguments;
use crate::{access::Permission, context::Caller, error::Error, id::ActionId, operation::Declaration};

/// How long what the other end says about itself may be, in characters.
const SAID_MAX: usize = 200;

/// How a call ended, beside the codes of errors.
pub mod outcome {
    /// It was done.
    pub const DONE: &str = "done";
    /// It was tried and nothing was kept, as asked.
    pub const DRY_RUN: &str = "dry_run";
    /// It had been done before with the same idempotency key.
    pub const REPEATED: &str = "repeated";
}

/// One call: who, through what, which operation with which arguments, and how it ended.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the columns of the table `action`, where they are described")]
pub struct AuditRecord {
    pub id: Uuid,
    pub at: String,
    pub member_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub door: &'static str,
    pub operation: &'static str,
    pub arguments: Value,
    pub outcome: String,
    pub program: Option<String>,
    pub address: Option<String>,
    pub withheld: Vec<&'static str>,
    pub duration_ms: i64,
    pub undoes: Option<Uuid>,
}

impl AuditRecord {
    /// A call of this caller that was done as `id`, began at `at` and ends now, for the chain. Nobody without a membership is
    /// recorded: there is no organization whose record it would be.
    pub fn of_write(caller: &Caller, id: ActionId, at: Timestamp, declaration: &'static Declaration, given: Value) -> Option<Self> {
        let kept = arguments::kept(given, arguments::WRITE_BYTES_MAX);
        Self::of(caller, id, at, declaration.name, kept, outcome::DONE)
    }

    /// A call of this caller that changed nothing, for the log of accesses: a read, a dry run, a repeated call.
    ///
    /// What a call says that belongs to the person, and not to the organization, is not told to the organization: of such a
    /// call with one of its tokens it learns that there was one.
    pub fn of_access(caller: &Caller, at: Timestamp, declaration: &'static Declaration, given: Value, outcome: &str) -> Option<Self> {
        let given = if declaration.needs == Permission::SignedIn { Value::Object(Default::default()) } else { given };
        let kept = arguments::kept(given, arguments::ACCESS_BYTES_MAX);
        Self::of(caller, ActionId::new(), at, declaration.name, kept, outcome)
    }

    /// The same, for a call that was refused.
    pub fn of_refusal(caller: &Caller, at: Timestamp, declaration: &'static Declaration, given: Value, error: &Error) -> Option<Self> {
        let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self::of_access(caller, at, declaration, given, &code)
    }

    /// A call that was done in an organization by somebody who does not belong to it, for its chain. It names nobody, and not from
    /// where it came: that is for no organization to know of whoever is not in it.
    pub fn of_non_member(caller: &Caller, id: ActionId, at: Timestamp, declaration: &'static Declaration, given: Value) -> Self {
        let kept = arguments::kept(given, arguments::WRITE_BYTES_MAX);
        let record = Self::of_anybody(caller, id, at, declaration.name, kept, outcome::DONE);
        Self { program: None, address: None, ..record }
    }

    fn of(caller: &Caller, id: ActionId, at: Timestamp, operation: &'static str, arguments: Value, outcome: &str) -> Option<Self> {
        let membership = caller.membership.as_ref()?;
        let record = Self::of_anybody(caller, id, at, operation, arguments, outcome);
        Some(Self { member_id: Some(membership.member.0), ..record })
    }

    fn of_anybody(caller: &Caller, id: ActionId, at: Timestamp, operation: &'static str, arguments: Value, outcome: &str) -> Self {
        let took = i64::try_from(caller.services.clock.now().duration_since(at).as_millis()).unwrap_or(0);
        Self {
            id: id.0,
            at: at.to_string(),
            member_id: None,
            token_id: caller.token.as_ref().map(|token| token.id.0),
            door: caller.channel.name(),
            operation,
            arguments,
            outcome: outcome.to_owned(),
            program: said(&caller.program),
            address: said(&caller.address),
            withheld: Vec::new(),
            // A clock that was set meanwhile makes it longer than the column holds.
            duration_ms: took.clamp(0, i64::from(i32::MAX)),
            undoes: None,
        }
    }
}

/// What the other end says about itself, as it can be kept; nothing when it says nothing.
fn said(said: &str) -> Option<String> {
    Some(arguments::redact_line(said, SAID_MAX)).filter(|text| !text.is_empty())
}
