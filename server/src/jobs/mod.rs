//! Work that nobody waits for: mails leave, and old things are swept up.

mod outbox_worker;

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

use crate::mail::Mailer;

pub use outbox_worker::drain_outbox;

/// How often checks of audit logs are looked for when nobody rings: another process may have begun one and not ended it.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// How often old things are swept up.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long after a sweep that did not come to its end the next one follows.
const CLEANUP_RETRY_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// How long after the start the first sweep comes: a start is busy enough.
const FIRST_CLEANUP_DELAY: Duration = Duration::from_secs(60);

/// What runs beside the doors. Dropped, all of it is broken off: whatever was under way is taken up at the next start.
pub struct Jobs(JoinSet<()>);

impl Jobs {
    /// Waits for what is in hand, once the end has begun; says whether all of it came to its end by this instant.
    pub async fn end(mut self, by: Instant) -> bool {
        timeout_at(by, async { while self.0.join_next().await.is_some() {} }).await.is_ok()
    }
}

/// Starts what runs beside the doors, until the end begins.
pub fn start(services: &Arc<Services>, mailer: Option<Mailer>, shutdown: CancellationToken) -> Jobs {
    let mut jobs = JoinSet::new();
    if let Some(mailer) = mailer {
        jobs.spawn(outbox_worker::run(services.clone(), mailer, shutdown.clone()));
    }
    let (cleaning, verifying, ended) = (services.clone(), services.clone(), shutdown.clone());
    jobs.spawn(async move {
        shutdown.run_until_cancelled(run_cleanup(cleaning)).await;
    });
    jobs.spawn(async move {
        ended.run_until_cancelled(run_verifications(verifying)).await;
    });
    Jobs(jobs)
}

async fn run_cleanup(services: Arc<Services>) {
    sleep(FIRST_CLEANUP_DELAY).await;
    loop {
        let CleanupReport { sign_ins, security, answers, secrets, mails, access_months, names, failures } =
            cleanup::purge_expired(&services).await;
        tracing::info!(sign_ins, security, answers, secrets, mails, access_months, names, failures, "swept up what is old");
        sleep(next_cleanup(failures)).await;
    }
}

/// When the next sweep comes, after one of which so many steps failed.
fn next_cleanup(failures: u64) -> Duration {
    if failures == 0 { CLEANUP_INTERVAL } else { CLEANUP_RETRY_INTERVAL }
}

/// Goes on with checks of audit logs: those that were started here, and those that another process began and did not end.
async fn run_verifications(services: Arc<Services>) {
    loop {
        if let Err(error) = job::resume(&services).await {
            tracing::warn!(%error, "an audit log could not be verified further");
        }
        tokio::select! {
            () = services.verification_wakeup.notified() => {}
            () = sleep(POLL_INTERVAL) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_failed_is_made_up_for_within_minutes() {
        assert!(next_cleanup(1) < Duration::from_secs(30 * 60));
        assert_eq!(next_cleanup(0), Duration::from_secs(24 * 60 * 60));
    }
}
