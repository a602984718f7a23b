//! One call of one operation: the pipeline that every door goes through.
//!
//! authenticate (at the door) → authorize → validate → idempotency → transaction under row security → run → commit, or
//! roll back for a dry run → audit → answer.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jiff::{Timestamp, civil};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Change, Declaration, Done, Effect, authorize,
    store::{
        self,
        once::{self, Asker, Claim},
    },
};
use crate::{
    access::{Permission, Seen, Writes},
    account::identity,
    audit::{self, Record, outcome},
    context::{Caller, Membership, Promise},
    database::{self, Db},
    error::{Code, Error},
    id::{ActionId, MemberId},
    money::Currency,
    operations, organizations,
    projects::sight::Sight,
};

/// What an operation works with: who asks, when, and a transaction that belongs to their organization.
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// The transaction.
    pub db: Db,
    /// The instant of the call; the same for everything that it does.
    pub now: Timestamp,
    /// What is being done, for the record.
    pub action: ActionId,
    /// Whether nothing will be kept.
    pub dry_run: bool,
    /// The action that this one takes back, for the record.
    pub undoes: Option<ActionId>,
    asker: Asker,
    warnings: Vec<String>,
    mails: bool,
    came_in: bool,
}

impl Call {
    /// Where the caller stands. Present in every operation that needs more than being signed in.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.caller.membership()
    }

    /// The organization's own currency.
    pub fn currency(&self) -> Result<Currency, Error> {
        Ok(self.membership()?.currency.clone())
    }

    /// Today, where the organization is.
    pub fn today(&self) -> Result<civil::Date, Error> {
        Ok(self.now.to_zoned(self.membership()?.zone.clone()).date())
    }

    /// Whether the caller's role holds a further permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.caller.membership.as_ref().is_some_and(|membership| membership.role.may(permission))
    }

    /// Whether what the caller writes has to wait for a person.
    pub fn writes_drafts(&self) -> bool {
        self.caller.token.as_ref().is_some_and(|token| token.writes != Writes::Direct)
    }

    /// Tells the caller something a careful person would want to know.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Remembers that a mail was put into the outbox, so that it leaves as soon as the call is done.
    pub fn mailed(&mut self) {
        self.mails = true;
    }

    /// Goes on as this member of an organization that the person has just come into: the record of the call belongs there.
    pub async fn come_in(&mut self, member: MemberId) -> Result<(), Error> {
        let standing = organizations::store::standing(&mut self.db, member).await?;
        self.caller.membership = Some(identity::membership(standing)?);
        self.came_in = true;
        Ok(())
    }

    /// Authorizes the caller and begins the transaction.
    async fn begin(declaration: &'static Declaration, dry_run: bool) -> Result<Self, Error> {
        let caller = Caller::current()?;
        authorize(&caller, declaration)?;
        if !caller.stray.is_empty()
            && let Some(operation) = operations::named(declaration.name)
        {
            operation.refuse_stray(&caller.stray)?;
        }
        let action = ActionId::new();
        let writes = declaration.effect != Effect::Read;
        let (reach, asker) = match (&caller.membership, declaration.needs) {
            (Some(membership), needs) if needs != Permission::SignedIn => (reach_of(membership, writes), Asker::member(&caller)?),
            _ => (database::Reach::Person(caller.person()?.id.0), Asker::person(&caller)?),
        };
        let db = Db::begin(&caller.services.pool, reach, writes.then_some(action.0)).await?;
        let now = caller.services.clock.now();
        Ok(Self { caller, db, now, action, dry_run, undoes: None, asker, warnings: Vec::new(), mails: false, came_in: false })
    }

    /// What the call has changed so far, as the caller may see it.
    async fn changes(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = store::changes(&mut self.db, self.action).await?;
        if !Sight::of(self).is_ok_and(|sight| sight.money) {
            changes.iter_mut().for_each(Change::hide_money);
        }
        // There is no scope for what people cost, so no token is shown it.
        if self.caller.token.is_some() || !self.may(Permission::ReadCosts) {
            changes.iter_mut().for_each(Change::hide_costs);
        }
        Ok(changes)
    }

    /// Keeps what was done, with its record; or undoes all of it after a dry run.
    async fn end<T: Serialize>(
        mut self,
        declaration: &'static Declaration,
        arguments: &Value,
        key: Option<&str>,
        result: T,
    ) -> Result<Done<T>, Error> {
        let warnings = std::mem::take(&mut self.warnings);
        if self.dry_run {
            let changes = self.changes().await?;
            self.db.roll_back().await?;
            self.caller
                .services
                .recorder
                .take(&self.caller, record(&self.caller, self.now, declaration, arguments.clone(), outcome::DRY_RUN))
                .await;
            return Ok(Done { result, action: None, dry_run: true, changes, warnings });
        }
        if let Some(agreed) = self.caller.agreed.take() {
            let seen = serde_json::to_value(&result).map_err(|_| Error::internal())?;
            // Asked in here, where nobody else's change can come between the look and the deed.
            if let Err(error) = agreed.hold(seen, &self.changes().await?, self.now) {
                self.db.roll_back().await.ok();
                return Err(error);
            }
        }
        let done = Done { result, action: Some(self.action), dry_run: false, changes: Vec::new(), warnings };
        if let Some(key) = key.filter(|_| !declaration.secret) {
            let answer = serde_json::to_value(&done).map_err(|_| Error::internal())?;
            once::keep(&mut self.db, self.asker, key, answer).await?;
        }
        if self.caller.membership.is_some() && (declaration.needs != Permission::SignedIn || self.came_in) {
            // Last, since the chain of the organization is held from here until the commit.
            let record = Record::of(&self.caller, self.action, self.now, declaration.name, arguments.clone(), outcome::DONE);
            let records: Vec<Record> =
                record.map(|record| Record { undoes: self.undoes.map(|undone| undone.0), ..record }).into_iter().collect();
            audit::store::append(&mut self.db, &records, true).await?;
            self.db.commit().await?;
        } else {
            self.db.commit().await?;
            self.caller
                .services
                .recorder
                .take(&self.caller, record(&self.caller, self.now, declaration, arguments.clone(), outcome::DONE))
                .await;
        }
        if self.mails {
            self.caller.services.mail_waits.notify_one();
        }
        Ok(done)
    }
}

