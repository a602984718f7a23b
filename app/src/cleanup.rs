//! Periodic cleanup: deletes expired sign-ins, link secrets, idempotency records, old mails and months of the access log.

use domain::id::OrganizationId;
use jiff::{SignedDuration, Timestamp};

use crate::{
    account,
    audit::store as audit,
    context::Services,
    database::{AccessMode, Db, RowScope, search_keys},
    error::Error,
    operation::store::idempotency,
    outbox::limits::AGE_MAX,
    security, verification,
};

/// How long an expired link secret is kept, so that its page can tell why it is invalid.
const SECRETS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The most organizations whose idempotency records are deleted in one run.
const ORGANIZATIONS_MAX: i32 = 1_000;

/// How far ahead a partition for accesses exists: until the next runs, and beyond the end of the month.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The result of a cleanup.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CleanupReport {
    /// Expired sign-ins.
    pub sign_ins: u64,
    /// Old security events, known browsers and attempts.
    pub security: u64,
    /// Stored answers of idempotency keys, a day old.
    pub answers: u64,
    /// Months of the access log beyond the retention period.
    pub access_months: u64,
    /// Link secrets that had expired a month before.
    pub secrets: u64,
    /// Mails to people about their own sign-in that are too old to leave.
    pub mails: u64,
    /// Names that an older build wrote without their search keys.
    pub names: u64,
    /// The number of failed steps. The steps are independent, so the others were done.
    pub failures: u64,
}

/// Runs the cleanup once. What is left over is for the next run.
pub async fn purge_expired(services: &Services) -> CleanupReport {
    let mut failures = 0;
    let mut swept = CleanupReport {
        sign_ins: done("sign-ins", sign_ins(services).await, &mut failures),
        security: done("security events", security_events(services).await, &mut failures),
        secrets: done("secrets", secrets(services).await, &mut failures),
        mails: done("mails to people", mails(services).await, &mut failures),
        answers: done("answers to persons", own_answers(services).await, &mut failures),
        ..CleanupReport::default()
    };
    for organization in done("organizations with answers", organizations(services).await, &mut failures) {
        swept.answers += done("answers", answers(services, organization).await, &mut failures);
    }
    done("room for accesses", room_for_accesses(services).await, &mut failures);
    for organization in done("organizations with unfolded names", unfolded(services).await, &mut failures) {
        swept.names += done("names", names(services, organization).await, &mut failures);
    }
    for month in done("months of accesses", expired_access_partitions(services).await, &mut failures) {
        swept.access_months += done("a month of accesses", drop_access_partition(services, &month).await, &mut failures);
    }
    CleanupReport { failures, ..swept }
}

/// The result of a step; the default when it failed, so that the other steps run all the same.
fn done<T: Default>(step: &str, result: Result<T, Error>, failures: &mut u64) -> T {
    result.unwrap_or_else(|error| {
        tracing::warn!(%error, step, "what is old could not be swept up");
        *failures += 1;
        T::default()
    })
}

/// The earlier of the database's and the process's clock, since either may be wrong.
async fn now(db: &mut Db, services: &Services) -> Result<Timestamp, Error> {
    Ok(db.now().await?.min(services.clock.now()))
}

/// The transaction of one step.
async fn begin(services: &Services) -> Result<Db, Error> {
    services.workers.begin(RowScope::Nobody, AccessMode::Write).await
}

async fn sign_ins(services: &Services) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let now = now(&mut db, services).await?;
    let gone = account::store::delete_expired_sign_ins(&mut db, now).await?;
    db.commit().await?;
    Ok(gone)
}

async fn security_events(services: &Services) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let now = now(&mut db, services).await?;
    let gone = security::store::forget_old(&mut db, now).await?;
    db.commit().await?;
    Ok(gone)
}

async fn secrets(services: &Services) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let before = now(&mut db, services).await? - SECRETS_KEPT_FOR;
    let gone = verification::store::forget(&mut db, before).await?;
    db.commit().await?;
    Ok(gone.unsigned_abs())
}

/// Deletes all of them in batches, each in a transaction of its own.
async fn mails(services: &Services) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let mut db = begin(services).await?;
        let before = now(&mut db, services).await? - AGE_MAX;
        let gone = verification::store::forget_mails(&mut db, before).await?;
        db.commit().await?;
        all += u64::from(gone.unsigned_abs());
        if gone < verification::store::MAILS_FORGOTTEN {
            return Ok(all);
        }
    }
}

/// Deletes all of them in batches, each in a transaction of its own.
async fn own_answers(services: &Services) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let mut db = begin(services).await?;
        let before = db.now().await? - idempotency::RETENTION;
        let gone = idempotency::delete_expired_of_persons(&mut db, before).await?;
        db.commit().await?;
        all += gone;
        if gone < idempotency::DELETED_AT_ONCE {
            return Ok(all);
        }
    }
}

async fn unfolded(services: &Services) -> Result<Vec<OrganizationId>, Error> {
    let mut db = begin(services).await?;
    let found = search_keys::organizations(db.connection()).await?;
    Ok(found.into_iter().map(OrganizationId).collect())
}

async fn names(services: &Services, organization: OrganizationId) -> Result<u64, Error> {
    let mut db = services.workers.begin(RowScope::Organization(organization), AccessMode::Write).await?;
    let folded = search_keys::fold(db.connection(), organization.0).await?;
    db.commit().await?;
    Ok(folded)
}

async fn organizations(services: &Services) -> Result<Vec<OrganizationId>, Error> {
    let mut db = services.workers.begin(RowScope::Nobody, AccessMode::Read).await?;
    let before = db.now().await? - idempotency::RETENTION;
    let found = idempotency::organizations_with_answers_before(&mut db, before, ORGANIZATIONS_MAX).await?;
    Ok(found.into_iter().map(OrganizationId).collect())
}

/// Deletes all of them in batches, each in a transaction of its own.
async fn answers(services: &Services, organization: OrganizationId) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let mut db = services.workers.begin(RowScope::Organization(organization), AccessMode::Write).await?;
        let before = db.now().await? - idempotency::RETENTION;
        let gone = idempotency::delete_expired(&mut db, before).await?;
        db.commit().await?;
        all += gone;
        if gone < idempotency::DELETED_AT_ONCE {
            return Ok(all);
        }
    }
}

/// Creates the partition for future accesses, whose dates come from the clock of this process.
async fn room_for_accesses(services: &Services) -> Result<(), Error> {
    let mut db = begin(services).await?;
    audit::create_access_partition(&mut db, services.clock.now() + AHEAD).await?;
    db.commit().await
}

async fn expired_access_partitions(services: &Services) -> Result<Vec<String>, Error> {
    let mut db = services.workers.begin(RowScope::Nobody, AccessMode::Read).await?;
    audit::expired_access_partitions(&mut db, services.access_log_days).await
}

/// Drops one month in a transaction of its own, so that a reader of one month does not block the others.
async fn drop_access_partition(services: &Services, month: &str) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let dropped = audit::drop_access_partition(&mut db, month, services.access_log_days).await?;
    db.commit().await?;
    Ok(u64::from(dropped))
}
