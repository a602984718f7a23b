//! The audit record of a call: who called, and how it ended.

use domain::id::ActionId;
use jiff::Timestamp;
use serde_json::Value;

use super::Declaration;
use crate::{
    access::Permission,
    audit::{AuditRecord, arguments, outcome},
    context::Caller,
    error::Error,
};

/// The longest program name or address of the caller, in characters.
const SAID_MAX: usize = 200;

impl AuditRecord {
    /// The record of a write with the action `id`, which began at `at` and ends now, for the chain. None for a caller without
    /// a membership: there is no organization to which it would belong.
    pub fn of_write(caller: &Caller, id: ActionId, at: Timestamp, declaration: &'static Declaration, given: Value) -> Option<Self> {
        let kept = arguments::kept(given, arguments::WRITE_BYTES_MAX);
        Self::of(caller, id, at, declaration.name, kept, outcome::DONE)
    }

    /// The record of a call that changed nothing, for the access log: a read, a dry run, a repeated call.
    ///
    /// The arguments of a call that concerns the person and not the organization are not recorded: the organization only
    /// learns that there was such a call with one of its tokens.
    pub fn of_access(caller: &Caller, at: Timestamp, declaration: &'static Declaration, given: Value, outcome: &str) -> Option<Self> {
        let given = if declaration.needs == Permission::SignedIn { Value::Object(Default::default()) } else { given };
        let kept = arguments::kept(given, arguments::ACCESS_BYTES_MAX);
        Self::of(caller, ActionId::new(), at, declaration.name, kept, outcome)
    }

    /// The same for a refused call.
    pub fn of_refusal(caller: &Caller, at: Timestamp, declaration: &'static Declaration, given: Value, error: &Error) -> Option<Self> {
        let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self::of_access(caller, at, declaration, given, &code)
    }

    /// The record of a write in an organization by an account that is no member, for its chain. It contains neither the
    /// person nor the origin of the call: an organization must not learn these about accounts outside of it.
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
            channel: caller.channel.name(),
            operation,
            arguments,
            outcome: outcome.to_owned(),
            program: said(&caller.program),
            address: said(&caller.address),
            withheld: Vec::new(),
            // After a change of the clock the duration may exceed the range of the column.
            duration_ms: took.clamp(0, i64::from(i32::MAX)),
            undoes: None,
        }
    }
}

/// What the client states about itself, made storable; none when it is empty.
fn said(said: &str) -> Option<String> {
    Some(arguments::redact_line(said, SAID_MAX)).filter(|text| !text.is_empty())
}
