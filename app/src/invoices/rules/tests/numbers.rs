//! Which numbers of a seller are accepted.

use super::*;
use crate::invoices::{parties, remarks};

/// BR-S-02 and BR-E-02 require a number of the seller, and the laws say which (§ 14 (4) no. 2 UStG).
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
    for (country, number) in [("DE", "12/345/67890"), ("FR", "N° TVA 11 123456782"), ("NL", "123456789B13"), ("GB", "123456782")] {
        assert_eq!(fields(&of(country, number), &buyer(), &[(S, 200_000)]), [""; 0], "{country} {number}");
    }
    for country in [None, Some("US")] {
        let seller = Organization { country: country.map(str::to_owned), ..of("", "Foo-Nr. 4711") };
        assert_eq!(fields(&seller, &buyer(), &[(S, 200_000)]), [""; 0], "there any number does");
    }
}

/// A seller in this country with a tax number alone.
fn with_tax_number(country: &str, number: &str) -> Organization {
    Organization { tax_number: Some(number.to_owned()), ..seller_of(Some(country), None) }
}

/// Regulation 14 of the Value Added Tax Regulations 1995, § 11 (1) no. 3 lit. i UStG 1994, Article 35a of the Wet op de
/// omzetbelasting 1968, and Article 226 (3) of Directive 2006/112/EC.
#[test]
fn with_tax_an_invoice_states_the_number_of_that_tax_where_the_law_wants_it() {
    use TaxCategory::{E, S};
    for (country, number, law) in [
        ("GB", "UTR 12345 67890", "regulation 14"),
        ("AT", "12 345/6789", "§ 11 (1) no. 3 lit. i"),
        ("FR", "numéro fiscal 12 34 567 890 123", "Article 226 (3)"),
        ("FR", "SIRET 732 829 320 00074", "Article 226 (3)"),
        ("NL", "BSN 123456782", "Article 35a"),
        ("NL", "KvK 12345678", "Article 35a"),
        ("SE", "Org.nr. 123456-7897", "Article 226 (3)"),
        ("CZ", "IČO 12345679", "Article 226 (3)"),
        ("BG", "ЕГН 1234567890", "Article 114"),
        ("IS", "kennitala 123456-7890", "Act no. 50/1988"),
        ("CH", "UID CHE-123.456.788", "Article 26 (2) a MWSTG"),
        ("LI", "PEID 1234567", "Article 26 (2) a MWSTG"),
        ("NO", "Org.nr. 123 456 785", "§ 5-1-2"),
    ] {
        let seller = with_tax_number(country, number);
        let lines = |count: usize| vec![line((S, 200_000)); count];
        let told = told_of_lines(&seller, &buyer(), lines(4));
        let [problem] = told.as_slice() else { panic!("{country} {number}: {told:?}") };
        assert_eq!(problem.field, "organization.vat_id");
        assert!(problem.message.contains(law) && problem.message.contains(number), "{problem:?}");
        assert_eq!(fields(&seller, &buyer(), &[(E, 0)]), [""; 0], "{country} {number} does without tax");
        let small = told_of_lines(&seller, &buyer(), lines(3));
        assert_eq!(small.is_empty(), country == "AT", "there a small amount needs none (§ 11 (6) UStG 1994)");
    }
}

/// § 139b AO, and § 34a UStDV with Article 284 (3) of Directive 2006/112/EC.
#[test]
fn the_number_of_a_person_does_not_count_and_that_of_a_small_business_does_without_tax() {
    use TaxCategory::{E, S};
    for (number, problems) in [("Steuer-ID 12 345 678 901", 1), ("IdNr. 12 345 678 901", 1), ("181/815/08155", 0), ("18181508155", 0)] {
        for category in [(S, 200_000), (E, 0)] {
            assert_eq!(fields(&with_tax_number("DE", number), &buyer(), &[category]).len(), problems, "{number} {category:?}");
        }
    }
    for number in ["KU-IdNr. DE123456788-EX", "DE123456788-EX"] {
        let as_vat_id = Organization { tax_number: None, ..seller_of(Some("DE"), Some(number)) };
        for seller in [with_tax_number("DE", number), as_vat_id] {
            assert_eq!(fields(&seller, &buyer(), &[(E, 0)]), [""; 0], "{number}");
            assert_eq!(fields(&seller, &buyer(), &[(S, 200_000)]).len(), 1, "{number} with tax");
        }
    }
}

