//! The customary currency and document language of each country, as defaults of a new organization there.
//!
//! Both are from CLDR (supplementalData.xml): the legal tender since January 2026, and the likely language of a territory, as far as
//! documents are written in it. Of two legal tenders, the country's own is taken, and in Zimbabwe the dollar, in which prices are.

/// Every currency with the countries that use it.
const CURRENCIES: [(&str, &[&str]); 152] = [
    ("AED", &["AE"]),
    ("AFN", &["AF"]),
    ("ALL", &["AL"]),
    ("AMD", &["AM"]),
    ("AOA", &["AO"]),
    ("ARS", &["AR"]),
    ("AUD", &["AU", "CC", "CX", "HM", "KI", "NF", "NR", "TV"]),
    ("AWG", &["AW"]),
    ("AZN", &["AZ"]),
    ("BAM", &["BA"]),
    ("BBD", &["BB"]),
    ("BDT", &["BD"]),
    ("BHD", &["BH"]),
    ("BIF", &["BI"]),
    ("BMD", &["BM"]),
    ("BND", &["BN"]),
    ("BOB", &["BO"]),
    ("BRL", &["BR"]),
    ("BSD", &["BS"]),
    ("BTN", &["BT"]),
    ("BWP", &["BW"]),
    ("BYN", &["BY"]),
    ("BZD", &["BZ"]),
    ("CAD", &["CA"]),
    ("CDF", &["CD"]),
    ("CHF", &["CH", "LI"]),
    ("CLP", &["CL"]),
    ("CNY", &["CN"]),
    ("COP", &["CO"]),
    ("CRC", &["CR"]),
    ("CUP", &["CU"]),
    ("CVE", &["CV"]),
    ("CZK", &["CZ"]),
    ("DJF", &["DJ"]),
    ("DKK", &["DK", "FO", "GL"]),
    ("DOP", &["DO"]),
    ("DZD", &["DZ"]),
    ("EGP", &["EG"]),
    ("ERN", &["ER"]),
    ("ETB", &["ET"]),
    (
        "EUR",
        &[
            "AD", "AT", "AX", "BE", "BG", "BL", "CY", "DE", "EE", "ES", "FI", "FR", "GF", "GP", "GR", "HR", "IE", "IT", "LT", "LU", "LV",
            "MC", "ME", "MF", "MQ", "MT", "NL", "PM", "PT", "RE", "SI", "SK", "SM", "TF", "VA", "YT",
        ],
    ),
    ("FJD", &["FJ"]),
    ("FKP", &["FK"]),
    ("GBP", &["GB", "GG", "GS", "IM", "JE"]),
    ("GEL", &["GE"]),
    ("GHS", &["GH"]),
    ("GIP", &["GI"]),
    ("GMD", &["GM"]),
    ("GNF", &["GN"]),
    ("GTQ", &["GT"]),
    ("GYD", &["GY"]),
    ("HKD", &["HK"]),
    ("HNL", &["HN"]),
    ("HTG", &["HT"]),
    ("HUF", &["HU"]),
    ("IDR", &["ID"]),
    ("ILS", &["IL", "PS"]),
    ("INR", &["IN"]),
    ("IQD", &["IQ"]),
    ("IRR", &["IR"]),
    ("ISK", &["IS"]),
    ("JMD", &["JM"]),
    ("JOD", &["JO"]),
    ("JPY", &["JP"]),
    ("KES", &["KE"]),
    ("KGS", &["KG"]),
    ("KHR", &["KH"]),
    ("KMF", &["KM"]),
    ("KPW", &["KP"]),
    ("KRW", &["KR"]),
    ("KWD", &["KW"]),
    ("KYD", &["KY"]),
    ("KZT", &["KZ"]),
    ("LAK", &["LA"]),
    ("LBP", &["LB"]),
    ("LKR", &["LK"]),
    ("LRD", &["LR"]),
    ("LSL", &["LS"]),
    ("LYD", &["LY"]),
    ("MAD", &["EH", "MA"]),
    ("MDL", &["MD"]),
    ("MGA", &["MG"]),
    ("MKD", &["MK"]),
    ("MMK", &["MM"]),
    ("MNT", &["MN"]),
    ("MOP", &["MO"]),
    ("MRU", &["MR"]),
    ("MUR", &["MU"]),
    ("MVR", &["MV"]),
    ("MWK", &["MW"]),
    ("MXN", &["MX"]),
    ("MYR", &["MY"]),
    ("MZN", &["MZ"]),
    ("NAD", &["NA"]),
    ("NGN", &["NG"]),
    ("NIO", &["NI"]),
    ("NOK", &["BV", "NO", "SJ"]),
    ("NPR", &["NP"]),
    ("NZD", &["CK", "NU", "NZ", "PN", "TK"]),
    ("OMR", &["OM"]),
    ("PAB", &["PA"]),
    ("PEN", &["PE"]),
    ("PGK", &["PG"]),
    ("PHP", &["PH"]),
    ("PKR", &["PK"]),
    ("PLN", &["PL"]),
    ("PYG", &["PY"]),
    ("QAR", &["QA"]),
    ("RON", &["RO"]),
    ("RSD", &["RS"]),
    ("RUB", &["RU"]),
    ("RWF", &["RW"]),
    ("SAR", &["SA"]),
    ("SBD", &["SB"]),
    ("SCR", &["SC"]),
    ("SDG", &["SD"]),
    ("SEK", &["SE"]),
    ("SGD", &["SG"]),
    ("SHP", &["SH"]),
    ("SLE", &["SL"]),
    ("SOS", &["SO"]),
    ("SRD", &["SR"]),
    ("SSP", &["SS"]),
    ("STN", &["ST"]),
    ("SYP", &["SY"]),
    ("SZL", &["SZ"]),
    ("THB", &["TH"]),
    ("TJS", &["TJ"]),
    ("TMT", &["TM"]),
    ("TND", &["TN"]),
    ("TOP", &["TO"]),
    ("TRY", &["TR"]),
    ("TTD", &["TT"]),
    ("TWD", &["TW"]),
    ("TZS", &["TZ"]),
    ("UAH", &["UA"]),
    ("UGX", &["UG"]),
    ("USD", &["AS", "BQ", "EC", "FM", "GU", "IO", "MH", "MP", "PR", "PW", "SV", "TC", "TL", "UM", "US", "VG", "VI", "ZW"]),
    ("UYU", &["UY"]),
    ("UZS", &["UZ"]),
    ("VES", &["VE"]),
    ("VND", &["VN"]),
    ("VUV", &["VU"]),
    ("WST", &["WS"]),
    ("XAF", &["CF", "CG", "CM", "GA", "GQ", "TD"]),
    ("XCD", &["AG", "AI", "DM", "GD", "KN", "LC", "MS", "VC"]),
    ("XCG", &["CW", "SX"]),
    ("XOF", &["BF", "BJ", "CI", "GW", "ML", "NE", "SN", "TG"]),
    ("XPF", &["NC", "PF", "WF"]),
    ("YER", &["YE"]),
    ("ZAR", &["ZA"]),
    ("ZMW", &["ZM"]),
];

