//! The report: the table of samples, and the limits with the results of their checks.

use std::{
    fmt::{self, Display, Formatter},
    io::{Write as _, stdout},
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{comparison::Pair, load::Sample, scenarios::names, sign_ins::SignInLoad, verification::VerificationTimes};

/// All measurements.
#[derive(Default)]
pub struct Report {
    samples: Vec<Sample>,
    resident_mb: f64,
    verification: Option<VerificationTimes>,
    beside: Option<SignInLoad>,
}

/// A measured value beside its limit.
pub struct Check {
    what: String,
    value: f64,
    limit: f64,
    unit: &'static str,
    /// Whether the value has to be at least the limit, and not at most.
    at_least: bool,
}

impl Check {
    /// Whether the limit was met. A missing measurement fails.
    pub fn passes(&self) -> bool {
        if self.at_least { self.value >= self.limit } else { self.value <= self.limit }
    }
}

impl Report {
    /// Adds samples.
    pub fn add(&mut self, samples: impl IntoIterator<Item = Sample>) {
        self.samples.extend(samples);
    }

    /// Sets the memory of the server after everything else.
    pub fn set_resident_mb(&mut self, resident_mb: f64) {
        self.resident_mb = resident_mb;
    }

    /// Sets the times of verifying an audit log.
    pub fn set_verification(&mut self, took: VerificationTimes) {
        self.verification = Some(took);
    }

    /// Sets the results of sign-ins and sign-outs beside aborted page loads.
    pub fn set_beside(&mut self, beside: SignInLoad) {
        self.beside = Some(beside);
    }

    fn sample(&self, name: &str, clients: usize) -> Result<&Sample> {
        self.samples
            .iter()
            .find(|sample| sample.name == name && sample.clients == clients)
            .with_context(|| format!("{name} was not measured"))
    }

    /// The limits, each with the measured value.
    pub fn checks(&self, crowd: usize) -> Result<Vec<Check>> {
        let raw = self.sample(crate::pgbench::BARE, 1)?.p50();
        let bare = self.sample(names::BARE, crowd)?.rate;
        let at_most = |what: String, value, limit, unit| Check { what, value, limit, unit, at_least: false };
        let mut checks = Vec::new();
        for name in [names::REST, names::MCP] {
            checks.push(at_most(format!("{name}: p50 beside its raw SQL"), self.sample(name, 1)?.p50() / raw, 3.0, "×"));
        }
        for (name, limit) in [(names::DASHBOARD, 15.0), (names::SHORT, 25.0), (names::LONG, 160.0)] {
            checks.push(at_most(format!("{name}: p50"), self.sample(name, 1)?.p50(), limit, "ms"));
        }
        for name in [names::REST, names::MCP] {
            let value = self.sample(name, crowd)?.rate / bare;
            checks.push(Check {
                what: format!("{name}: requests/s at {crowd} clients beside the bare program"),
                value,
                limit: 0.5,
                unit: "×",
                at_least: true,
            });
        }
        checks.push(at_most(format!("{}: p50", names::FIRST_WORD), self.sample(names::FIRST_WORD, 1)?.p50(), 50.0, "ms"));
        let quiet = self.sample(names::DASHBOARD, 1)?.p99();
        checks.push(at_most(
            format!("{}: p99 beside the same without", names::BESIDE),
            self.sample(names::BESIDE, 1)?.p99() / quiet,
            2.0,
            "×",
        ));
        checks.extend(self.of_neighbour()?);
        let took = self.verification.as_ref().context("no audit log was verified")?;
        for (what, value, limit) in
            [("whole", took.whole, 30.0), ("longest transaction", took.longest, 1.0), ("since the last checkpoint", took.since, 1.0)]
        {
            checks.push(at_most(format!("audit log of a million writes: {what}"), value, limit, "s"));
        }
        checks.extend(of_sign_ins(self.beside.as_ref().context("nobody signed in")?));
        checks.push(at_most("server: resident memory after the run".to_owned(), self.resident_mb, 250.0, "MB"));
        Ok(checks)
    }

    /// The limits of a neighbour beside a flood.
    fn of_neighbour(&self) -> Result<[Check; 2]> {
        let (alone, flooded) = (self.sample(names::NEIGHBOUR, 1)?.p99(), self.sample(names::FLOODED, 1)?.p99());
        let at_most =
            |what: &str, value, limit, unit| Check { what: format!("{}: {what}", names::FLOODED), value, limit, unit, at_least: false };
        Ok([at_most("p99 beside the same alone", flooded / alone, 10.0, "×"), at_most("p99", flooded, 50.0, "ms")])
    }

    /// Prints the neighbour beside a flood, and returns whether its limits were met.
    pub fn print_neighbour(&self) -> Result<bool> {
        print(&self.samples, &self.of_neighbour()?)
    }

    /// Prints everything, and returns whether all limits were met.
    pub fn print(&self, crowd: usize, as_json: bool) -> Result<bool> {
        let checks = self.checks(crowd)?;
        if !as_json {
            return print(&self.samples, &checks);
        }
        writeln!(stdout().lock(), "{}", self.json(&checks))?;
        Ok(checks.iter().all(Check::passes))
    }

    fn json(&self, checks: &[Check]) -> Value {
        let sample = |sample: &Sample| json!({ "name": sample.name, "clients": sample.clients, "per_second": sample.rate, "p50_ms": sample.p50(), "p99_ms": sample.p99() });
        let check = |check: &Check| json!({ "check": check.what, "value": check.value, "limit": check.limit, "unit": check.unit, "at_least": check.at_least, "passes": check.passes() });
        json!({
            "samples": self.samples.iter().map(sample).collect::<Vec<_>>(),
            "checks": checks.iter().map(check).collect::<Vec<_>>(),
            "resident_mb": self.resident_mb,
        })
    }
}

/// Prints samples and checks as text, and returns whether all limits were met.
pub fn print(samples: &[Sample], checks: &[Check]) -> Result<bool> {
    write!(stdout().lock(), "{}", Tables { samples, checks })?;
    Ok(checks.iter().all(Check::passes))
}

/// The limits of sign-ins and sign-outs beside aborted page loads.
pub fn of_sign_ins(beside: &SignInLoad) -> Vec<Check> {
    let check = |what: &str, value, limit, unit, at_least| Check { what: what.to_owned(), value, limit, unit, at_least };
    vec![
        check("sign-ins: pages broken off beside them", beside.broken_off, 2_000.0, "/s", true),
        check("sign-ins and sign-outs that were answered", beside.answered, 2.0, "/s", true),
        check("sign-ins and sign-outs that were answered and are not so", beside.untrue as f64, 0.0, "", false),
        check("sign-ins: transactions that were left behind", beside.left_behind as f64, 0.0, "", false),
    ]
}

/// The limits of a comparison: no line is worse than before by more than a tenth, alone by its latency and in a crowd by its requests per
/// second.
pub fn of_turns(pairs: &[Pair]) -> Vec<Check> {
    let check = |pair: &Pair| {
        let (value, limit, at_least) = if pair.clients == 1 { (pair.p50, 1.1, false) } else { (pair.rate, 0.9, true) };
        let figure = if at_least { "requests/s" } else { "p50" };
        Check { what: format!("{}: {figure} at {} beside before", pair.name, pair.clients), value, limit, unit: "×", at_least }
    };
    pairs.iter().map(check).collect()
}

/// The report as text.
struct Tables<'a> {
    samples: &'a [Sample],
    checks: &'a [Check],
}

