mod countries;
mod disbursements;
mod numbers;

use std::sync::Arc;

use domain::{
    day::{DateRange, Day},
    id::{ClientId, OrganizationId},
    percent::Percent,
    time_rounding::Rounding,
};
use uuid::Uuid;

use super::*;
use crate::{organizations::Organization, testing::FakeRenderer};

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
        number_wanted: None,
        number_taken: None,
        number_given: None,
        email: None,
        phone: None,
        bank_holder: None,
        iban: None,
        account_number: None,
        bic: None,
        bank_name: None,
        currency: Currency::default(),
        time_zone: "Europe/Berlin".to_owned(),
        time_zone_said: true,
        language: "en".to_owned(),
        week_start: 1,
        rate: None,
        payment_terms_days: 14,
        tax_category: TaxCategory::S,
        tax_rate: Percent(190_000),
        tax_reason: None,
        tax_reason_said: true,
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

/// A buyer that fits a category: of work and goods in the European Union, or of an export.
fn buyer_of(category: TaxCategory) -> Client {
    match category {
        TaxCategory::G => Client { country: Some("US".to_owned()), vat_id: None, ..buyer() },
        _ => buyer(),
    }
}

/// A line over 100.00 at a rate in ten-thousandths of a percent.
fn line((category, rate): (TaxCategory, i32)) -> LineRow {
    LineRow {
        id: Uuid::from_u128(3),
        kind: "custom".to_owned(),
        description: "Hosting".to_owned(),
        composed: Some(false),
        project_id: None,
        project_name: None,
        seconds: None,
        billed_seconds: None,
        invoiced_quantity: Some(100_000_000),
        unit: "C62".to_owned(),
        unit_price: 100_000_000,
        net: 10_000,
        tax_category: category.code().to_owned(),
        tax_percent: rate,
        tax_reason: None,
        laid_out: None,
        without_rate: false,
        entries: Vec::new(),
    }
}

/// The fields of the problems that lines of these categories have.
fn fields(seller: &Organization, buyer: &Client, categories: &[(TaxCategory, i32)]) -> Vec<String> {
    told(seller, buyer, categories).into_iter().map(|problem| problem.field).collect()
}

/// The problems that lines of these categories have.
fn told(seller: &Organization, buyer: &Client, categories: &[(TaxCategory, i32)]) -> Vec<InvoiceProblem> {
    told_of_lines(seller, buyer, categories.iter().copied().map(line).collect())
}

/// The problems that these lines have.
fn told_of_lines(seller: &Organization, buyer: &Client, lines: Vec<LineRow>) -> Vec<InvoiceProblem> {
    of_source(seller, buyer, lines, |source| problems(source, &Arc::new(FakeRenderer::default())).unwrap())
}

/// Applies `made` to an invoice with these lines.
fn of_source<T>(seller: &Organization, buyer: &Client, lines: Vec<LineRow>, made: impl FnOnce(&InvoiceSource<'_>) -> T) -> T {
    let totals = Totals::of(&read::amounts(&lines).unwrap(), None).unwrap();
    let day = jiff::civil::date(2026, 11, 26);
    let period = DateRange { from: Day::from(day), to: Day::from(day) };
    made(&InvoiceSource {
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
    })
}

#[test]
fn whatever_is_whole_can_be_sent_in_each_category() {
    for category in CATEGORIES {
        assert_eq!(fields(&seller(), &buyer_of(category.0), &[category]), [""; 0], "{category:?}");
    }
}

#[test]
fn what_is_not_subject_to_tax_stands_alone() {
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 190_000), (TaxCategory::O, 0)]), ["lines"]);
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 190_000), (TaxCategory::E, 0)]), [""; 0], "a disbursement stands so");
    for (country, words) in [
        (Some("DE"), "Durchlaufender Posten (§ 10 Abs. 1 Satz 5 UStG)"),
        (Some("FR"), "art. 267, II-2° du CGI"),
        (Some("ES"), "Article 79 (c)"),
        (None, "\"Disbursement\""),
    ] {
        let seller = seller_of(country, Some("DE123456789"));
        let refused = told(&seller, &buyer(), &[(TaxCategory::S, 190_000), (TaxCategory::O, 0)]).remove(0).message;
        assert!(refused.contains(words) && refused.contains("with its own words as the reason"), "{country:?}: {refused}");
    }
}

#[test]
fn the_standard_category_has_a_rate() {
    assert_eq!(fields(&seller(), &buyer(), &[(TaxCategory::S, 0)]), ["lines.tax_rate"]);
}

/// A seller in this country with this VAT identifier.
fn seller_of(country: Option<&str>, vat_id: Option<&str>) -> Organization {
    Organization { country: country.map(str::to_owned), vat_id: vat_id.map(str::to_owned), ..seller() }
}

/// The same of a client.
fn client_of(country: Option<&str>, vat_id: Option<&str>) -> Client {
    Client { country: country.map(str::to_owned), vat_id: vat_id.map(str::to_owned), ..buyer() }
}

#[test]
fn a_wrong_category_is_told_with_the_way_out() {
    let from_germany = |category, country| {
        told(&seller_of(Some("DE"), Some("DE123456789")), &client_of(Some(country), Some("FR12345678901")), &[(category, 0)])
            .remove(0)
            .message
    };
    for (category, country, words) in [
        (TaxCategory::K, "US", ["the country of Acme is the United States", "G for an export"]),
        (TaxCategory::K, "DE", ["the country of Acme is Germany, as yours is", "S with your usual rate"]),
        (TaxCategory::G, "FR", ["the country of Acme is France", "K for goods that go there, or AE for work"]),
    ] {
        let message = from_germany(category, country);
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
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
    let (period, currency) = (DateRange { from: Day::from(day), to: Day::from(day) }, Currency::default());
    let source = InvoiceSource {
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
    let refused = refusal(problems(&source, &Arc::new(FakeRenderer::default())).unwrap()).expect("something is missing");
    assert!(refused.field("organization.vat_id").is_some_and(|message| message.contains("BR-AE-02")));
    assert!(refused.field("client.vat_id").is_some_and(|message| message.contains("Acme")));
    assert!(refusal(Vec::new()).is_none());
}