/// A number that follows the suggestion is accepted.
#[test]
fn what_is_named_as_wanted_is_taken() {
    use TaxCategory::{E, S};
    let mut told = 0;
    for (country, _) in domain::country::COUNTRIES {
        let Some(of_country) = party_identifiers::country_of_numbers(Some(country)) else { continue };
        for category in [(S, 200_000), (E, 0)] {
            let Some(wanted) = text::required_numbers(of_country, category.0 == S) else { continue };
            let none = Organization { tax_number: None, ..seller_of(Some(country), None) };
            let problems = self::told(&none, &buyer(), &[category]);
            assert!(problems.iter().any(|problem| problem.message.contains(&wanted.to_string())), "{country} {category:?}: {problems:?}");
            let named = wanted.tax_number.into_iter().chain(wanted.of_person).map(|number| with_tax_number(country, number));
            let as_vat_id = wanted.vat_id.map(|number| Organization { tax_number: None, ..seller_of(Some(country), Some(number)) });
            for seller in named.chain(as_vat_id) {
                assert_eq!(fields(&seller, &buyer(), &[category]), [""; 0], "{country} {:?} {:?}", seller.tax_number, seller.vat_id);
                assert_eq!(remarked(&seller, category), [""; 0], "{country} {:?} {:?}", seller.tax_number, seller.vat_id);
                told += 1;
            }
        }
    }
    assert!(told > 100, "{told}");
}

/// Beside taxed lines the number of that tax is required, whatever else is on the invoice, such as disbursements.
#[test]
fn beside_what_is_taxed_the_number_of_that_tax_is_named_and_taken() {
    use TaxCategory::{E, S};
    let mut told = 0;
    for (country, _) in domain::country::COUNTRIES {
        let Some(of_country) = party_identifiers::country_of_numbers(Some(country)) else { continue };
        let (Some(taxed), Some(untaxed)) = (text::required_numbers(of_country, true), text::required_numbers(of_country, false)) else {
            continue;
        };
        let of_vat = |number: &str| Organization { tax_number: None, ..seller_of(Some(country), Some(number)) };
        for lines in [[(S, 200_000), (E, 0)], [(E, 0), (S, 200_000)]] {
            // Above the small amount up to which Austria requires no number of that tax.
            let lines = || [lines, lines].concat().into_iter().map(line).collect::<Vec<_>>();
            for number in untaxed.tax_number.iter().chain(&untaxed.of_person) {
                let problems = told_of_lines(&with_tax_number(country, number), &buyer(), lines());
                if party_identifiers::is_tax_number(Some(country), true, number) {
                    assert!(problems.is_empty(), "{country} {number}: {problems:?}");
                    continue;
                }
                let [problem] = problems.as_slice() else { panic!("{country} {number}: {problems:?}") };
                assert!(problem.message.contains(&taxed.to_string()) && !problem.message.contains("BR-E-02"), "{problem:?}");
                assert!(!problem.message.contains(&format!("such as {number}")), "what is refused is not offered: {problem:?}");
                told += 1;
            }
            let named = taxed.tax_number.map(|number| with_tax_number(country, number));
            for seller in named.into_iter().chain(taxed.vat_id.map(of_vat)) {
                let problems = told_of_lines(&seller, &buyer(), lines());
                assert!(problems.is_empty(), "{country} {:?} {:?}: {problems:?}", seller.tax_number, seller.vat_id);
            }
        }
    }
    assert!(told > 30, "{told}");
}

/// The remarks on the numbers of a seller who bills domestic clients alone, all in this category.
fn remarked(seller: &Organization, category: (TaxCategory, i32)) -> Vec<String> {
    // A seller without tax who is not exempt gets a remark if a number says that they are registered.
    let categories = if category.0 == TaxCategory::S { vec![category] } else { vec![category, (TaxCategory::O, 0)] };
    let of = |category: (TaxCategory, i32)| {
        let seller = Organization { tax_category: category.0, tax_rate: Percent(category.1), ..seller.clone() };
        let client = client_of(seller.country.as_deref(), None);
        let (lines, currency, today) = ([line(category)], Currency::default(), jiff::civil::date(2026, 11, 26));
        let content = remarks::RemarkInput {
            organization: &seller,
            client: &client,
            lines: &lines,
            currency: &currency,
            period: None,
            time: Vec::new(),
            notes: None,
            taxes: None,
            today,
        };
        remarks::content_remarks(&content).unwrap()
    };
    let is_of_numbers = |remark: &InvoiceProblem| {
        ["organization.vat_id", "organization.tax_number"].contains(&remark.field.as_str())
            || remark.message.contains("says that you are registered")
    };
    categories.into_iter().flat_map(of).filter(is_of_numbers).map(|remark| remark.message).collect()
}

