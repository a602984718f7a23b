//! Which numbers of a seller count.

use super::*;

/// BR-S-02 and BR-E-02 want a number of the seller, and the laws say which (§ 14 (4) no. 2 UStG).
#[test]
fn what_is_no_tax_number_does_not_count_as_one() {
    use TaxCategory::{E, S};
    let of = |country: &str, number: &str| Organization {
        country: Some(country.to_owned()),
        vat_id: None,
        tax_number: Some(number.to_owned()),
        ..seller()
    };
    for (country, number) in [
        ("DE", "VR1234"),
        ("DE", "IBAN DE89370400440532013000"),
        ("DE", "Tel. 030 1234567"),
        ("DE", "Kundennummer 4711007"),
        ("DE", "USt-IdNr. beantragt 2026"),
        ("DE", "keine 1"),
        ("AT", "FN123456 a"),
        ("RO", "J40/1234/2020"),
        ("GB", "SC123456"),
    ] {
        for category in [(S, 200_000), (E, 0)] {
            let told = told(&of(country, number), &buyer(), &[category]);
            let [problem] = told.as_slice() else { panic!("{country} {number}: {told:?}") };
            assert_eq!(problem.field, "organization.tax_number", "{country} {number}");
            assert!(problem.message.contains(number) && problem.message.contains("such as"), "{}", problem.message);
        }
    }
    for (country, number) in
        [("DE", "12/345/67890"), ("FR", "numéro fiscal 12 34 567 890 123"), ("NL", "BSN 123456782"), ("GB", "123456782")]
    {
        assert_eq!(fields(&of(country, number), &buyer(), &[(S, 200_000)]), [""; 0], "{country} {number}");
    }
    for country in [None, Some("US")] {
        let seller = Organization { country: country.map(str::to_owned), ..of("", "Foo-Nr. 4711") };
        assert_eq!(fields(&seller, &buyer(), &[(S, 200_000)]), [""; 0], "there any number does");
    }
}

/// Regulation 14 of the Value Added Tax Regulations 1995, § 11 (1) no. 3 lit. i UStG 1994.
#[test]
fn with_tax_an_invoice_from_britain_or_austria_states_the_number_of_that_tax() {
    use TaxCategory::{E, S};
    for (country, number, law) in [("GB", "UTR 12345 67890", "regulation 14"), ("AT", "12 345/6789", "§ 11 (1) no. 3 lit. i")] {
        let seller = Organization { tax_number: Some(number.to_owned()), ..seller_of(Some(country), None) };
        let lines = |count: usize| vec![line((S, 200_000)); count];
        let told = told_of_lines(&seller, &buyer(), lines(4));
        assert!(told.len() == 1 && told[0].field == "organization.vat_id" && told[0].message.contains(law), "{told:?}");
        assert_eq!(fields(&seller, &buyer(), &[(E, 0)]), [""; 0], "without tax it does");
        let small = told_of_lines(&seller, &buyer(), lines(3));
        assert_eq!(small.is_empty(), country == "AT", "there a small amount needs none (§ 11 (6) UStG 1994)");
    }
}

/// Article 226 (3) of directive 2006/112/EC.
#[test]
fn whoever_bills_a_business_elsewhere_in_the_union_that_owes_the_tax_has_a_vat_identifier() {
    let client = client_of(Some("AT"), Some("ATU12345675"));
    let without = |country: &str| Organization { country: Some(country.to_owned()), vat_id: None, ..seller() };
    assert_eq!(fields(&without("DE"), &client, &[(TaxCategory::AE, 0)]), ["organization.vat_id"]);
    // Whatever stands in its place is none, one of a country outside of the Union among it (§ 14a (1) UStG).
    for other in ["keine", "beantragt", "wird nachgereicht", "HRB 12345 B", "St.-Nr. 12/345/67890", "CHE-123.456.788 MWST", "GB123456782"] {
        let seller = Organization { vat_id: Some(other.to_owned()), ..without("DE") };
        assert_eq!(fields(&seller, &client, &[(TaxCategory::AE, 0)]), ["organization.vat_id"], "{other}");
    }
    let at_home = fields(&without("AT"), &client, &[(TaxCategory::AE, 0)]);
    assert!(!at_home.contains(&"organization.vat_id".to_owned()), "at home the tax number does");
}

#[test]
fn each_category_names_the_number_that_is_missing() {
    use TaxCategory::{AE, G, K, O};
    let nothing: [&str; 0] = [];
    for (category, rate) in CATEGORIES {
        let buyer = || buyer_of(category);
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
        let expected: &[&str] = if matches!(category, K | G) { &["client.country"] } else { &nothing };
        assert_eq!(fields(&seller(), &nowhere, &[(category, rate)]), expected, "{category:?} to a client of no country");
    }
}
