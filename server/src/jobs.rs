//! Work that nobody waits for: mails leave, and old things are swept up.

use std::{future::Future, sync::Arc, time::Duration};

use app::{
    context::Services,
    error::Error,
    outbox::{self, Due, Outcome},
    upkeep,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::mail::{Post, PostError};

/// How often the outbox is looked through when nobody rings.
const LOOK_AFTER: Duration = Duration::from_secs(30);

/// How many mails are taken from the outbox at once.
const HANDFUL: i32 = 20;

/// How often old things are swept up.
const SWEEP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after the start the first sweep comes: a start is busy enough.
const FIRST_SWEEP: Duration = Duration::from_secs(60);

/// What runs beside the doors. Dropped, all of it is broken off: whatever was under way is taken up at the next start.
pub struct Jobs(JoinSet<()>);

impl Jobs {
    /// Waits for what is in hand, once the end has begun; says whether all of it came to its end by this instant.
    pub async fn end(mut self, by: Instant) -> bool {
        timeout_at(by, async { while self.0.join_next().await.is_some() {} }).await.is_ok()
    }
}

/// Starts what runs beside the doors, until the end begins.
pub fn start(services: &Arc<Services>, post: Option<Post>, ending: CancellationToken) -> Jobs {
    let mut jobs = JoinSet::new();
    if let Some(post) = post {
        jobs.spawn(mails_leave(services.clone(), post, ending.clone()));
    }
    let services = services.clone();
    jobs.spawn(async move {
        ending.run_until_cancelled(old_things_go(services)).await;
    });
    Jobs(jobs)
}

async fn mails_leave(services: Arc<Services>, post: Post, ending: CancellationToken) {
    loop {
        look_until(&services, &post, &ending).await;
        tokio::select! {
            () = ending.cancelled() => return,
            () = services.mail_waits.notified() => {}
            () = sleep(LOOK_AFTER) => {}
        }
    }
}

/// Sends what is due, until nothing is or the mail server cannot be reached.
pub async fn look_through(services: &Services, post: &Post) {
    look_until(services, post, &CancellationToken::new()).await;
}

async fn look_until(services: &Services, post: &Post, ending: &CancellationToken) {
    loop {
        let due = match outbox::due(services, HANDFUL).await {
            Ok(due) => due,
            Err(error) => return tracing::warn!(%error, "the outbox could not be read"),
        };
        if due.is_empty() {
            return;
        }
        for mail in due {
            // A mail in hand is finished, a further one is not begun.
            if ending.is_cancelled() {
                return;
            }
            match attempt(services, post, mail).await {
                Ok(Reached::Yes) => {}
                Ok(Reached::No) => return,
                Err(error) => return tracing::warn!(%error, "the outbox could not be written"),
            }
        }
    }
}

/// Whether the mail server was reached, so that trying the next mail makes sense.
enum Reached {
    Yes,
    No,
}

async fn attempt(services: &Services, post: &Post, due: Due) -> Result<Reached, Error> {
    let Some(mail) = outbox::claim(services, due).await? else { return Ok(Reached::Yes) };
    let (outcome, reached) = match post.send(&mail).await {
        Ok(()) => {
            tracing::info!(mail.id = %mail.id, attempts = mail.attempts, "a mail has left");
            (Outcome::Sent, Reached::Yes)
        }
        Err(problem) => {
            tracing::warn!(mail.id = %mail.id, attempts = mail.attempts, %problem, "a mail could not leave");
            let reached = if matches!(problem, PostError::Unreachable(_)) { Reached::No } else { Reached::Yes };
            let outcome = match problem {
                PostError::Unwritable(_) | PostError::RefusedForGood(_) => Outcome::RefusedForGood,
                PostError::Refused(_) | PostError::Unreachable(_) => Outcome::Refused,
            };
            (outcome(problem.to_string()), reached)
        }
    };
    persistently(|| outbox::settle(services, due, mail.attempts, &outcome)).await?;
    Ok(reached)
}

/// Tries a few times: that a mail has left must not be forgotten because the database was away for a moment.
async fn persistently<W: Future<Output = Result<(), Error>>>(work: impl Fn() -> W) -> Result<(), Error> {
    for pause_seconds in [1, 2, 5, 10] {
        match work().await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::warn!(%error, pause_seconds, "the outcome of a mail could not be written yet"),
        }
        sleep(Duration::from_secs(pause_seconds)).await;
    }
    work().await
}

async fn old_things_go(services: Arc<Services>) {
    sleep(FIRST_SWEEP).await;
    loop {
        match upkeep::sweep(&services).await {
            Ok(swept) => tracing::info!(sign_ins = swept.sign_ins, answers = swept.answers, "swept up what is old"),
            Err(error) => tracing::warn!(%error, "what is old could not be swept up"),
        }
        sleep(SWEEP_AFTER).await;
    }
}
