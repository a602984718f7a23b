//! Warnings about a change of rate: what keeps another rate.

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{Currency, Money, formatted},
    text,
};

use super::{
    Repricing,
    repricing::{ENTRIES_MAX, summed},
    store::{self, DraftAtOtherRate, RateLevel, RepricingCandidate},
};
use crate::{
    error::Error,
    operation::{CHANGES_MAX, Call, read_scope::ReadScope},
};

/// The most items that a warning names.
const NAMED_MAX: i64 = 4;

/// Warns after unbilled time was repriced: of the time that has no rate any more, of that which was repriced beside it, of that which stays
/// without a rate, and of what undo does not restore.
pub(crate) async fn warn_after_repricing(
    cx: &mut Call,
    level: &RateLevel,
    repriced: &[RepricingCandidate],
    currency: &Currency,
) -> Result<(), Error> {
    let is_undoable = *level != RateLevel::Organization && repriced.len() < CHANGES_MAX;
    warn_rate_lost(cx, level, repriced, currency, is_undoable);
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
    warn_waiting_repriced(cx, repriced, currency);
    warn_drafts(cx, level).await?;
    if closed > 0 {
        let time = WorkDuration::of(closed).text;
        cx.warn(format!("{time} without a rate is before the lock date and stays without one. Move the lock date to give it one."));
    }
    let repriced = repriced.len();
    if *level == RateLevel::Organization && repriced > 0 {
        cx.warn("Undo restores neither settings nor the rates of the time that they repriced. Check the difference before you go on.");
    } else if repriced >= CHANGES_MAX {
        let have = if cx.dry_run { "would have another rate" } else { "have another rate now" };
        cx.warn(format!("{repriced} entries {have}, too many for undo to take back at once."));
    }
    Ok(())
}

/// Warns of what keeps another rate after a change for new time alone: unbilled time, time on drafts, and rates set at a closer level.
pub async fn warn_after_change(cx: &mut Call, level: RateLevel, rate: Option<&Money>, currency: &Currency) -> Result<(), Error> {
    if !ReadScope::of(cx)?.money {
        return Ok(());
    }
    let others = store::repricing_candidates(&mut cx.db, &level, None, ENTRIES_MAX + 1).await?;
    warn_unbilled(cx, &level, &others, currency);
    warn_drafts(cx, &level).await?;
    own_rates(cx, &level, rate).await
}

/// Warns of the unbilled time, and of the time that waits to be confirmed or approved, that keeps its rate or stays without one, and of
/// what repricing would make of it. Repricing is suggested only where it leaves no time without a rate.
pub(crate) fn warn_unbilled(cx: &mut Call, level: &RateLevel, others: &[RepricingCandidate], currency: &Currency) {
    let at_least = if others.len() as i64 > ENTRIES_MAX { "At least " } else { "" };
    let mut told = Vec::new();
    for (one, many, is_meant) in KINDS {
        for is_taken_away in [false, true] {
            let kept = others.iter().filter(|other| is_meant(other) && other.rate.is_some() && loses_rate(other) == is_taken_away);
            let no_rate = is_taken_away.then_some(if cx.dry_run { ("would hold", "") } else { ("holds", " now") });
            told.extend(words_of_kept(&summed(kept, currency), no_rate, (one, many)));
        }
        let unpriced = others.iter().filter(|other| is_meant(other) && other.rate.is_none());
        told.extend(words_of_unpriced(&summed(unpriced, currency), (one, many)));
    }
    if told.is_empty() {
        return;
    }
    let told = told.into_iter().map(|words| format!("{at_least}{words}")).collect::<Vec<_>>().join(" ");
    // Repricing would make time worth nothing for which no rate holds any more.
    if others.iter().any(loses_rate) {
        cx.warn(told);
        return;
    }
    let person = format!("{told} Set the rate for the unbilled time, too, to change that.");
    let program = repricing_call(level).map(|call| format!("{told} {call} changes that."));
    cx.warn_by_channel(person.clone(), program.unwrap_or(person));
}

/// A kind of time that a change for new time leaves as it is: what one entry and several are called, and which they are.
type Kind = (&'static str, &'static str, fn(&RepricingCandidate) -> bool);

/// What entries are called that are drafts of agents or submitted: one, and several.
const WAITING: (&str, &str) = ("time entry that waits to be confirmed or approved", "time entries that wait to be confirmed or approved");

