//! Background jobs: the outbox worker, the nightly cleanup and the verification of audit logs.

mod outbox_worker;

use std::{sync::Arc, time::Duration};

use app::{
    audit_log::verification::job,
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

/// How often unfinished checks of audit logs are looked for without a wake-up: another process may have begun one and not finished it.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The interval of the cleanup.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause after a cleanup that did not finish.
const CLEANUP_RETRY_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// The delay of the first cleanup after the start, which is busy enough.
const FIRST_CLEANUP_DELAY: Duration = Duration::from_secs(60);

/// The background jobs of the process. Dropping it aborts all of them; the next start resumes their work.
pub struct Jobs(JoinSet<()>);

impl Jobs {
    /// Waits until the jobs have finished what is under way, once the shutdown has begun; returns whether all finished by this instant.
    pub async fn end(mut self, by: Instant) -> bool {
        timeout_at(by, async { while self.0.join_next().await.is_some() {} }).await.is_ok()
    }
}

/// Starts the background jobs, which run until the shutdown begins.
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

/// The delay of the next cleanup after one in which this many steps failed.
fn next_cleanup(failures: u64) -> Duration {
    if failures == 0 { CLEANUP_INTERVAL } else { CLEANUP_RETRY_INTERVAL }
}

/// Continues checks of audit logs: those that were started here, and those that another process began and did not finish.
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
