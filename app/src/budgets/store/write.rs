//! SQL that writes budgets.

use jiff::Timestamp;
use sqlx::query;
use uuid::Uuid;

use crate::{
    budgets::usage::Budget,
    database::{Db, OnConstraint, instant},
    error::{Code, Error},
};

/// Adds a budget.
pub async fn insert(db: &mut Db, budget: &Budget, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into budget (organization_id, id, project_id, seconds, amount, period, basis, warning_percent, critical_percent, hard_stop, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        organization,
        budget.id,
        budget.project,
        budget.seconds,
        budget.amount,
        budget.period.name(),
        budget.basis.name(),
        budget.warning_percent,
        budget.critical_percent,
        budget.hard_stop,
        instant(now) as _
    )
    .execute(db.connection())
    .await
    .on_constraint("budget_project_unique", || {
        Error::new(Code::Conflict, "Somebody has just set a budget for this project. Look at it before you change it.")
    })?;
    Ok(())
}

/// Stores a budget and increments its version.
pub async fn update(db: &mut Db, budget: &Budget, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update budget set seconds = $3, amount = $4, period = $5, basis = $6, warning_percent = $7, critical_percent = $8, hard_stop = $9,
             updated_at = $10, version = version + 1
         where organization_id = $1 and id = $2",
        organization,
        budget.id,
        budget.seconds,
        budget.amount,
        budget.period.name(),
        budget.basis.name(),
        budget.warning_percent,
        budget.critical_percent,
        budget.hard_stop,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Deletes a budget.
pub async fn delete(db: &mut Db, id: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from budget where organization_id = $1 and id = $2", organization, id).execute(db.connection()).await?;
    Ok(())
}
