//! Running a call: the pipeline that every door goes through.
//!
//! authenticate (at the door) → authorize → validate → idempotency → transaction under row security → run → commit, or
//! roll back for a dry run → audit → answer.

use std::{panic::AssertUnwindSafe, time::Duration};

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
    database::Db,
    error::{Code, Error},
    page::ListQuery,
};

/// How long a call may take to be kept once its work is done: longer than any statement of that may take, and the commit.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(40);

/// The arguments of a call as data.
pub fn arguments_json<A: Serialize>(arguments: &A) -> Result<Value, Error> {
    serde_json::to_value(arguments).map_err(|_| Error::internal())
}

/// Runs a read. Its transaction is never committed: there is nothing to keep. Its record is written beside it. It ends with
/// whoever waits for it.
pub async fn read<T>(
    declaration: &'static Declaration,
    caller: Caller,
    arguments: Value,
    work: impl for<'a> FnOnce(&'a mut Call) -> BoxFuture<'a, Result<T, Error>>,
) -> Result<T, Error> {
    let (arguments, ..) = split_common_arguments(arguments);
    let place = reserve_record(declaration, &caller)?;
    let mut call = match Call::begin(declaration, caller.clone(), false).await {
        Ok(call) => call,
        Err(error) => return record_refusal(declaration, &caller, &place, arguments, error),
    };
    call.listing = ListQuery::of(declaration.name, &arguments, call.caller.room);
    let answer = run_within_limit(declaration, work(&mut call)).await;
    match &answer {
        Ok(_) => place.put(AuditRecord::of_access(&call.caller, call.now, declaration, arguments, outcome::DONE)),
        Err(error) => place.put(AuditRecord::of_refusal(&call.caller, call.now, declaration, arguments, error)),
    }
    answer.map_err(|error| channel_wording::refusal(caller.channel, error))
}

/// Runs a write exactly once for its idempotency key, and records it, or why it was refused.
///
/// It is a unit of work of its own: once begun it goes on to its end, whether or not somebody still waits for its answer. Before
/// it has a place to print nothing has begun: whoever goes away while they wait for one leaves the line.
pub async fn write<T, W>(declaration: &'static Declaration, caller: Caller, arguments: Value, work: W) -> Result<WriteResponse<T>, Error>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    W: for<'a> FnOnce(&'a mut Call) -> BoxFuture<'a, Result<T, Error>> + Send + 'static,
{
    let tasks = caller.services.tasks.clone();
    let to_print = match declaration.renders_document {
        true => caller.services.documents.render_permit(&caller).await.map(Some),
        false => Ok(None),
    };
    let unit = async move {
        let (arguments, key, dry_run) = split_common_arguments(arguments);
        let place = reserve_record(declaration, &caller)?;
        let done = match to_print {
            Ok(_printing) => attempt(declaration, caller.clone(), &place, &arguments, key, dry_run, work).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => Ok(done),
            Err(error) => record_refusal(declaration, &caller, &place, arguments, error),
        }
    };
    tasks.spawn(unit.in_current_span()).await.unwrap_or_else(|_| {
        tracing::error!(operation = declaration.name, "the pipeline of an operation panicked");
        Err(Error::interrupted())
    })
}

async fn attempt<T: Serialize + DeserializeOwned>(
    declaration: &'static Declaration,
    caller: Caller,
    place: &RecordSlot,
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
        place.put(AuditRecord::of_access(&call.caller, call.now, declaration, arguments.clone(), outcome::REPEATED));
        return replay(&mut call.db, stored_response(answer)?).await;
    }
    match run_within_limit(declaration, work(&mut call)).await {
        // A database that hangs meanwhile holds nobody up: what was begun is taken back, or was kept a moment before.
        Ok(result) => timeout(COMMIT_TIMEOUT, call.end(declaration, place, arguments, key.as_deref(), result))
            .await
            .unwrap_or_else(|_| Err(Error::unknown_outcome("The database did not answer while this was being kept."))),
        Err(error) => {
            call.db.roll_back().await;
            Err(error)
        }
    }
}

/// Does the work of an operation within its time. A panic in it is a fault of ours, and is answered and written down as every
/// other refusal; so is work that took too long, of which nothing is kept.
async fn run_within_limit<T>(declaration: &'static Declaration, work: BoxFuture<'_, Result<T, Error>>) -> Result<T, Error> {
    match timeout(declaration.limit, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            tracing::error!(operation = declaration.name, "an operation panicked");
            Err(Error::internal())
        }
        Err(_) => {
            tracing::warn!(operation = declaration.name, "an operation took too long");
            Err(Error::unavailable("This took too long."))
        }
    }
}

/// An answer that is given again says whether it still holds.
async fn replay<T>(db: &mut Db, mut answer: WriteResponse<T>) -> Result<WriteResponse<T>, Error> {
    if let Some(action) = answer.action
        && store::is_taken_back(db, action).await?
    {
        answer.warnings.push("This was done, and taken back since. To do it anew, call with a new idempotency_key.".to_owned());
    }
    Ok(answer)
}

/// The answer that a call was given before.
fn stored_response<T: DeserializeOwned>(answer: Option<Value>) -> Result<WriteResponse<T>, Error> {
    let kept = answer.and_then(|answer| serde_json::from_value::<WriteResponse<T>>(answer).ok());
    kept.map(|kept| WriteResponse { repeated: true, ..kept }).ok_or_else(|| {
        Error::new(
            Code::Conflict,
            "This was already done, and its answer is not given again: it held a secret that is shown only once, or is from before an upgrade.",
        )
        .hint("Look at what was done before you do it anew with a new key.")
    })
}

/// A place for the record of this call, reserved before it runs: what is answered later has room. Refused when there is none.
///
/// A call that belongs to the person, and not to an organization, is nothing to the organization whose page it came from. A
/// token is: it belongs to the organization, which learns that it was used.
pub(super) fn reserve_record(declaration: &'static Declaration, caller: &Caller) -> Result<RecordSlot, Error> {
    if declaration.needs == Permission::SignedIn && caller.token.is_none() {
        return Ok(RecordSlot::none());
    }
    caller.services.recorder.reserve(caller)
}

/// Writes down that a call was refused, and tells it. Without a database there is nobody to write it for.
pub(super) fn record_refusal<T>(
    declaration: &'static Declaration,
    caller: &Caller,
    place: &RecordSlot,
    arguments: Value,
    error: Error,
) -> Result<T, Error> {
    if error.code != Code::Unavailable {
        place.put(AuditRecord::of_refusal(caller, caller.services.clock.now(), declaration, arguments, &error));
    }
    Err(channel_wording::refusal(caller.channel, error))
}

/// Takes the common arguments of a write out of the others.
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
