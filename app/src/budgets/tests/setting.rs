//! Tests of setting, changing and clearing a budget, with every refusal.

use serde_json::json;

use super::{budget, log, set, studio, warnings, with};
use crate::{
    access::{Role, Scope, WriteMode},
    error::Code,
    project_budgets::SetBudget,
};

#[tokio::test]
async fn a_budget_holds_hours_and_an_amount_in_the_clients_currency() {
    let studio = studio().await;
    let made = set(&studio, json!({"hours": 40, "amount": "4000.00", "period": "month"})).await;
    assert_eq!((&made["hours"]["cap"]["text"], &made["amount"]["cap"]), (&json!("40h"), &json!({"amount": "4000.00", "currency": "EUR"})));
    assert_eq!((&made["from"], &made["to"], &made["period"]), (&json!("2026-11-01"), &json!("2026-11-30"), &json!("month")));
    assert_eq!((&made["basis"], &made["warning_percent"], &made["critical_percent"]), (&json!("billable"), &json!(75), &json!(100)));
    assert_eq!((&made["hard_stop"], &made["state"], &made["version"]), (&json!(false), &json!("ok"), &json!(1)));
    assert_eq!(budget(&studio).await["id"], made["id"]);
}

#[tokio::test]
async fn hours_are_written_as_numbers_and_as_people_write_them() {
    let studio = studio().await;
    for (hours, seconds) in
        [(json!(40), 144_000), (json!(7.5), 27_000), (json!("7,5"), 27_000), (json!("7h 30m"), 27_000), (json!("40"), 144_000)]
    {
        assert_eq!(set(&studio, json!({"hours": hours})).await["hours"]["cap"]["seconds"], seconds, "{hours}");
    }
}

#[tokio::test]
async fn what_is_not_given_stays_and_a_cap_can_be_taken_away() {
    let studio = studio().await;
    let made = set(&studio, json!({"hours": 40, "period": "month", "warning_percent": 50, "hard_stop": true})).await;
    let changed = set(&studio, json!({"amount": "4000.00"})).await;
    assert_eq!((&changed["id"], &changed["version"]), (&made["id"], &json!(2)));
    assert_eq!(
        (&changed["hours"]["cap"]["text"], &changed["warning_percent"], &changed["hard_stop"]),
        (&json!("40h"), &json!(50), &json!(true))
    );
    let changed = set(&studio, json!({"hours": ""})).await;
    assert_eq!((changed["hours"].get("cap"), &changed["amount"]["cap"]["amount"]), (None, &json!("4000.00")));
    let same = set(&studio, json!({"hard_stop": true})).await;
    assert_eq!(same["version"], 3, "what changes nothing is no new version");
}

#[tokio::test]
async fn a_form_says_the_same_in_words() {
    let studio = studio().await;
    let fields = json!({"project": "Dashboard", "hours": "40", "amount": "4.000,00", "period": "month"});
    let made = studio.form::<SetBudget>(fields).await.expect("set");
    assert_eq!((&made["hours"]["cap"]["seconds"], &made["amount"]["cap"]["amount"]), (&json!(144_000), &json!("4000.00")));
    let made = studio.form::<SetBudget>(json!({"project": "Dashboard", "hours": "20", "amount": ""})).await.expect("set");
    assert_eq!((&made["hours"]["cap"]["seconds"], made["amount"].get("cap")), (&json!(72_000), None));
}

#[tokio::test]
async fn what_makes_no_budget_is_refused_at_its_argument() {
    let studio = studio().await;
    for (given, field) in [
        (json!({}), "hours"),
        (json!({"hours": ""}), "hours"),
        (json!({"hours": 0}), "hours"),
        (json!({"hours": -8}), "hours"),
        (json!({"hours": "-8"}), "hours"),
        (json!({"hours": 1_000_000_000_000_i64}), "hours"),
        (json!({"hours": 1_000_001}), "hours"),
        (json!({"hours": "many"}), "hours"),
        (json!({"hours": "NaN"}), "hours"),
        (json!({"hours": "inf"}), "hours"),
        (json!({"amount": "0.00"}), "amount"),
        (json!({"amount": "-0.01"}), "amount"),
        (json!({"amount": "10000000000000.01"}), "amount"),
        (json!({"amount": 12.5}), "amount"),
        (json!({"hours": 40, "period": "fortnight"}), "period"),
        (json!({"hours": 40, "basis": "some"}), "basis"),
        (json!({"hours": 40, "warning_percent": 0}), "warning_percent"),
        (json!({"hours": 40, "warning_percent": 90, "critical_percent": 80}), "warning_percent"),
        (json!({"hours": 40, "critical_percent": 70}), "critical_percent"),
        (json!({"hours": 40, "critical_percent": 1001}), "critical_percent"),
        (json!({"hours": 40, "currency": "EUR"}), "arguments"),
    ] {
        let refused = studio.refused("set_budget", with(json!({"project": "Dashboard"}), given.clone())).await;
        assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{given}: {refused:?}");
    }
    for amount in ["4000 USD", "4000 XYZ", "EUR", "1.234"] {
        let refused = studio.form::<SetBudget>(json!({"project": "Dashboard", "amount": amount})).await;
        let taken = amount == "1.234";
        assert_eq!(refused.is_err_and(|error| error.field("amount").is_some()), !taken, "{amount}");
        studio.call("clear_budget", json!({"project": "Dashboard"})).await.ok();
    }
    assert_eq!(studio.number("select count(*) from budget where organization_id = $1").await, 0);
}

