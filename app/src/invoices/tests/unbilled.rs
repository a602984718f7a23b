//! *Unbilled* is one figure: whoever asks, wherever, is told the same.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::{context::Door, testing::World};

const STUDIOS: usize = 200;

/// Currencies with two, none and three decimals.
const CURRENCIES: [(&str, u32); 3] = [("EUR", 2), ("JPY", 0), ("KWD", 3)];

/// An entry: its client, seconds, rate in minor units, and how it stands.
#[derive(Debug, Clone)]
struct Drawn {
    client: usize,
    seconds: i64,
    rate: Option<i64>,
    billable: bool,
    state: &'static str,
    billed: bool,
}

fn entries() -> impl Strategy<Value = Vec<Drawn>> {
    let rate =
        prop_oneof![1 => Just(None), 1 => Just(Some(0)), 4 => (1_i64..50_000).prop_map(Some), 1 => (1_i64..=100_000_000).prop_map(Some)];
    let state = prop::sample::select(vec!["logged", "logged", "logged", "draft", "approved"]);
    let entry = (0..CURRENCIES.len(), 1_i64..=86_400, rate, prop::bool::weighted(0.8), state, prop::bool::weighted(0.2));
    let drawn = entry.prop_map(|(client, seconds, rate, billable, state, billed)| Drawn { client, seconds, rate, billable, state, billed });
    prop::collection::vec(drawn, 0..12)
}

/// A studio with a client and a project for each currency.
async fn furnished() -> World {
    let studio = World::new("studio").await;
    for (currency, _) in CURRENCIES {
        studio.ok("create_client", json!({"name": currency, "currency": currency, "tax_category": "O"})).await;
        studio.ok("create_project", json!({"client": currency, "name": "Work"})).await;
    }
    studio
}

async fn write(studio: &World, entries: &[Drawn]) {
    for (at, entry) in entries.iter().enumerate() {
        let rate = entry.rate.map_or("null".to_owned(), |rate| rate.to_string());
        let insert = format!(
            "insert into time_entry (organization_id, id, member_id, project_id, billable, day, seconds, rate, state, source, created_by, created_at, updated_at)
             select $1, gen_random_uuid(), '{member}', p.id, {}, '2026-10-{:02}', {}, {rate}, '{}', 'manual', '{member}', now(), now()
             from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
             where p.organization_id = $1 and c.name = '{}'",
            entry.billable,
            if entry.billed { 1 } else { at % 20 + 2 },
            entry.seconds,
            entry.state,
            CURRENCIES[entry.client].0,
            member = studio.member(),
        );
        assert_eq!(studio.sql(&insert).await, 1);
    }
    for (client, (currency, _)) in CURRENCIES.iter().enumerate() {
        let billed = |entry: &Drawn| entry.billed && entry.client == client && entry.billable && entry.state != "draft";
        if entries.iter().any(billed) {
            studio.ok("draft_invoice", json!({"client": currency, "from": "2026-10-01", "to": "2026-10-01"})).await;
        }
    }
}

/// What is unbilled, worked out by hand.
fn expected(entries: &[Drawn]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.billable && !entry.billed && entry.state != "draft") {
        let worth = (entry.seconds * entry.rate.unwrap_or(0) + 1_800) / 3_600;
        *sums.entry(CURRENCIES[entry.client].0.to_owned()).or_insert(0) += worth;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// Adds amounts up by their currencies.
fn added<'a>(amounts: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for amount in amounts {
        let currency = amount["currency"].as_str().expect("a currency");
        let (_, digits) = CURRENCIES.iter().find(|(code, _)| *code == currency).expect("one of ours");
        let text = amount["amount"].as_str().expect("decimal text");
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        // Three decimals have a zero behind them, so that nobody takes them for thousands.
        let (kept, zeros) = decimals.split_at(*digits as usize);
        assert!(zeros.bytes().all(|digit| digit == b'0'), "{text}");
        *sums.entry(currency.to_owned()).or_insert(0) += format!("{whole}{kept}").parse::<i64>().expect("a number");
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn items<'a>(answer: &'a Value, field: &'a str) -> impl Iterator<Item = &'a Value> {
    answer["items"].as_array().into_iter().flatten().map(move |item| &item[field])
}

#[tokio::test]
async fn two_hundred_studios_are_told_the_same_everywhere() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    for at in 0..STUDIOS {
        let drawn = entries().new_tree(&mut runner).expect("entries").current();
        let studio = furnished().await;
        write(&studio, &drawn).await;
        let right = expected(&drawn);
        let asked = studio.through([Door::Page, Door::Assistant, Door::Mcp, Door::Rest][at % 4]);
        let unbilled = asked.ok("list_unbilled", json!({})).await;
        assert_eq!(added(items(&unbilled, "amount")), right, "list_unbilled: {drawn:?}");
        assert_eq!(added(items(&asked.ok("get_balance", json!({})).await, "unbilled")), right, "get_balance: {drawn:?}");
        let filter = json!({"from": "2026-10-01", "to": "2026-10-31", "billable": true, "billed": false});
        let summary = asked.ok("summarize_time", filter).await;
        assert_eq!(added(summary["totals"]["amounts"].as_array().into_iter().flatten()), right, "summarize_time: {drawn:?}");
        let projects = asked.ok("list_projects", json!({"with_hours": true})).await;
        assert_eq!(added(items(&projects, "unbilled")), right, "list_projects: {drawn:?}");
        for (currency, _) in CURRENCIES {
            let preview = asked.ok("preview_invoice", json!({"client": currency})).await;
            assert_eq!(added([&preview["unbilled"]]).get(currency), right.get(currency), "preview_invoice: {drawn:?}");
        }
    }
}
