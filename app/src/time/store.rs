//! SQL of time entries.

pub mod read;
pub mod sums;
pub mod terms;
pub mod write;

use domain::money::Currency;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use uuid::Uuid;

use super::{EntryState, Labour, entry_time::EntryTime, pricing::Price};

/// An entry or running timer as it is stored, without what never changes: when it was made, by whom, and through what.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// Its id.
    pub id: Uuid,
    /// Who worked.
    pub member: Uuid,
    /// What it was for.
    pub project: Uuid,
    /// The currency of its rate: that of the project's client.
    pub currency: Currency,
    /// What was done.
    pub description: String,
    /// The day of its start.
    pub day: Date,
    /// The current time zone of its member.
    pub zone: TimeZone,
    /// The start, if it is known.
    pub started_at: Option<Timestamp>,
    /// The end; `None` while it runs.
    pub ended_at: Option<Timestamp>,
    /// Whether it is the running timer.
    pub running: bool,
    /// Seconds worked; 0 while it runs.
    pub seconds: i64,
    /// Who did the work.
    pub labour: Labour,
    /// Whether it is billable, and at what rate.
    pub price: Price,
    /// The cost rate of the member when the entry was made.
    pub cost_rate: Option<i64>,
    /// Its state.
    pub state: EntryState,
    /// Counts its changes.
    pub version: i32,
    /// The invoice it is on.
    pub invoice: Option<OnInvoice>,
    /// The organization's last closed day.
    pub lock_date: Option<Date>,
    /// Seconds that a timer may run before a warning asks to check its end.
    pub timer_limit: i64,
}

/// The invoice that an entry is on.
#[derive(Debug, Clone, PartialEq)]
pub struct OnInvoice {
    /// Its id.
    pub id: Uuid,
    /// Its number; none while it is a draft.
    pub number: Option<String>,
}

impl StoredEntry {
    /// The time of an entry that does not run.
    pub fn when(&self) -> EntryTime {
        EntryTime { day: self.day, span: self.started_at.zip(self.ended_at), seconds: self.seconds }
    }

    /// Sets the time of the entry.
    pub fn set_time(&mut self, when: EntryTime) {
        (self.started_at, self.ended_at) = when.span.unzip();
        self.day = when.day;
        self.seconds = when.seconds;
        self.running = false;
    }
}
