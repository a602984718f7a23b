//! The error type of every operation: the only one that callers see.
//!
//! Pages, REST, MCP and the command line all show it as `{ "error": { "code", "message", "fields"?, "hint"?, "details"? } }`.
//! A message says what was wrong with which value and what to do next. It never shows SQL, paths or another tenant's data:
//! an internal failure is logged where it happens and answered as [`Code::Internal`].

use std::{collections::BTreeMap, time::Duration};

#[cfg(feature = "ssr")]
use domain::day::zone::UnknownZone;
use domain::invalid_value::InvalidValue;
use serde::{Deserialize, Serialize};
use serde_json::json;
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use strum::IntoStaticStr;

use crate::access::Permission;

/// The key in `details` that holds the seconds to wait before the next try.
const RETRY_AFTER: &str = "retry_after_seconds";

/// The reason why a call was refused, in words a person can act on.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[serde(into = "ErrorEnvelope", from = "ErrorEnvelope")]
#[error("{message}")]
pub struct Error {
    /// The kind of refusal, the same in every channel.
    pub code: Code,
    /// What was wrong with which value, and what to do next.
    pub message: String,
    /// The arguments that were wrong, each with its own message.
    pub fields: BTreeMap<String, String>,
    /// A way out, when the message alone does not show one.
    pub hint: Option<String>,
    /// The record that stands in the way, for instance the timer that is already running.
    pub details: Option<serde_json::Value>,
}

/// The machine-readable kind of an error. All kinds of conflict have the HTTP status 409, each with its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    /// An argument is wrong.
    Invalid,
    /// Nobody is signed in, or the token is unknown, expired or revoked.
    Unauthenticated,
    /// The caller sees the record but may not do this.
    Forbidden,
    /// There is no such record, or the caller may not see it.
    NotFound,
    /// The state of the record does not allow this.
    Conflict,
    /// A timer is already running.
    TimerRunning,
    /// No timer is running.
    NoTimer,
    /// A session of the member is active.
    SessionActive,
    /// The record is invoiced, approved, reserved or before the lock date.
    Locked,
    /// Other records depend on this one.
    InUse,
    /// The budget has no room for this.
    BudgetExhausted,
    /// The time overlaps other time, and the organization refuses that.
    Overlap,
    /// The idempotency key was used with other arguments.
    IdempotencyMismatch,
    /// Somebody changed the record in the meantime.
    Stale,
    /// The plan does not include this.
    PlanRequired,
    /// Too many calls.
    RateLimited,
    /// A person has to approve this first.
    NeedsApproval,
    /// Something Stint needs is not there right now.
    Unavailable,
    /// A fault of Stint's.
    Internal,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::PlanRequired => 402,
            Self::RateLimited => 429,
            Self::NeedsApproval => 202,
            Self::Unavailable => 503,
            Self::Internal => 500,
            _ => 409,
        }
    }
}

