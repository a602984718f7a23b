//! Verifies the rows since the last checkpoint, and starts the check of the whole log.

use std::time::Duration;

use domain::{day::OffsetDateTime, id::ActionId};
use uuid::Uuid;

use super::{
    AuditProof, AuditVerification, BrokenEntry, ChangesChecked, VerificationState,
    store::{self, VerificationRow},
};
use crate::{
    error::{Code, Error},
    operation::Call,
};

/// How many rows of the chain are checked in one statement: as many as there are between two checkpoints.
const STRETCH: i32 = 10_000;

/// The statement timeout of a check inside a request.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Recomputes the chain from its last checkpoint to its present end.
pub async fn since_checkpoint(cx: &mut Call) -> Result<AuditProof, Error> {
    if let Some((action, position)) = store::outside(&mut cx.db).await? {
        return proof(cx, 0, position, Some(action), "it was put in, and belongs to no place of the chain".to_owned()).await;
    }
    cx.db.set_statement_timeout(AT_ONCE).await?;
    let Some((end, last)) = store::head(&mut cx.db).await? else {
        return Ok(AuditProof { sound: true, after: 0, checked: 0, broken: None });
    };
    let (after, mut hash) = store::last_checkpoint(&mut cx.db).await?.unwrap_or_default();
    let mut position = after;
    while position < end {
        let Some(segment) = store::verify(&mut cx.db, position, &hash, STRETCH).await.map_err(too_much)? else { break };
        if let (Some(broken), Some(at), Some(reason)) = (segment.broken, segment.broken_position, segment.reason) {
            return proof(cx, after, at, Some(broken), reason).await;
        }
        (position, hash) = (segment.last_position.unwrap_or(end), segment.last_hash.unwrap_or_default());
    }
    // Rows added meanwhile are verified as well; the check only needs that none is missing.
    if position < end || after > end || (position == end && hash != last) {
        return proof(cx, after, position, None, "the last rows are missing".to_owned()).await;
    }
    Ok(AuditProof { sound: true, after, checked: position - after, broken: None })
}

/// The error for rows with too many changes for a request, which the background check verifies.
fn too_much(error: Error) -> Error {
    match error.code {
        Code::Unavailable => Error::new(Code::Conflict, "More was changed since the last checkpoint than can be checked at once.")
            .hint("Verify the whole log instead: that goes on by itself, and says how far it is."),
        _ => error,
    }
}

async fn proof(cx: &mut Call, after: i64, position: i64, action: Option<Uuid>, reason: String) -> Result<AuditProof, Error> {
    let checked = store::count(&mut cx.db, after, position).await?;
    Ok(AuditProof { sound: false, after, checked, broken: Some(BrokenEntry { action: action.map(ActionId), position, reason }) })
}

/// Starts a check of the whole chain, unless one is running; [`super::job`] does the work.
pub async fn start(cx: &mut Call) -> Result<AuditVerification, Error> {
    store::begin(&mut cx.db).await?;
    cx.mark_changed();
    cx.on_commit(|services| services.verification_wakeup.notify_one());
    get(cx).await
}

/// The running check, or else the last one.
pub async fn get(cx: &mut Call) -> Result<AuditVerification, Error> {
    let zone = cx.membership()?.member_zone.clone();
    let Some(row) = store::find(&mut cx.db).await? else {
        return Ok(AuditVerification {
            state: VerificationState::Never,
            checked: 0,
            total: 0,
            changes: None,
            started_at: None,
            finished_at: None,
            broken: None,
        });
    };
    read(row, &zone)
}

fn read(row: VerificationRow, zone: &jiff::tz::TimeZone) -> Result<AuditVerification, Error> {
    let broken = row.broken_position.map(|position| BrokenEntry {
        action: row.broken_action.map(ActionId),
        position,
        reason: row.reason.unwrap_or_default(),
    });
    Ok(AuditVerification {
        state: row.state.parse()?,
        checked: row.checked,
        total: row.total,
        changes: row.changes_checked.zip(row.changes).map(|(checked, total)| ChangesChecked { checked, total }),
        started_at: Some(OffsetDateTime::at(row.started_at.to_jiff(), zone)),
        finished_at: row.finished_at.map(|at| OffsetDateTime::at(at.to_jiff(), zone)),
        broken,
    })
}
