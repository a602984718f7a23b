//! The outbox worker: hands mails to the mail server, several at once, each of another lane (organization or person), so that a lane with
//! ten thousand mails delays the others by one mail at most. At most half of the mails under way may go to unconfirmed addresses, since
//! strangers can cause any number of them.

use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use app::{
    context::Services,
    delivery,
    delivery::{ClaimedMail, DeliveryOutcome, DueMail, Lane},
    error::{Code, Error},
    quotas::MailShare,
};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::mail::{DeliveryError, Mailer};

/// How often the outbox is read without a wake-up.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The number of mails that are sent concurrently.
const CONCURRENCY: usize = 4;

/// The number of due mails that are read at once.
const BATCH_SIZE: i32 = 20;

/// The first pause after the mail server could not be reached; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(5);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// The outcome of one delivery round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoundOutcome {
    /// Nothing is due any more.
    Drained,
    /// No mail can be sent for now: the mail server cannot be reached.
    ServerUnreachable,
    /// The database did not answer.
    DatabaseFailed,
}

/// Sends mails until the shutdown begins, and then settles those under way.
pub(super) async fn run(services: Arc<Services>, mailer: Mailer, shutdown: CancellationToken) {
    let mut pause = None;
    while !shutdown.is_cancelled() {
        // After a pause a single mail tests whether the mail server is back.
        let at_once = if pause.is_some() { 1 } else { CONCURRENCY };
        let outcome = DeliveryRound::new(&services, &mailer, &shutdown, at_once).go().await;
        let rings = services.outbox_wakeup.notified();
        match outcome {
            RoundOutcome::Drained if pause.take().is_some() => {}
            RoundOutcome::Drained | RoundOutcome::DatabaseFailed => tokio::select! {
                () = shutdown.cancelled() => {}
                () = rings => {}
                () = sleep(POLL_INTERVAL) => {}
            },
            RoundOutcome::ServerUnreachable => {
                let next = pause.map_or(PAUSE_MIN, |pause: Duration| (pause * 2).min(PAUSE_MAX));
                pause = Some(next);
                shutdown.run_until_cancelled(sleep(next)).await;
            }
        }
    }
}

/// Sends what is due, until nothing is due or the mail server cannot be reached.
pub async fn drain_outbox(services: &Arc<Services>, mailer: &Mailer) {
    DeliveryRound::new(services, mailer, &CancellationToken::new(), CONCURRENCY).go().await;
}

/// One pass over the outbox.
struct DeliveryRound<'a> {
    services: &'a Arc<Services>,
    mailer: &'a Mailer,
    shutdown: &'a CancellationToken,
    at_once: usize,
    /// Due mails that are not yet being sent.
    due: VecDeque<DueMail>,
    /// Mails that are being sent.
    in_hand: JoinSet<(DueMail, Result<ServerReached, Error>)>,
    /// The lanes of the mails that are being sent.
    busy_lanes: Vec<Lane>,
    /// How many of them go to unconfirmed addresses.
    proofs: usize,
    /// Shares whose mails of the day are used up, so that only mails that were counted already may still be sent.
    used_up: Vec<MailShare>,
    outcome: RoundOutcome,
}

impl<'a> DeliveryRound<'a> {
    fn new(services: &'a Arc<Services>, mailer: &'a Mailer, shutdown: &'a CancellationToken, at_once: usize) -> Self {
        let (due, in_hand, busy_lanes, used_up) = Default::default();
        Self { services, mailer, shutdown, at_once, due, in_hand, busy_lanes, proofs: 0, used_up, outcome: RoundOutcome::Drained }
    }

    async fn go(mut self) -> RoundOutcome {
        loop {
            self.take_on().await;
            tokio::select! {
                done = self.in_hand.join_next() => match done {
                    Some(done) => self.done(done),
                    None => return self.outcome,
                },
                // Mails of other lanes may be sent beside those under way.
                () = self.services.outbox_wakeup.notified(), if !self.in_hand.is_empty() => {}
            }
        }
    }

    /// Takes on as many mails as may be under way at once.
    async fn take_on(&mut self) {
        while self.in_hand.len() < self.at_once && self.outcome == RoundOutcome::Drained && !self.shutdown.is_cancelled() {
            if self.due.is_empty() {
                match delivery::due(self.services, BATCH_SIZE, &self.wanted(), &self.used_up, &self.busy_lanes).await {
                    Ok(due) => self.due = due.into(),
                    Err(error) => {
                        tracing::warn!(%error, "the outbox could not be read");
                        self.outcome = RoundOutcome::DatabaseFailed;
                    }
                }
            }
            let Some(due) = self.due.pop_front() else { return };
            // The lane may have become busy after this mail was read.
            if !self.busy_lanes.contains(&due.lane) && self.wanted().contains(&due.share) {
                self.take(due);
            }
        }
    }