impl Display for Tables<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<38} {:>7} {:>12} {:>10} {:>10}", "", "clients", "requests/s", "p50 ms", "p99 ms")?;
        for sample in self.samples {
            writeln!(f, "{:<38} {:>7} {:>12.0} {:>10.2} {:>10.2}", sample.name, sample.clients, sample.rate, sample.p50(), sample.p99())?;
        }
        writeln!(f, "\n{:<74} {:>10} {:>12} {:>9}", "", "reached", "limit", "share")?;
        for Check { what, value, limit, unit, at_least } in self.checks {
            let check = Check { what: String::new(), value: *value, limit: *limit, unit, at_least: *at_least };
            let bound = format!("{} {limit} {unit}", if *at_least { "≥" } else { "≤" });
            let verdict = if check.passes() { "pass" } else { "FAIL" };
            // A limit of zero has no percentage.
            let share = if *limit > 0.0 { format!("{:.0}%", value / limit * 100.0) } else { "–".to_owned() };
            writeln!(f, "{what:<74} {:>10} {bound:>12} {share:>9} {verdict}", format!("{value:.2} {unit}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, limit: f64, at_least: bool) -> bool {
        Check { what: String::new(), value, limit, unit: "", at_least }.passes()
    }

    #[test]
    fn a_limit_is_kept_from_its_own_side_and_never_by_nothing() {
        assert!(check(3.0, 3.0, false) && check(0.5, 0.5, true));
        assert!(!check(3.1, 3.0, false) && !check(0.4, 0.5, true));
        assert!(!check(f64::NAN, 3.0, false) && !check(f64::NAN, 0.5, true));
    }
}
