//! Supervises the database while Stint runs.

use super::{ClusterError, STOP_LIMIT, directory::ClusterDirectory, installation::Installation, postmaster::Postmaster};
use std::{collections::VecDeque, fs::File, time::Duration};
use tokio::{
    select,
    sync::oneshot::Receiver,
    time::{Instant, sleep},
};

/// The number of failures within the window after which it is not restarted any more.
const FAILURES_MAX: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);
/// The pause before the second restart; the first follows at once, and each later pause is twice as long.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a shared database is checked.
const TAKE_OVER: Duration = Duration::from_millis(250);

/// What is needed to restart the database.
pub(super) struct Supervisor {
    pub(super) directory: ClusterDirectory,
    pub(super) installation: Installation,
    /// Resolves when Stint stops, with the instant by which the database has to have stopped; also when the sender is dropped.
    pub(super) stopping: Receiver<Instant>,
}

impl Supervisor {
    /// Keep our own database running until Stint stops; returns whether it then stopped by itself. The lock is released last.
    pub(super) async fn own(mut self, lock: File, postmaster: Postmaster) -> bool {
        let mut failures = Failures::default();
        let mut current = Ok(postmaster);
        let mut stopped = true;
        loop {
            let why = match current {
                Ok(mut postmaster) => select! {
                    by = &mut self.stopping => {
                        stopped = postmaster.stop_by(by.unwrap_or_else(|_| Instant::now() + STOP_LIMIT)).await;
                        break;
                    }
                    why = postmaster.ended() => why,
                },
                Err(error) => ClusterError::to_string(&error),
            };
            let Some(pause) = failures.pause(Instant::now()) else {
                tracing::error!(why, failures = FAILURES_MAX, "PostgreSQL fails again and again; it is not started any more");
                break;
            };
            tracing::warn!(why, pause_ms = pause.as_millis(), "PostgreSQL has ended; starting it again");
            select! {
                _ = &mut self.stopping => break,
                () = sleep(pause) => current = Postmaster::start(&self.directory, &self.installation).await,
            }
        }
        drop(lock);
        stopped
    }

    /// Use the database of another process, and take it over when that process ends before us: a server may have been started beside a
    /// command that runs the database.
    pub(super) async fn share(mut self) -> bool {
        loop {
            select! {
                _ = &mut self.stopping => return true,
                () = sleep(TAKE_OVER) => {}
            }
            match self.directory.lock() {
                Ok(None) => {}
                Ok(Some(lock)) => match Postmaster::start(&self.directory, &self.installation).await {
                    Ok(postmaster) => return self.own(lock, postmaster).await,
                    Err(error) => tracing::error!(%error, "the database of the other process could not be taken over"),
                },
                Err(error) => tracing::error!(%error, "the lock of the database could not be tried"),
            }
        }
    }
}

/// The times of the latest failures.
#[derive(Default)]
pub(super) struct Failures(VecDeque<Instant>);

impl Failures {
    /// Record a failure; returns the pause before the next restart, or none when there have been too many.
    pub(super) fn pause(&mut self, now: Instant) -> Option<Duration> {
        self.0.retain(|failure| now.duration_since(*failure) < WINDOW);
        self.0.push_back(now);
        match self.0.len() {
            1 => Some(Duration::ZERO),
            count if count < FAILURES_MAX => Some(PAUSE * (1 << (count - 2))),
            _ => None,
        }
    }
}
