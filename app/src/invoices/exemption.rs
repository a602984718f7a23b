//! Small businesses that charge no tax: what their invoices must say of it, by country.

/// The words that an invoice of a small business in this country has to carry (BT-120), in the language of the document where the law
/// wants no certain words; nothing where such a business simply charges none.
pub fn small_business(country: &str, language: &str) -> Option<&'static str> {
    let german = language.starts_with("de");
    Some(match country {
        // § 34a UStDV.
        "DE" if german => "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG",
        "DE" => "Exempt from VAT as a small business (§ 19 UStG)",
        "AT" if german => "Umsatzsteuerfrei aufgrund der Kleinunternehmerregelung (§ 6 Abs. 1 Z 27 UStG)",
        "AT" => "Exempt from VAT as a small business (§ 6 (1) no. 27 UStG)",
        "BE" => "Bijzondere vrijstellingsregeling kleine ondernemingen / Régime particulier de franchise des petites entreprises",
        "FR" => "TVA non applicable, art. 293 B du CGI",
        "IT" => "Operazione senza applicazione dell’IVA, art. 1, commi 54–89, legge n. 190/2014 (regime forfettario)",
        "LU" => "TVA non applicable, régime de la franchise (art. 57 de la loi TVA)",
        "NL" => "Vrijgesteld van btw op grond van artikel 25 Wet op de omzetbelasting 1968",
        "PL" => "Zwolnienie z VAT na podstawie art. 113 ust. 1 ustawy o VAT",
        "PT" => "IVA – regime de isenção (art. 53.º do CIVA)",
        "BG" | "CY" | "CZ" | "DK" | "EE" | "FI" | "GR" | "HR" | "HU" | "IE" | "LT" | "LV" | "MT" | "RO" | "SE" | "SI" | "SK" if german => {
            "Steuerbefreiung für Kleinunternehmen (Artikel 284 der Richtlinie 2006/112/EG)"
        }
        "BG" | "CY" | "CZ" | "DK" | "EE" | "FI" | "GR" | "HR" | "HU" | "IE" | "LT" | "LV" | "MT" | "RO" | "SE" | "SI" | "SK" => {
            "Exempt from VAT as a small enterprise (Article 284 of Directive 2006/112/EC)"
        }
        _ => return None,
    })
}
