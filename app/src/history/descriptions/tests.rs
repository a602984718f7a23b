//! Tests of the words for actions.

use serde_json::json;

use super::*;
use crate::operations;

fn sentence(seen: Vec<DescribedRecord>, money: bool, of_one: bool) -> Option<String> {
    let rows = HashMap::from([(Uuid::nil(), seen)]);
    DescribedActions { rows: &rows, money, of_one }.sentence(Uuid::nil())
}

fn removed(money: bool) -> Option<String> {
    let payment = DescribedRecord {
        operation: "remove_payment".to_owned(),
        arguments: json!({"payment": "01a22486-0000-7000-8000-000000000001", "reason": "typed twice"}),
        kind: Some("payment".to_owned()),
        image: Some(json!({"amount": 10_000})),
        currency: Some("EUR".to_owned()),
        invoice: Some("2026-0001".to_owned()),
        ..DescribedRecord::default()
    };
    sentence(vec![payment], money, false)
}

/// The description of invoices for the first of `of_kind` clients.
fn drafted(of_kind: i64, looked_at: i64, of_one: bool) -> Option<String> {
    let invoice = |client: &&str| DescribedRecord {
        operation: "draft_invoices".to_owned(),
        kind: Some("invoice".to_owned()),
        client: Some((*client).to_owned()),
        of_kind,
        looked_at,
        ..DescribedRecord::default()
    };
    let clients = ["Acme", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"];
    sentence(clients.iter().take(of_kind as usize).map(invoice).collect(), true, of_one)
}

#[test]
fn several_are_told_by_the_first_few_and_by_how_many_they_are() {
    let told = |of_kind: i64| drafted(of_kind, 2 * of_kind, false).expect("a sentence");
    assert_eq!(told(1), "Invoice for Acme drafted");
    assert_eq!(told(2), "2 invoices drafted: for Acme and Beta");
    assert_eq!(told(3), "3 invoices drafted: for Acme, Beta and Gamma");
    assert_eq!(told(50), "50 invoices drafted: for Acme, Beta and 48 others");
    let cut = drafted(48, descriptions::LOOKED_AT, false);
    assert_eq!(cut.as_deref(), Some("At least 48 invoices drafted: for Acme, Beta and others"));
    assert_eq!(drafted(3, 6, true).as_deref(), Some("Invoice for Acme drafted"), "whoever asks about one is told of that");
}

#[test]
fn an_action_is_told_with_what_it_did_it_to_and_why() {
    assert_eq!(removed(true).as_deref(), Some("Payment of 100.00 EUR removed from 2026-0001: typed twice"));
}

#[test]
fn a_rate_of_which_nobody_knows_the_currency_any_more_is_told_without_a_number() {
    let rate = |currency: Option<&str>| DescribedRecord {
        operation: "set_rate".to_owned(),
        arguments: json!({"project": "Dashboard", "rate": "70.00"}),
        kind: Some("project".to_owned()),
        image: Some(json!({"rate": 7_000})),
        currency: currency.map(str::to_owned),
        client: Some("Acme".to_owned()),
        project: Some("Dashboard".to_owned()),
        ..DescribedRecord::default()
    };
    let told = |currency| sentence(vec![rate(currency)], true, false);
    assert_eq!(told(Some("EUR")).as_deref(), Some("Rate of Acme / Dashboard set to 70.00 EUR"));
    assert_eq!(told(None).as_deref(), Some("Rate of Acme / Dashboard set"));
}

#[test]
fn time_that_waits_for_a_person_is_drafted_and_not_logged() {
    let told = |state: &str| {
        let entry = DescribedRecord {
            operation: "create_time_entry".to_owned(),
            kind: Some("time_entry".to_owned()),
            image: Some(json!({"seconds": 3_600, "state": state, "description": "Work"})),
            client: Some("Acme".to_owned()),
            project: Some("Dashboard".to_owned()),
            ..DescribedRecord::default()
        };
        sentence(vec![entry], true, false)
    };
    assert_eq!(told("draft").as_deref(), Some("1h drafted on Acme / Dashboard, to be confirmed: Work"));
    assert_eq!(told("logged").as_deref(), Some("1h logged on Acme / Dashboard: Work"));
}

#[test]
fn a_call_that_changed_nothing_is_said_to_have_changed_nothing() {
    let told = |operation: &str| {
        let called = DescribedRecord { operation: operation.to_owned(), ..DescribedRecord::default() };
        sentence(vec![called], true, false)
    };
    assert_eq!(told("update_time_entry").as_deref(), Some("Change time; nothing was changed"));
    assert_eq!(told("update_organization").as_deref(), Some("Change the organization; nothing was changed"));
    assert_eq!(told("set_rate").as_deref(), Some("Rate of the organization left as it is"));
}

#[test]
fn whoever_sees_no_money_is_told_of_no_amount() {
    assert_eq!(removed(false).as_deref(), Some("Remove a payment"));
}

#[test]
fn what_did_nothing_is_told_by_what_was_called() {
    assert_eq!(describe_call("void_invoice", &json!({"invoice": "2026-0001"})), "Void an invoice: 2026-0001");
    assert_eq!(describe_call("void_invoice", &json!({"invoice": "01a22486-0000-7000-8000-000000000001"})), "Void an invoice");
    assert_eq!(describe_call("gone_by_now", &json!({})), "gone by now");
}

#[test]
fn every_sentence_is_of_an_operation() {
    for operation in templates::operations() {
        assert!(operations::find(operation).is_some(), "{operation}");
    }
}
