//! What the countries of both parties and the letters of their VAT identifiers allow.

use super::*;

#[test]
fn a_vat_identifier_begins_with_the_letters_of_a_country() {
    for (category, rate) in CATEGORIES {
        for wrong in ["12/345", "XX123"] {
            let of_seller = told(&seller_of(Some("DE"), Some(wrong)), &buyer_of(category), &[(category, rate)]);
            let of_client = told(&seller(), &client_of(Some("FR"), Some(wrong)), &[(category, rate)]);
            let found = |problems: &[InvoiceProblem], field: &str| {
                problems
                    .iter()
                    .any(|problem| problem.field == field && problem.message.contains(wrong) && problem.message.contains("BR-CO-09"))
            };
            // Category O states none (BR-O-02).
            let stated = category != TaxCategory::O;
            assert_eq!(found(&of_seller, "organization.vat_id"), stated, "{category:?} of a seller {wrong}: {of_seller:?}");
            assert_eq!(found(&of_client, "client.vat_id"), stated, "{category:?} to a client {wrong}: {of_client:?}");
        }
        for right in ["EL123456789", "XI123456789", "CHE-123.456.788 MWST", "GB123456789"] {
            let told = told(&seller_of(None, Some(right)), &client_of(Some("FR"), Some("FR12345678901")), &[(category, rate)]);
            assert!(told.iter().all(|problem| problem.field != "organization.vat_id"), "{category:?} of {right}: {told:?}");
        }
    }
}

#[test]
fn a_client_where_there_is_no_vat_has_a_number_of_another_kind() {
    use TaxCategory::{AE, E, S, Z};
    for (country, number) in [("US", "12-3456789"), ("JP", "T1234567890123"), ("AU", "51 824 753 556")] {
        for category in [(S, 190_000), (Z, 0), (E, 0), (AE, 0), (TaxCategory::G, 0)] {
            let client = client_of(Some(country), Some(number));
            assert_eq!(fields(&seller_of(Some("DE"), Some("DE123456789")), &client, &[category]), [""; 0], "{category:?} to {country}");
        }
    }
    assert_eq!(fields(&seller(), &client_of(None, Some("12-3456789")), &[(S, 190_000)]), ["client.vat_id"], "nobody has said where it is");
}

/// The fields with problems for goods from a seller to a client, each given as a country and a VAT identifier.
fn goods(category: TaxCategory, from: (&str, &str), to: (&str, &str)) -> Vec<String> {
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    fields(&seller_of(given(from.0), given(from.1)), &client_of(given(to.0), given(to.1)), &[(category, 0)])
}

#[test]
fn an_intra_community_supply_goes_to_another_country_of_the_union() {
    let from_germany = |to| goods(TaxCategory::K, ("DE", "DE123456789"), to);
    for right in [("FR", "FR12345678901"), ("GR", "EL123456789"), ("MC", "FR12345678901"), ("GB", "XI123456789")] {
        assert_eq!(from_germany(right), [""; 0], "{right:?}");
    }
    for wrong in [("DE", "DE136695976"), ("DE", "FR12345678901"), ("CH", "CHE-123.456.788"), ("US", "FR12345678901"), ("GB", "GB123456789")]
    {
        assert_eq!(from_germany(wrong), ["lines.tax_category"], "{wrong:?}");
    }
    for number in ["DE136695976", "GB123456789", "US123"] {
        assert_eq!(from_germany(("FR", number)), ["client.vat_id"], "{number}");
    }
    let to_france = |from| goods(TaxCategory::K, from, ("FR", "FR12345678901"));
    assert_eq!(to_france(("CH", "DE123456789")), [""; 0], "from a stock in Germany");
    assert_eq!(to_france(("GB", "XI123456789")), [""; 0]);
    assert_eq!(to_france(("CH", "CHE-123.456.788 MWST")), ["lines.tax_category"]);
    assert_eq!(to_france(("MC", "FR12345678901")), ["lines.tax_category"], "Monaco is a part of France here");
}

/// Liechtenstein has one area of value added tax with Switzerland, and the Isle of Man with the United Kingdom.
#[test]
fn what_stays_within_one_area_of_tax_is_no_export() {
    for (from, to) in [(("CH", "CHE-123.456.788 MWST"), "LI"), (("LI", "CHE-123.456.788 MWST"), "CH"), (("GB", "GB123456782"), "IM")] {
        assert_eq!(goods(TaxCategory::G, from, (to, "")), ["lines.tax_category"], "{from:?} to {to}");
    }
    for (from, to) in [
        (("CH", "CHE-123.456.788 MWST"), "AT"),
        (("GB", "GB123456782"), "JE"),
        (("FR", "FR11123456782"), "RE"),
        (("FI", "FI12345671"), "AX"),
    ] {
        assert_eq!(goods(TaxCategory::G, from, (to, "")), [""; 0], "{from:?} to {to}");
    }
    let told =
        told(&seller_of(Some("CH"), Some("CHE-123.456.788 MWST")), &client_of(Some("LI"), None), &[(TaxCategory::G, 0)]).remove(0).message;
    assert!(told.contains("is Liechtenstein, which has one value added tax with yours"), "{told}");
    let registered = |country: &str, vat_id: &str| {
        cross_border::registered_elsewhere(&client_of(Some(country), Some(vat_id)), [TaxCategory::AE].into_iter())
    };
    assert_eq!((registered("AX", "FI12345671"), registered("RE", "FR11123456782")), (None, None), "they have the numbers of their country");
}