impl Code {
    /// The serialized code, such as `not_found`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Error {
    /// An error of this kind.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: BTreeMap::new(), hint: None, details: None }
    }

    /// The argument `field` cannot be accepted.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::new(Code::Invalid, message.clone());
        error.fields.insert(field.to_owned(), message);
        error
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "not authenticated").hint("Sign in, or send a valid token.")
    }

    /// Nobody is signed in at a page: the person never was, or the sign-in has ended.
    pub fn signed_out() -> Self {
        Self::new(Code::Unauthenticated, "You are not signed in, or not any more. Sign in and try again.")
    }

    /// The caller's role does not allow `what`, which an admin's does. For what a token lacks there is `operation::permission_error`.
    pub fn forbidden(what: &str) -> Self {
        Self::lacks_permission(Permission::ManageOrganization, what)
    }

    /// The caller's role does not allow `what`, which requires this permission.
    pub fn lacks_permission(needs: Permission, what: &str) -> Self {
        let giver = needs.given_by();
        Self::new(Code::Forbidden, format!("Your role here does not allow you to {what}. {giver} can give you one that does."))
    }

    /// The caller was removed from the organization, or was given another role, while the call was in progress.
    pub fn membership_changed() -> Self {
        let message = "What you may do here was changed by somebody else in this moment. Nothing was done; look again.";
        Self::new(Code::Forbidden, message)
    }

    /// There is no such record for this caller.
    pub fn not_found(noun: &str) -> Self {
        // An invoice has a number, and most else has no name.
        let by = match noun {
            "client" | "project" | "member" | "organization" => "id or the name",
            "invoice" => "id or the number",
            _ if noun.starts_with("page") => "address",
            _ => "id",
        };
        Self::new(Code::NotFound, format!("There is no such {noun}. Check the {by}."))
    }

    /// Something Stint needs is not there right now.
    pub fn unavailable(what: &str) -> Self {
        Self::new(Code::Unavailable, format!("{what} Nothing was changed; try again in a moment."))
    }

    /// A service that Stint needs failed during a write: it is not known whether the write was done.
    pub fn unknown_outcome(what: &str) -> Self {
        Self::new(Code::Unavailable, format!("{what} It is not known whether anything was changed."))
            .hint("Look whether it was done before you try again. With the same idempotency_key the call is not done twice.")
    }

    /// Too many calls of one caller. The next one is accepted after `wait`, which `details` holds in whole seconds.
    pub fn rate_limited(what: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        let (many, unit) = match wait.as_secs() {
            ..600 => (seconds, "second"),
            whole @ ..7_200 => (whole.div_ceil(60), "minute"),
            whole @ ..172_800 => (whole.div_ceil(3_600), "hour"),
            whole => (whole.div_ceil(86_400), "day"),
        };
        let plural = if many == 1 { "" } else { "s" };
        Self::new(Code::RateLimited, format!("{what} Try again in {many} {unit}{plural}.")).details(&json!({ RETRY_AFTER: seconds }))
    }

    /// How long to wait before the next try, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.details.as_ref()?.get(RETRY_AFTER)?.as_u64().map(Duration::from_secs)
    }

    /// An internal error, already logged, before anything was committed.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Something went wrong on our side. Nothing was changed; try again, and tell us if it happens again.")
    }

    /// An internal error that ended the call at an unknown point: it may have been committed.
    pub fn interrupted() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on our side. If you were changing something, look whether it was done before you try again.",
        )
    }

    /// The same error for one item of a list: its fields and message get the path of the item, such as `entries[2].duration`.
    pub fn at(mut self, list: &str, index: usize) -> Self {
        let place = format!("{list}[{index}]");
        let within: BTreeMap<_, _> = self.fields.into_iter().map(|(name, words)| (format!("{place}.{name}"), words)).collect();
        let way = within.keys().next().filter(|_| within.len() == 1).unwrap_or(&place);
        self.message = format!("{way}: {}", self.message);
        self.fields = if within.is_empty() { [(place, self.message.clone())].into() } else { within };
        self
    }

    /// The same where the item itself is wrong, such as the name of a client: `clients[2]`.
    pub fn at_item(mut self, list: &str, index: usize) -> Self {
        self.fields.clear();
        self.at(list, index)
    }

    /// The same error with `field` as the wrong argument, where it names none.
    pub fn with_field(mut self, field: &str) -> Self {
        if self.fields.is_empty() {
            self.fields.insert(field.to_owned(), self.message.clone());
        }
        self
    }

    /// The same error with the path of a list's item before its fields, such as `lines[2].price`. The message stays as it is: it is
    /// for people, who count from one.
    pub fn within(mut self, list: &str, index: usize) -> Self {
        let place = |name: String| if name == list { format!("{list}[{index}]") } else { format!("{list}[{index}].{name}") };
        self.fields = self.fields.into_iter().map(|(name, words)| (place(name), words)).collect();
        self
    }

    /// Adds a hint: what to do when the message alone does not say it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the record that prevents the call.
    pub fn details(mut self, record: &impl Serialize) -> Self {
        self.details = serde_json::to_value(record).ok();
        self
    }

    /// The message for one argument of a form.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// The longest part of a parser's message that is repeated, in characters.
