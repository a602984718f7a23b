//! One call as the audit log keeps it.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    context::Caller,
    error::Error,
    id::{ActionId, OrganizationId},
};

/// Arguments whose content is never written down.
const SECRET: [&str; 3] = ["password", "present", "secret"];

/// Arguments that are an id or the secret of a link: an id is written down, a secret is not.
const ID_OR_SECRET: [&str; 1] = ["invitation"];

/// What stands for a NUL, which the database keeps in no text.
const UNWRITABLE: &str = "\u{fffd}";

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
pub struct Record {
    pub id: Uuid,
    pub at: String,
    pub member_id: Uuid,
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

impl Record {
    /// A call of this caller that began at `at` and ends now. Nobody without a membership is recorded: there is no
    /// organization whose record it would be.
    pub fn of(
        caller: &Caller,
        id: ActionId,
        at: jiff::Timestamp,
        operation: &'static str,
        arguments: Value,
        outcome: &str,
    ) -> Option<Self> {
        let membership = caller.membership.as_ref()?;
        let filled = |text: &str| Some(text.replace('\0', UNWRITABLE)).filter(|text| !text.is_empty());
        let took = i64::try_from(caller.services.clock.now().duration_since(at).as_millis()).unwrap_or(0);
        Some(Self {
            id: id.0,
            at: at.to_string(),
            member_id: membership.member.0,
            token_id: caller.token.as_ref().map(|token| token.id.0),
            door: caller.door.name(),
            operation,
            arguments: writable(without_secrets(arguments)),
            outcome: outcome.to_owned(),
            program: filled(&caller.program),
            address: filled(&caller.address),
            withheld: Vec::new(),
            // A clock that was set meanwhile makes it longer than the column holds.
            duration_ms: took.clamp(0, i64::from(i32::MAX)),
            undoes: None,
        })
    }

    /// The same, for a call that was refused.
    pub fn of_refusal(caller: &Caller, at: jiff::Timestamp, operation: &'static str, arguments: Value, error: &Error) -> Option<Self> {
        let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self::of(caller, ActionId::new(), at, operation, arguments, &code)
    }
}

/// A record on its way, with the organization that it belongs to.
pub(super) type Sent = (OrganizationId, Record);

fn without_secrets(mut arguments: Value) -> Value {
    if let Value::Object(fields) = &mut arguments {
        for (name, value) in fields.iter_mut() {
            if is_secret(name, value) {
                *value = Value::from("…");
            }
        }
    }
    arguments
}

fn is_secret(name: &str, value: &Value) -> bool {
    let is_id = value.as_str().is_some_and(|text| text.trim().parse::<Uuid>().is_ok());
    SECRET.contains(&name) || (ID_OR_SECRET.contains(&name) && !is_id)
}

/// The arguments as the database can keep them, names included: a call that it cannot keep would be one that nobody sees.
fn writable(mut value: Value) -> Value {
    write_over_nul(&mut value);
    value
}

fn write_over_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', UNWRITABLE),
        Value::Array(items) => items.iter_mut().for_each(write_over_nul),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains('\0')) {
                *fields = std::mem::take(fields).into_iter().map(|(name, value)| (name.replace('\0', UNWRITABLE), value)).collect();
            }
            fields.values_mut().for_each(write_over_nul);
        }
        _ => {}
    }
}
