//! The refusal of a hard stop: what the budget is, what is used and what is left, as far as the caller may see it.

use jiff::civil::Date;

use super::usage::{Budget, Part, Usage};
use crate::{
    error::{Code, Error},
    hours::Worked,
    money::Money,
    projects::sight::Sight,
};

/// No timer starts: nothing is left, perhaps only because the timer that it would replace counts by then.
pub fn at_start(budget: &Budget, days: (Date, Date), before: Usage, used: Usage, sight: &Sight) -> Error {
    let then = if used == before { "" } else { " once the running timer is stopped" };
    let message =
        format!("{} is used up{then}{}, so no timer starts on {}.", named(budget, days), amounts(budget, used, sight), budget.full_name());
    refused(budget, days, used, sight, message)
}

/// No time is logged: there is not enough left for it.
pub fn by(budget: &Budget, days: (Date, Date), before: Usage, after: Usage, sight: &Sight) -> Error {
    let more = match budget.seconds {
        Some(_) if after.seconds > before.seconds => format!(" for {} more", Worked::of(after.seconds - before.seconds).text),
        _ => String::new(),
    };
    let message = format!("{} has no room{more}{}.", named(budget, days), amounts(budget, before, sight));
    refused(budget, days, before, sight, message)
}

fn refused(budget: &Budget, days: (Date, Date), usage: Usage, sight: &Sight, message: String) -> Error {
    Error::new(Code::BudgetExhausted, message)
        .hint("Log less or elsewhere, or ask somebody who leads the project to raise the budget or to lift its stop (set_budget).")
        .details(&budget.status(days, usage, Part::seen(sight.money)))
}

fn named(budget: &Budget, days: (Date, Date)) -> String {
    match budget.period.named_from(&days.0.into()) {
        Some(period) => format!("The budget of {} for {period}", budget.full_name()),
        None => format!("The budget of {}", budget.full_name()),
    }
}

/// ` (40h, 38h used, 2h left)`, for each cap that the caller may see.
fn amounts(budget: &Budget, usage: Usage, sight: &Sight) -> String {
    let hours = |cap: i64| format!("{}, {} used, {} left", text(cap), text(usage.seconds), text((cap - usage.seconds).max(0)));
    let money = |amount: i64| Money::new(amount, &budget.currency).text();
    let amount = |cap: i64| format!("{}, {} used, {} left", money(cap), money(usage.amount), money((cap - usage.amount).max(0)));
    let caps: Vec<String> = budget.seconds.map(hours).into_iter().chain(budget.amount.filter(|_| sight.money).map(amount)).collect();
    if caps.is_empty() { String::new() } else { format!(" ({})", caps.join("; ")) }
}

fn text(seconds: i64) -> String {
    Worked::of(seconds).text
}
