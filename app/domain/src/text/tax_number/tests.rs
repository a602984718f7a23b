//! The numbers that an invoice states, by country.

use super::*;
use crate::text::vat_examples;

#[test]
fn a_number_counts_in_the_form_of_its_country_alone_or_with_a_word_of_tax() {
    for (country, number) in [
        ("DE", "12/345/67890"),
        ("DE", "133/8150/8159"),
        ("DE", "St.-Nr. 12/345/67890"),
        ("DE", "12/345/67890 Steuernummer"),
        ("DE", "Finanzamt Köln-Süd, St.-Nr.: 219/5123/4567"),
        ("DE", "Finanzamt Köln 219/5123/4567"),
        ("DE", "219/5123/4567 (Kleinunternehmer)"),
        ("DE", "HRB 12345 B, St.-Nr. 12/345/67890"),
        ("DE", "181/815/08155"),
        ("DE", "18181508155"),
        ("DE", "Steuernummer 181/815/08155"),
        ("AT", "12 345/6789"),
        ("AT", "Abgabenkontonummer 12 345/6789"),
        ("BE", "0123.456.749"),
        ("BG", "БУЛСТАТ 123456786"),
        ("CZ", "DIČ 7801011234"),
        ("ES", "B-12345674"),
        ("ES", "A-12345674"),
        ("ES", "NIF 12345678Z"),
        ("ES", "X1234567L"),
        ("FI", "1234567-1"),
        ("FR", "numéro fiscal 12 34 567 890 123"),
        ("GB", "UTR 12345 67890"),
        ("GB", "1234567890"),
        ("GB", "NINO QQ 12 34 56 C"),
        ("GR", "ΑΦΜ 123456783 ΔΟΥ ΑΘΗΝΩΝ"),
        ("HU", "Adószám 12345676-2-42"),
        ("IE", "1234567TA"),
        ("IT", "C.F. RSSMRA80A01H501U"),
        ("PL", "1234567802 (zwolniony z VAT)"),
        ("PL", "KRS 0000123456, NIP 123-456-78-02"),
        ("PT", "NIF 501234560"),
        ("RO", "CUI 12345, J40/1234/2020"),
        ("SE", "123456-7897"),
    ] {
        assert!(is_tax_number(Some(country), false, number), "{country} {number}");
    }
    for (country, number) in [
        ("DE", "VR1234"),
        ("DE", "IBAN DE89370400440532013000"),
        ("DE", "Tel. 030 1234567"),
        ("DE", "Kundennummer 4711007"),
        ("DE", "USt-IdNr. beantragt 2026"),
        ("DE", "USt-IdNr. beantragt, Tel. 030 1234567"),
        ("DE", "Steuernummer folgt 2026"),
        ("DE", "HRB 12345 B"),
        ("DE", "ATU12345675"),
        ("DE", "keine 1234567890"),
        ("DE", "beantragt"),
        ("DE", "Sozialversicherungsnummer 1234567890"),
        ("AT", "FN123456a"),
        ("AT", "FN123456 a"),
        ("RO", "J40/1234/2020"),
        ("GB", "SC123456"),
        ("GB", "Sort code 12-34-56 1234"),
        ("FR", "SIRET 7328293200007"),
        ("FR", "SIRET applied for 2026"),
        ("FR", "KvK 732829320"),
        ("SE", "Tel. 123456-7897"),
        ("DE", "Steuer-ID 12 345 678 901"),
        ("DE", "IdNr. 12 345 678 901"),
        ("DE", "Finanzamt Köln, Steuer-Identifikationsnummer 12 345 678 901"),
        ("DE", "Identifikationsnummer 12 345 678 901, Finanzamt Köln"),
        ("DE", "W-IdNr. DE123456788-00001"),
        ("DE", "USt-IdNr. 1234567890"),
        ("DE", "USt-IdNr. 123456789"),
        ("FR", "NAF 6201Z"),
        ("PL", "Faktura 1234567802"),
    ] {
        assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
    }
}

