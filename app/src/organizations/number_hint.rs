//! The hint of the tax number field, by country.

/// The hint below the field of the tax number.
pub fn tax_number_hint(country: Option<&str>) -> &'static str {
    match country {
        Some("AE") => "The TRN of 15 digits.",
        Some("AU") => "The ABN of 11 digits. Without one it is no tax invoice, and clients withhold tax.",
        Some("BH") => "The VAT account number.",
        Some("CA") => "The GST/HST number.",
        Some("CH") => "The UID where you charge no tax. With MWST behind it, it is the VAT identifier.",
        Some("IN") => "The GSTIN of 15 letters and digits.",
        Some("IS") => {
            "The VSK-númer where you charge tax, else the kennitala. Where an invoice needs a VAT identifier, IS stands before it: IS12345."
        }
        Some("JP") => "The registration number, which is T and 13 digits.",
        Some("LI") => "The MWST number where you charge tax, else the PEID or the UID.",
        Some("NO") => "The Org.nr. where you charge no tax. With MVA behind it, it is the VAT identifier.",
        Some("NZ") => "The GST number.",
        Some("OM") => "The VATIN.",
        Some("SA") => "The VAT number of 15 digits.",
        Some("SG") => "The GST registration number.",
        Some("ZA") => "The VAT number of 10 digits.",
        _ => "From the local tax office, where there is no VAT identifier; in Japan the registration number, in Australia the ABN.",
    }
}

/// The hint while no country is chosen.
pub const AT_SIGN_UP: &str = "In most countries of Europe needed before the first invoice is sent, also by a small business that charges no tax; it can be added later, and stays empty where invoices state none. In Australia the ABN, in India the GSTIN, in Japan the registration number. Where you charge tax, a number that lacks only the letters of its country is taken with them.";

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use domain::{country::COUNTRIES, locale::tax_invoice::TaxInvoice};

    #[test]
    fn the_number_is_asked_for_by_the_name_that_invoices_give_it() {
        for (country, known) in COUNTRIES.iter().filter_map(|(code, _)| Some((code, TaxInvoice::of(Some(code), true)?))) {
            let name = known.number.trim_end_matches(" Reg. No.");
            assert!(tax_number_hint(Some(country)).contains(name), "{country}");
        }
        assert!(AT_SIGN_UP.contains("ABN") && tax_number_hint(None).contains("ABN"));
    }
}
