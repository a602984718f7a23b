//! Sums the unbilled time that has another rate.

use domain::{
    hours::WorkDuration,
    money::{Currency, Money, amount_of},
};

use super::{Repricing, store::RepricingCandidate};

/// The most entries that one change reprices.
pub const ENTRIES_MAX: i64 = 10_000;

/// The effect of a change of rate on unbilled time.
pub fn repricing(others: &[RepricingCandidate], currency: &Currency) -> Repricing {
    summed(others.iter().filter(|other| other.counts), currency)
}

/// The effect of a change of rate on some entries.
pub fn summed<'a>(entries: impl Iterator<Item = &'a RepricingCandidate> + Clone, currency: &Currency) -> Repricing {
    let seconds = |entry: &RepricingCandidate| i64::from(entry.seconds);
    let worth = |rate: fn(&RepricingCandidate) -> Option<i64>| {
        entries.clone().filter_map(|entry| Some(amount_of(seconds(entry), rate(entry)?))).sum::<i64>()
    };
    let (before, after) = (worth(|entry| entry.rate), worth(|entry| entry.rate_now));
    Repricing {
        entries: entries.clone().count() as i64,
        worked: WorkDuration::of(entries.clone().map(seconds).sum()),
        without_rate: WorkDuration::of(entries.clone().filter(|entry| entry.rate.is_none()).map(seconds).sum()),
        before: Money::new(before, currency),
        after: Money::new(after, currency),
        difference: Money::new(after - before, currency),
    }
}
