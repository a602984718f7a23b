use super::*;

#[test]
fn the_stated_amounts_are_read() {
    let [home, foreign] = ["EUR", "USD"].map(|code| Currency::parse(code).expect("a currency"));
    let read = |note: &str| amounts(note, &home, &foreign, &[]).into_iter().map(|stated| stated.readings).collect::<Vec<_>>();
    for (note, expected) in [
        ("VAT: 1.75 EUR (1 USD = 0.92 EUR)", vec![vec![175]]),
        ("USt. 19 %: 1.234,56 EUR", vec![vec![123_456]]),
        ("USt. 1 234,56 €", vec![vec![123_456, 23_456]]),
        ("VAT 19 %: 17.48 EUR, VAT 7 %: 3.00 EUR", vec![vec![1_748], vec![300]]),
        ("VAT EUR 17.48, EUR 3.00", vec![vec![1_748], vec![300]]),
        ("VAT at 1 USD = 1 234,50 EUR", vec![]),
        ("TVA 1 748,00 EUR = 1 900,00 USD (1 USD = 0,92 EUR)", vec![vec![174_800, 74_800]]),
        ("VAT (0.92 EUR = 1 USD) 17.48 EUR", vec![vec![1_748]]),
        ("VAT at 0.92 EUR = 1 USD", vec![]),
    ] {
        assert_eq!(read(note), expected, "{note}");
    }
}

/// Whether a note on an invoice in the second currency states tax in the first.
fn is_stated(note: &str, home: &str, foreign: &str) -> bool {
    let currency = |code| Currency::parse(code).expect("a currency");
    names_amount(note, &currency(home), &currency(foreign), &[])
}

#[test]
fn a_tax_with_an_amount_in_the_currency_of_home_is_stated() {
    for (note, home) in [
        ("VAT 20 %: 52.10 GBP (1 EUR = 0.8684 GBP)", "GBP"),
        ("Thank you.\nVAT 20%: £52.10.", "GBP"),
        ("VAT in GBP: 52.10", "GBP"),
        ("VAT 20% GBP52.10", "GBP"),
        ("VAT 60.00 EUR × 0.8684 = 52.10 GBP", "GBP"),
        ("incl. VAT of 12 345 Ft", "HUF"),
        ("moms 25 %: 250,00 kr.", "DKK"),
        ("MVA 25 %: NOK 250,00", "NOK"),
        ("GST 10%: A$15.00", "AUD"),
        ("BTW R 52.10", "ZAR"),
        ("消費税：1,200円（1 EUR＝162.55円）", "JPY"),
        ("うち消費税1,200円", "JPY"),
    ] {
        assert!(is_stated(note, home, "EUR"), "{note}");
    }
    for note in ["USt. 19 %: 1.234,56 €", "TVA 20 % : 52,10 EUR", "Umsatzsteuer: 12,00 Euro", "Tax 52.10EUR"] {
        assert!(is_stated(note, "EUR", "USD"), "{note}");
    }
}

#[test]
fn an_exchange_rate_and_an_amount_of_something_else_state_no_tax() {
    for note in [
        "",
        "52.10 GBP",
        "1 EUR = 0.8684 GBP",
        "VAT at 1 EUR = 0.87 GBP",
        "VAT: 1 GBP = 1.15 EUR",
        "VAT at 0.8684 GBP (29 November 2026)",
        "VAT at 0.87 GBP per EUR",
        "VAT 20 %: 60.00 EUR",
        "VAT in GBP on request, 20 % of 300.00 EUR",
        "VAT 20 %: 0.00 GBP",
        "We are registered for VAT.\nLate payment costs 40.00 GBP.",
        "Please pay to our account 12345678 in GBP",
        "Questions of tax: +44 20 7946 0000",
    ] {
        assert!(!is_stated(note, "GBP", "EUR"), "{note}");
    }
    let recovery = "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.";
    assert!(!is_stated(recovery, "EUR", "USD"), "what is said of late payment is no tax");
}

#[test]
fn a_sign_of_both_currencies_says_nothing() {
    assert!(!is_stated("GST $15.00", "AUD", "USD") && is_stated("GST $15.00", "AUD", "EUR"));
    assert!(!is_stated("moms 250,00 kr", "DKK", "SEK") && is_stated("moms 250,00 DKK", "DKK", "SEK"));
}

#[test]
fn an_exchange_rate_is_known_by_both_currencies() {
    let [home, foreign] = ["AUD", "USD"].map(|code| Currency::parse(code).expect("a currency"));
    for note in ["1 USD = 1.5312 AUD", "Exchange rate AUD/USD 0.6531", "Rate of USD to AUD: 1.5312"] {
        assert!(names_rate(note, &home, &foreign), "{note}");
    }
    for note in ["Payable in USD or AUD within 30 days", "1 USD = 0.92 EUR", "100.00 USD now, the rest in AUD", ""] {
        assert!(!names_rate(note, &home, &foreign), "{note}");
    }
}

/// What a note states as tax on an invoice with this tax in minor units of the second currency, as it is written.
fn stated(note: &str, home: &str, foreign: &str, tax: i64) -> Vec<String> {
    let [home, foreign] = [home, foreign].map(|code| Currency::parse(code).expect("a currency"));
    amounts(note, &home, &foreign, &[tax]).into_iter().map(|stated| stated.text).collect()
}

