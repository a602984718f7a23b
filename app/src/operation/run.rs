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
    Bound, Call, Declaration, Done,
    store::{
        self,
        once::{self, Claim},
    },
    words,
};
use crate::{
    access::Permission,
    audit::{Place, Record, outcome},
    context::{Caller, Promise},
    database::Db,
    error::{Code, Error},
    page::Listing,
};

/// How long a call may take to be kept once its work is done: longer than any statement of that may take, and the commit.
const END_LIMIT: Duration = Duration::from_secs(40);

/// The arguments of a call as data.
pub fn given<A: Serialize>(arguments: &A) -> Result<Value, Error> {
    serde_json::to_value(arguments).map_err(|_| Error::internal())
}

/// Runs a read. Its transaction is never committed: there is nothing to keep. Its record is written beside it. It ends with
/// whoever waits for it.
pub async fn read<T>(
    declaration: &'static Declaration,
    caller: Caller,
    arguments: Value,
    work: impl for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>>,
) -> Result<T, Error> {
    let (arguments, ..) = common(arguments);
    let place = place(declaration, &caller)?;
    let mut call = match Call::begin(declaration, caller.clone(), false).await {
        Ok(call) => call,
        Err(error) => return refused(declaration, &caller, &place, arguments, error),
    };
    call.listing = Listing::of(declaration.name, &arguments, call.caller.room);
    let answer = caught(declaration, work(&mut call)).await;
    match &answer {
        Ok(_) => place.put(Record::of_access(&call.caller, call.now, declaration, arguments, outcome::DONE)),
        Err(error) => place.put(Record::of_refusal(&call.caller, call.now, declaration, arguments, error)),
    }
    answer.map_err(|error| words::refusal(caller.door, error))
}

/// Runs a write exactly once for its idempotency key, and records it, or why it was refused.
///
/// It is a unit of work of its own: once begun it goes on to its end, whether or not somebody still waits for its answer. Before
/// it has a place to print nothing has begun: whoever goes away while they wait for one leaves the line.
pub async fn write<T, W>(declaration: &'static Declaration, caller: Caller, arguments: Value, work: W) -> Result<Done<T>, Error>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    W: for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>> + Send + 'static,
{
    let tasks = caller.services.tasks.clone();
    let to_print = match declaration.prints {
        true => caller.services.documents.place(&caller).await.map(Some),
        false => Ok(None),
    };
    let unit = async move {
        let (arguments, key, dry_run) = common(arguments);
        let place = place(declaration, &caller)?;
        let done = match to_print {
            Ok(_printing) => attempt(declaration, caller.clone(), &place, &arguments, key, dry_run, work).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(done) => Ok(done),
            Err(error) => refused(declaration, &caller, &place, arguments, error),
        }
    };
    tasks.spawn(unit.in_current_span()).await.unwrap_or_else(|_| {
        tracing::error!(operation = declaration.name, "the pipeline of an operation panicked");
        Err(Error::broken_off())
    })
}

async fn attempt<T: Serialize + DeserializeOwned>(
    declaration: &'static Declaration,
    caller: Caller,
    place: &Place,
    arguments: &Value,
    key: Option<String>,
    dry_run: bool,
    work: impl for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>>,
) -> Result<Done<T>, Error> {
    refuse_unfit(key.as_deref())?;
    let mut call = Call::begin(declaration, caller, dry_run).await?;
    let key = key.filter(|_| !dry_run);
    if let Some(key) = &key
        && let Claim::Answered(answer) = once::claim(&mut call.db, call.asker, key, declaration.name, arguments).await?
    {
        place.put(Record::of_access(&call.caller, call.now, declaration, arguments.clone(), outcome::REPEATED));
        return told_again(&mut call.db, repeated(answer)?).await;
    }
    match caught(declaration, work(&mut call)).await {
        // A database that hangs meanwhile holds nobody up: what was begun is taken back, or was kept a moment before.
        Ok(result) => timeout(END_LIMIT, call.end(declaration, place, arguments, key.as_deref(), result))
            .await
            .unwrap_or_else(|_| Err(Error::uncertain("The database did not answer while this was being kept."))),
        Err(error) => {
            call.db.roll_back().await;
            Err(error)
        }
    }
}

/// Does the work of an operation within its time. A panic in it is a fault of ours, and is answered and written down as every
/// other refusal; so is work that took too long, of which nothing is kept.
async fn caught<T>(declaration: &'static Declaration, work: Promise<'_, Result<T, Error>>) -> Result<T, Error> {
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
async fn told_again<T>(db: &mut Db, mut answer: Done<T>) -> Result<Done<T>, Error> {
    if let Some(action) = answer.action
        && store::is_taken_back(db, action).await?
    {
        answer.warnings.push("This was done, and taken back since. To do it anew, call with a new idempotency_key.".to_owned());
    }
    Ok(answer)
}

/// The answer that a call was given before.
fn repeated<T: DeserializeOwned>(answer: Option<Value>) -> Result<Done<T>, Error> {
    let kept = answer.and_then(|answer| serde_json::from_value::<Done<T>>(answer).ok());
    kept.map(|kept| Done { repeated: true, ..kept }).ok_or_else(|| {
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
pub(super) fn place(declaration: &'static Declaration, caller: &Caller) -> Result<Place, Error> {
    if declaration.needs == Permission::SignedIn && caller.token.is_none() {
        return Ok(Place::none());
    }
    caller.services.recorder.reserve(caller)
}

/// Writes down that a call was refused, and tells it. Without a database there is nobody to write it for.
pub(super) fn refused<T>(
    declaration: &'static Declaration,
    caller: &Caller,
    place: &Place,
    arguments: Value,
    error: Error,
) -> Result<T, Error> {
    if error.code != Code::Unavailable {
        place.put(Record::of_refusal(caller, caller.services.clock.now(), declaration, arguments, &error));
    }
    Err(words::refusal(caller.door, error))
}

/// Takes the common arguments of a write out of the others.
fn common(mut arguments: Value) -> (Value, Option<String>, bool) {
    let (mut key, mut dry_run) = (None, false);
    if let Value::Object(map) = &mut arguments {
        key = map.remove("idempotency_key").and_then(|key| key.as_str().map(str::to_owned));
        dry_run = map.remove("dry_run").and_then(|flag| flag.as_bool()).unwrap_or(false);
        map.retain(|_, value| !value.is_null());
    }
    (arguments, key, dry_run)
}

fn refuse_unfit(key: Option<&str>) -> Result<(), Error> {
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
