//! Warnings about a change of rate: what keeps another rate.

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{Currency, Money, formatted},
    text,
};

use super::{
    Repricing,
    repricing::{ENTRIES_MAX, repricing},
    store::{self, DraftAtOtherRate, RateLevel, RepricingCandidate},
};
use crate::{
    error::Error,
    operation::{CHANGES_MAX, Call, read_scope::ReadScope},
};

/// The most items that a warning names.
const NAMED_MAX: i64 = 4;

/// Warns of the time without a rate that stays so, and of what undo does not restore.
pub(crate) async fn warn_not_repriced(cx: &mut Call, level: &RateLevel, repriced: usize) -> Result<(), Error> {
    let (drafted, closed) = store::without_rate_held(&mut cx.db, level).await?;
    if drafted > 0 {
        let time = WorkDuration::of(drafted).text;
        let way = match cx.writes_drafts() {
            true => "A person does that at the draft.",
            false => "update_invoice_draft does that with current_rates.",
        };
        cx.warn(format!(
            "{time} without a rate is on a draft invoice and stays at 0 there, until the draft takes up the rates that hold by now. {way}"
        ));
    }
    warn_drafts(cx, level).await?;
    if closed > 0 {
        let time = WorkDuration::of(closed).text;
        cx.warn(format!("{time} without a rate is before the lock date and keeps none. Move the lock date to give it one."));
    }
    if *level == RateLevel::Organization && repriced > 0 {
        cx.warn("Settings are not put back by undo, nor is the time that they repriced: look at the difference before you go on.");
    } else if repriced >= CHANGES_MAX {
        cx.warn(format!("{repriced} entries have another rate now, too many for undo to take back at once."));
    }
    Ok(())
}

/// Warns of what keeps another rate after a change for new time alone: unbilled time, time on drafts, and rates set at a closer level.
pub async fn warn_after_change(cx: &mut Call, level: RateLevel, rate: Option<&Money>, currency: &Currency) -> Result<(), Error> {
    if !ReadScope::of(cx)?.money {
        return Ok(());
    }
    let others = store::repricing_candidates(&mut cx.db, &level, None, ENTRIES_MAX + 1).await?;
    warn_unbilled(cx, &others, currency);
    warn_drafts(cx, &level).await?;
    own_rates(cx, &level, rate).await
}

/// Warns of the unbilled time that keeps its rate, and of what repricing would make of it.
pub(crate) fn warn_unbilled(cx: &mut Call, others: &[RepricingCandidate], currency: &Currency) {
    let unbilled = repricing(others, currency);
    if unbilled.entries > 0 {
        cx.warn(words_of_kept(&unbilled, others.len() as i64 > ENTRIES_MAX));
    }
}

fn words_of_kept(unbilled: &Repricing, cut: bool) -> String {
    let at_least = if cut { "At least " } else { "" };
    let entries = text::pluralize(unbilled.entries, "unbilled time entry keeps", "unbilled time entries keep");
    let sign = if unbilled.difference.amount > 0 { "+" } else { "" };
    format!(
        "{at_least}{entries} the rate of before: {} at {}, which would be {} ({sign}{}). Set the rate for the unbilled time, too, to change that.",
        unbilled.worked.text,
        unbilled.before.text(),
        unbilled.after.text(),
        unbilled.difference.text()
    )
}

/// Warns of time on draft invoices that is billed at another rate than the current one: a change of rate does not affect it.
pub(crate) async fn warn_drafts(cx: &mut Call, level: &RateLevel) -> Result<(), Error> {
    let drafts = store::drafts_at_other_rate(&mut cx.db, level, NAMED_MAX).await?;
    let Some(first) = drafts.first() else { return Ok(()) };
    let time = WorkDuration::of(first.seconds_of_all).text;
    let named = drafts.iter().map(draft).collect::<Result<Vec<_>, _>>()?;
    let more = match first.drafts - named.len() as i64 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    cx.warn(format!(
        "{time} on drafts of invoices stays at another rate: {}{more}. A draft takes up the rates that hold by now on its page. \
         update_invoice_draft does that with current_rates.",
        named.join(", ")
    ));
    Ok(())
}

fn draft(draft: &DraftAtOtherRate) -> Result<String, Error> {
    let (currency, sign) = (Currency::parse(&draft.currency)?, if draft.difference > 0 { "+" } else { "" });
    let day = Day::from(draft.created_on.to_jiff()).label();
    let (time, difference) = (WorkDuration::of(draft.seconds).text, formatted(draft.difference, &currency));
    Ok(format!("{time} on that for {} of {day} ({sign}{difference} {currency})", draft.client_name))
}

/// Warns of projects and clients whose own rate takes precedence: whoever raises a client's rate expects it to apply.
pub(crate) async fn own_rates(cx: &mut Call, level: &RateLevel, rate: Option<&Money>) -> Result<(), Error> {
    let Some(rate) = rate else { return Ok(()) };
    let own = store::own_rates(&mut cx.db, level, rate.amount, NAMED_MAX).await?;
    let Some(all) = own.first().map(|first| first.all) else { return Ok(()) };
    let named: Vec<_> = own.iter().map(|own| format!("{} ({} {})", own.name, formatted(own.rate, &rate.currency), rate.currency)).collect();
    let (named, more) = (named.join(", "), all - own.len() as i64);
    cx.warn(match (all, more) {
        (1, _) => format!("{named} keeps its own rate."),
        (_, 0) => format!("{named} keep their own rates."),
        _ => format!("{named} and {more} more keep their own rates."),
    });
    Ok(())
}
