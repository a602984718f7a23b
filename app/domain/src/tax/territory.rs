//! The VAT territory of a party: by the country of its address, and by the letters of its VAT identifier.

use eu_vat::Country as Member;

use crate::{
    country::{self, COUNTRIES},
    text,
};

/// Countries outside the European Union whose value added tax has similar rules.
const BESIDE: [&str; 7] = ["CH", "GB", "IM", "IS", "LI", "MC", "NO"];

/// Territories outside the scope of the directive (Article 6 of Directive 2006/112/EC) that have the value added tax of the member state
/// they belong to: each with that member. Goods across their border are exported; work across it is domestic.
const APART: [(&str, &str); 4] = [("AX", "FI"), ("GP", "FR"), ("MQ", "FR"), ("RE", "FR")];

/// Countries whose value added tax treats work as exported, like goods.
const EXPORTING_WORK: [&str; 2] = ["IS", "NO"];

/// Whether the invoices of a country follow the VAT directive or rules made after it. Elsewhere the tax has other rules.
pub fn has_vat(country: &str) -> bool {
    BESIDE.contains(&country) || is_apart(country) || Member::from_code(country).is_some()
}

/// Whether goods that go from one such place to another stay within the European Union: Monaco counts as a part of France (Article 7 of the
/// VAT directive), and Northern Ireland (`XI`) is included.
pub fn in_eu(place: &str) -> bool {
    Member::from_code(home(place)).is_some() || place == "XI"
}

/// Whether a place belongs to the European Union and is outside its VAT territory.
pub fn is_apart(place: &str) -> bool {
    APART.iter().any(|(apart, _)| *apart == place)
}

/// Whether the law of this country treats work for a client abroad as exported, like goods.
pub fn exports_work(country: &str) -> bool {
    EXPORTING_WORK.contains(&country) || !has_vat(country)
}

/// Whether the law of this country taxes work for a client abroad where the client is, whoever they are: in Switzerland and Liechtenstein
/// (Article 8 (1) MWSTG), in Norway (merverdiavgiftsloven § 6-22), and wherever else work is exported like goods.
pub fn taxes_where_received(country: &str) -> bool {
    exports_work(country) || home(country) == "CH"
}

/// Whether goods that go from one of these places to the other are a domestic supply.
pub fn in_same_territory(one: &str, other: &str) -> bool {
    home(one) == home(other)
}

/// Whether work by a party in one of these places for a party in the other is a domestic supply.
pub fn in_same_territory_for_services(one: &str, other: &str) -> bool {
    home_of_work(one) == home_of_work(other)
}

/// The country whose domestic tax a place has: the Isle of Man counts as the United Kingdom by Article 7 of the VAT directive and by its
/// own law, and Switzerland and Liechtenstein are one area by their treaty of 28 October 1994.
fn home(place: &str) -> &str {
    match place {
        "EL" => "GR",
        "IM" | "XI" => "GB",
        "LI" => "CH",
        "MC" => "FR",
        other => other,
    }
}

/// The same for work.
pub fn home_of_work(place: &str) -> &str {
    APART.iter().find(|(apart, _)| *apart == place).map_or_else(|| home(place), |(_, member)| member)
}

/// The member state of a territory that the VAT directive excludes and that has its law otherwise; any other place is itself.
pub fn member_state(place: &str) -> &str {
    APART.iter().find(|(apart, _)| *apart == place).map_or(place, |(_, member)| member)
}

/// The place that issued a VAT identifier, from its first two letters (BR-CO-09); `None` if they name none, or belong to a word for another
/// kind of number.
pub fn issuer(vat_id: &str) -> Option<String> {
    let letters = text::issuing(vat_id)?;
    match letters.as_str() {
        "EL" => Some("GR".to_owned()),
        _ => is_code(&letters).then_some(letters),
    }
}

/// Whether VAT identifiers can begin with these letters.
pub fn is_code(letters: &str) -> bool {
    matches!(letters, "EL" | "XI") || COUNTRIES.iter().any(|(code, _)| *code == letters)
}

/// The place that goods leave from: where the seller is registered in the European Union, else the country of its address.
pub fn of_seller(country: Option<&str>, vat_id: Option<&str>) -> Option<String> {
    let issuer = vat_id.and_then(issuer);
    issuer.clone().filter(|issuer| in_eu(issuer)).or_else(|| country.map(str::to_owned)).or(issuer)
}

/// The place that goods go to: the address of the client (BT-80), or Northern Ireland if their VAT identifier is from there.
pub fn of_client(country: Option<&str>, vat_id: Option<&str>) -> Option<String> {
    let issuer = vat_id.and_then(issuer);
    match (country, issuer.as_deref()) {
        (Some("GB"), Some("XI")) | (None, _) => issuer,
        (country, _) => country.map(str::to_owned),
    }
}

/// The place of a supplier or recipient of work: their country, else where their VAT identifier was issued. Northern Ireland is in the
/// European Union for goods alone.
pub fn of_work(country: Option<&str>, vat_id: Option<&str>) -> Option<String> {
    let place = country.map(str::to_owned).or_else(|| issuer(vat_id?))?;
    Some(if place == "XI" { "GB".to_owned() } else { place })
}

