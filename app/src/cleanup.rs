//! What is swept up at night: sign-ins and links that have run out, answers that were kept for a day, and accesses of months that
//! are long over.

use jiff::{SignedDuration, Timestamp};

use crate::{
    account,
    audit::store as audit,
    context::Services,
    database::{AccessMode, Db, RowScope, search_keys},
    error::Error,
    id::OrganizationId,
    operation::store::idempotency,
    outbox, security, verification,
};

/// How long the secret of a link is known after it has run out, so that it can be said why it opens nothing.
const SECRETS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many organizations are swept in one go.
const ORGANIZATIONS_MAX: i32 = 1_000;

/// How long ahead there is room for accesses: until the next sweeps, and over the end of the month.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was swept up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CleanupReport {
    /// Sign-ins that had run out.
    pub sign_ins: u64,
    /// Events, browsers and tries that are long over.
    pub security: u64,
    /// Answers that nobody asked for again within a day.
    pub answers: u64,
    /// Months of accesses that were kept for long enough.
    pub access_months: u64,
    /// Secrets of links that had run out a month before.
    pub secrets: u64,
    /// Mails to people about their own sign-in that waited for so long that they do not leave any more.
    pub mails: u64,
    /// Names that an older program wrote without their keys.
    pub names: u64,
    /// How many steps did not come to their end. Each is for itself: the others were done.
    pub failures: u64,
}

/// Sweeps once. What is left over, if anything, is for the next time.
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

/// What a step came to; nothing when it failed, which keeps no other step from being taken.
fn done<T: Default>(step: &str, result: Result<T, Error>, failures: &mut u64) -> T {
    result.unwrap_or_else(|error| {
        tracing::warn!(%error, step, "what is old could not be swept up");
        *failures += 1;
        T::default()
    })
}

/// What is certainly over: by the clock of the database and by that of this process, since either may be wrong.
async fn now(db: &mut Db, services: &Services) -> Result<Timestamp, Error> {
    Ok(db.now().await?.min(services.clock.now()))
}

/// A transaction of one step.
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

/// However many wait, none is left: each go takes a part, in a transaction of its own.
async fn mails(services: &Services) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let mut db = begin(services).await?;
        let before = now(&mut db, services).await? - outbox::AGE_MAX;
        let gone = verification::store::forget_mails(&mut db, before).await?;
        db.commit().await?;
        all += u64::from(gone.unsigned_abs());
        if gone < verification::store::MAILS_FORGOTTEN {
            return Ok(all);
        }
    }
}

async fn own_answers(services: &Services) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let before = db.now().await? - idempotency::RETENTION;
    let gone = idempotency::delete_expired_of_persons(&mut db, before).await?;
    db.commit().await?;
    Ok(gone)
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

async fn answers(services: &Services, organization: OrganizationId) -> Result<u64, Error> {
    let mut db = services.workers.begin(RowScope::Organization(organization), AccessMode::Write).await?;
    let before = db.now().await? - idempotency::RETENTION;
    let gone = idempotency::delete_expired(&mut db, before).await?;
    db.commit().await?;
    Ok(gone)
}

/// Makes room for the accesses to come, which are told by the clock of this process.
async fn room_for_accesses(services: &Services) -> Result<(), Error> {
    let mut db = begin(services).await?;
    audit::create_access_partition(&mut db, services.clock.now() + AHEAD).await?;
    db.commit().await
}

async fn expired_access_partitions(services: &Services) -> Result<Vec<String>, Error> {
    let mut db = services.workers.begin(RowScope::Nobody, AccessMode::Read).await?;
    audit::expired_access_partitions(&mut db, services.access_log_days).await
}

/// Drops a month: in a transaction of its own, so that one that somebody reads keeps none of the others.
async fn drop_access_partition(services: &Services, month: &str) -> Result<u64, Error> {
    let mut db = begin(services).await?;
    let dropped = audit::drop_access_partition(&mut db, month, services.access_log_days).await?;
    db.commit().await?;
    Ok(u64::from(dropped))
}
