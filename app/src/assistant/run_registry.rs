//! The runs of this process: answers that are being made, each streamed to any number of readers from its first event on.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::id::{ConversationId, MemberId, MessageId, OrganizationId, RunId};
use futures::{Stream, stream::unfold};
use tokio::sync::watch;

use super::{Message, RunEvent, Speaker, history, redaction, user::AssistantUser};
use crate::{
    access::Role,
    error::{Code, Error},
};

/// How many runs of one member may be active at once.
const RUNS_PER_MEMBER_MAX: usize = 3;

/// How many finished runs are kept for readers.
const FINISHED_RUNS_MAX: usize = 200;

/// All active runs, and the latest that have finished.
#[derive(Default)]
pub struct RunRegistry(Mutex<Vec<Arc<Run>>>);

/// One run.
pub struct Run {
    /// Its id.
    pub id: RunId,
    organization: OrganizationId,
    member: MemberId,
    role: Role,
    conversation: ConversationId,
    events: Mutex<Vec<RunEvent>>,
    over: watch::Sender<bool>,
    grown: watch::Sender<usize>,
    stop: watch::Sender<bool>,
}

/// An active run, owned by the task that makes the answer. Dropping it without an end, because the request was dropped or something failed,
/// marks the answer as cut off, so that nobody waits for it and the next one can begin.
pub struct RunGuard(Arc<Run>);

impl Deref for RunGuard {
    type Target = Arc<Run>;

    fn deref(&self) -> &Arc<Run> {
        &self.0
    }
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        if !self.0.is_over() {
            let (id, text, steps) = (MessageId::new(), String::new(), Vec::new());
            self.0.end(Message { id, speaker: Speaker::Assistant, text, steps, refusal: Some(history::cut_off_error()) });
        }
    }
}

impl RunRegistry {
    /// Begins a run. A conversation has at most one active run (`conflict`).
    pub fn begin(&self, user: &AssistantUser, conversation: ConversationId) -> Result<RunGuard, Error> {
        let mut runs = locked(&self.0);
        if runs.iter().any(|run| run.conversation == conversation && !run.is_over()) {
            return Err(Error::new(Code::Conflict, "The assistant is still answering here. Wait for it, or stop it first."));
        }
        if runs.iter().filter(|run| run.belongs_to(user) && !run.is_over()).count() >= RUNS_PER_MEMBER_MAX {
            return Err(Error::new(
                Code::RateLimited,
                format!("The assistant is already answering you {RUNS_PER_MEMBER_MAX} times. Wait for one of them, or stop it."),
            ));
        }
        while runs.len() >= FINISHED_RUNS_MAX
            && let Some(oldest) = runs.iter().position(|run| run.is_over())
        {
            runs.remove(oldest);
        }
        let run = Arc::new(Run::new(user, conversation));
        runs.push(run.clone());
        Ok(RunGuard(run))
    }

    /// The user's own run of this id.
    pub fn find(&self, user: &AssistantUser, id: RunId) -> Result<Arc<Run>, Error> {
        let found = locked(&self.0).iter().find(|run| run.id == id && run.belongs_to(user)).cloned();
        found.ok_or_else(|| Error::not_found("answer on its way"))
    }

    /// Like [`Self::find`], for reading its events; `not_found` if the user's role sees less now than when the run began.
    pub fn hear(&self, user: &AssistantUser, id: RunId) -> Result<Arc<Run>, Error> {
        let run = self.find(user, id)?;
        match redaction::role_covers(user.membership.role, run.role) {
            true => Ok(run),
            false => Err(Error::not_found("answer on its way")),
        }
    }

    /// Whether this process has the run of this id, active or lately finished.
    pub fn knows(&self, id: RunId) -> bool {
        locked(&self.0).iter().any(|run| run.id == id)
    }

    /// The active run of a conversation.
    pub fn of_conversation(&self, conversation: ConversationId) -> Option<RunId> {
        locked(&self.0).iter().find(|run| run.conversation == conversation && !run.is_over()).map(|run| run.id)
    }

    /// Stops the active run of a conversation.
    pub fn stop_in(&self, conversation: ConversationId) {
        locked(&self.0).iter().filter(|run| run.conversation == conversation).for_each(|run| run.stop());
    }
}

impl Run {
    fn new(user: &AssistantUser, conversation: ConversationId) -> Self {
        Self {
            id: RunId::new(),
            organization: user.membership.organization,
            member: user.membership.member,
            role: user.membership.role,
            conversation,
            events: Mutex::default(),
            over: watch::Sender::new(false),
            grown: watch::Sender::new(0),
            stop: watch::Sender::new(false),
        }
    }

    fn belongs_to(&self, user: &AssistantUser) -> bool {
        self.organization == user.membership.organization && self.member == user.membership.member
    }

    fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Sends an event to all readers.
    pub fn tell(&self, event: RunEvent) {
        let mut events = locked(&self.events);
        events.push(event);
        self.grown.send_replace(events.len());
    }

    /// Ends the run and sends the final message to all readers.
    pub fn end(&self, message: Message) {
        self.over.send_replace(true);
        self.tell(RunEvent::End { message });
    }

    /// Stops the run at once.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Completes when the run has been stopped.
    pub async fn stopped(&self) {
        // The sender lives as long as the run itself, so this cannot fail.
        self.stop.subscribe().wait_for(|stopped| *stopped).await.ok();
    }

    /// All events of the run, past and future, in order, up to its end.
    pub fn events(self: Arc<Self>) -> impl Stream<Item = RunEvent> + Send + use<> {
        let grown = self.grown.subscribe();
        unfold(Some((self, grown, 0)), |reader| async move {
            let (run, mut grown, at) = reader?;
            grown.wait_for(|length| *length > at).await.ok()?;
            let event = locked(&run.events).get(at).cloned()?;
            // Nothing follows the end.
            let more = !matches!(event, RunEvent::End { .. });
            Some((event, more.then_some((run, grown, at + 1))))
        })
    }
}

/// Locks a mutex. Poisoning is ignored, because a panic under this lock leaves no partial change.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
