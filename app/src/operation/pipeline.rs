//! The pipeline that runs every call, whatever its channel.
//!
//! authenticate (in the channel) → validate (`registry_entry`) → authorize and begin a transaction under row security
//! (`Call::begin`) → idempotency → run → commit with the audit record, or roll back for a dry run → answer.

use std::{panic::AssertUnwindSafe, time::Duration};

use domain::id::ActionId;
use futures::FutureExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    Bound, Call, Declaration, WriteResponse, channel_wording,
    store::{
        self,
        idempotency::{self, Claim},
    },
};
use crate::{
    access::Permission,
    audit::{AuditRecord, RecordSlot, outcome},
    context::{BoxFuture, Caller},
    error::{Code, Error},
    limits::LogLimiter,
    page::ListQuery,
};

/// How long the end of a write may take once its work is done: longer than any of its statements and the commit may take.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(40);

/// Callers make these lines, so there are few of them.
static TOOK_TOO_LONG: LogLimiter = LogLimiter::new();

/// The arguments of a call as JSON.
pub fn arguments_json<A: Serialize>(arguments: &A) -> Result<Value, Error> {
    serde_json::to_value(arguments).map_err(|_| Error::internal())
}

/// Runs a read. Its transaction is never committed, and its access record is written outside of it. The read is cancelled when
/// its caller disconnects.
pub async fn read<T>(
    declaration: &'static Declaration,
    caller: Caller,
    arguments: Value,
    work: impl for<'a> FnOnce(&'a mut Call) -> BoxFuture<'a, Result<T, Error>>,
) -> Result<T, Error> {
    let (arguments, ..) = split_common_arguments(arguments);
    let slot = reserve_record(declaration, &caller)?;
    let mut call = match Call::begin(declaration, caller.clone(), false).await {
        Ok(call) => call,
        Err(error) => return record_refusal(declaration, &caller, &slot, arguments, error),
    };
    call.listing = ListQuery::of(declaration.name, &arguments, call.caller.room);
    let answer = run_within_limit(declaration, work(&mut call)).await;
    match &answer {
        Ok(_) => slot.put(AuditRecord::of_access(&call.caller, call.now, declaration, arguments, outcome::DONE)),
        Err(error) => slot.put(AuditRecord::of_refusal(&call.caller, call.now, declaration, arguments, error)),
    }
    answer.map_err(|error| channel_wording::refusal(caller.channel, error))
}

/// Runs a write exactly once for its idempotency key, and records it, or the reason why it was refused.
///
/// The write runs in a task of its own: once begun it goes on to its end, even if its caller disconnects. It begins only after
/// the render permit is acquired: a caller that disconnects while it waits for the permit leaves the queue.
pub async fn write<T, W>(declaration: &'static Declaration, caller: Caller, arguments: Value, work: W) -> Result<WriteResponse<T>, Error>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    W: for<'a> FnOnce(&'a mut Call) -> BoxFuture<'a, Result<T, Error>> + Send + 'static,
{
    let tasks = caller.services.tasks.clone();
    let render_permit = match declaration.renders_document {
        true => caller.services.documents.render_permit(&caller).await.map(Some),
        false => Ok(None),
    };
    let task = async move {
        let (arguments, key, dry_run) = split_common_arguments(arguments);
        let slot = reserve_record(declaration, &caller)?;
        let response = match render_permit {
            Ok(_permit) => attempt(declaration, caller.clone(), &slot, &arguments, key, dry_run, work).await,
            Err(error) => Err(error),
        };
        match response {
            Ok(response) => Ok(response),
            Err(error) => record_refusal(declaration, &caller, &slot, arguments, error),
        }
    };
    tasks.spawn(task.in_current_span()).await.unwrap_or_else(|_| {
        tracing::error!(operation = declaration.name, "the pipeline of an operation panicked");
        Err(Error::interrupted())
    })
}

async fn attempt<T: Serialize + DeserializeOwned>(
    declaration: &'static Declaration,
    caller: Caller,
    slot: &RecordSlot,
    arguments: &Value,
    key: Option<String>,
    dry_run: bool,
    work: impl for<'a> FnOnce(&'a mut Call) -> BoxFuture<'a, Result<T, Error>>,
) -> Result<WriteResponse<T>, Error> {
    validate_idempotency_key(key.as_deref())?;
    let mut call = Call::begin(declaration, caller, dry_run).await?;
    let key = key.filter(|_| !dry_run);
    if let Some(key) = &key
        && let Claim::Answered(answer) = idempotency::claim(&mut call.db, call.idempotency_scope, key, declaration.name, arguments).await?
    {
        slot.put(AuditRecord::of_access(&call.caller, call.now, declaration, arguments.clone(), outcome::REPEATED));
        return replay(declaration, call, stored_response(answer)?).await;
    }
    match run_within_limit(declaration, work(&mut call)).await {
        // Bounds the wait for a database that hangs: the transaction is rolled back, or was just committed.
        Ok(result) => timeout(COMMIT_TIMEOUT, call.end(declaration, slot, arguments, key.as_deref(), result))
            .await
            .unwrap_or_else(|_| Err(Error::unknown_outcome("The database did not answer while this was being kept."))),
        Err(error) => {
            call.db.roll_back().await;
            Err(error)
        }
    }
}

/// Runs the work of an operation within its time limit. A panic is an internal error, answered and recorded like every other
/// refusal; work that takes too long is `unavailable`. In both cases nothing is committed.
async fn run_within_limit<T>(declaration: &'static Declaration, work: BoxFuture<'_, Result<T, Error>>) -> Result<T, Error> {
    match timeout(declaration.limit, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            tracing::error!(operation = declaration.name, "an operation panicked");
            Err(Error::internal())
        }
        Err(_) => {
            if let Some(left_out) = TOOK_TOO_LONG.due() {
                tracing::warn!(operation = declaration.name, left_out, "an operation took too long");
            }
            Err(Error::unavailable("This took too long."))
        }
    }
}

