//! Budgets, their usage and their thresholds. Pure.

use domain::{
    budget_period::BudgetPeriod,
    hours::WorkDuration,
    id::{BudgetId, ClientId, ProjectId},
    money::{Currency, Money},
};
use jiff::civil::Date;
use uuid::Uuid;

use super::types::{BudgetAmount, BudgetBasis, BudgetHours, BudgetState, BudgetStatus, Share};
use crate::summary::{ClientSummary, ProjectSummary};

/// A budget as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// Its id.
    pub id: Uuid,
    /// The project it is for.
    pub project: Uuid,
    /// The project's name.
    pub project_name: String,
    /// The project's colour.
    pub color: String,
    /// The client of the project.
    pub client: Uuid,
    /// The client's name.
    pub client_name: String,
    /// The client's currency, in which the amount is.
    pub currency: Currency,
    /// The cap on hours, in seconds.
    pub seconds: Option<i64>,
    /// The cap on money, in minor units.
    pub amount: Option<i64>,
    /// The period after which it begins anew.
    pub period: BudgetPeriod,
    /// Which time the hours count.
    pub basis: BudgetBasis,
    /// From how many percent on a warning is due.
    pub warning_percent: i32,
    /// From how many percent on it is critical.
    pub critical_percent: i32,
    /// Whether new time that would pass a cap is refused.
    pub hard_stop: bool,
    /// Counts its changes.
    pub version: i32,
}

/// The usage in a period, and what is pending on top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Seconds that count.
    pub seconds: i64,
    /// What the billable time is worth, in minor units.
    pub amount: i64,
    /// Seconds of running timers and drafts.
    pub pending_seconds: i64,
    /// What those are worth, in minor units.
    pub pending_amount: i64,
}

impl Usage {
    /// The usage once all pending time counts.
    pub fn with_pending(self) -> Self {
        Self { seconds: self.seconds + self.pending_seconds, amount: self.amount + self.pending_amount, ..Self::default() }
    }
}

/// The caps of a budget that are considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetPart {
    /// Hours and amount.
    Whole,
    /// The hours alone, for those who may not see money.
    Hours,
}

impl BudgetPart {
    /// The part that a viewer sees; `money` is whether they may see money.
    pub fn visible(money: bool) -> Self {
        if money { Self::Whole } else { Self::Hours }
    }
}

/// A threshold of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Threshold {
    /// Somebody should look.
    Warning,
    /// Somebody should act.
    Critical,
}

impl Budget {
    /// The client and the project: `Acme / Dashboard`.
    pub fn full_name(&self) -> String {
        format!("{} / {}", self.client_name, self.project_name)
    }

    /// For each cap in that part: its usage and the cap, in seconds or minor units.
    pub fn measures(&self, usage: Usage, part: BudgetPart) -> impl Iterator<Item = (i64, i64)> + use<> {
        let amount = self.amount.filter(|_| part == BudgetPart::Whole);
        self.seconds.map(|cap| (usage.seconds, cap)).into_iter().chain(amount.map(|cap| (usage.amount, cap)))
    }

    /// The highest threshold that the usage reaches.
    pub fn reached(&self, usage: Usage, part: BudgetPart) -> Option<Threshold> {
        let at =
            |percent: i32| self.measures(usage, part).any(|(used, cap)| i128::from(used) * 100 >= i128::from(cap) * i128::from(percent));
        match (at(self.critical_percent), at(self.warning_percent)) {
            (true, _) => Some(Threshold::Critical),
            (false, true) => Some(Threshold::Warning),
            _ => None,
        }
    }

    /// Whether the usage is above a cap.
    pub fn passed(&self, usage: Usage) -> bool {
        self.measures(usage, BudgetPart::Whole).any(|(used, cap)| used > cap)
    }

    /// The usage as a share: the higher of the shares of hours and amount.
    pub fn share(&self, usage: Usage, part: BudgetPart) -> Option<Share> {
        self.measures(usage, part).map(|(used, cap)| Share::of(used, cap)).max_by_key(|share| share.hundredths)
    }

    fn state(&self, usage: Usage, part: BudgetPart) -> Option<BudgetState> {
        self.share(usage, part)?;
        Some(match self.reached(usage, part) {
            _ if self.measures(usage, part).any(|(used, cap)| used > cap) => BudgetState::Over,
            Some(Threshold::Critical) => BudgetState::Critical,
            Some(Threshold::Warning) => BudgetState::Warning,
            None => BudgetState::Ok,
        })
    }

    /// The status in a period, for a viewer of that part.
    pub fn status(&self, days: (Date, Date), usage: Usage, part: BudgetPart) -> BudgetStatus {
        let bounded = self.period != BudgetPeriod::Lifetime;
        BudgetStatus {
            id: BudgetId(self.id),
            project: ProjectSummary { id: ProjectId(self.project), name: self.project_name.clone(), color: self.color.clone() },
            client: ClientSummary { id: ClientId(self.client), name: self.client_name.clone(), currency: self.currency.clone() },
            period: self.period,
            from: bounded.then(|| days.0.into()),
            to: bounded.then(|| days.1.into()),
            basis: self.basis,
            warning_percent: self.warning_percent,
            critical_percent: self.critical_percent,
            hard_stop: self.hard_stop,
            hours: self.hours(usage),
            amount: (part == BudgetPart::Whole).then(|| self.money(usage)),
            percent: self.share(usage, part),
            pending_percent: self.share(usage.with_pending(), part),
            state: self.state(usage, part),
            version: self.version,
        }
    }

    fn hours(&self, usage: Usage) -> BudgetHours {
        BudgetHours {
            cap: self.seconds.map(WorkDuration::of),
            used: WorkDuration::of(usage.seconds),
            pending: WorkDuration::of(usage.pending_seconds),
            left: self.seconds.map(|cap| WorkDuration::of(cap - usage.seconds)),
            percent: self.seconds.map(|cap| Share::of(usage.seconds, cap)),
        }
    }

    fn money(&self, usage: Usage) -> BudgetAmount {
        let money = |amount: i64| Money::new(amount, &self.currency);
        BudgetAmount {
            cap: self.amount.map(money),
            used: money(usage.amount),
            pending: money(usage.pending_amount),
            left: self.amount.map(|cap| money(cap - usage.amount)),
            percent: self.amount.map(|cap| Share::of(usage.amount, cap)),
        }
    }
}
