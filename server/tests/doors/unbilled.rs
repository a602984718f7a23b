//! *Unbilled* is one figure: whoever asks, at whichever door, is told the same.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use reqwest::header;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    agents,
    world::{Answer, Person, World},
};

const STUDIOS: usize = 200;

/// Currencies with two, none and three decimals.
const CURRENCIES: [(&str, usize); 3] = [("EUR", 2), ("JPY", 0), ("KWD", 3)];

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
        prop_oneof![1 => Just(None), 1 => Just(Some(0)), 4 => (1_i64..50_000).prop_map(Some), 1 => (1_i64..=1_000_000_000).prop_map(Some)];
    let state = prop::sample::select(vec!["logged", "logged", "logged", "draft", "approved"]);
    let entry = (0..CURRENCIES.len(), 1_i64..=86_400, rate, prop::bool::weighted(0.8), state, prop::bool::weighted(0.2));
    let drawn = entry.prop_map(|(client, seconds, rate, billable, state, billed)| Drawn { client, seconds, rate, billable, state, billed });
    prop::collection::vec(drawn, 0..12)
}

/// Somebody with a client and a project for each currency, and these entries.
async fn furnished(world: &World, owner: &PgPool, at: usize, entries: &[Drawn]) -> Person {
    let ada = world.person(&format!("Ada {at}")).await;
    for (currency, _) in CURRENCIES {
        world.rest(&ada, "create_client", json!({ "name": currency, "currency": currency, "tax_category": "O" })).await.ok();
        world.rest(&ada, "create_project", json!({ "client": currency, "name": "Work" })).await.ok();
    }
    for (at, entry) in entries.iter().enumerate() {
        write(owner, &ada, at, entry).await;
    }
    for (client, (currency, _)) in CURRENCIES.iter().enumerate() {
        let billed = |entry: &Drawn| entry.billed && entry.client == client && entry.billable && entry.state != "draft";
        if entries.iter().any(billed) {
            let days = json!({ "client": currency, "from": "2026-10-01", "to": "2026-10-01" });
            world.rest(&ada, "draft_invoice", days).await.ok();
        }
    }
    ada
}

async fn write(owner: &PgPool, ada: &Person, at: usize, entry: &Drawn) {
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, billable, day, seconds, rate, state, source, created_by, created_at, updated_at)
         select o.id, gen_random_uuid(), m.id, p.id, {}, '2026-10-{:02}', {}, {}, '{}', 'manual', m.id, now(), now()
         from organization o join member m on m.organization_id = o.id join client c on c.organization_id = o.id
         join project p on p.organization_id = o.id and p.client_id = c.id
         where o.slug = $1 and c.name = '{}'",
        entry.billable,
        if entry.billed { 1 } else { at % 20 + 2 },
        entry.seconds,
        entry.rate.map_or("null".to_owned(), |rate| rate.to_string()),
        entry.state,
        CURRENCIES[entry.client].0,
    );
    let done = sqlx::query(AssertSqlSafe(insert)).bind(&ada.slug).execute(owner).await.expect("written");
    assert_eq!(done.rows_affected(), 1);
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

/// The decimal text of an amount and its currency: an agent is told both as one text.
fn told(amount: &Value) -> (&str, &str) {
    match amount.as_str() {
        Some(text) => text.split_once(' ').expect("an amount with its currency"),
        None => (amount["amount"].as_str().expect("decimal text"), amount["currency"].as_str().expect("a currency")),
    }
}

/// Adds amounts up by their currencies.
fn added<'a>(amounts: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for amount in amounts {
        let (text, currency) = told(amount);
        let (_, digits) = CURRENCIES.iter().find(|(code, _)| *code == currency).expect("one of ours");
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        // Three decimals have a zero behind them, so that nobody takes them for thousands.
        let (kept, zeros) = decimals.split_at(*digits);
        assert!(zeros.bytes().all(|digit| digit == b'0'), "{text}");
        *sums.entry(currency.to_owned()).or_insert(0) += format!("{whole}{kept}").parse::<i64>().expect("a number");
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn items<'a>(answer: &'a Value, field: &'a str) -> impl Iterator<Item = &'a Value> {
    answer["items"].as_array().into_iter().flatten().map(move |item| &item[field])
}

/// An amount as a page shows it.
fn shown(currency: &str, amount: i64) -> String {
    let digits = CURRENCIES.iter().find(|(code, _)| *code == currency).map_or(2, |(_, digits)| *digits);
    let written = format!("{amount:0>width$}", width = digits + 1);
    let (whole, decimals) = written.split_at(written.len() - digits);
    let parted: Vec<&str> = whole.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits")).collect();
    [parted.join(","), decimals.to_owned()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// What an operation answers at the doors of programs.
async fn asked(world: &World, ada: &Person, operation: &str, arguments: Value) -> [Value; 2] {
    let over_rest = world.rest(ada, operation, arguments.clone()).await.ok();
    [over_rest, agents::done(world, &ada.token, operation, arguments).await]
}

/// What the drawer says after a command.
async fn said_in_the_drawer(world: &World, ada: &Person) -> Value {
    let said = world.call(ada, "assistant_say", &[("text", "/unbilled")]).await.ok();
    let answer = said["messages"].as_array().and_then(|messages| messages.last()).expect("an answer");
    assert_eq!(answer["steps"][0]["operation"], "list_unbilled", "{said}");
    answer["steps"][0]["result"].clone()
}

async fn page(world: &World, ada: &Person, path: &str) -> String {
    Answer::of(world.get(&format!("/o/{}{path}", ada.slug)).header(header::COOKIE, format!("stint={}", ada.cookie))).await.text
}

async fn is_told_everywhere(world: &World, ada: &Person, right: &BTreeMap<String, i64>) {
    assert_eq!(added(items(&said_in_the_drawer(world, ada).await, "amount")), *right, "the drawer");
    for unbilled in asked(world, ada, "list_unbilled", json!({})).await {
        assert_eq!(added(items(&unbilled, "amount")), *right, "list_unbilled");
    }
    for balance in asked(world, ada, "get_balance", json!({})).await {
        assert_eq!(added(items(&balance, "unbilled")), *right, "get_balance");
    }
    let filter = json!({"from": "2026-10-01", "to": "2026-10-31", "billable": true, "billed": false});
    for summary in asked(world, ada, "summarize_time", filter).await {
        assert_eq!(added(summary["totals"]["amounts"].as_array().into_iter().flatten()), *right, "summarize_time");
    }
    for projects in asked(world, ada, "list_projects", json!({"with_hours": true})).await {
        assert_eq!(added(items(&projects, "unbilled")), *right, "list_projects");
    }
    for (currency, _) in CURRENCIES {
        for preview in asked(world, ada, "preview_invoice", json!({"client": currency})).await {
            assert_eq!(added([&preview["unbilled"]]).get(currency), right.get(currency), "preview_invoice");
        }
    }
    for path in ["", "/projects"] {
        let page = page(world, ada, path).await;
        for (currency, amount) in right {
            assert!(page.contains(&shown(currency, *amount)), "{} {currency} on {path}/: {page}", shown(currency, *amount));
        }
    }
}

#[tokio::test]
async fn two_hundred_studios_are_told_the_same_at_every_door() {
    let world = World::open().await;
    let owner = world.owner().await;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    for at in 0..STUDIOS {
        let drawn = entries().new_tree(&mut runner).expect("entries").current();
        let ada = furnished(&world, &owner, at, &drawn).await;
        println!("{at}: {drawn:?}");
        is_told_everywhere(&world, &ada, &expected(&drawn)).await;
    }
}