/// A word that begins like a VAT identifier of some country is neither stated as one nor refused as a wrong one.
#[test]
fn a_number_with_a_word_of_its_own_is_no_vat_identifier() {
    use TaxCategory::{AE, S};
    for (country, number) in
        [("ES", "NIF B12345674"), ("DK", "CVR 12345607"), ("DE", "HRB 12345 B"), ("FR", "SIRET 73282932000074"), ("FR", "No. 12/345")]
    {
        let client = client_of(Some(country), Some(number));
        assert_eq!(fields(&seller_of(Some("AT"), Some("ATU12345675")), &client, &[(S, 200_000)]), [""; 0], "{number}");
        assert_eq!(fields(&seller_of(Some("AT"), Some("ATU12345675")), &client, &[(AE, 0)]), ["client.vat_id"], "{number} is none");
        let seller = Organization { tax_number: None, ..seller_of(Some(country), Some(number)) };
        // A NIF and a CVR number have the digits of the VAT identifier.
        let is_same = number.starts_with("NIF") || number.starts_with("CVR");
        let expected: &[&str] = if is_same { &[] } else { &["organization.vat_id"] };
        assert_eq!(fields(&seller, &buyer(), &[(S, 200_000)]), expected, "{number} of a seller");
    }
    let moved = Organization { vat_id: None, tax_number: Some("DE136695976".to_owned()), ..seller_of(Some("DE"), None) };
    assert_eq!(fields(&moved, &buyer(), &[(TaxCategory::K, 0)]), [""; 0], "a VAT identifier is one in whatever field");
}

#[test]
fn an_export_leaves_the_union() {
    let from_germany = |to| goods(TaxCategory::G, ("DE", "DE123456789"), to);
    for right in [("US", ""), ("US", "FR12345678901"), ("CH", "CHE-123.456.788"), ("GB", "GB123456789"), ("NO", ""), ("RE", "")] {
        assert_eq!(from_germany(right), [""; 0], "{right:?}");
    }
    for wrong in [("FR", ""), ("GR", "EL123456789"), ("DE", ""), ("MC", ""), ("GB", "XI123456789"), ("", "FR12345678901")] {
        assert_eq!(from_germany(wrong), ["lines.tax_category"], "{wrong:?}");
    }
    for nowhere in [("", ""), ("", "US123")] {
        assert_eq!(from_germany(nowhere), ["client.country"], "{nowhere:?}");
    }
    let message = told(&seller_of(Some("DE"), Some("DE123456789")), &client_of(None, None), &[(TaxCategory::G, 0)]).remove(0).message;
    assert!(message.contains("The country of Acme is missing") && message.contains("Add it to the client"), "{message}");
    let from_switzerland = |to| goods(TaxCategory::G, ("CH", "CHE-123.456.788 MWST"), to);
    assert_eq!(from_switzerland(("DE", "DE123456789")), [""; 0], "that is an export, too");
    assert_eq!(from_switzerland(("CH", "")), ["lines.tax_category"]);
    assert_eq!(goods(TaxCategory::G, ("US", "12-3456789"), ("US", "")), [""; 0], "there other rules hold");
}

#[test]
fn a_reverse_charge_within_the_union_needs_a_number_of_the_union() {
    let from_germany = |to| goods(TaxCategory::AE, ("DE", "DE123456789"), to);
    for right in [
        ("FR", "FR12345678901"),
        ("FR", "DE136695976"),
        ("GR", "EL123456789"),
        ("DE", "DE136695976"),
        ("DE", "CHE-123.456.788"),
        ("US", "US123"),
        ("CH", "CHE-123.456.788"),
        ("GB", "GB123456782"),
        ("", "GB123456782"),
    ] {
        assert_eq!(from_germany(right), [""; 0], "{right:?}");
    }
    for wrong in [("FR", "GB123456782"), ("FR", "US123"), ("GR", "CHE-123.456.788"), ("MC", "GB123456782")] {
        assert_eq!(from_germany(wrong), ["client.vat_id"], "{wrong:?}");
    }
    assert_eq!(goods(TaxCategory::AE, ("CH", "CHE-123.456.788"), ("FR", "GB123456782")), [""; 0], "there other laws hold");
}

#[test]
fn who_is_registered_in_another_country_than_their_address_is_remarked_upon() {
    let remark = |country: &str, vat_id: &str, category| {
        cross_border::registered_elsewhere(&client_of(Some(country), Some(vat_id)), [TaxCategory::S, category].into_iter())
    };
    for category in [TaxCategory::AE, TaxCategory::K] {
        let told = remark("DE", "FR12345678901", category).expect("a remark");
        assert!(told.contains("one of France, and their country is Germany") && told.contains(category.code()), "{told}");
        assert!(remark("US", "EL123456789", category).is_some_and(|told| told.contains("one of Greece")));
        assert!(remark("DE", "XI123456789", category).is_some_and(|told| told.contains("one of Northern Ireland")));
        for same in [("GR", "EL123456789"), ("GR", "GR123456789"), ("GB", "XI123456789"), ("MC", "FR12345678901"), ("US", "12-34")] {
            assert_eq!(remark(same.0, same.1, category), None, "{same:?}");
        }
    }
    assert_eq!(remark("DE", "FR12345678901", TaxCategory::G), None, "nothing rests on it");
}