/// The name of a place within a sentence.
pub fn name(place: &str) -> String {
    match place {
        "XI" => "Northern Ireland".to_owned(),
        place => country::in_words(place).unwrap_or_else(|| place.to_owned()),
    }
}

/// The name of a place as the subject at the beginning of a sentence, with its verb: `France is`, `The Åland Islands are`. The Netherlands,
/// the Philippines and the United States are one country each, and take the singular.
pub fn subject(place: &str) -> String {
    let name = name(place);
    let verb = if ["Islands", "Territories"].iter().any(|end| name.ends_with(end)) { "are" } else { "is" };
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{} {verb}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_begins_a_sentence_with_a_capital_and_its_verb() {
        for (place, expected) in [
            ("AX", "The Åland Islands are"),
            ("RE", "Réunion is"),
            ("XI", "Northern Ireland is"),
            ("NL", "The Netherlands is"),
            ("US", "The United States is"),
            ("PH", "The Philippines is"),
            ("TF", "The French Southern Territories are"),
            ("GB", "The United Kingdom is"),
        ] {
            assert_eq!(subject(place), expected);
        }
        for (code, _) in COUNTRIES {
            let subject = subject(code);
            assert!(subject.chars().next().is_some_and(char::is_uppercase), "{subject}");
        }
    }

    #[test]
    fn the_union_has_its_members_monaco_and_northern_ireland() {
        for member in ["AT", "DE", "GR", "IE", "MC", "XI"] {
            assert!(in_eu(member), "{member}");
        }
        for other in ["CH", "GB", "IM", "IS", "LI", "NO", "US", "AX", "RE", "GF", "UK"] {
            assert!(!in_eu(other), "{other}");
        }
        assert_eq!(COUNTRIES.iter().filter(|(code, _)| has_vat(code)).count(), 38);
        assert!(!has_vat("US") && !has_vat("JP") && !has_vat("GF"), "there is none in French Guiana");
    }

    #[test]
    fn places_with_one_tax_are_at_home_with_each_other() {
        for (one, other) in [("LI", "CH"), ("IM", "GB"), ("IM", "XI"), ("MC", "FR"), ("XI", "GB"), ("EL", "GR")] {
            assert!(
                in_same_territory(one, other) && in_same_territory(other, one) && in_same_territory_for_services(one, other),
                "{one} and {other}"
            );
        }
        for (one, other) in [("AX", "FI"), ("RE", "FR"), ("GP", "MC"), ("MQ", "RE")] {
            assert!(
                !in_same_territory(one, other) && in_same_territory_for_services(one, other),
                "goods are exported from {one} to {other}, and work is not"
            );
        }
        for (one, other) in [("DE", "FR"), ("GG", "GB"), ("JE", "GB"), ("GF", "FR"), ("AX", "SE"), ("LI", "AT"), ("GI", "GB")] {
            assert!(!in_same_territory(one, other) && !in_same_territory_for_services(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn work_is_taxed_where_it_is_received_whoever_receives_it_but_in_the_union_and_the_united_kingdom() {
        for country in ["CH", "LI", "NO", "IS", "US", "JP"] {
            assert!(taxes_where_received(country), "{country}");
        }
        for country in ["DE", "FR", "MC", "RE", "GB", "IM"] {
            assert!(!taxes_where_received(country), "{country}");
        }
    }

    #[test]
    fn a_vat_identifier_names_its_issuer() {
        for (vat_id, place) in [("DE123456789", "DE"), ("EL123456789", "GR"), ("XI123456789", "XI"), ("che-123.456.788", "CH")] {
            assert_eq!(issuer(vat_id).as_deref(), Some(place), "{vat_id}");
        }
        for no in ["12/345", "XX123", "", "D", "é1", "UK123", "NIF B12345674", "CVR 12345607", "HRB 12345", "SIRET 73282932000074"] {
            assert_eq!(issuer(no), None, "{no}");
        }
    }

    #[test]
    fn goods_leave_from_where_the_seller_is_registered_and_go_to_the_address() {
        assert_eq!(of_seller(Some("CH"), Some("DE123456789")).as_deref(), Some("DE"), "a Swiss stock in Germany");
        assert_eq!(of_seller(Some("GB"), Some("GB123456789")).as_deref(), Some("GB"));
        assert_eq!(of_seller(Some("GB"), Some("XI123456789")).as_deref(), Some("XI"));
        assert_eq!(of_seller(None, Some("12/345")), None);
        assert_eq!(of_client(Some("US"), Some("FR12345678901")).as_deref(), Some("US"));
        assert_eq!(of_client(Some("GB"), Some("XI123456789")).as_deref(), Some("XI"));
        assert_eq!(of_client(None, Some("FR12345678901")).as_deref(), Some("FR"));
        assert_eq!(of_work(Some("GB"), Some("XI123456789")).as_deref(), Some("GB"));
        assert_eq!(of_work(None, Some("XI123456789")).as_deref(), Some("GB"), "for goods alone it is in the union");
        assert_eq!((of_work(None, Some("FR12345678901")).as_deref(), of_work(None, None)), (Some("FR"), None));
    }
}