    /// The shares whose mails may be taken on.
    fn wanted(&self) -> Vec<MailShare> {
        let crowded = self.proofs >= self.at_once.div_ceil(2);
        MailShare::ALL.iter().copied().filter(|share| !(crowded && *share == MailShare::Proofs)).collect()
    }

    fn take(&mut self, due: DueMail) {
        self.busy_lanes.push(due.lane);
        self.proofs += usize::from(due.share == MailShare::Proofs);
        let (services, mailer) = (Arc::clone(self.services), self.mailer.clone());
        self.in_hand.spawn(async move { (due, attempt(&services, &mailer, due).await) });
    }

    fn done(&mut self, done: Result<(DueMail, Result<ServerReached, Error>), tokio::task::JoinError>) {
        let (due, attempted) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a mail panicked on its way");
                self.outcome = RoundOutcome::DatabaseFailed;
                return;
            }
        };
        self.proofs -= usize::from(due.share == MailShare::Proofs);
        // The lock on the missed mail may be held for long: this round skips its lane.
        if !matches!(attempted, Ok(ServerReached::Missed)) {
            self.busy_lanes.retain(|other| *other != due.lane);
        }
        match attempted {
            // The mail server answers: the others need not be sent one at a time.
            Ok(ServerReached::Yes) => self.at_once = CONCURRENCY,
            Ok(ServerReached::Missed) => {}
            Ok(ServerReached::No) => self.outcome = RoundOutcome::ServerUnreachable,
            Err(error) if error.code == Code::RateLimited => {
                tracing::warn!(%error, share = due.share.name(), "mails wait");
                self.used_up.push(due.share);
                self.due.retain(|other| other.share != due.share);
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be written");
                self.outcome = RoundOutcome::DatabaseFailed;
            }
        }
    }
}

/// Whether the mail server was reached, so that trying the next mail makes sense.
enum ServerReached {
    Yes,
    No,
    /// Another worker has locked the mail, or it must not be sent any more.
    Missed,
}

async fn attempt(services: &Services, mailer: &Mailer, due: DueMail) -> Result<ServerReached, Error> {
    let Some(mail) = delivery::claim(services, due).await? else { return Ok(ServerReached::Missed) };
    let offered = mailer.offer(&mail).await;
    if offered.is_ok() && !delivery::hand_over(services, due, mail.attempts).await? {
        return Ok(ServerReached::Missed);
    }
    let sent = match offered {
        Ok(offered) => offered.hand_over().await,
        Err(problem) => Err(problem),
    };
    let (outcome, reached) = outcome_of(&mail, sent);
    with_retries(|| delivery::record_outcome(services, due, mail.attempts, &outcome)).await?;
    Ok(reached)
}

/// The result for a mail, and whether the mail server was reached.
fn outcome_of(mail: &ClaimedMail, sent: Result<(), DeliveryError>) -> (DeliveryOutcome, ServerReached) {
    match sent {
        Ok(()) => {
            tracing::info!(mail.id = %mail.id, attempts = mail.attempts, "a mail has left");
            (DeliveryOutcome::Sent, ServerReached::Yes)
        }
        Err(problem) => {
            // A mail server may quote what it refuses, in any encoding.
            let words = if mail.secret.is_some() { problem.without_reply_text() } else { problem.to_string() };
            tracing::warn!(mail.id = %mail.id, attempts = mail.attempts, problem = words, "a mail could not leave");
            match problem {
                DeliveryError::Unwritable(_) | DeliveryError::RefusedForGood(_) => {
                    (DeliveryOutcome::RefusedForGood(words, mail.secret.clone()), ServerReached::Yes)
                }
                DeliveryError::Refused(_) => (DeliveryOutcome::Refused(words), ServerReached::Yes),
                DeliveryError::Unheard(_) => (DeliveryOutcome::Unheard(words), ServerReached::Yes),
                DeliveryError::Unreachable(_) => (DeliveryOutcome::Unreachable(words), ServerReached::No),
            }
        }
    }
}

/// Records the outcome, with a few attempts: that a mail was sent must not be lost because the database was away for a moment, or because a
/// call holds the lock of the mail, which it may for as long as it takes.
async fn with_retries<W: Future<Output = Result<(), Error>>>(work: impl Fn() -> W) -> Result<(), Error> {
    for pause_seconds in [1, 2, 5, 10, 20, 20] {
        match work().await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::warn!(%error, pause_seconds, "the outcome of a mail could not be written yet"),
        }
        sleep(Duration::from_secs(pause_seconds)).await;
    }
    work().await
}