/// A viewer reads what was granted to them. What they may write is their own: tokens, notifications, a last timer to stop.
fn reach_of(membership: &Membership, writes: bool) -> database::Reach {
    match membership.role.sees() {
        Seen::GrantedClients if !writes => database::Reach::Granted(membership.organization, membership.member),
        _ => database::Reach::Organization(membership.organization),
    }
}

fn record(caller: &Caller, at: Timestamp, declaration: &'static Declaration, arguments: Value, outcome: &str) -> Option<Record> {
    Record::of(caller, ActionId::new(), at, declaration.name, arguments, outcome)
}

/// Runs a read. Its transaction is never committed: there is nothing to keep. Its record is written beside it.
pub async fn read<A: Serialize, T>(
    declaration: &'static Declaration,
    arguments: &A,
    work: impl for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>>,
) -> Result<T, Error> {
    let (arguments, ..) = common(serde_json::to_value(arguments).map_err(|_| Error::internal())?);
    let mut call = match Call::begin(declaration, false).await {
        Ok(call) => call,
        Err(error) => return refused(declaration, arguments, error).await,
    };
    let answer = caught(declaration, work(&mut call)).await;
    let Call { caller, db, now, .. } = call;
    // The connection is free before the record waits for its place.
    drop(db);
    let record = match &answer {
        Ok(_) => record(&caller, now, declaration, arguments, outcome::DONE),
        Err(error) => Record::of_refusal(&caller, now, declaration.name, arguments, error),
    };
    caller.services.recorder.take(&caller, record).await;
    answer
}

