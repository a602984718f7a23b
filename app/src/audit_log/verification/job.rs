//! The background check of the whole log: each step is a transaction of its own and saves its progress.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use domain::id::OrganizationId;
use uuid::Uuid;

use super::store;
use crate::{
    context::Services,
    database::{AccessMode, RowScope},
    error::{Code, Error},
};

/// How many organizations are verified in one round.
const ORGANIZATIONS_MAX: i32 = 100;

/// How many rows the first step checks.
const ROWS_FIRST: i32 = 1_000;

/// The most rows of a step.
const ROWS_MAX: i32 = 10_000;

/// The target duration of a step; the number of rows of the next one adapts to it.
const STEP_AIM: Duration = Duration::from_millis(400);

/// The statement timeout of a step, after which it is retried with fewer rows.
const STEP_MAX: Duration = Duration::from_millis(900);

/// Continues all running checks round-robin, one step each, until none has more rows. Skips those that another process
/// works on.
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

/// Runs one step; true if there is more to check immediately. After an error the next run continues.
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
        // The rows are long, or the database is busy.
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
    // A single row cannot be split and gets the statement timeout of a write, 15 seconds. It needs less: the write of the row computed
    // the same hash in such a statement, in a call limited to 25 seconds that also made the changes. With 100,000 changes in one row
    // making them takes more than two seconds, and checking them one.
    if rows > 1 {
        db.set_statement_timeout(STEP_MAX).await?;
    }
    match store::step(&mut db, rows).await {
        Ok(more) => db.commit().await.map(|()| more),
        Err(error) => {
            // The next step locks the job again, so the lock must be released before.
            db.roll_back().await;
            Err(error)
        }
    }
}
