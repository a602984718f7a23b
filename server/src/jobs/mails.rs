//! The worker that hands mails to the mail server: several at once, each of another organization or to another person, so that one
//! with ten thousand mails is no longer before the others than its next one takes. Of mails to addresses that nobody has proved no
//! more than half may be on their way, since strangers can cause any number of them.

use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use app::{
    context::Services,
    error::{Code, Error},
    outbox::{self, ClaimedMail, DeliveryOutcome, DueMail, Lane},
    quotas::MailShare,
};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::mail::{Post, PostError};

/// How often the outbox is looked through when nobody rings.
const LOOK_AFTER: Duration = Duration::from_secs(30);

/// How many mails are on their way at once.
const AT_ONCE: usize = 4;

/// How many mails are looked up at once.
const HANDFUL: i32 = 20;

/// How long nothing is tried after the mail server could not be reached; each further time twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(5);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// How it ended to look through the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    /// Nothing is due any more.
    Through,
    /// No mail can leave for now: the mail server cannot be reached.
    Stuck,
    /// The database did not answer.
    Troubled,
}

/// Lets mails leave until the end begins; those in hand are settled then.
pub(super) async fn leave(services: Arc<Services>, post: Post, ending: CancellationToken) {
    let mut pause = None;
    while !ending.is_cancelled() {
        // After a pause one mail tries whether the server is back.
        let at_once = if pause.is_some() { 1 } else { AT_ONCE };
        let looked = Round::new(&services, &post, &ending, at_once).go().await;
        let rings = services.outbox_wakeup.notified();
        match looked {
            Looked::Through if pause.take().is_some() => {}
            Looked::Through | Looked::Troubled => tokio::select! {
                () = ending.cancelled() => {}
                () = rings => {}
                () = sleep(LOOK_AFTER) => {}
            },
            Looked::Stuck => {
                let next = pause.map_or(PAUSE_MIN, |pause: Duration| (pause * 2).min(PAUSE_MAX));
                pause = Some(next);
                ending.run_until_cancelled(sleep(next)).await;
            }
        }
    }
}

/// Sends what is due, until nothing is or the mail server cannot be reached.
pub async fn look_through(services: &Arc<Services>, post: &Post) {
    Round::new(services, post, &CancellationToken::new(), AT_ONCE).go().await;
}

/// One look through the outbox.
struct Round<'a> {
    services: &'a Arc<Services>,
    post: &'a Post,
    ending: &'a CancellationToken,
    at_once: usize,
    /// What was found to be due and is not in hand yet.
    due: VecDeque<DueMail>,
    /// What is on its way.
    in_hand: JoinSet<(DueMail, Result<Reached, Error>)>,
    /// Whose.
    at_work: Vec<Lane>,
    /// How many of them go to addresses that nobody has proved.
    proofs: usize,
    /// Shares of which all mails of the day were counted, so that only those among them may still leave.
    used_up: Vec<MailShare>,
    looked: Looked,
}

impl<'a> Round<'a> {
    fn new(services: &'a Arc<Services>, post: &'a Post, ending: &'a CancellationToken, at_once: usize) -> Self {
        let (due, in_hand, at_work, used_up) = Default::default();
        Self { services, post, ending, at_once, due, in_hand, at_work, proofs: 0, used_up, looked: Looked::Through }
    }

    async fn go(mut self) -> Looked {
        loop {
            self.take_on().await;
            tokio::select! {
                done = self.in_hand.join_next() => match done {
                    Some(done) => self.done(done),
                    None => return self.looked,
                },
                // Somebody else's mail may leave beside those in hand.
                () = self.services.outbox_wakeup.notified(), if !self.in_hand.is_empty() => {}
            }
        }
    }

    /// Takes on as much as may be in hand at once.
    async fn take_on(&mut self) {
        while self.in_hand.len() < self.at_once && self.looked == Looked::Through && !self.ending.is_cancelled() {
            if self.due.is_empty() {
                match outbox::due(self.services, HANDFUL, &self.wanted(), &self.used_up, &self.at_work).await {
                    Ok(due) => self.due = due.into(),
                    Err(error) => {
                        tracing::warn!(%error, "the outbox could not be read");
                        self.looked = Looked::Troubled;
                    }
                }
            }
            let Some(due) = self.due.pop_front() else { return };
            // Much may have been taken on after this one was found.
            if !self.at_work.contains(&due.lane) && self.wanted().contains(&due.share) {
                self.take(due);
            }
        }
    }