const PROBLEM_LONGEST: usize = 300;

impl From<InvalidValue> for Error {
    fn from(InvalidValue { field, message, hint }: InvalidValue) -> Self {
        Self { hint, ..Self::invalid(&field, message) }
    }
}

#[cfg(feature = "ssr")]
impl From<UnknownZone> for Error {
    fn from(unknown: UnknownZone) -> Self {
        tracing::error!(%unknown, "the database holds an unknown time zone");
        Self::internal()
    }
}

/// Words of an enumeration are parsed where they were stored; those that callers send are read by serde, with a message for them.
#[cfg(feature = "ssr")]
impl From<strum::ParseError> for Error {
    fn from(_: strum::ParseError) -> Self {
        tracing::error!("the database holds a word of an enumeration that this version does not know");
        Self::internal()
    }
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // The server may have received the call although no answer arrived.
            ServerFnErrorErr::Request(_) => Self::new(
                Code::Unavailable,
                "The server could not be reached, or did not answer. If you were changing something, look whether it was done before you try again.",
            ),
            ServerFnErrorErr::Args(problem) | ServerFnErrorErr::Deserialization(problem) => {
                // The parser's message may repeat the whole input.
                let problem: String = problem.chars().take(PROBLEM_LONGEST).collect();
                Self::new(Code::Invalid, format!("The arguments could not be read: {problem}."))
            }
            ServerFnErrorErr::MissingArg(name) => Self::invalid(&name, format!("{name} is missing.")),
            _ => Self::interrupted(),
        }
    }
}

/// The serialized form of an error.
#[derive(Clone, Serialize, Deserialize)]
struct ErrorEnvelope {
    error: ErrorContent,
}

#[derive(Clone, Serialize, Deserialize)]
struct ErrorContent {
    code: Code,
    message: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<serde_json::Value>,
}

impl From<Error> for ErrorEnvelope {
    fn from(error: Error) -> Self {
        let Error { code, message, fields, hint, details } = error;
        Self { error: ErrorContent { code, message, fields, hint, details } }
    }
}

impl From<ErrorEnvelope> for Error {
    fn from(envelope: ErrorEnvelope) -> Self {
        let ErrorContent { code, message, fields, hint, details } = envelope.error;
        Self { code, message, fields, hint, details }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_as_it_is_sent() {
        let words = [(Code::NotFound, "not_found"), (Code::NoTimer, "no_timer"), (Code::IdempotencyMismatch, "idempotency_mismatch")];
        for (code, word) in words {
            assert_eq!(code.name(), word);
            assert_eq!(serde_json::to_value(code).expect("json"), word);
        }
    }

    #[test]
    fn what_no_admin_may_do_is_given_by_an_owner() {
        let told = |needs: Permission| Error::lacks_permission(needs, needs.verb()).message;
        assert!(told(Permission::OwnOrganization).ends_with("An owner can give you one that does."));
        assert!(told(Permission::ManagePeople).ends_with("An owner or admin can give you one that does."));
    }

    #[test]
    fn what_could_not_be_read_is_not_repeated_whole() {
        let error = Error::from_server_fn_error(ServerFnErrorErr::Args("[".repeat(50_000)));
        assert!(error.message.len() < 400, "{} bytes", error.message.len());
    }

    #[test]
    fn what_was_not_heard_of_again_is_not_said_to_have_changed_nothing() {
        for lost in [ServerFnErrorErr::Request("gone".to_owned()), ServerFnErrorErr::Response("cut off".to_owned())] {
            let error = Error::from_server_fn_error(lost);
            assert!(!error.message.contains("Nothing was changed") && error.message.contains("look whether it was done"), "{error}");
        }
    }
}
