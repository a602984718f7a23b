//! The drafts of a week, by what the time page can do with them.

use domain::{hours::WorkDuration, id::TimeEntryId};

use super::{EntryState, TimeEntry};

/// The drafts among the entries of a week.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WeekDrafts {
    /// The drafts that the page shows and that can be confirmed; drafts that it does not show stay drafts.
    pub confirmable: Vec<TimeEntryId>,
    /// The time of these, in seconds.
    worked: i64,
    /// How many drafts are on closed days.
    closed: usize,
    /// The time of the drafts that the page does not show, in seconds.
    unseen: i64,
    /// Whether a timer that an agent started runs.
    running: bool,
}

impl WeekDrafts {
    /// Sorts the drafts among the shown entries; `drafts` is the time of all drafts of the week.
    pub fn of(entries: &[TimeEntry], drafts: &WorkDuration) -> Self {
        let mut waiting = Self { unseen: drafts.seconds, ..Self::default() };
        for draft in entries.iter().filter(|entry| entry.state == EntryState::Draft) {
            if draft.running {
                // The time of a running timer is in no total yet.
                waiting.running = true;
                continue;
            }
            waiting.unseen -= draft.worked.seconds;
            if draft.locked {
                waiting.closed += 1;
            } else {
                waiting.confirmable.push(draft.id);
                waiting.worked += draft.worked.seconds;
            }
        }
        waiting
    }

    /// The text about the drafts: first those to confirm, then the rest with what each waits for; `None` without drafts.
    pub fn words(&self) -> Option<String> {
        let confirmable = match self.confirmable.len() {
            0 => None,
            1 => Some(format!("1 draft of {} was written by an agent and waits for you.", WorkDuration::of(self.worked).text)),
            several => {
                Some(format!("{several} drafts, {} together, were written by agents and wait for you.", WorkDuration::of(self.worked).text))
            }
        };
        let closed = match self.closed {
            0 => None,
            1 => Some("1 draft is on a day that is closed and cannot count, unless an owner or admin moves the lock date.".to_owned()),
            several => Some(format!(
                "{several} drafts are on days that are closed and cannot count, unless an owner or admin moves the lock date."
            )),
        };
        let unseen = (self.unseen > 0).then(|| format!("{} in further drafts is not shown here.", WorkDuration::of(self.unseen).text));
        let running = self.running.then(|| "A timer that an agent started can be confirmed once it is stopped.".to_owned());
        let words: Vec<String> = [confirmable, closed, unseen, running].into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}
