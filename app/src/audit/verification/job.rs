//! The check of the whole log, step by step: each is a transaction of its own, and what was checked stays checked.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::store;
use crate::{
    context::Services,
    database::{AccessMode, RowScope},
    error::{Code, Error},
    id::OrganizationId,
};

/// How many organizations are looked after at once.
const ORGANIZATIONS_MAX: i32 = 100;

/// How many rows the first step checks.
const ROWS_FIRST: i32 = 1_000;

/// How many rows a step checks at most.
const ROWS_MAX: i32 = 10_000;

/// How long a step should take: the next one checks more rows, or fewer.
const STEP_AIM: Duration = Duration::from_millis(400);

/// How long a step may take before it is tried again with fewer rows.
const STEP_MAX: Duration = Duration::from_millis(900);

/// Goes on with every check that is under way, a step of each in turn, until there is nothing more to check. What another
/// process is on is left to it.
pub async fn resume(services: &Services) -> Result<(), Error> {
    let mut rows = HashMap::new();
    loop {
        let mut more = false;
        for organization in running(services).await? {
            more |= step(services, organization, rows.entry(organization).or_insert(ROWS_FIRST)).await;
        }
        if !more {
            return Ok(());
        }
    }
}

async fn running(services: &Services) -> Result<Vec<Uuid>, Error> {
    let mut db = services.workers.begin(RowScope::Nobody, AccessMode::Read).await?;
    let running = store::running(&mut db, ORGANIZATIONS_MAX).await?;
    db.release().await;
    Ok(running)
}

/// One step; whether there is more to check at once. What fails is taken up the next time.
async fn step(services: &Services, organization: Uuid, rows: &mut i32) -> bool {
    let begun = Instant::now();
    match checked(services, OrganizationId(organization), *rows).await {
        Ok(more) => {
            let took = begun.elapsed();
            if took > STEP_AIM {
                *rows = (*rows / 2).max(1);
            } else if took < STEP_AIM / 2 {
                *rows = (*rows * 2).min(ROWS_MAX);
            }
            more
        }
        // The rows are long ones, or the database has much to do.
        Err(error) if error.code == Code::Unavailable && *rows > 1 => {
            *rows = (*rows / 4).max(1);
            true
        }
        Err(error) => {
            tracing::warn!(%error, %organization, "an audit log could not be verified further");
            false
        }
    }
}

async fn checked(services: &Services, organization: OrganizationId, rows: i32) -> Result<bool, Error> {
    let mut db = services.workers.begin(RowScope::Organization(organization), AccessMode::Write).await?;
    // A single row cannot be split, and is waited for as long as any statement of a write, 15 seconds. It needs less: whoever wrote it
    // computed the same hash in such a statement, in a call of 25 seconds that had to make the changes, too. Of 100,000 changes of one
    // row making them takes more than two seconds, and checking them one.
    if rows > 1 {
        db.set_statement_timeout(STEP_MAX).await?;
    }
    match store::step(&mut db, rows).await {
        Ok(more) => db.commit().await.map(|()| more),
        Err(error) => {
            // The next step takes the job up again, so it must be free by then.
            db.roll_back().await;
            Err(error)
        }
    }
}