/// What entries are called that count as unbilled: one, and several.
const UNBILLED: (&str, &str) = ("unbilled time entry", "unbilled time entries");

const KINDS: [Kind; 2] = [(UNBILLED.0, UNBILLED.1, |other| other.counts), (WAITING.0, WAITING.1, |other| other.waits)];

/// Whether an entry has a rate that repricing takes away, since none holds for it any more.
fn loses_rate(entry: &RepricingCandidate) -> bool {
    entry.rate.is_some() && entry.rate_now.is_none()
}

/// The words about time that keeps its rate; none without such time. Where no rate holds for it any more, `no_rate` is the verb that says
/// so, and what stands at the end.
fn words_of_kept(kept: &Repricing, no_rate: Option<(&str, &str)>, kind: (&str, &str)) -> Option<String> {
    let keeps = match kept.entries {
        1 => "keeps the rate it was logged at and is",
        _ => "keep the rates they were logged at and are",
    };
    let them = if kept.entries == 1 { "it" } else { "them" };
    let would_be = match no_rate {
        Some((holds, end)) => format!("No rate {holds} for {them}{end}."),
        None => format!("{} ({}).", at_present_rate(kept), with_sign(&kept.difference)),
    };
    (kept.entries > 0).then(|| format!("{} {keeps} worth {}. {would_be}", entries(kept, kind), kept.before.text()))
}

/// The words about time that stays without a rate; none without such time.
fn words_of_unpriced(unpriced: &Repricing, kind: (&str, &str)) -> Option<String> {
    let stays = if unpriced.entries == 1 { "has no rate and stays without one" } else { "have no rate and stay without one" };
    (unpriced.entries > 0).then(|| format!("{} {stays}. {}.", entries(unpriced, kind), at_present_rate(unpriced)))
}

/// The number of the entries, what they are called, and how much time they are: `2 unbilled time entries (5h)`.
fn entries(of: &Repricing, (one, many): (&str, &str)) -> String {
    format!("{} ({})", text::pluralize(of.entries, one, many), of.worked.text)
}

/// What entries would be worth at the rate that holds now, without a period at its end.
fn at_present_rate(of: &Repricing) -> String {
    format!("At the present rate, {} would be worth {}", if of.entries == 1 { "it" } else { "they" }, of.after.text())
}

/// An amount with its sign, such as `+150.00 EUR`.
fn with_sign(difference: &Money) -> String {
    format!("{}{}", if difference.amount > 0 { "+" } else { "" }, difference.text())
}

/// The call that reprices the unbilled time of a level at the rate that holds; none for the organization's rate, which no program sets.
fn repricing_call(level: &RateLevel) -> Option<String> {
    let (argument, id) = match level {
        RateLevel::Project(id) => ("project", id),
        RateLevel::Client(id) => ("client", id),
        RateLevel::Organization => return None,
    };
    Some(format!("set_rate {{\"{argument}\": \"{id}\", \"applies_to\": \"unbilled_time\"}}"))
}

/// Warns of unbilled time that repricing left without the rate that it had, with how to give it one and how to take the change back; in a
/// dry run, of the time that it would leave so.
fn warn_rate_lost(cx: &mut Call, level: &RateLevel, repriced: &[RepricingCandidate], currency: &Currency, is_undoable: bool) {
    let lost = summed(repriced.iter().filter(|entry| entry.counts && loses_rate(entry)), currency);
    if lost.entries == 0 {
        return;
    }
    let tense = Tense::of(lost.entries, cx.dry_run);
    let (which, worth) = (entries(&lost, UNBILLED), lost.before.text());
    let told = format!("{which} that {} worth {worth} {}.", tense.was, tense.has_no_rate());
    if cx.dry_run {
        cx.warn(format!("{told} Give a rate along with it, or leave the unbilled time as it is."));
        return;
    }
    let them = tense.them;
    let person = format!("{told} Set a rate for the unbilled time, too, to give {them} one.");
    let program = repricing_call(level).map(|call| format!("{told} {call} with a rate gives {them} one."));
    let program = program.unwrap_or_else(|| person.clone());
    let (undo, undo_action) = match is_undoable {
        true => (" Undo takes this change back.", " undo_action takes this change back."),
        false => ("", ""),
    };
    cx.warn_by_channel(format!("{person}{undo}"), format!("{program}{undo_action}"));
}