/// Adds a warning to a repeated answer that may no longer be true. Where it is known to be of then, so are its own warnings, which are
/// left out: a draft may be confirmed by now.
async fn replay<T>(declaration: &Declaration, mut call: Call, mut answer: WriteResponse<T>) -> Result<WriteResponse<T>, Error> {
    let Some(action) = answer.action else { return Ok(answer) };
    if warn_if_superseded(&mut call, action).await? {
        answer.warnings.clear();
    } else if !founds_or_joins(declaration) && store::count(&mut call.db, action).await?.changes == 0 {
        // It found everything as it was asked for, or its records have no images: whether they have changed since is not known.
        call.warn_by_channel(
            "This was done before. Load the page anew to see what stands there now.".to_owned(),
            "This was done before. The answer tells what stood then; read it anew.".to_owned(),
        );
    }
    answer.warnings.append(&mut call.warnings);
    Ok(answer)
}

/// Whether a person founds or joins an organization with this operation. The images of that are in the other organization and are not
/// seen here, and it was done, since neither can be done twice.
fn founds_or_joins(declaration: &Declaration) -> bool {
    declaration.needs == Permission::SignedIn && !declaration.idempotent
}

/// Warns when an action was undone, or a later one changed or deleted its records, and returns whether that is so.
async fn warn_if_superseded(call: &mut Call, action: ActionId) -> Result<bool, Error> {
    if store::is_taken_back(&mut call.db, action).await? {
        call.warn_by_channel(
            "This was done, and taken back since. To do it again, load the page anew.".to_owned(),
            "This was done, and taken back since. To do it anew, call with a new idempotency_key.".to_owned(),
        );
    } else if let Some(later) = store::latest_later_action(&mut call.db, action).await? {
        let by = if is_told(call, &later) { format!(", last by action {} ({})", later.action, later.operation) } else { String::new() };
        call.warn_by_channel(
            "This was done before, and changed or deleted since. Load the page anew to see what stands there now.".to_owned(),
            format!("This was done before, and changed or deleted since{by}. The answer tells what stood then; read it anew."),
        );
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Whether the caller is told of this action elsewhere: a token of its own actions, a person of those of everybody whose time they see.
fn is_told(call: &Call, later: &store::LaterAction) -> bool {
    let own = call.membership().ok().map(|membership| membership.member.0);
    match &call.caller.token {
        Some(token) => later.token_id == Some(token.id.0),
        None => (own.is_some() && later.member_id == own) || call.may(Permission::EveryonesTime),
    }
}

/// The stored answer of an earlier call with the same idempotency key.
fn stored_response<T: DeserializeOwned>(answer: Option<Value>) -> Result<WriteResponse<T>, Error> {
    let stored = answer.and_then(|answer| serde_json::from_value::<WriteResponse<T>>(answer).ok());
    stored.map(|stored| WriteResponse { repeated: true, ..stored }).ok_or_else(|| {
        Error::new(
            Code::Conflict,
            "This was already done, and its answer is not given again: it held a secret that is shown only once, or is from before an upgrade.",
        )
        .hint("Look at what was done before you do it anew with a new key.")
    })
}

/// Reserves a slot for the record of this call before it runs, so that no answer lacks its record. Refused when none is free.
///
/// A call that belongs to the person, and not to an organization, is not recorded in the organization whose page it came from. A
/// call with a token is: the token belongs to the organization, which learns that it was used.
pub(super) fn reserve_record(declaration: &'static Declaration, caller: &Caller) -> Result<RecordSlot, Error> {
    if declaration.needs == Permission::SignedIn && caller.token.is_none() {
        return Ok(RecordSlot::none());
    }
    caller.services.recorder.reserve(caller.organization())
}

/// Records that a call was refused, and answers the refusal. `unavailable` is not recorded: without a database there is no place for it.
pub(super) fn record_refusal<T>(
    declaration: &'static Declaration,
    caller: &Caller,
    slot: &RecordSlot,
    arguments: Value,
    error: Error,
) -> Result<T, Error> {
    if error.code != Code::Unavailable {
        slot.put(AuditRecord::of_refusal(caller, caller.services.clock.now(), declaration, arguments, &error));
    }
    Err(channel_wording::refusal(caller.channel, error))
}

/// Separates the arguments common to all writes, `idempotency_key` and `dry_run`, from the others.
fn split_common_arguments(mut arguments: Value) -> (Value, Option<String>, bool) {
    let (mut key, mut dry_run) = (None, false);
    if let Value::Object(map) = &mut arguments {
        key = map.remove("idempotency_key").and_then(|key| key.as_str().map(str::to_owned));
        dry_run = map.remove("dry_run").and_then(|flag| flag.as_bool()).unwrap_or(false);
        map.retain(|_, value| !value.is_null());
    }
    (arguments, key, dry_run)
}

fn validate_idempotency_key(key: Option<&str>) -> Result<(), Error> {
    match key {
        Some(key) if key.trim().is_empty() => {
            Err(Error::invalid("idempotency_key", "The key is empty. Send a UUID, for instance, or none."))
        }
        Some(key) if key.chars().count() > Bound::OF_IDEMPOTENCY_KEY.most as usize => {
            let most = Bound::OF_IDEMPOTENCY_KEY.most;
            Err(Error::invalid(
                "idempotency_key",
                format!("An idempotency key has at most {most} characters. Send a shorter one, for instance a UUID."),
            ))
        }
        _ => Ok(()),
    }
}
