//! Work that nobody waits for: mails leave, and old things are swept up.

mod mails;

use std::{sync::Arc, time::Duration};

use app::{
    audit::verification::job,
    cleanup::{self, CleanupReport},
    context::Services,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::mail::Post;

pub use mails::look_through;

/// How often checks of audit logs are looked for when nobody rings: another process may have begun one and not ended it.
const LOOK_AFTER: Duration = Duration::from_secs(30);

/// How often old things are swept up.
const SWEEP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after a sweep that did not come to its end the next one follows.
const SWEEP_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

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
        jobs.spawn(mails::leave(services.clone(), post, ending.clone()));
    }
    let (sweeping, verifying, ended) = (services.clone(), services.clone(), ending.clone());
    jobs.spawn(async move {
        ending.run_until_cancelled(old_things_go(sweeping)).await;
    });
    jobs.spawn(async move {
        ended.run_until_cancelled(logs_are_verified(verifying)).await;
    });
    Jobs(jobs)
}

async fn old_things_go(services: Arc<Services>) {
    sleep(FIRST_SWEEP).await;
    loop {
        let CleanupReport { sign_ins, security, answers, secrets, mails, access_months, names, failures } =
            cleanup::purge_expired(&services).await;
        tracing::info!(sign_ins, security, answers, secrets, mails, access_months, names, failures, "swept up what is old");
        sleep(next_sweep(failures)).await;
    }
}

/// When the next sweep comes, after one of which so many steps failed.
fn next_sweep(failures: u64) -> Duration {
    if failures == 0 { SWEEP_AFTER } else { SWEEP_AGAIN_AFTER }
}

/// Goes on with checks of audit logs: those that were started here, and those that another process began and did not end.
async fn logs_are_verified(services: Arc<Services>) {
    loop {
        if let Err(error) = job::resume(&services).await {
            tracing::warn!(%error, "an audit log could not be verified further");
        }
        tokio::select! {
            () = services.verification_wakeup.notified() => {}
            () = sleep(LOOK_AFTER) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_failed_is_made_up_for_within_minutes() {
        assert!(next_sweep(1) < Duration::from_secs(30 * 60));
        assert_eq!(next_sweep(0), Duration::from_secs(24 * 60 * 60));
    }
}