    /// The shares whose mails may be taken on.
    fn wanted(&self) -> Vec<MailShare> {
        let crowded = self.proofs >= self.at_once.div_ceil(2);
        MailShare::ALL.into_iter().filter(|share| !(crowded && *share == MailShare::Proofs)).collect()
    }

    fn take(&mut self, due: DueMail) {
        self.at_work.push(due.lane);
        self.proofs += usize::from(due.share == MailShare::Proofs);
        let (services, post) = (Arc::clone(self.services), self.post.clone());
        self.in_hand.spawn(async move { (due, attempt(&services, &post, due).await) });
    }

    fn done(&mut self, done: Result<(DueMail, Result<Reached, Error>), tokio::task::JoinError>) {
        let (due, attempted) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a mail panicked on its way");
                self.looked = Looked::Troubled;
                return;
            }
        };
        self.proofs -= usize::from(due.share == MailShare::Proofs);
        // Whoever holds the mail that was missed may hold it for long: this look leaves that lane alone.
        if !matches!(attempted, Ok(Reached::Missed)) {
            self.at_work.retain(|other| *other != due.lane);
        }
        match attempted {
            // The mail server is there: the others need not leave one at a time.
            Ok(Reached::Yes) => self.at_once = AT_ONCE,
            Ok(Reached::Missed) => {}
            Ok(Reached::No) => self.looked = Looked::Stuck,
            Err(error) if error.code == Code::RateLimited => {
                tracing::warn!(%error, share = due.share.name(), "mails wait");
                self.used_up.push(due.share);
                self.due.retain(|other| other.share != due.share);
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox could not be written");
                self.looked = Looked::Troubled;
            }
        }
    }
}

/// Whether the mail server was reached, so that trying the next mail makes sense.
enum Reached {
    Yes,
    No,
    /// Somebody else has the mail in hand, or it must not leave any more.
    Missed,
}

async fn attempt(services: &Services, post: &Post, due: DueMail) -> Result<Reached, Error> {
    let Some(mail) = outbox::claim(services, due).await? else { return Ok(Reached::Missed) };
    let offered = post.offer(&mail).await;
    if offered.is_ok() && !outbox::hand_over(services, due, mail.attempts).await? {
        return Ok(Reached::Missed);
    }
    let sent = match offered {
        Ok(offered) => offered.hand_over().await,
        Err(problem) => Err(problem),
    };
    let (outcome, reached) = became(&mail, sent);
    persistently(|| outbox::record_outcome(services, due, mail.attempts, &outcome)).await?;
    Ok(reached)
}

/// What became of a mail, and whether the mail server was reached.
fn became(mail: &ClaimedMail, sent: Result<(), PostError>) -> (DeliveryOutcome, Reached) {
    match sent {
        Ok(()) => {
            tracing::info!(mail.id = %mail.id, attempts = mail.attempts, "a mail has left");
            (DeliveryOutcome::Sent, Reached::Yes)
        }
        Err(problem) => {
            // A mail server may quote what it refuses, in any encoding.
            let words = if mail.secret.is_some() { problem.in_short() } else { problem.to_string() };
            tracing::warn!(mail.id = %mail.id, attempts = mail.attempts, problem = words, "a mail could not leave");
            match problem {
                PostError::Unwritable(_) | PostError::RefusedForGood(_) => {
                    (DeliveryOutcome::RefusedForGood(words, mail.secret.clone()), Reached::Yes)
                }
                PostError::Refused(_) => (DeliveryOutcome::Refused(words), Reached::Yes),
                PostError::Unheard(_) => (DeliveryOutcome::Unheard(words), Reached::Yes),
                PostError::Unreachable(_) => (DeliveryOutcome::Unreachable(words), Reached::No),
            }
        }
    }
}

/// Tries a few times: that a mail has left must not be forgotten because the database was away for a moment, or because a call held the
/// mail, which it may for as long as it takes.
async fn persistently<W: Future<Output = Result<(), Error>>>(work: impl Fn() -> W) -> Result<(), Error> {
    for pause_seconds in [1, 2, 5, 10, 20, 20] {
        match work().await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::warn!(%error, pause_seconds, "the outcome of a mail could not be written yet"),
        }
        sleep(Duration::from_secs(pause_seconds)).await;
    }
    work().await
}
