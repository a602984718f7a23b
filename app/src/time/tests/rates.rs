//! Tests of the price of time: the closest rate, copied when the entry is made.

use domain::money::amount_of;
use serde_json::{Value, json};

use super::{log, on_project, studio};
use crate::{
    access::{Scope, WriteMode},
    clients::UpdateClient,
    error::Code,
    testing::{World, euros},
    time::UpdateTimeEntry,
};

async fn rate(world: &World, more: Value) -> Value {
    log(world, more).await["rate"]["amount"].clone()
}

#[tokio::test]
async fn the_nearest_rate_holds() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    assert_eq!(rate(&studio, json!({})).await, Value::Null, "nobody has said what an hour costs");
    studio.ok("update_organization", json!({"rate": "10.00"})).await;
    assert_eq!(rate(&studio, json!({})).await, "10.00");
    studio.sql(&format!("update member set bill_rate = 2000 where organization_id = $1 and id = '{}'", studio.member())).await;
    assert_eq!(rate(&studio, json!({})).await, "20.00");
    studio.ok("update_client", json!({"client": "Acme", "rate": "30.00"})).await;
    assert_eq!(rate(&studio, json!({})).await, "30.00");
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "40.00"})).await;
    assert_eq!(rate(&studio, json!({})).await, "40.00");
    assert_eq!(rate(&studio, json!({"rate": "50.00"})).await, "50.00");
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "0.00"})).await;
    assert_eq!(rate(&studio, json!({})).await, "0.00", "a rate of nothing is a rate");
    let timer = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!((&timer["rate"]["amount"], timer.get("amount")), (&json!("0.00"), None));
}

#[tokio::test]
async fn a_later_rate_does_not_touch_what_was_logged() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "500.00"})).await;
    let edited = studio
        .ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "1h", "billable": true, "project": "Dashboard"}))
        .await;
    assert_eq!(edited["rate"]["amount"], "120.00");
    assert_eq!(rate(&studio, json!({})).await, "500.00");
}

#[tokio::test]
async fn the_rate_of_a_timer_is_that_of_its_start() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "500.00"})).await;
    studio.advance(3600);
    assert_eq!(studio.ok("stop_timer", json!({})).await["amount"]["amount"], "120.00");
}

#[tokio::test]
async fn time_that_is_not_billable_has_no_rate_and_no_amount() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office", "billing": "overhead", "rate": "90.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website", "billing": "fixed_price"})).await;
    for given in [
        json!({"billable": false}),
        json!({"project": "Office"}),
        json!({"project": "Office", "billable": false}),
        json!({"project": "Website"}),
    ] {
        let entry = log(&studio, given.clone()).await;
        assert_eq!(
            (&entry["billable"], entry.get("rate"), entry.get("amount"), &entry["unbilled"]["amount"]),
            (&json!(false), None, None, &json!("0.00")),
            "{given}"
        );
    }
    assert_eq!(log(&studio, json!({"project": "Website", "billable": true})).await["rate"]["amount"], "120.00");
    for operation in ["create_time_entry", "start_timer"] {
        let mut given = json!({"project": "Office", "billable": true});
        if operation == "create_time_entry" {
            given["duration"] = json!("1h");
        }
        assert!(studio.refused(operation, given).await.field("billable").is_some());
    }
}

#[tokio::test]
async fn a_rate_in_one_currency_is_none_in_another() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"rate": "100.00"})).await;
    studio.ok("create_client", json!({"name": "Tokyo", "tax_rate": "19", "currency": "JPY"})).await;
    let project = studio.ok("create_project", json!({"client": "Tokyo", "name": "Robots"})).await;
    assert_eq!(project.get("effective_rate"), None);
    let entry = log(&studio, json!({"project": "Robots"})).await;
    assert_eq!(entry.get("rate"), None);
    assert!(entry["warnings"][0].as_str().is_some_and(|warning| warning.contains("JPY")), "{entry:#}");
    studio.ok("update_client", json!({"client": "Tokyo", "rate": "15000"})).await;
    let entry = log(&studio, json!({"project": "Robots"})).await;
    assert_eq!((&entry["amount"], entry.get("warnings")), (&json!({"amount": "22500", "currency": "JPY"}), None));
}