/// The words about entries that were repriced, or, in a dry run, that would be.
struct Tense {
    is_one: bool,
    is_dry_run: bool,
    they: &'static str,
    them: &'static str,
    /// What they were before the change: `was` and `were`; before a change that is only tried, `is` and `are`.
    was: &'static str,
    had: &'static str,
}

impl Tense {
    fn of(entries: i64, is_dry_run: bool) -> Self {
        let is_one = entries == 1;
        let (they, them) = if is_one { ("It", "it") } else { ("They", "them") };
        let (was, had) = match (is_one, is_dry_run) {
            (true, false) => ("was", "had"),
            (false, false) => ("were", "had"),
            (true, true) => ("is", "has"),
            (false, true) => ("are", "have"),
        };
        Self { is_one, is_dry_run, they, them, was, had }
    }

    fn was_repriced(&self) -> String {
        format!("{} repriced", if self.is_dry_run { "would be" } else { self.was })
    }

    fn is_worth(&self, amount: &str) -> String {
        match (self.is_dry_run, self.is_one) {
            (true, _) => format!("would be worth {amount}"),
            (false, true) => format!("is worth {amount} now"),
            (false, false) => format!("are worth {amount} now"),
        }
    }

    fn has_no_rate(&self) -> &'static str {
        match (self.is_dry_run, self.is_one) {
            (true, _) => "would have no rate",
            (false, true) => "has no rate now",
            (false, false) => "have no rate now",
        }
    }
}

/// Warns of time that waits to be confirmed or approved and was repriced with the unbilled time, in whose figures it is not.
fn warn_waiting_repriced(cx: &mut Call, others: &[RepricingCandidate], currency: &Currency) {
    let waiting = others.iter().filter(|other| other.waits);
    let (lost, waiting) = (summed(waiting.clone().filter(|entry| loses_rate(entry)), currency), summed(waiting, currency));
    if waiting.entries == 0 {
        return;
    }
    let tense = Tense::of(waiting.entries, cx.dry_run);
    let (they, them, was, worth) = (tense.they, tense.them, tense.was, waiting.before.text());
    let before = match waiting.without_rate.seconds {
        0 => format!("{they} {was} worth {worth}"),
        seconds if seconds == waiting.worked.seconds => format!("{they} {} no rate", tense.had),
        _ => format!("{they} {was} worth {worth}, a part of {them} without a rate,"),
    };
    let after = match (tense.is_worth(&waiting.after.text()), with_sign(&waiting.difference), lost.entries) {
        (is_worth, difference, 0) => format!("{is_worth} ({difference})"),
        (_, _, all) if all == waiting.entries => tense.has_no_rate().to_owned(),
        (is_worth, difference, _) => format!("{is_worth}, a part of {them} without a rate ({difference})"),
    };
    cx.warn(format!(
        "{} {} as well. {before} and {after}. The figures of the unbilled time leave {them} out.",
        entries(&waiting, WAITING),
        tense.was_repriced()
    ));
}

/// Warns of time on draft invoices that is billed at another rate than the current one: a change of rate does not affect it.
pub(crate) async fn warn_drafts(cx: &mut Call, level: &RateLevel) -> Result<(), Error> {
    let drafts = store::drafts_at_other_rate(&mut cx.db, level, NAMED_MAX).await?;
    let Some(first) = drafts.first() else { return Ok(()) };
    let time = WorkDuration::of(first.seconds_of_all).text;
    let named = drafts.iter().map(draft).collect::<Result<Vec<_>, _>>()?;
    let more = match first.drafts - named.len() as i64 {
        0 => String::new(),
        1 => " and 1 more draft".to_owned(),
        more => format!(" and {more} more drafts"),
    };
    cx.warn(format!(
        "Draft invoices bill {time} at another rate than the present one: {}{more}. Each can take the rates that hold by now on its page. \
         update_invoice_draft does that with current_rates.",
        named.join(", ")
    ));
    Ok(())
}

fn draft(draft: &DraftAtOtherRate) -> Result<String, Error> {
    let (currency, sign) = (Currency::parse(&draft.currency)?, if draft.difference > 0 { "+" } else { "" });
    let day = Day::from(draft.created_on.to_jiff()).label();
    let (time, difference) = (WorkDuration::of(draft.seconds).text, formatted(draft.difference, &currency));
    Ok(format!("{time} on the draft for {} of {day} ({sign}{difference} {currency})", draft.client_name))
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