/// Small businesses that are exempt and have no VAT identifier state their register numbers.
#[test]
fn without_tax_the_number_of_a_register_counts_where_the_law_has_it_on_invoices() {
    for (country, number, with_tax) in [
        ("BE", "BCE 0123.456.749", true),
        ("BE", "KBO 0123.456.749", true),
        ("BE", "Ondernemingsnummer 0123.456.749", true),
        ("BE", "numéro d'entreprise 0123.456.749", true),
        ("BG", "ЕИК 123456786", false),
        ("BG", "EIK 123456786", false),
        ("BG", "BULSTAT 123456786", false),
        ("CZ", "IČO: 12345679", false),
        ("CZ", "IČ 12345679", false),
        ("DK", "CVR 12345607", true),
        ("DK", "CVR-nr. 12 34 56 07", true),
        ("EE", "Registrikood 12345678", false),
        ("EE", "Reg. nr 12345678", false),
        ("FI", "Y-tunnus 1234567-1", true),
        ("FR", "SIRET 732 829 320 00074", false),
        ("FR", "N° SIREN 732 829 320", false),
        ("FR", "SIREN 732829320 RCS Paris", false),
        ("IS", "kennitala 123456-7890", false),
        ("IS", "Kt. 123456-7890", false),
        ("LT", "Įmonės kodas 123456789", false),
        ("LU", "Matricule 1234567890123", false),
        ("LV", "Reģ. Nr. 41234567891", true),
        ("LV", "Reģistrācijas numurs 41234567891", true),
        ("NL", "KvK 12345678", false),
        ("NO", "Org.nr. 123 456 785", false),
        ("NO", "Foretaksregisteret 123 456 785", false),
        ("PT", "NIPC 501234560", true),
        ("SE", "Org.nr. 123456-7897", false),
        ("SE", "Organisationsnummer 123456-7897", false),
        ("SK", "IČO 12345679", false),
    ] {
        assert!(is_tax_number(Some(country), false, number), "{country} {number}");
        assert_eq!(is_tax_number(Some(country), true, number), with_tax, "{country} {number} with tax");
    }
    for (country, number) in
        [("PL", "KRS 0000123456"), ("IT", "REA 1234567"), ("HU", "Cg. 01-09-123456"), ("RO", "ORC 123456"), ("GB", "Company No. 01234567")]
    {
        assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
    }
}

/// In many countries, persons who charge no tax have no business number.
#[test]
fn without_tax_the_number_of_a_person_counts_with_the_words_of_their_country() {
    for (country, number) in [
        ("AT", "Abgabenkontonummer 12 345/6782"),
        ("BE", "Unternehmensnummer 0123.456.749"),
        ("BG", "ЛНЧ 1234567890"),
        ("CY", "Αριθμός Φορολογικής Ταυτότητας 00123456H"),
        ("CZ", "RČ 780101/1234"),
        ("CZ", "rodné číslo 780101/1234"),
        ("DK", "CPR-nr. 010190-1234"),
        ("EE", "Isikukood 38001011234"),
        ("EE", "FIE, registrikood 12345678"),
        ("EE", "Äriregistri kood 12345678"),
        ("FI", "henkilötunnus 010190-123A"),
        ("GR", "Α.Φ.Μ. 123456783"),
        ("IE", "PPSN 1234567TA"),
        ("LT", "Asmens kodas 38001011234"),
        ("LT", "a. k. 38001011234"),
        ("LT", "Individualios veiklos pažymos Nr. 123456"),
        ("LT", "Individualios veiklos pažyma Nr. 1234567"),
        ("LT", "Individuali veikla 123456"),
        ("LT", "Individuali veikla pagal pažymą Nr. 1234567"),
        ("LT", "Verslo liudijimo Nr. AB123456"),
        ("LT", "Verslo liudijimas Nr. AB1234567-1"),
        ("LT", "Verslo liudijimas Nr. AB 1234567-1"),
        ("LT", "38001011234"),
        ("LT", "Mokesčių mokėtojo kodas 38001011234"),
        ("LU", "Numéro d'identification national 1980010112302"),
        ("LV", "Personas kods 123456-12345"),
        ("LV", "NMR kods 12345612345"),
        ("LV", "Nodokļu maksātāja reģistrācijas kods 12345612345"),
        ("MT", "EXO 12345634"),
        ("MT", "EXO number 12345634"),
        ("MT", "EXO12345634"),
        ("MT", "ID card 123456M"),
        ("MT", "Identity card No. 0123456M"),
        ("PL", "PESEL 44051401359"),
        ("RO", "CNP 1800101123456"),
        ("RO", "Cod de identificare fiscală 123456789"),
        ("SE", "Samordningsnummer 701063-2391"),
        ("SI", "DŠ 12345679"),
        ("SI", "DŠ: SI12345679"),
        ("SI", "Davčna številka 12345679"),
        ("SI", "Davčna št. 12345679"),
        ("SK", "RČ 780101/1234"),
        ("SK", "Rodné číslo 780101/1234"),
    ] {
        assert!(is_tax_number(Some(country), false, number), "{country} {number}");
    }
    for (country, number) in [("FR", "RC 12345678"), ("GB", "ID card 1234567890"), ("DE", "RČ 780101/12345")] {
        assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
    }
    for number in ["UID CHE-123.456.789", "CHE-123.456.789"] {
        assert!(is_tax_number(Some("CH"), false, number), "{number}: a slip is told, and keeps nothing from being sent");
    }
}