#[tokio::test]
async fn an_ordinary_rate_in_a_currency_of_small_units_is_accepted_wherever_a_rate_is_given() {
    let studio = World::new("studio").await;
    for (code, rate, day) in [
        ("IDR", "1500000.00", "36000000.00"),
        ("LBP", "9000000.00", "216000000.00"),
        ("IRR", "50000000.00", "1200000000.00"),
        ("LAK", "1200000.00", "28800000.00"),
        ("UZS", "1300000.00", "31200000.00"),
        ("IQD", "130000.000", "3120000.000"),
        ("VND", "2500000", "60000000"),
    ] {
        let project = format!("Work in {code}");
        studio.ok("update_organization", json!({"currency": code, "rate": rate})).await;
        studio.ok("create_client", json!({"name": code, "currency": code, "tax_rate": "19", "rate": rate})).await;
        studio.ok("create_project", json!({"client": code, "name": project, "rate": rate})).await;
        studio.ok("set_rate", json!({"project": project, "rate": rate})).await;
        let entry = log(&studio, json!({"project": project, "duration": "24h", "rate": rate})).await;
        assert_eq!((&entry["rate"]["amount"], &entry["amount"]["amount"]), (&json!(rate), &json!(day)), "{code}");
    }
    studio.sql("update member set bill_rate = 5000000000, cost_rate = 5000000000 where organization_id = $1").await;
}

#[tokio::test]
async fn the_highest_rate_is_as_many_major_units_in_every_currency() {
    let studio = World::new("studio").await;
    for (code, highest) in [("EUR", "1000000000.00"), ("JPY", "1000000000"), ("KWD", "1000000000.000"), ("CLF", "1000000000.0000")] {
        studio.ok("create_client", json!({"name": code, "currency": code, "tax_rate": "19", "rate": highest})).await;
        let project = format!("Work in {code}");
        studio.ok("create_project", json!({"client": code, "name": project})).await;
        assert_eq!(rate(&studio, json!({"project": project, "duration": "24h"})).await, highest);
        let refused = studio.refused("set_rate", json!({"client": code, "rate": "1000000001"})).await;
        assert!(refused.field("rate").is_some_and(|why| why.contains("between 0 and 1,000,000,000")), "{refused:?}");
    }
    assert_eq!(studio.ok("get_project", json!({"project": "Work in CLF"})).await["unbilled"]["amount"], "24000000000.0000");
}

#[tokio::test]
async fn the_cost_of_the_member_is_kept_with_the_entry() {
    let studio = studio().await;
    studio.sql("update member set cost_rate = 4200 where organization_id = $1").await;
    log(&studio, json!({})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.sql("update member set cost_rate = 1 where organization_id = $1").await;
    assert_eq!(studio.number("select count(*) from time_entry where organization_id = $1 and cost_rate = 4200").await, 2);
}

#[tokio::test]
async fn sums_in_the_database_round_as_entries_do() {
    let studio = studio().await;
    let mut sum = 0;
    for (seconds, rate) in
        [(1, 1), (1, 1800), (1, 1799), (1, 5400), (7, 12345), (1801, 1), (86_399, 99_999_999_999), (86_400, 100_000_000), (59, 61)]
    {
        let entry = log(&studio, json!({"duration": format!("{seconds}s"), "rate": euros(rate)})).await;
        assert_eq!(entry["amount"]["amount"], euros(amount_of(seconds, rate)));
        sum += amount_of(seconds, rate);
        assert_eq!(entry["unbilled"]["amount"], euros(sum));
    }
    assert_eq!(studio.ok("summarize_time", json!({})).await["totals"]["amounts"][0]["amount"], euros(sum));
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await["unbilled"]["amount"], euros(sum));
}

/// Every key anywhere in an answer.
fn keys(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| std::iter::once(key.clone()).chain(keys(value))).collect(),
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

/// Calls the reads and writes of time and asserts that none shows money.
async fn sees_no_money(world: &World) {
    let entry = log(world, json!({})).await;
    let mut answers = vec![entry.clone()];
    for (operation, arguments) in [
        ("update_time_entry", json!({"time_entry": entry["id"], "duration": "1h"})),
        ("get_time_entry", json!({"time_entry": entry["id"]})),
        ("list_time_entries", json!({})),
        ("summarize_time", json!({"group_by": "project"})),
        ("start_timer", json!({"project": "Dashboard"})),
        ("start_timer", json!({"project": "Dashboard", "description": "else", "stop_running": true})),
        ("update_timer", json!({"description": "again"})),
        ("get_timer", json!({})),
        ("stop_timer", json!({})),
        ("list_projects", json!({"with_hours": true})),
        ("get_project", json!({"project": "Dashboard"})),
        ("delete_time_entry", json!({"time_entry": entry["id"]})),
    ] {
        answers.push(world.ok(operation, arguments).await);
    }
    for answer in answers {
        let found: Vec<_> = keys(&answer)
            .into_iter()
            .filter(|key| ["rate", "effective_rate", "amount", "amounts", "unbilled", "invoiced", "warnings"].contains(&key.as_str()))
            .collect();
        assert!(found.is_empty(), "{found:?} in {answer:#}");
    }
}

