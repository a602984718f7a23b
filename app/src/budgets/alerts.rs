//! Alerts about crossed thresholds: a warning to the caller at once, and notifications to those whom the budget concerns.

use domain::{hours::WorkDuration, money::Money};
use jiff::civil::Date;

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

/// Warns and notifies of the threshold that was crossed between two usages, if there is one.
///
/// Recipients who see money learn of hours and amount. Others learn of the hours alone, so only if the hours crossed the threshold.
pub async fn notify_crossed(
    cx: &mut Call,
    read_scope: &ReadScope,
    budget: &Budget,
    days: (Date, Date),
    before: Usage,
    after: Usage,
) -> Result<(), Error> {
    for part in [BudgetPart::Whole, BudgetPart::Hours] {
        let Some(crossed) = crossed(budget, before, after, part) else { continue };
        // The text names or implies an amount, unless the hours alone reach the same threshold.
        let about_money = part == BudgetPart::Whole && budget.reached(after, BudgetPart::Hours) < Some(crossed);
        let words = alert_text(budget, days, after, crossed, if about_money { BudgetPart::Whole } else { BudgetPart::Hours });
        if part == BudgetPart::visible(read_scope.money) {
            cx.warn(words.clone());
        }
        notify(cx, budget, part, crossed, &words, about_money).await?;
    }
    Ok(())
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

async fn notify(cx: &mut Call, budget: &Budget, part: BudgetPart, crossed: Threshold, words: &str, about_money: bool) -> Result<(), Error> {
    let names = |roles: &dyn Fn(Role) -> bool| Role::ALL.iter().filter(|role| roles(**role)).map(|role| role.name().to_owned()).collect();
    let (leading, working): (Vec<String>, Vec<String>) = match part {
        BudgetPart::Whole => (names(&|role| role.may(Permission::WriteWork)), Vec::new()),
        BudgetPart::Hours => (Vec::new(), names(&|role| role.may(Permission::TrackTime) && !role.may(Permission::ReadMoney))),
    };
    let members = people::alert_recipients(&mut cx.db, budget.project, &leading, &working).await?;
    let news = NewNotification {
        kind: match crossed {
            Threshold::Warning => "budget_warning",
            Threshold::Critical => "budget_critical",
        },
        text: words.to_owned(),
        link: format!("projects/{}", budget.project),
        about_money,
    };
    let now = cx.now;
    notifications::insert(&mut cx.db, &members, &news, now).await
}