/// Runs a write exactly once for its idempotency key, and records it, or why it was refused.
pub async fn write<A: Serialize, T: Serialize + DeserializeOwned>(
    declaration: &'static Declaration,
    arguments: &A,
    work: impl for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>>,
) -> Result<Done<T>, Error> {
    let (arguments, key, dry_run) = common(serde_json::to_value(arguments).map_err(|_| Error::internal())?);
    match attempt(declaration, &arguments, key, dry_run, work).await {
        Ok(done) => Ok(done),
        Err(error) => refused(declaration, arguments, error).await,
    }
}

async fn attempt<T: Serialize + DeserializeOwned>(
    declaration: &'static Declaration,
    arguments: &Value,
    key: Option<String>,
    dry_run: bool,
    work: impl for<'a> FnOnce(&'a mut Call) -> Promise<'a, Result<T, Error>>,
) -> Result<Done<T>, Error> {
    refuse_long(key.as_deref())?;
    let mut call = Call::begin(declaration, dry_run).await?;
    let key = key.filter(|_| !dry_run);
    if let Some(key) = &key
        && let Claim::Answered(answer) = once::claim(&mut call.db, call.asker, key, declaration.name, arguments, call.now).await?
    {
        let (caller, now) = (call.caller.clone(), call.now);
        drop(call);
        caller.services.recorder.take(&caller, record(&caller, now, declaration, arguments.clone(), outcome::REPEATED)).await;
        return repeated(answer);
    }
    match caught(declaration, work(&mut call)).await {
        Ok(result) => call.end(declaration, arguments, key.as_deref(), result).await,
        Err(error) => {
            call.db.roll_back().await.ok();
            Err(error)
        }
    }
}

/// Does the work of an operation. A panic in it is a fault of ours, and is answered and written down as every other refusal.
async fn caught<T>(declaration: &'static Declaration, work: Promise<'_, Result<T, Error>>) -> Result<T, Error> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(operation = declaration.name, "an operation panicked");
        Err(Error::internal())
    })
}

/// The answer that a call was given before.
fn repeated<T: DeserializeOwned>(answer: Option<Value>) -> Result<Done<T>, Error> {
    match answer {
        Some(answer) => serde_json::from_value(answer).map_err(|_| Error::internal()),
        None => Err(Error::new(
            Code::Conflict,
            "This was already done, and its answer held a secret that is shown only once. Do it anew with a new key.",
        )),
    }
}

/// Writes down that a call was refused. Without a database there is nobody to tell.
pub(super) async fn refused<T>(declaration: &'static Declaration, arguments: Value, error: Error) -> Result<T, Error> {
    if let Ok(caller) = Caller::current()
        && error.code != Code::Unavailable
    {
        let record = Record::of_refusal(&caller, caller.services.clock.now(), declaration.name, arguments, &error);
        caller.services.recorder.take(&caller, record).await;
    }
    Err(error)
}

/// Takes the common arguments of a write out of the others.
fn common(mut arguments: Value) -> (Value, Option<String>, bool) {
    let (mut key, mut dry_run) = (None, false);
    if let Value::Object(map) = &mut arguments {
        key = map.remove("idempotency_key").and_then(|key| key.as_str().map(str::to_owned)).filter(|key| !key.is_empty());
        dry_run = map.remove("dry_run").and_then(|flag| flag.as_bool()).unwrap_or(false);
        map.retain(|_, value| !value.is_null());
    }
    (arguments, key, dry_run)
}

fn refuse_long(key: Option<&str>) -> Result<(), Error> {
    match key {
        Some(key) if key.chars().count() > 200 => Err(Error::invalid(
            "idempotency_key",
            "An idempotency key has at most 200 characters; send a shorter one, for instance a UUID.",
        )),
        _ => Ok(()),
    }
}
