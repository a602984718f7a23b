use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::{
    clients::Client,
    day::{Day, Span},
    id::{ClientId, OrganizationId},
    invoices::rounding::Rounding,
    organizations::Organization,
    percent::Percent,
    testing::PlainDocuments,
};

const CATEGORIES: [(TaxCategory, i32); 7] = [
    (TaxCategory::S, 190_000),
    (TaxCategory::Z, 0),
    (TaxCategory::E, 0),
    (TaxCategory::AE, 0),
    (TaxCategory::K, 0),
    (TaxCategory::G, 0),
    (TaxCategory::O, 0),
];

fn seller() -> Organization {
    Organization {
        id: OrganizationId(Uuid::from_u128(1)),
        slug: "studio".to_owned(),
        name: "Studio".to_owned(),
        legal_name: None,
        address: None,
        country: None,
        vat_id: Some("DE123456789".to_owned()),
        tax_number: Some("12/345/67890".to_owned()),
        email: None,
        phone: None,
        bank_holder: None,
        iban: None,
        bic: None,
        bank_name: None,
        currency: Currency::default(),
        time_zone: "Europe/Berlin".to_owned(),
        language: "en".to_owned(),
        week_start: 1,
        rate: None,
        payment_terms_days: 14,
        tax_category: TaxCategory::S,
        tax_rate: Percent(190_000),
        tax_reason: None,
        number_pattern: "{0001}".to_owned(),
        number_yearly_reset: true,
        rounding: Rounding::default(),
        timer_limit_seconds: 28_800,
        lock_date: None,
    }
}

fn buyer() -> Client {
    Client {
        id: ClientId(Uuid::from_u128(2)),
        name: "Acme".to_owned(),
        legal_name: None,
        color: "#2f6f5e".to_owned(),
        currency: Currency::default(),
        rate: None,
        payment_terms_days: 14,
        tax_category: TaxCategory::S,
        tax_rate: Percent(190_000),
        tax_reason: None,
        email: None,
        address: None,
        country: Some("FR".to_owned()),
        vat_id: Some("FR12345678901".to_owned()),
        language: "en".to_owned(),
        archived: false,
        projects: 1,
    }
}

/// A line over 100.00 of so many ten-thousandths of a percent.
fn line((category, rate): (TaxCategory, i32)) -> LineRow {
    LineRow {
        id: Uuid::from_u128(3),
        kind: "custom".to_owned(),
        description: "Hosting".to_owned(),
        project_id: None,
        seconds: None,
        billed_seconds: None,
        invoiced_quantity: Some(100_000_000),
        unit: "C62".to_owned(),
        unit_price: 100_000_000,
        net: 10_000,
        tax_category: category.code().to_owned(),
        tax_percent: rate,
        tax_reason: None,
        entries: Vec::new(),
    }
}

/// The fields that keep lines of these categories from being sent.
fn fields(seller: &Organization, buyer: &Client, categories: &[(TaxCategory, i32)]) -> Vec<String> {
    let lines: Vec<LineRow> = categories.iter().copied().map(line).collect();
    let totals = Totals::of(&read::amounts(&lines).unwrap(), None).unwrap();
    let day = jiff::civil::date(2026, 11, 26);
    let period = Span { from: Day::from(day), to: Day::from(day) };
    let source = Source {
        number: None,
        issued_on: day,
        due_on: day,
        period: &period,
        seller,
        buyer,
        currency: &Currency::default(),
        lines: &lines,
        totals: &totals,
        notes: None,
    };
    problems(&source, &Arc::new(PlainDocuments::default())).unwrap().into_iter().map(|problem| problem.field).collect()
}

#[test]
fn whatever_is_whole_can_be_sent_in_each_category() {
    for category in CATEGORIES {
        assert_eq!(fields(&seller(), &buyer(), &[category]), [""; 0], "{category:?}");
    }
}

#[test]
fn each_category_names_the_number_that_is_missing() {
    use TaxCategory::{AE, G, K, O};
    let nothing: [&str; 0] = [];
    for (category, rate) in CATEGORIES {
        let no_numbers = Organization { vat_id: None, tax_number: None, ..seller() };
        let expected: &[&str] = if category == O { &nothing } else { &["organization.vat_id"] };
        assert_eq!(fields(&no_numbers, &buyer(), &[(category, rate)]), expected, "{category:?} of a seller without numbers");

        let no_vat_id = Organization { vat_id: None, ..seller() };
        let expected: &[&str] = if matches!(category, K | G) { &["organization.vat_id"] } else { &nothing };
        assert_eq!(fields(&no_vat_id, &buyer(), &[(category, rate)]), expected, "{category:?} of a seller with a tax number");

        let no_tax_number = Organization { tax_number: None, ..seller() };
        assert_eq!(fields(&no_tax_number, &buyer(), &[(category, rate)]), nothing, "{category:?} of a seller with a VAT identifier");

        let unknown = Client { vat_id: None, ..buyer() };
        let expected: &[&str] = if matches!(category, AE | K) { &["client.vat_id"] } else { &nothing };
        assert_eq!(fields(&seller(), &unknown, &[(category, rate)]), expected, "{category:?} to a client without a VAT identifier");

        let nowhere = Client { country: None, ..buyer() };
        let expected: &[&str] = if category == K { &["client.country"] } else { &nothing };
        assert_eq!(fields(&seller(), &nowhere, &[(category, rate)]), expected, "{category:?} to a client of no country");
    }
}

#[test]
fn what_is_not_subject_to_tax_stands_alone() {
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 190_000), (TaxCategory::O, 0)]), ["lines"]);
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 190_000), (TaxCategory::E, 0)]), [""; 0], "a disbursement is exempt");
}

#[test]
fn the_standard_category_has_a_rate() {
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 0)]), ["lines.tax_rate"]);
}

#[test]
fn where_other_rules_hold_these_are_not_asked() {
    let american = Organization { country: Some("US".to_owned()), vat_id: None, tax_number: None, ..seller() };
    assert_eq!(fields(&american, &buyer(), &[(TaxCategory::S, 84_250)]), [""; 0]);
}

#[test]
fn a_refusal_names_every_field() {
    let lines = [line((TaxCategory::AE, 0))];
    let totals = Totals::of(&read::amounts(&lines).unwrap(), None).unwrap();
    let day = jiff::civil::date(2026, 11, 26);
    let (seller, buyer) = (Organization { vat_id: None, tax_number: None, ..seller() }, Client { vat_id: None, ..buyer() });
    let (period, currency) = (Span { from: Day::from(day), to: Day::from(day) }, Currency::default());
    let source = Source {
        number: None,
        issued_on: day,
        due_on: day,
        period: &period,
        seller: &seller,
        buyer: &buyer,
        currency: &currency,
        lines: &lines,
        totals: &totals,
        notes: None,
    };
    let refused = refusal(problems(&source, &Arc::new(PlainDocuments::default())).unwrap()).expect("something is missing");
    assert!(refused.field("organization.vat_id").is_some_and(|message| message.contains("BR-AE-02")));
    assert!(refused.field("client.vat_id").is_some_and(|message| message.contains("Acme")));
    assert!(refusal(Vec::new()).is_none());
}