/// Article 226 (3) of Directive 2006/112/EC, and the laws that follow it or are like it.
#[test]
fn with_tax_the_laws_want_the_number_of_that_tax() {
    for (country, number) in [
        ("AT", "U12345675"),
        ("AT", "UID ATU12345675"),
        ("BG", "ИН по ЗДДС BG123456786"),
        ("CY", "VAT No. 10123450A"),
        ("CZ", "DIČ 12345679"),
        ("EE", "KMKR 101234568"),
        ("ES", "NIF B-12345674"),
        ("FR", "N° TVA 11 123456782"),
        ("GB", "123456782"),
        ("GB", "VAT No. 123 4567 82"),
        ("GR", "ΑΦΜ 123456783 ΔΟΥ ΑΘΗΝΩΝ"),
        ("HR", "OIB 12345678903"),
        ("HU", "Adószám 12345676-2-42"),
        ("IE", "Tax Registration Number 1234567T"),
        ("IS", "VSK-númer 12345"),
        ("IT", "C.F. e P.IVA 12345670017"),
        ("LI", "MWST-Nr. 50123"),
        ("LT", "PVM kodas LT123456715"),
        ("LU", "TVA LU12345613"),
        ("MT", "VAT No. 12345634"),
        ("NL", "btw-id NL123456789B13"),
        ("CH", "CHE-123.456.788 MWST"),
        ("CH", "UID CHE-123.456.788 TVA"),
        ("LI", "CHE-123.456.788 MWST"),
        ("NO", "Org.nr. 123 456 785 MVA"),
        ("NO", "Organisasjonsnummer 123456785MVA"),
        ("PL", "NIP 123-456-78-02"),
        ("PT", "NIF 501234560"),
        ("RO", "CUI 123456789"),
        ("SE", "Momsreg.nr SE123456789701"),
        ("SI", "davčna številka 12345679"),
        ("SK", "DIČ 2012300004"),
        ("SK", "IČ DPH SK2012300004"),
    ] {
        assert!(is_tax_number(Some(country), true, number), "{country} {number}");
    }
    for (country, number) in [
        ("AT", "12 345/6789"),
        ("AT", "Steuernummer 12 345/6789"),
        ("BG", "ЕГН 1234567890"),
        ("CH", "UID CHE-123.456.788"),
        ("CH", "CHE-123.456.788"),
        ("CH", "IDE CHE-123.456.788"),
        ("CH", "UID 123.456.788"),
        ("CH", "123.456.788"),
        ("CY", "TIC 12345678X"),
        ("FR", "numéro fiscal 12 34 567 890 123"),
        ("GB", "UTR 1234567890"),
        ("GB", "1234567890"),
        ("HU", "adóazonosító jel 8123456789"),
        ("IT", "C.F. RSSMRA80A01H501U"),
        ("LI", "1234567"),
        ("LI", "PEID 1234567"),
        ("LI", "UID CHE-123.456.788"),
        ("MT", "tax number 123456789"),
        ("MT", "EXO 12345634"),
        ("NO", "123 456 785"),
        ("NL", "BSN 123456782"),
        ("SE", "123456-7897"),
    ] {
        assert!(!is_tax_number(Some(country), true, number) && is_tax_number(Some(country), false, number), "{country} {number}");
    }
    assert!(!is_tax_number(Some("GB"), true, "VAT No. 123456785"), "check digits that do not fit");
    assert!(is_tax_number(Some("DE"), true, "12/345/67890"), "there the one or the other does (§ 14 (4) no. 2 UStG)");
}

/// Article 284 (3) of Directive 2006/112/EC, § 34a UStDV.
#[test]
fn the_number_of_a_small_business_counts_without_tax_alone() {
    for (country, number) in [
        ("DE", "KU-IdNr. DE123456788-EX"),
        ("DE", "DE123456788-EX"),
        ("DE", "St.-Nr. folgt, KU-IdNr. DE123456788-EX"),
        ("AT", "ATU12345675-EX"),
        ("FR", "FR11123456782-EX"),
        ("GR", "EL123456783-EX"),
    ] {
        assert!(is_tax_number(Some(country), false, number) && !is_tax_number(Some(country), true, number), "{country} {number}");
    }
    for (country, number) in [("AT", "DE123456788-EX"), ("DE", "KU-IdNr. DE123456788")] {
        assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
    }
    let of_members = crate::country::COUNTRIES.iter().filter_map(|(code, _)| Some((*code, vat_examples::example(code)?)));
    for (code, example) in of_members.filter(|(code, _)| eu_vat::Country::from_code(code).is_some()) {
        assert!(is_tax_number(Some(code), false, &format!("{example}-EX")), "{code}");
    }
}

#[test]
fn where_nothing_is_known_of_its_numbers_any_number_counts() {
    for country in [None, Some("US"), Some("BR")] {
        assert!(is_tax_number(country, true, "Foo-Nr. 4711"));
        assert!(!is_tax_number(country, true, "HRB 12345 B") && !is_tax_number(country, true, "applied for"));
    }
}