/// The number of a business register, which identifies an enterprise that charges no tax.
#[test]
fn the_number_of_a_swiss_enterprise_stands_as_that_where_no_tax_is_charged() {
    use TaxCategory::{E, O, S};
    let number = "CHE-123.456.788";
    for country in ["CH", "LI"] {
        let as_vat_id = Organization { tax_number: None, ..seller_of(Some(country), Some(number)) };
        for seller in [as_vat_id, with_tax_number(country, number), with_tax_number(country, &format!("UID {number}"))] {
            let stated = parties::of_seller(&seller);
            assert_eq!((&stated.vat_id, stated.tax_number.is_some()), (&None, true), "{seller:?}");
            assert_eq!(stated.printed(Some(country)).registered, Some(format!("UID {number}")));
            for category in [(E, 0), (O, 0)] {
                assert_eq!(fields(&seller, &buyer(), &[category]), [""; 0], "{category:?}");
            }
            assert_eq!(remarked(&seller, (E, 0)), [""; 0]);
            let told = told(&seller, &buyer(), &[(S, 81_000)]);
            let [problem] = told.as_slice() else { panic!("{told:?}") };
            assert_eq!(problem.field, "organization.vat_id");
            let of_tax = text::required_numbers(country, true).map(|wanted| wanted.to_string()).unwrap_or_default();
            assert!(problem.message.contains(&of_tax) && of_tax.contains("MWST"), "{problem:?}");
            let remarks = remarked(&seller, (S, 81_000)).concat();
            assert!(remarks.contains("write CHE-123.456.788 MWST as your VAT identifier"), "{remarks}");
        }
        let slip = with_tax_number(country, "UID CHE-123.456.789");
        assert_eq!(fields(&slip, &buyer(), &[(E, 0)]), [""; 0], "a slip is told alone");
        assert!(remarked(&slip, (E, 0)).concat().contains("The check digits of your UID CHE-123.456.789 do not fit"), "{country}");
    }
}

/// Small businesses that are exempt and have no VAT identifier.
#[test]
fn the_number_of_a_register_stands_on_an_exempt_invoice_with_its_own_word() {
    for (country, number) in [
        ("FR", "SIRET 732 829 320 00074"),
        ("RE", "SIREN 732 829 320"),
        ("SE", "Org.nr. 123456-7897"),
        ("FI", "Y-tunnus 1234567-1"),
        ("AX", "FO-nummer 1234567-1"),
        ("DK", "CVR 12345607"),
        ("CZ", "IČO 12345679"),
        ("SK", "IČO 12345679"),
        ("EE", "Registrikood 12345678"),
        ("LV", "Reģ. Nr. 41234567891"),
        ("BG", "ЕИК 123456786"),
        ("BE", "BCE 0123.456.749"),
        ("PT", "NIPC 501234560"),
        ("NO", "Org.nr. 123 456 785"),
        ("IS", "kennitala 123456-7890"),
        ("LU", "matricule 1234567890123"),
    ] {
        let seller = with_tax_number(country, number);
        assert_eq!(fields(&seller, &buyer(), &[(TaxCategory::E, 0)]), [""; 0], "{country} {number}");
        let printed = parties::of_seller(&seller).printed(Some(country));
        assert_eq!((printed.tax_number, printed.registered.as_deref()), (None, Some(number)), "{country}");
    }
}

/// EN 16931 BT-47 and BT-48: the number that every enterprise has says nothing of tax.
#[test]
fn a_number_of_a_client_is_a_vat_identifier_by_the_name_of_the_tax_alone() {
    use TaxCategory::{AE, K};
    for (country, number, is_vat_id) in [
        ("CH", "CHE-123.456.788", false),
        ("CH", "UID CHE-123.456.788", false),
        ("LI", "CHE-123.456.788", false),
        ("CH", "CHE-123.456.788 MWST", true),
        ("NO", "NO123456785", false),
        ("NO", "123 456 785", false),
        ("NO", "NO 123456785 MVA", true),
        ("FR", "FR12345678901", true),
    ] {
        let client = client_of(Some(country), Some(number));
        let party = of_source(&seller(), &client, vec![line((AE, 0))], |source| einvoice::model(source).unwrap().buyer);
        assert_eq!((party.vat_identifier.is_some(), party.legal_registration.is_some()), (is_vat_id, !is_vat_id), "{number}");
        // BR-AE-02 accepts a registration number, BR-IC-02 does not.
        assert_eq!(fields(&seller(), &client, &[(AE, 0)]), [""; 0], "{number}");
        // A supply to outside of the Union is never K, whatever number there is.
        let of_supply: &[&str] = if country == "FR" { &[] } else { &["lines.tax_category"] };
        assert_eq!(fields(&seller(), &client, &[(K, 0)]), of_supply, "{number}");
        // A seller without numbers lacks their own, and the client lacks only what the category requires of them.
        let no_numbers = Organization { vat_id: None, tax_number: None, ..seller() };
        assert_eq!(fields(&no_numbers, &client, &[(AE, 0)]), ["organization.vat_id"], "{number}");
    }
}

