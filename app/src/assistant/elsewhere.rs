//! Answers that another process makes. A run lives in its process; of the others' runs no more is known than that they are at work.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    door::Visitor,
    runs::{Run, Runs},
    store,
};
use crate::{
    database::{Access, Db},
    error::{Code, Error},
    id::{ConversationId, MessageId, RunId},
};

/// How often a process says that it is at work on an answer.
const BEAT: std::time::Duration = std::time::Duration::from_secs(5);

/// For how long that is believed. An answer whose process died is said to be cut off after this time.
pub const LEASE: SignedDuration = SignedDuration::from_secs(15);

/// Says, for as long as it is polled, that this process is at work on an answer.
pub async fn keep_saying(visitor: Visitor, message: MessageId, run: RunId) {
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(error) = say(&visitor, message, run).await {
            tracing::warn!(%error, "it could not be said that an answer is being made");
        }
    }
}

async fn say(visitor: &Visitor, message: MessageId, run: RunId) -> Result<(), Error> {
    let mut db = visitor.db_to_end().await?;
    store::message::keep_alive(&mut db, message, run, LEASE).await?;
    db.commit().await
}

/// Refuses (conflict) while another process answers in this conversation.
pub async fn refuse(db: &mut Db, runs: &Runs, conversation: ConversationId) -> Result<(), Error> {
    let made = store::message::runs_in(db, conversation).await?;
    match made.into_iter().all(|run| runs.knows(run)) {
        true => Ok(()),
        false => Err(Error { code: Code::Conflict, ..made_elsewhere() }),
    }
}

/// The visitor's own answer of this id, to be stopped.
///
/// # Errors
/// `unavailable` when another process makes it, `not_found` when none does.
pub async fn find(visitor: &Visitor, id: RunId) -> Result<Arc<Run>, Error> {
    or_elsewhere(visitor, id, visitor.caller.services.assistant.runs.find(visitor, id)).await
}

/// The same, to be heard from its beginning.
///
/// # Errors
/// `unavailable` when another process makes it, `not_found` when none does or the visitor sees less now than when it began.
pub async fn hear(visitor: &Visitor, id: RunId) -> Result<Arc<Run>, Error> {
    or_elsewhere(visitor, id, visitor.caller.services.assistant.runs.hear(visitor, id)).await
}

async fn or_elsewhere(visitor: &Visitor, id: RunId, found: Result<Arc<Run>, Error>) -> Result<Arc<Run>, Error> {
    if found.is_ok() || visitor.caller.services.assistant.runs.knows(id) {
        return found;
    }
    match store::message::is_made(&mut visitor.db(Access::Read).await?, id, visitor.place.member).await? {
        true => Err(made_elsewhere()),
        false => found,
    }
}

/// What is said of an answer that another process makes.
pub fn made_elsewhere() -> Error {
    Error::new(Code::Unavailable, "This answer is being written by another process of this Stint, and is shown here once it is complete.")
        .hint("Look again in a moment. Whoever runs Stint in several processes sends each person to the same one.")
}
