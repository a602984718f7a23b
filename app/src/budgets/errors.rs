//! The errors of a hard stop: the budget, its usage and what is left, as far as the caller may see them.

use domain::{hours::WorkDuration, money::Money};
use jiff::civil::Date;

use super::usage::{Budget, BudgetPart, Usage};
use crate::{
    error::{Code, Error},
    operation::read_scope::ReadScope,
};

/// The refusal to start a timer: nothing is left, possibly only because the timer that it would replace counts by then.
pub fn timer_refused(budget: &Budget, days: (Date, Date), before: Usage, used: Usage, read_scope: &ReadScope) -> Error {
    let then = if used == before { "" } else { " once the running timer is stopped" };
    let counted = Usage { pending_seconds: 0, pending_amount: 0, ..used };
    let used_up = format!("{} is used up{then}{}", named(budget, days), amounts(budget, counted, read_scope));
    let message = format!("{used_up}, so no timer starts on {}.", budget.full_name());
    refused(budget, days, used, read_scope, message)
}

/// The refusal to log time: not enough is left for it. `counted` is the usage before and after the write, for drafts including pending
/// time.
pub fn entry_refused(budget: &Budget, days: (Date, Date), before: Usage, counted: (Usage, Usage), read_scope: &ReadScope) -> Error {
    let (from, to) = counted;
    let more = match budget.seconds {
        Some(_) if to.seconds > from.seconds => format!(" for {} more", WorkDuration::of(to.seconds - from.seconds).text),
        _ => String::new(),
    };
    let pending = Usage { pending_seconds: from.seconds - before.seconds, pending_amount: from.amount - before.amount, ..before };
    let message = format!("{} has no room{more}{}.", named(budget, days), amounts(budget, pending, read_scope));
    refused(budget, days, before, read_scope, message)
}

fn refused(budget: &Budget, days: (Date, Date), usage: Usage, read_scope: &ReadScope, message: String) -> Error {
    Error::new(Code::BudgetExhausted, message)
        .hint("Log less or elsewhere, or ask somebody who leads the project to raise the budget or to lift its stop.")
        .details(&budget.status(days, usage, BudgetPart::visible(read_scope.money)))
}

fn named(budget: &Budget, days: (Date, Date)) -> String {
    match budget.period.label_for(&days.0.into()) {
        Some(period) => format!("The budget of {} for {period}", budget.full_name()),
        None => format!("The budget of {}", budget.full_name()),
    }
}

/// ` (40h, 38h used, 2h left)` for each cap that the caller may see; `, 1h pending` is added where pending time counts.
fn amounts(budget: &Budget, usage: Usage, read_scope: &ReadScope) -> String {
    let money = |amount: i64| Money::new(amount, &budget.currency).text();
    let hours = budget.seconds.map(|cap| standing(cap, usage.seconds, usage.pending_seconds, text));
    let amount = budget.amount.filter(|_| read_scope.money).map(|cap| standing(cap, usage.amount, usage.pending_amount, money));
    let caps: Vec<String> = hours.into_iter().chain(amount).collect();
    if caps.is_empty() { String::new() } else { format!(" ({})", caps.join("; ")) }
}

fn standing(cap: i64, used: i64, pending: i64, text: impl Fn(i64) -> String) -> String {
    let waits = if pending > 0 { format!(", {} pending", text(pending)) } else { String::new() };
    format!("{}, {} used{waits}, {} left", text(cap), text(used), text((cap - used - pending).max(0)))
}

fn text(seconds: i64) -> String {
    WorkDuration::of(seconds).text
}
