//! Load: concurrent clients that send the next request as soon as the last one was answered, and measure each.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::{sync::Barrier, task::JoinSet};

use crate::http::{Ask, Connection, HttpAnswer};

/// A repeated sequence of requests: every client goes through all steps in each round.
pub struct Scenario {
    /// The steps of a round; each is measured on its own.
    pub steps: Vec<ScenarioStep>,
    /// The number of rounds.
    pub volume: Volume,
}

/// One request of a scenario.
pub struct ScenarioStep {
    /// Its name in the table.
    pub name: &'static str,
    /// Makes the request.
    pub ask: Box<dyn Fn(Turn) -> Result<Ask> + Send + Sync>,
    /// Returns an error for a wrong answer with a successful status.
    pub check: fn(&HttpAnswer) -> Result<()>,
}

/// The client and the round of a request.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// The client, from 0.
    pub client: usize,
    /// The number of the round, counted over all clients of this run.
    pub round: usize,
}

/// How many rounds a run has, all clients together.
#[derive(Debug, Clone, Copy)]
pub struct Volume {
    /// Before the measurement.
    pub warm_up: usize,
    /// Measured with one client.
    pub alone: usize,
    /// Measured with many clients.
    pub crowd: usize,
}

/// The measurements of one step.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The name of the step.
    pub name: String,
    /// The number of concurrent clients.
    pub clients: usize,
    /// Requests per second.
    pub rate: f64,
    latencies: Vec<Duration>,
}

impl Sample {
    /// A sample from the time that each request took, and the time that all of them took together.
    pub fn new(name: impl Into<String>, clients: usize, mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        let rate = latencies.len() as f64 / took.as_secs_f64().max(f64::EPSILON);
        Self { name: name.into(), clients, rate, latencies }
    }

    /// The median latency in milliseconds.
    pub fn p50(&self) -> f64 {
        self.percentile(0.50)
    }

    /// The 99th percentile of the latency in milliseconds.
    pub fn p99(&self) -> f64 {
        self.percentile(0.99)
    }

    fn percentile(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * part).round() as usize;
        self.latencies.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Runs a scenario with this many clients; one sample for each step.
pub async fn run(address: SocketAddr, scenario: Arc<Scenario>, clients: usize) -> Result<Vec<Sample>> {
    let start = Arc::new(Barrier::new(clients + 1));
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        tasks.spawn(go(address, Arc::clone(&scenario), client, clients, Arc::clone(&start)));
    }
    // A client that fails never reaches the start: unless the tasks are checked, the others would wait for it.
    tokio::select! {
        _ = start.wait() => {}
        Some(ended) = tasks.join_next() => { ended??; }
    }
    let began = Instant::now();
    let mut latencies: Vec<Vec<Duration>> = vec![Vec::new(); scenario.steps.len()];
    while let Some(ended) = tasks.join_next().await {
        for (all, own) in latencies.iter_mut().zip(ended??) {
            all.extend(own);
        }
    }
    let took = began.elapsed();
    Ok(scenario.steps.iter().zip(latencies).map(|(step, latencies)| Sample::new(step.name, clients, latencies, took)).collect())
}

/// One client: warm-up, the common start, then its part of the rounds.
async fn go(
    address: SocketAddr,
    scenario: Arc<Scenario>,
    client: usize,
    clients: usize,
    start: Arc<Barrier>,
) -> Result<Vec<Vec<Duration>>> {
    let mut connection = Connection::open(address).await?;
    let measured = if clients == 1 { scenario.volume.alone } else { scenario.volume.crowd };
    let (warm_up, measured) = (scenario.volume.warm_up.div_ceil(clients), measured.div_ceil(clients));
    let mut latencies: Vec<Vec<Duration>> = scenario.steps.iter().map(|_| Vec::with_capacity(measured)).collect();
    for round in 0..warm_up + measured {
        if round == warm_up {
            start.wait().await;
        }
        for (step, latencies) in scenario.steps.iter().zip(&mut latencies) {
            let latency = once(&mut connection, step, Turn { client, round: round * clients + client }).await;
            let latency = latency.with_context(|| format!("{}, client {client}, round {round}", step.name))?;
            if round >= warm_up {
                latencies.push(latency);
            }
        }
    }
    Ok(latencies)
}

async fn once(connection: &mut Connection, step: &ScenarioStep, turn: Turn) -> Result<Duration> {
    let ask = (step.ask)(turn)?;
    let began = Instant::now();
    let answer = connection.send(ask).await?;
    let latency = began.elapsed();
    (step.check)(&answer.accepted()?)?;
    Ok(latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let latencies = (1..=101).rev().map(Duration::from_millis).collect();
        let sample = Sample::new("x", 1, latencies, Duration::from_secs(2));
        assert_eq!((sample.p50().round(), sample.p99().round()), (51.0, 100.0));
        assert!((sample.rate - 50.5).abs() < 1e-9);
    }

    #[test]
    fn nothing_measured_passes_no_limit() {
        assert!(Sample::new("x", 1, Vec::new(), Duration::ZERO).p50().is_nan());
    }
}