/// Countries whose likely language is German.
const GERMAN: [&str; 4] = ["AT", "CH", "DE", "LI"];

/// The currency of a country, both as codes; `None` for uninhabited territories without one.
pub fn currency(country: &str) -> Option<&'static str> {
    CURRENCIES.iter().find(|(_, countries)| countries.contains(&country)).map(|(currency, _)| *currency)
}

/// The default language of documents in a country. A machine may lack fonts for it: the shipped fonts have no Japanese characters.
pub fn language(country: &str) -> &'static str {
    match country {
        "JP" => "ja",
        country if GERMAN.contains(&country) => "de",
        _ => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{country::COUNTRIES, money::Currency};

    #[test]
    fn every_country_has_one_currency_that_is_in_use() {
        for (country, _) in COUNTRIES.iter().filter(|(country, _)| *country != "AQ") {
            let tender: Vec<&str> =
                CURRENCIES.iter().filter(|(_, countries)| countries.contains(country)).map(|(currency, _)| *currency).collect();
            assert!(matches!(tender[..], [one] if Currency::codes().contains(&one)), "{country}: {tender:?}");
        }
        assert_eq!(currency("AQ"), None);
        let countries = CURRENCIES.iter().flat_map(|(_, countries)| *countries);
        assert!(countries.clone().all(|country| COUNTRIES.iter().any(|(known, _)| known == country)));
        assert_eq!(countries.count(), COUNTRIES.len() - 1);
    }

    #[test]
    fn what_is_customary_follows_from_the_country() {
        let of = |country| (currency(country), language(country));
        assert_eq!(of("CH"), (Some("CHF"), "de"));
        assert_eq!(of("GB"), (Some("GBP"), "en"));
        assert_eq!(of("JP"), (Some("JPY"), "ja"));
        assert_eq!(of("BG"), (Some("EUR"), "en"), "since 2026");
    }
}