#[tokio::test]
async fn the_most_that_is_accepted_can_be_used_up() {
    let studio = studio().await;
    set(&studio, json!({"hours": 1_000_000, "amount": "10000000000000.00", "critical_percent": 1000, "warning_percent": 1000})).await;
    let logged = log(&studio, "24h", json!({})).await;
    assert_eq!((&logged["budget"]["state"], &logged["budget"]["percent"]["text"]), (&json!("ok"), &json!("0 %")));
}

#[tokio::test]
async fn a_budget_holds_ten_thousand_hours_at_the_highest_rate() {
    let studio = studio().await;
    for (code, rate, cap) in [("IRR", "1000000000.00", "10000000000000.00"), ("CLF", "1000000000.0000", "10000000000000.0000")] {
        studio.ok("create_client", json!({"name": code, "currency": code, "tax_rate": "19", "rate": rate})).await;
        let project = format!("Work in {code}");
        studio.ok("create_project", json!({"client": code, "name": project})).await;
        let made = studio.ok("set_budget", json!({"project": project, "hours": 10_000, "amount": cap})).await;
        assert_eq!(made["amount"]["cap"]["amount"], cap);
        let logged = log(&studio, "24h", json!({"project": project})).await;
        assert_eq!((&logged["budget"]["state"], &logged["budget"]["percent"]["text"]), (&json!("ok"), &json!("0.24 %")), "{code}");
    }
}

#[tokio::test]
async fn on_overhead_a_budget_of_billable_time_is_told_to_count_nothing() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office", "billing": "overhead"})).await;
    let set = |more| studio.ok("set_budget", with(json!({"project": "Office"}), more));
    let plain = set(json!({"hours": 10})).await;
    assert_eq!((&plain["basis"], warnings(&plain).len()), (&json!("all"), 0), "by default all time counts there");
    assert!(warnings(&set(json!({"basis": "billable"})).await)[0].contains("overhead"));
    assert!(warnings(&set(json!({"basis": "all", "amount": "10.00"})).await)[0].contains("overhead"));
}

#[tokio::test]
async fn whoever_sets_it_is_told_that_it_is_used_up_already() {
    let studio = studio().await;
    log(&studio, "8h", json!({})).await;
    let made = set(&studio, json!({"hours": 10})).await;
    assert!(warnings(&made)[0].contains("has reached 75 % of its budget: 8h of 10h"), "{made:#}");
    assert_eq!(super::told(&studio).await.len(), 0, "nobody else is told: no time was written");
}

#[tokio::test]
async fn clearing_takes_the_budget_and_leaves_the_time() {
    let studio = studio().await;
    assert_eq!(studio.code("get_budget", json!({"project": "Dashboard"})).await, Code::NotFound);
    assert_eq!(studio.code("clear_budget", json!({"project": "Dashboard"})).await, Code::NotFound);
    set(&studio, json!({"hours": 1, "hard_stop": true})).await;
    log(&studio, "1h", json!({})).await;
    assert_eq!(studio.ok("clear_budget", json!({"project": "Dashboard"})).await["project"], "Acme / Dashboard");
    assert_eq!(log(&studio, "1h", json!({})).await.get("budget"), None);
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await["worked"]["seconds"], 7200);
}

#[tokio::test]
async fn a_project_that_is_deleted_takes_its_budget_along() {
    let studio = studio().await;
    set(&studio, json!({"hours": 1})).await;
    studio.ok("delete_project", json!({"project": "Dashboard"})).await;
    assert_eq!(studio.number("select count(*) from budget where organization_id = $1").await, 0);
}

#[tokio::test]
async fn an_agent_sets_a_budget_only_when_it_writes_directly() {
    let studio = studio().await;
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        assert_eq!(agent.code("set_budget", json!({"project": "Dashboard", "hours": 1})).await, Code::NeedsApproval);
        assert_eq!(agent.code("clear_budget", json!({"project": "Dashboard"})).await, Code::NeedsApproval);
    }
    set(&studio.token(WriteMode::Direct).await, json!({"hours": 1})).await;
    let blind = studio.token_of(&[Scope::WorkRead, Scope::WorkWrite], WriteMode::Direct).await;
    assert_eq!(blind.code("set_budget", json!({"project": "Dashboard", "amount": "10.00"})).await, Code::Forbidden);
    assert_eq!(studio.as_role(Role::Manager).await.ok("set_budget", json!({"project": "Dashboard", "hours": 2})).await["version"], 2);
}
