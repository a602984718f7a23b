//! Alerts about crossed thresholds: a warning to the caller at once, and notifications to those whom the budget concerns.

use std::collections::{BTreeMap, btree_map::Entry};

use domain::{hours::WorkDuration, money::Money};
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    store::people,
    usage::{Budget, BudgetPart, Threshold, Usage},
};
use crate::{
    access::{Permission, Role},
    error::Error,
    notifications::store::{self as notifications, NewNotification},
    operation::{Call, read_scope::ReadScope},
};

/// One period of a budget, before and after a write.
pub struct PeriodChange {
    /// The budget.
    pub budget: Budget,
    /// The first and the last day of the period.
    pub days: (Date, Date),
    /// The usage before the write.
    pub before: Usage,
    /// The usage after it.
    pub after: Usage,
}

/// A threshold that a write has crossed in one period.
struct Crossing<'a> {
    change: &'a PeriodChange,
    threshold: Threshold,
    /// Whether its text names or implies an amount.
    about_money: bool,
}

impl<'a> Crossing<'a> {
    fn of(change: &'a PeriodChange, part: BudgetPart) -> Option<Self> {
        let threshold = crossed(&change.budget, change.before, change.after, part)?;
        // The text names or implies an amount, unless the hours alone reach the same threshold.
        let about_money = part == BudgetPart::Whole && change.budget.reached(change.after, BudgetPart::Hours) < Some(threshold);
        Some(Self { change, threshold, about_money })
    }

    fn text(&self) -> String {
        let PeriodChange { budget, days, after, .. } = self.change;
        alert_text(budget, *days, *after, self.threshold, if self.about_money { BudgetPart::Whole } else { BudgetPart::Hours })
    }

    /// The higher threshold comes first, then the later period.
    fn rank(&self) -> (Threshold, Date) {
        (self.threshold, self.change.days.0)
    }
}

/// The crossings of one budget, of which one notification tells: a write of the time of many months would bury everything else.
struct BudgetAlert<'a> {
    /// The one that is told.
    told: Crossing<'a>,
    /// How many further periods have crossed a threshold.
    others: usize,
    /// Whether any of them names or implies an amount.
    about_money: bool,
}

impl BudgetAlert<'_> {
    fn notification(&self) -> NewNotification {
        let more = match self.others {
            0 => String::new(),
            1 => " Another period has reached a threshold, too.".to_owned(),
            others => format!(" {others} other periods have reached a threshold, too."),
        };
        NewNotification {
            kind: match self.told.threshold {
                Threshold::Warning => "budget_warning",
                Threshold::Critical => "budget_critical",
            },
            text: format!("{}{more}", self.told.text()),
            link: format!("projects/{}", self.told.change.budget.project),
            about_money: self.about_money,
        }
    }
}

/// Warns and notifies of the thresholds that were crossed by a write, if there are any: the caller in a warning for each period, others in
/// one notification for each budget.
///
/// Recipients who see money learn of hours and amount. Others learn of the hours alone, so only if the hours crossed the threshold.
pub async fn notify_crossed(cx: &mut Call, read_scope: &ReadScope, changes: &[PeriodChange]) -> Result<(), Error> {
    for part in [BudgetPart::Whole, BudgetPart::Hours] {
        let crossings: Vec<Crossing<'_>> = changes.iter().filter_map(|change| Crossing::of(change, part)).collect();
        if part == BudgetPart::visible(read_scope.money) {
            crossings.iter().for_each(|crossing| cx.warn(crossing.text()));
        }
        if !crossings.is_empty() {
            notify(cx, part, &per_budget(crossings)).await?;
        }
    }
    Ok(())
}

fn per_budget(crossings: Vec<Crossing<'_>>) -> Vec<BudgetAlert<'_>> {
    let mut alerts: BTreeMap<Uuid, BudgetAlert<'_>> = BTreeMap::new();
    for crossing in crossings {
        match alerts.entry(crossing.change.budget.id) {
            Entry::Vacant(place) => {
                let about_money = crossing.about_money;
                place.insert(BudgetAlert { told: crossing, others: 0, about_money });
            }
            Entry::Occupied(place) => {
                let alert = place.into_mut();
                alert.others += 1;
                alert.about_money |= crossing.about_money;
                if crossing.rank() > alert.told.rank() {
                    alert.told = crossing;
                }
            }
        }
    }
    alerts.into_values().collect()
}

/// The threshold that was reached by the write and not before it.
fn crossed(budget: &Budget, before: Usage, after: Usage, part: BudgetPart) -> Option<Threshold> {
    let reached = budget.reached(after, part);
    reached.filter(|_| reached > budget.reached(before, part))
}

/// The text of an alert: `Acme / Dashboard has reached 75 % of its budget for November 2026: 30h of 40h.`
pub fn alert_text(budget: &Budget, days: (Date, Date), usage: Usage, threshold: Threshold, part: BudgetPart) -> String {
    let percent = match threshold {
        Threshold::Warning => budget.warning_percent,
        Threshold::Critical => budget.critical_percent,
    };
    let period = budget.period.label_for(&days.0.into()).map(|period| format!(" for {period}")).unwrap_or_default();
    let hours = budget.seconds.map(|cap| format!("{} of {}", WorkDuration::of(usage.seconds).text, WorkDuration::of(cap).text));
    let money = |amount: i64| Money::new(amount, &budget.currency).text();
    let amount = budget.amount.filter(|_| part == BudgetPart::Whole).map(|cap| format!("{} of {}", money(usage.amount), money(cap)));
    let used: Vec<String> = hours.into_iter().chain(amount).collect();
    format!("{} has reached {percent} % of its budget{period}: {}.", budget.full_name(), used.join(", "))
}

async fn notify(cx: &mut Call, part: BudgetPart, alerts: &[BudgetAlert<'_>]) -> Result<(), Error> {
    let names = |roles: &dyn Fn(Role) -> bool| Role::ALL.iter().filter(|role| roles(**role)).map(|role| role.name().to_owned()).collect();
    let (leading, working): (Vec<String>, Vec<String>) = match part {
        BudgetPart::Whole => (names(&|role| role.may(Permission::WriteWork)), Vec::new()),
        BudgetPart::Hours => (Vec::new(), names(&|role| role.may(Permission::TrackTime) && !role.may(Permission::ReadMoney))),
    };
    let projects: Vec<Uuid> = alerts.iter().map(|alert| alert.told.change.budget.project).collect();
    let recipients = people::alert_recipients(&mut cx.db, &projects, &leading, &working).await?;
    let news: Vec<NewNotification> = alerts.iter().map(BudgetAlert::notification).collect();
    let now = cx.now;
    notifications::insert_all(&mut cx.db, &news, &recipients, now).await
}