#[tokio::test]
async fn a_member_sees_no_money_anywhere() {
    let studio = studio().await;
    studio.form::<UpdateClient>(json!({"client": "Acme", "rate": ""})).await.expect("changed");
    let barbara = on_project(&studio, "Dashboard").await;
    sees_no_money(&barbara).await;
    assert_eq!(barbara.code("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "rate": "0.01"})).await, Code::Forbidden);
    let entry = log(&barbara, json!({})).await;
    for rate in [json!(1), json!("")] {
        let refused = barbara.form::<UpdateTimeEntry>(json!({"time_entry": entry["id"], "rate": rate})).await;
        assert!(refused.is_err_and(|error| error.code == Code::Forbidden), "{rate}");
    }
}

#[tokio::test]
async fn a_token_that_was_not_made_for_money_sees_none() {
    let studio = studio().await;
    let agent = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite, Scope::WorkRead], WriteMode::Direct).await;
    sees_no_money(&agent).await;
    assert_eq!(agent.code("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "rate": "0.01"})).await, Code::Forbidden);
    let agent = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite, Scope::MoneyRead], WriteMode::Direct).await;
    assert_eq!(log(&agent, json!({})).await["amount"]["amount"], "180.00");
}

#[tokio::test]
async fn switching_billable_off_and_on_keeps_the_rate_that_held() {
    let studio = studio().await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "40.00"})).await;
    let entry = log(&studio, json!({"duration": "1h"})).await;
    let off = log(&studio, json!({"duration": "1h", "billable": false})).await;
    let switch = async |entry: &Value, billable: bool| {
        studio.ok("update_time_entry", json!({"time_entry": entry["id"], "billable": billable})).await
    };
    switch(&entry, false).await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "80.00"})).await;
    for entry in [&entry, &off] {
        assert_eq!(switch(entry, true).await["amount"]["amount"], "40.00");
    }
}

#[tokio::test]
async fn moved_time_is_billable_as_its_new_project_says_unless_somebody_says_otherwise() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office", "billing": "overhead"})).await;
    let office = log(&studio, json!({"project": "Office"})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": office["id"], "project": "Dashboard"})).await;
    assert_eq!((&moved["billable"], &moved["amount"]["amount"]), (&json!(true), &json!("180.00")));
    let said = json!({"time_entry": office["id"], "project": "Office", "billable": true});
    assert!(studio.through(crate::context::Channel::Rest).refused("update_time_entry", said.clone()).await.field("billable").is_some());
    // A form always sends `billable`, here with the value from before.
    let back = studio.form::<UpdateTimeEntry>(said).await.expect("moved");
    assert_eq!((&back["billable"], &back["project"]["name"]), (&json!(false), &json!("Office")));
    let again = studio.form::<UpdateTimeEntry>(json!({"time_entry": office["id"], "project": "Dashboard", "billable": false}));
    assert_eq!(again.await.expect("moved")["billable"], true);
}

#[tokio::test]
async fn what_agents_do_on_their_own_is_billable_where_the_project_says_so() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Robots", "bill_agent_time": true})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office", "billing": "overhead", "bill_agent_time": true})).await;
    let agent = studio.token(WriteMode::Direct).await;
    for (project, labour, billable) in
        [("Dashboard", "human", true), ("Dashboard", "agent", false), ("Robots", "agent", true), ("Office", "agent", false)]
    {
        let entry = log(&agent, json!({"project": project, "labour": labour})).await;
        assert_eq!((&entry["labour"], &entry["billable"]), (&json!(labour), &json!(billable)), "{project}");
    }
    assert_eq!(log(&agent, json!({})).await["labour"], "human", "it is never inferred from a token");
    assert_eq!(log(&agent, json!({"labour": "agent", "billable": true})).await["billable"], true);
    let started = agent.ok("start_timer", json!({"project": "Dashboard", "labour": "agent"})).await;
    assert_eq!((&started["labour"], &started["billable"]), (&json!("agent"), &json!(false)));
    let listed = studio.ok("list_time_entries", json!({"labour": "agent"})).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(studio.ok("summarize_time", json!({"labour": "agent"})).await["totals"]["entries"], 4);
}
