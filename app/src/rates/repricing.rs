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
    let unbilled = || others.iter().filter(|other| other.counts);
    let seconds = |other: &RepricingCandidate| i64::from(other.seconds);
    let worth = |rate: fn(&RepricingCandidate) -> Option<i64>| {
        unbilled().filter_map(|other| Some(amount_of(seconds(other), rate(other)?))).sum::<i64>()
    };
    let (before, after) = (worth(|other| other.rate), worth(|other| other.rate_now));
    Repricing {
        entries: unbilled().count() as i64,
        worked: WorkDuration::of(unbilled().map(seconds).sum()),
        without_rate: WorkDuration::of(unbilled().filter(|other| other.rate.is_none()).map(seconds).sum()),
        before: Money::new(before, currency),
        after: Money::new(after, currency),
        difference: Money::new(after - before, currency),
    }
}
