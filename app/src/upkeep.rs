//! What is swept up at night: sign-ins and links that have run out, answers that were kept for a day, and accesses of months that
//! are long over.

use jiff::{SignedDuration, Timestamp};

use crate::{
    account,
    audit::store as audit,
    context::Services,
    database::{Access, Reach},
    error::Error,
    id::OrganizationId,
    operation::store::once,
    security, verification,
};

/// How long the secret of a link is known after it has run out, so that it can be said why it opens nothing.
const SECRETS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many organizations are swept in one go.
const ORGANIZATIONS_MAX: i32 = 1_000;

/// How long ahead there is room for accesses: until the next sweeps, and over the end of the month.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was swept up.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sign-ins that had run out.
    pub sign_ins: u64,
    /// Answers that nobody asked for again within a day.
    pub answers: u64,
    /// Months of accesses that were kept for long enough.
    pub access_months: i32,
    /// Secrets of links that had run out a month before.
    pub secrets: i64,
}

/// Sweeps once. What is left over, if anything, is for the next time.
pub async fn sweep(services: &Services) -> Result<Swept, Error> {
    let now = services.clock.now();
    let day_ago = now - once::KEPT_FOR;
    let mut db = services.workers.begin(Reach::Nobody, Access::Write).await?;
    let mut swept = Swept { sign_ins: account::store::delete_expired_sign_ins(&mut db, now).await?, ..Swept::default() };
    security::store::forget_old(&mut db, now).await?;
    swept.secrets = verification::store::forget(&mut db, now - SECRETS_KEPT_FOR).await?;
    swept.answers += once::forget_own(&mut db, day_ago).await?;
    let organizations = once::organizations_with_answers_before(&mut db, day_ago, ORGANIZATIONS_MAX).await?;
    db.commit().await?;
    for organization in organizations {
        let mut db = services.workers.begin(Reach::Organization(OrganizationId(organization)), Access::Write).await?;
        swept.answers += once::forget(&mut db, day_ago).await?;
        db.commit().await?;
    }
    swept.access_months = turn_over_accesses(services, now).await?;
    Ok(swept)
}

/// Makes room for the accesses to come, and drops those of months that are long over; how many months.
async fn turn_over_accesses(services: &Services, now: Timestamp) -> Result<i32, Error> {
    let mut db = services.workers.begin(Reach::Nobody, Access::Write).await?;
    audit::make_room_for_accesses(&mut db, now + AHEAD).await?;
    db.commit().await?;
    let mut db = services.workers.begin(Reach::Nobody, Access::Write).await?;
    let dropped = audit::drop_accesses(&mut db, services.access_log_days).await?;
    db.commit().await?;
    Ok(dropped)
}
