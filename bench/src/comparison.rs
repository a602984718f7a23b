//! Compares two programs in turns on the same data, so that a drift of the machine's speed affects both.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Result;

use crate::{
    load::{self, Sample, Scenario},
    say,
};

/// The number of rounds, in each of which both programs are measured. It is even: each program is the first in half of them.
const ROUNDS: usize = 4;

/// The addresses of the two programs.
pub struct ComparedServers {
    /// The program before the change.
    pub before: SocketAddr,
    /// The program to compare.
    pub now: SocketAddr,
}

/// One step of both programs.
pub struct Pair {
    /// The name of the step.
    pub name: String,
    /// The number of concurrent clients.
    pub clients: usize,
    /// The median latency relative to the earlier program: the median of all rounds.
    pub p50: f64,
    /// The requests per second relative to the earlier program: the median of all rounds.
    pub rate: f64,
}

/// Measures a scenario with so many clients. The program that was last in a round is the first of the next: what is measured later finds
/// more rows and warmer caches, which must not count for one of them.
pub async fn measure(both: &ComparedServers, scenario: &Arc<Scenario>, clients: usize) -> Result<(Vec<Sample>, Vec<Pair>)> {
    say(&format!("· {}, {clients} at once, in turns", scenario.steps.iter().map(|step| step.name).collect::<Vec<_>>().join(" and ")));
    let (mut before, mut now) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut programs = [(both.before, &mut before), (both.now, &mut now)];
        if round % 2 == 1 {
            programs.reverse();
        }
        for (address, samples) in programs {
            samples.push(load::run(address, Arc::clone(scenario), clients).await?);
        }
    }
    let pairs = scenario.steps.iter().enumerate().map(|(step, of)| {
        let beside = |value: fn(&Sample) -> f64| median(before.iter().zip(&now).map(|(b, n)| value(&n[step]) / value(&b[step])).collect());
        Pair { name: of.name.to_owned(), clients, p50: beside(Sample::p50), rate: beside(|sample| sample.rate) }
    });
    let pairs = pairs.collect();
    let of_before = |mut sample: Sample| {
        sample.name.insert_str(0, "before: ");
        sample
    };
    let samples = before.pop().into_iter().flatten().map(of_before).chain(now.pop().into_iter().flatten()).collect();
    Ok((samples, pairs))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = |at: usize| values.get(at).copied().unwrap_or(f64::NAN);
    match values.len() {
        0 => f64::NAN,
        count => (middle((count - 1) / 2) + middle(count / 2)) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_of_nothing_there_is_none() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }
}