#[test]
fn a_side_of_an_exchange_rate_is_no_tax_whatever_sign_or_symbol_it_has() {
    for (note, tax) in [
        ("VAT £51.20 (£1 = €1.1494)", "£51.20"),
        ("VAT £52.20 (€100 = £87.00)", "£52.20"),
        ("VAT £52.20, €1 = £0.87", "£52.20"),
        ("VAT 60.00 EUR = 52.20 GBP (1 EUR -> 0.87 GBP)", "52.20 GBP"),
        ("VAT 60.00 EUR is 52.20 GBP", "52.20 GBP"),
        ("VAT 20 % of 300.00 EUR = 52.20 GBP", "52.20 GBP"),
        ("VAT 20 % on 1000 EUR is 174.00 GBP", "174.00 GBP"),
        ("VAT at the standard rate: 52.20 GBP", "52.20 GBP"),
        ("VAT at the ECB rate: 52.20 GBP", "52.20 GBP"),
        ("VAT at the rate of 20 %: 52.20 GBP", "52.20 GBP"),
    ] {
        assert_eq!(stated(note, "GBP", "EUR", 6_000), [tax], "{note}");
    }
    for note in [
        "VAT at £1 = €1.1494",
        "VAT at €1 = £0.87",
        "VAT at €100 = £87.00",
        "VAT at 1 EUR -> 0.87 GBP",
        "VAT at 1 EUR → 0.87 GBP",
        "VAT, 1 EUR is 0.87 GBP",
        "VAT at 1 EUR == 0.87 GBP",
        "VAT at EUR/GBP = 0.87 GBP",
        "VAT at £1:€1.15",
        "VAT at rate GBP 0.87",
        "VAT at the ECB rate of 0.87 GBP",
        "VAT at 10000 EUR = 8700 GBP",
        "VAT at 12345 EUR = 10740 GBP",
    ] {
        assert_eq!(stated(note, "GBP", "EUR", 6_000), [""; 0], "{note}");
    }
    assert_eq!(stated("VAT at $1 = €0.92", "EUR", "USD", 6_000), [""; 0]);
    assert_eq!(stated("VAT 10000 EUR = 8700 GBP", "GBP", "EUR", 1_000_000), ["8700 GBP"], "the side that is the tax");
}

#[test]
fn the_names_of_the_tax_and_of_its_amount_are_known() {
    for (note, home) in [
        ("Umsatzsteuerbetrag: 52,20 €", "EUR"),
        ("Mehrwertsteuerbetrag 52,20 EUR", "EUR"),
        ("Steuerbetrag 52,20 EUR", "EUR"),
        ("USt-Betrag 52,20 EUR", "EUR"),
        ("Mervärdesskatt: 2 812,50 kr", "SEK"),
        ("Momsbelopp 2812:50 kr", "SEK"),
        ("Momsbeløb: 250,00 kr.", "DKK"),
        ("Daň 21 %: 1 250,00 Kč", "CZK"),
        ("áfa: 12 345 forint", "HUF"),
        ("ضريبة القيمة المضافة: 100.00 AED", "AED"),
        ("消費税額：1,200円", "JPY"),
        ("消費税（10%）税額：1,200円", "JPY"),
    ] {
        assert!(is_stated(note, home, "USD"), "{note}");
    }
    assert!(!is_stated("Steuerberater: 52,20 EUR", "EUR", "USD"));
}

#[test]
fn totals_net_amounts_and_other_taxes_are_no_tax() {
    for note in ["源泉所得税：1,021円", "住民税 500円", "印紙税：200円", "税込 11,000円", "11,000円（税抜）", "消費税込 11,000円"]
    {
        assert_eq!(stated(note, "JPY", "EUR", 6_000), [""; 0], "{note}");
    }
    assert_eq!(stated("税込11,000円（うち消費税1,000円）、源泉所得税1,021円", "JPY", "EUR", 6_000), ["1,000円"]);
    for note in [
        "300.00 GBP excl. VAT",
        "Total incl. VAT: £312.60",
        "£312.60 incl. 20 % VAT",
        "excl. VAT £260.00",
        "Netto 1 260,00 GBP, USt. in EUR",
        "260,00 GBP netto zzgl. USt",
        "312,60 GBP inkl. USt",
    ] {
        assert_eq!(stated(note, "GBP", "EUR", 6_000), [""; 0], "{note}");
    }
    for note in ["Total £312.60 incl. VAT £52.20", "zzgl. 20 % USt £52.20", "Total incl. VAT of £52.20", "VAT 20 %: £52.20 incl"] {
        assert_eq!(stated(note, "GBP", "EUR", 6_000), ["£52.20"], "{note}");
    }
}

#[test]
fn an_amount_is_read_whole() {
    let read = |note: &str, home: &str| {
        let [home, foreign] = [home, "EUR"].map(|code| Currency::parse(code).expect("a currency"));
        amounts(note, &home, &foreign, &[]).into_iter().flat_map(|stated| stated.readings).collect::<Vec<_>>()
    };
    assert_eq!(read("Moms 2812:50 kr", "SEK"), [281_250]);
    for (note, yen) in [("消費税 1万5000円", 15_000), ("消費税 12万円", 120_000), ("消費税 3千円", 3_000), ("消費税 1万2千500円", 12_500)]
    {
        assert_eq!(read(note, "JPY"), [yen], "{note}");
    }
    assert_eq!(read("消費税 1.5万円", "JPY"), [0; 0], "nothing rather than a part of it");
}