/// BR-IC-02: the message names the present content of the field and what belongs there.
#[test]
fn a_number_in_place_of_a_vat_identifier_is_named_with_what_is_written_there() {
    use TaxCategory::{G, K};
    for (country, of_client, number, wanted) in [
        ("CH", "FR", "UID CHE-123.456.788", "write CHE-123.456.788 MWST"),
        ("DE", "FR", "HRB 12345 B", "write the number that begins with the two letters of its country"),
    ] {
        let client = client_of(Some(of_client), Some(number));
        let problems = told(&seller(), &client, &[(K, 0)]);
        let problem = problems.iter().find(|problem| problem.field == "client.vat_id").expect(number);
        assert!(problem.message.starts_with(number) && problem.message.contains(wanted), "{problem:?}");
        let remarks = remarks::identifiers::of(&seller(), &client, &[K]);
        assert!(remarks.iter().all(|remark| !remark.message.contains("leave it as it is")), "{remarks:?}");
        let as_vat_id = Organization { tax_number: None, ..seller_of(Some(country), Some(number)) };
        let problems = told(&as_vat_id, &buyer_of(G), &[(G, 0)]);
        let problem = problems.iter().find(|problem| problem.field == "organization.vat_id").expect(number);
        assert!(problem.message.contains(wanted) && !problem.message.contains("is missing"), "{problem:?}");
    }
    let registered = client_of(Some("DE"), Some("HRB 12345 B"));
    let remarks = remarks::identifiers::of(&seller(), &registered, &[TaxCategory::S]);
    assert!(remarks.iter().any(|remark| remark.message.contains("leave it as it is")), "{remarks:?}");
}

/// Article 226 (3) of directive 2006/112/EC.
#[test]
fn whoever_bills_a_business_elsewhere_in_the_union_that_owes_the_tax_has_a_vat_identifier() {
    let client = client_of(Some("AT"), Some("ATU12345675"));
    let without = |country: &str| Organization { country: Some(country.to_owned()), vat_id: None, ..seller() };
    assert_eq!(fields(&without("DE"), &client, &[(TaxCategory::AE, 0)]), ["organization.vat_id"]);
    // Any other text in its place is none, including a number of a country outside of the Union (§ 14a (1) UStG).
    for other in ["keine", "beantragt", "wird nachgereicht", "HRB 12345 B", "St.-Nr. 12/345/67890", "CHE-123.456.788 MWST", "GB123456782"] {
        let seller = Organization { vat_id: Some(other.to_owned()), ..without("DE") };
        let told = told(&seller, &client, &[(TaxCategory::AE, 0)]);
        let [problem] = told.as_slice() else { panic!("{other}: {told:?}") };
        assert!(problem.field == "organization.vat_id" && problem.message.contains(other), "{other}: {problem:?}");
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

/// BR-CO-09: the number may lack nothing but the letters of its country, and whoever owes the tax cannot do without one.
#[test]
fn a_clients_number_without_its_letters_is_told_with_them() {
    use TaxCategory::{AE, K, S};
    for (country, number, vat_id) in [("ES", "B58378431", "ESB58378431"), ("PL", "5260250995", "PL5260250995")] {
        let client = client_of(Some(country), Some(number));
        for (category, may_lack) in [((AE, 0), false), ((K, 0), false), ((S, 190_000), true)] {
            let problems = told(&seller(), &client, &[category]);
            let problem = problems.iter().find(|problem| problem.rule.as_deref() == Some("BR-CO-09")).expect(number);
            assert!(problem.field == "client.vat_id" && problem.message.contains(&format!("write it {vat_id}")), "{problem:?}");
            assert_eq!(problem.message.contains("take it away"), may_lack, "{category:?}: {problem:?}");
        }
    }
    let unknown = told(&seller(), &client_of(Some("ES"), Some("12345")), &[(AE, 0)]);
    let problem = unknown.iter().find(|problem| problem.rule.as_deref() == Some("BR-CO-09")).expect("a problem");
    assert!(problem.message.ends_with("Correct that of Acme."), "{problem:?}");
    let own = Organization { vat_id: Some("136695976".to_owned()), ..seller() };
    for (category, may_move) in [(K, false), (AE, true)] {
        let problems = told(&own, &buyer(), &[(category, 0)]);
        let problem = problems.iter().find(|problem| problem.field == "organization.vat_id").expect("a problem");
        assert_eq!(problem.message.contains("write it as your tax number"), may_move, "{category:?}: {problem:?}");
    }
}
