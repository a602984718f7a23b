//! Leases of runs: a run lives in one process, and the database tells the other processes only that it is alive.

use std::sync::Arc;

use domain::id::{ConversationId, MessageId, RunId};
use jiff::SignedDuration;

use super::{
    AssistantServices,
    run_registry::{Run, RunRegistry},
    store,
    user::AssistantUser,
};
use crate::{
    database::{AccessMode, Db},
    error::{Code, Error},
};

/// The interval at which a process renews the lease of a run.
const LEASE_RENEWAL: std::time::Duration = std::time::Duration::from_secs(5);

/// How long a lease lasts. The answer of a process that died counts as cut off after this time.
pub const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// Renews the lease of a run for as long as the future is polled.
pub async fn renew_lease_while_running(user: AssistantUser, message: MessageId, run: RunId) {
    loop {
        tokio::time::sleep(LEASE_RENEWAL).await;
        if let Err(error) = renew_lease(&user, message, run).await {
            tracing::warn!(%error, "it could not be said that an answer is being made");
        }
    }
}

async fn renew_lease(user: &AssistantUser, message: MessageId, run: RunId) -> Result<(), Error> {
    let mut db = user.db_to_finish().await?;
    store::message::keep_alive(&mut db, message, run, LEASE).await?;
    db.commit().await
}

/// Refuses (`conflict`) while another process answers in this conversation.
pub async fn refuse_if_running(db: &mut Db, runs: &RunRegistry, conversation: ConversationId) -> Result<(), Error> {
    let made = store::message::runs_in(db, conversation).await?;
    match made.into_iter().all(|run| runs.knows(run)) {
        true => Ok(()),
        false => Err(Error { code: Code::Conflict, ..running_elsewhere_error() }),
    }
}

/// The user's own run of this id, to stop it.
///
/// # Errors
/// `unavailable` when another process makes it, `not_found` when none does.
pub async fn find(user: &AssistantUser, id: RunId) -> Result<Arc<Run>, Error> {
    or_elsewhere(user, id, user.caller.services.assistant().runs.find(user, id)).await
}

/// The user's own run of this id, to read its events from the first one on.
///
/// # Errors
/// `unavailable` when another process makes it, `not_found` when none does or the user sees less now than when it began.
pub async fn hear(user: &AssistantUser, id: RunId) -> Result<Arc<Run>, Error> {
    or_elsewhere(user, id, user.caller.services.assistant().runs.hear(user, id)).await
}

async fn or_elsewhere(user: &AssistantUser, id: RunId, found: Result<Arc<Run>, Error>) -> Result<Arc<Run>, Error> {
    if found.is_ok() || user.caller.services.assistant().runs.knows(id) {
        return found;
    }
    match store::message::is_made(&mut user.db(AccessMode::Read).await?, id, user.membership.member).await? {
        true => Err(running_elsewhere_error()),
        false => found,
    }
}

/// The error for a run that belongs to another process.
pub fn running_elsewhere_error() -> Error {
    Error::new(Code::Unavailable, "This answer is being written by another process of this Stint, and is shown here once it is complete.")
        .hint("Look again in a moment. Whoever runs Stint in several processes sends each person to the same one.")
}
