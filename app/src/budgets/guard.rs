//! The effect of a write of time on budgets: refuses what passes a hard stop, alerts on crossed thresholds, and answers the status.
//!
//! Usage is taken before and after the write, with the budgets locked in between. So of two writes at once the second sees
//! what the first did: both cannot pass a hard stop, and a threshold is crossed by exactly one of them. When usage falls
//! below a threshold nothing has to be reset: the next write that reaches it crosses it again. A new period begins at zero.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    alerts::{self, PeriodChange},
    errors,
    store::{self, UsageQuery},
    types::BudgetStatus,
    usage::{Budget, BudgetPart, Usage},
};
use crate::{
    error::Error,
    operation::{Call, read_scope::ReadScope},
};

/// The budgets that a write of time touches, locked until the call ends.
pub struct BudgetGuard {
    periods: Vec<GuardedPeriod>,
}

/// One period of one budget.
struct GuardedPeriod {
    budget: Budget,
    days: (Date, Date),
    before: Usage,
}

impl GuardedPeriod {
    fn holds(&self, project: Uuid, day: Date) -> bool {
        self.budget.project == project && (self.days.0..=self.days.1).contains(&day)
    }

    fn asked(&self) -> UsageQuery {
        UsageQuery { project: self.budget.project, days: self.days, basis: self.budget.basis }
    }
}

/// Whether a hard stop can refuse a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HardStop {
    /// The write logs time: what would pass the cap is refused.
    Enforce,
    /// The write keeps time that was worked, or takes time away: never refused.
    Ignore,
}

/// The status of the budgets after a write.
pub struct BudgetOutcome {
    periods: Vec<(Uuid, (Date, Date), BudgetStatus)>,
}

impl BudgetGuard {
    /// Locks the budgets of these projects, and reads their usage in the periods of these days. Runs before the write.
    pub async fn lock(cx: &mut Call, touched: &[(Uuid, Date)]) -> Result<Self, Error> {
        let projects: Vec<Uuid> = touched.iter().map(|(project, _)| *project).collect::<BTreeSet<_>>().into_iter().collect();
        if projects.is_empty() {
            return Ok(Self { periods: Vec::new() });
        }
        // Lock order: the project before its budget, as when a project is deleted.
        super::store::lock_key_share(&mut cx.db, &projects).await?;
        let held = store::lock(&mut cx.db, &projects).await?;
        if held.is_empty() {
            return Ok(Self { periods: Vec::new() });
        }
        let mut periods = touched_periods(&store::of_projects(&mut cx.db, &held).await?, touched);
        let asked: Vec<UsageQuery> = periods.iter().map(GuardedPeriod::asked).collect();
        let usages = usages(cx, &asked).await?;
        periods.iter_mut().zip(usages).for_each(|(period, usage)| period.before = usage);
        Ok(Self { periods })
    }

    /// Refuses to start a timer if the cap that it counts towards is used up by now. The timer that it replaces is stopped before, and
    /// runs on if this refuses.
    pub async fn check_timer_start(
        &self,
        cx: &mut Call,
        read_scope: &ReadScope,
        (project, day): (Uuid, Date),
        billable: bool,
    ) -> Result<(), Error> {
        let closed: Vec<&GuardedPeriod> =
            self.periods.iter().filter(|period| period.holds(project, day) && period.budget.hard_stop).collect();
        let asked: Vec<UsageQuery> = closed.iter().map(|period| period.asked()).collect();
        let usages = usages(cx, &asked).await?;
        for (GuardedPeriod { budget, days, before }, used) in closed.into_iter().zip(usages) {
            let next = Usage {
                seconds: used.seconds + i64::from(billable || budget.basis == super::BudgetBasis::All),
                amount: used.amount + i64::from(billable),
                ..used
            };
            if exceeds(budget, used, next) {
                return Err(errors::timer_refused(budget, *days, *before, used, read_scope));
            }
        }
        Ok(())
    }

    /// Compares the usage after the write: refuses what passes a hard stop, and alerts on every threshold that was crossed.
    pub async fn finish(self, cx: &mut Call, read_scope: &ReadScope, hard_stop: HardStop) -> Result<BudgetOutcome, Error> {
        let asked: Vec<UsageQuery> = self.periods.iter().map(GuardedPeriod::asked).collect();
        let usages = usages(cx, &asked).await?;
        let changed = |(GuardedPeriod { budget, days, before }, after)| PeriodChange { budget, days, before, after };
        let changes: Vec<PeriodChange> = self.periods.into_iter().zip(usages).map(changed).collect();
        if hard_stop == HardStop::Enforce {
            for PeriodChange { budget, days, before, after } in changes.iter().filter(|change| change.budget.hard_stop) {
                let (counted, grown) = with_drafts(*before, *after);
                if exceeds(budget, counted, grown) {
                    return Err(errors::entry_refused(budget, *days, *before, (counted, grown), read_scope));
                }
            }
        }
        alerts::notify_crossed(cx, read_scope, &changes).await?;
        let part = BudgetPart::visible(read_scope.money);
        let status = |change: &PeriodChange| (change.budget.project, change.days, change.budget.status(change.days, change.after, part));
        Ok(BudgetOutcome { periods: changes.iter().map(status).collect() })
    }
}

/// Each period of these budgets that holds one of the days, once, in the order of the time.
fn touched_periods(budgets: &[Budget], touched: &[(Uuid, Date)]) -> Vec<GuardedPeriod> {
    let of_projects: HashMap<Uuid, &Budget> = budgets.iter().map(|budget| (budget.project, budget)).collect();
    let (mut known, mut periods) = (HashSet::new(), Vec::new());
    for (project, day) in touched {
        let Some(budget) = of_projects.get(project) else { continue };
        let days = budget.period.containing(*day);
        if known.insert((budget.id, days)) {
            periods.push(GuardedPeriod { budget: (*budget).clone(), days, before: Usage::default() });
        }
    }
    periods
}

impl BudgetOutcome {
    /// The status of a project's budget in the period of a day.
    pub fn status_on(&self, project: Uuid, day: Date) -> Option<BudgetStatus> {
        let found = self.periods.iter().find(|(known, (first, last), _)| *known == project && (*first..=*last).contains(&day));
        found.map(|(_, _, status)| status.clone())
    }

    /// The status of all of them.
    pub fn all(self) -> Vec<BudgetStatus> {
        self.periods.into_iter().map(|(_, _, status)| status).collect()
    }
}

async fn usages(cx: &mut Call, asked: &[UsageQuery]) -> Result<Vec<Usage>, Error> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let now = cx.now;
    store::usage(&mut cx.db, asked, now).await
}

/// The usage that counts before and after the write. A draft is going to count, and so is everything else that is pending by then: if
/// pending time grew, there has to be room for all of it.
fn with_drafts(before: Usage, after: Usage) -> (Usage, Usage) {
    let grew = after.pending_seconds > before.pending_seconds || after.pending_amount > before.pending_amount;
    if grew { (before.with_pending(), after.with_pending()) } else { (before, after) }
}

/// Whether usage is above a cap and was raised by the write; being above it before is not enough.
fn exceeds(budget: &Budget, before: Usage, after: Usage) -> bool {
    let measures = budget.measures(before, BudgetPart::Whole).zip(budget.measures(after, BudgetPart::Whole));
    measures.into_iter().any(|((before, cap), (after, _))| after > cap && after > before)
}
