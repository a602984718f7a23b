//! The wording of each language.

use crate::locale::*;

#[test]
fn figures_follow_the_language() {
    let shown = |language: &str, amount, code: &str| Locale::of(language).amount(amount, &Currency::parse(code).expect("a currency"));
    assert_eq!((shown("en", 108_000, "EUR"), shown("de", 108_000, "EUR")), ("1,080.00".to_owned(), "1.080,00".to_owned()));
    assert_eq!((shown("de-AT", -1_234_567, "JPY"), shown("fr", 5, "KWD")), ("-1.234.567".to_owned(), "0.005".to_owned()));
    assert_eq!((Locale::German.figure("0.3333"), Locale::German.percent(Percent(77_000))), ("0,3333".to_owned(), "7,7 %".to_owned()));
    assert_eq!(Locale::English.percent(Percent(84_250)), "8.425%");
    assert_eq!((Locale::German.plain("1.234,5"), Locale::English.plain("1,234.5")), ("1234.5".to_owned(), "1234.5".to_owned()));
    assert_eq!((shown("ja", 108_000, "EUR"), shown("ja-JP", -1_234_567, "JPY")), ("1,080.00".to_owned(), "-1,234,567".to_owned()));
    assert_eq!((Locale::Japanese.percent(Percent(77_000)), Locale::Japanese.plain("1,234.5")), ("7.7%".to_owned(), "1234.5".to_owned()));
    assert_eq!(Locale::ALL.map(|locale| locale.day(date(2026, 12, 1))), ["1 December 2026", "01.12.2026", "2026年12月1日"]);
}

#[test]
fn terms_of_one_day_are_of_a_day_and_those_of_none_name_no_day() {
    let terms = |days| Locale::ALL.map(|locale| locale.terms(date(2026, 12, 1), days));
    assert_eq!(
        terms(0),
        ["Payable on receipt.", "Zahlbar sofort nach Erhalt.", "本請求書の受領後、速やかにお支払いくださいますようお願いいたします。",]
    );
    let one = [
        "Payable within 1 day, by 1 December 2026, without deduction.",
        "Zahlbar innerhalb eines Tages bis zum 01.12.2026 ohne Abzug.",
        "発行日より1日以内（2026年12月1日まで）に、全額をお支払いくださいますようお願いいたします。",
    ];
    assert_eq!(terms(1), one);
    let two = [
        "Payable within 2 days, by 1 December 2026, without deduction.",
        "Zahlbar innerhalb von 2 Tagen bis zum 01.12.2026 ohne Abzug.",
        "発行日より2日以内（2026年12月1日まで）に、全額をお支払いくださいますようお願いいたします。",
    ];
    assert_eq!(terms(2), two);
}

#[test]
fn a_reason_stands_where_the_standard_wants_one_in_every_language() {
    for category in TaxCategory::ALL {
        let reasons = Locale::ALL.map(|locale| locale.reason(category, Some("DE")));
        assert!(reasons.iter().all(|reason| reason.is_none() == matches!(category, TaxCategory::S | TaxCategory::Z)), "{category:?}");
    }
}

#[test]
fn a_language_is_known_by_its_code_in_whatever_case() {
    assert_eq!(["de", "DE-at", "ja", "ja_JP", "fr", ""].map(Locale::of), {
        use Locale::{English, German, Japanese};
        [German, German, Japanese, Japanese, English, English]
    });
    assert_eq!(Locale::ALL.map(Locale::code), ["en", "de", "ja"]);
    assert!(Locale::VARIANTS.iter().all(|locale| Locale::of(locale.code()) == *locale && Locale::ALL.contains(locale)));
}

#[test]
fn japanese_names_the_tax_of_the_seller_and_says_why_none_is_charged() {
    let tax = |country| Locale::Japanese.tax(TaxCategory::S, Percent(100_000), country);
    for (country, name) in [
        (Some("JP"), "消費税"),
        (Some("US"), "売上税"),
        (Some("NZ"), "GST"),
        (Some("CH"), "付加価値税"),
        (Some("DE"), "付加価値税 (VAT)"),
        (None, "付加価値税 (VAT)"),
    ] {
        assert_eq!(tax(country), format!("{name} 10%"));
    }
    assert_eq!(Locale::Japanese.discount(Some(Percent(50_000))), "値引 5%");
    let of_less = Locale::ALL.map(|locale| locale.discount_of(Percent(50_000), "100"));
    assert_eq!(of_less, ["Discount 5% of 100", "Rabatt 5 % auf 100", "値引 5%（対象額 100）"]);
    let charge = Locale::Japanese.reason(TaxCategory::AE, Some("AT")).unwrap_or_default();
    assert!(charge.starts_with("リバースチャージ（Reverse charge）"), "in a language of the European Union, too: {charge}");
    assert_eq!(Locale::ALL.map(|locale| locale.unit(LineKind::Time)), ["h", "h", "時間"]);
}

#[test]
fn the_tax_of_a_province_is_not_called_by_the_name_of_the_federal_one() {
    let tax = |locale: Locale, rate| locale.tax(TaxCategory::S, Percent(rate), Some("CA"));
    for (rate, percent) in [(50_000, "5%"), (130_000, "13%"), (140_000, "14%"), (150_000, "15%")] {
        assert_eq!(tax(Locale::English, rate), format!("GST/HST {percent}"));
    }
    for (rate, percent) in [(149_750, "14.975%"), (120_000, "12%"), (70_000, "7%")] {
        assert_eq!(tax(Locale::English, rate), format!("Sales tax {percent}"));
        assert_eq!(tax(Locale::Japanese, rate), format!("売上税 {percent}"));
    }
}

#[test]
fn the_mail_of_a_japanese_invoice_is_polite_and_says_what_is_due_when() {
    let yen = Currency::parse("JPY").expect("a currency");
    let total = Locale::Japanese.money(1_080, &yen);
    let letter = |due_on| Locale::Japanese.letter("2026-0001", &total, due_on, "Studio");
    let due = letter(Some(date(2026, 12, 21)));
    for words in ["いつもお世話になっております。Studioでございます。", "ご請求金額：1,080円\nお支払期限：2026年12月21日\n"]
    {
        assert!(due.contains(words), "{words} in {due}");
    }
    assert!(letter(None).contains("お支払いの必要はございません") && !letter(None).contains("お支払期限"));
    assert_eq!(Locale::Japanese.subject("2026-0001", "Studio"), "請求書 2026-0001 のご送付（Studio）");
    assert_eq!(Locale::ALL.map(|locale| locale.money(108_000, &Currency::default())), ["1,080.00 EUR", "1.080,00 EUR", "1,080.00 EUR"]);
}

/// A single letter is a code for machines, and "E" is no word in any of these languages.
#[test]
fn a_line_says_in_a_word_of_its_own_why_it_has_no_tax() {
    for locale in Locale::ALL {
        let words = TaxCategory::ALL.map(|category| locale.tax_of_line(category, Percent(0)));
        let different: std::collections::BTreeSet<&String> = words.iter().collect();
        assert_eq!(different.len(), words.len() - 1, "a rate of zero is a rate like any: {words:?}");
        assert!(words.iter().all(|word| TaxCategory::parse(word).is_err() && word.chars().count() > 1), "{words:?}");
    }
    let said = |category| Locale::ALL.map(|locale| locale.tax_of_line(category, Percent(0)));
    assert_eq!(said(TaxCategory::E), ["exempt", "steuerfrei", "非課税"]);
    assert_eq!(said(TaxCategory::AE), ["reverse charge", "Reverse Charge", "リバースチャージ"]);
    assert_eq!(said(TaxCategory::Z), ["0%", "0 %", "0%"]);
    assert_eq!(Locale::German.tax_of_line(TaxCategory::S, Percent(77_000)), "7,7 %");
    for locale in Locale::ALL {
        let none = [locale.without_tax(), locale.without_tax_of_line()];
        let others = TaxCategory::ALL.map(|category| [locale.tax(category, Percent(0), None), locale.tax_of_line(category, Percent(0))]);
        assert!(others.iter().flatten().all(|other| !none.contains(&other.as_str())), "what was laid out has words of its own: {none:?}");
    }
}

/// Pages and answers are in English, and give the same reasons as a document in English.
#[test]
fn an_english_document_gives_the_reasons_of_the_pages_wherever_the_seller_is() {
    for (country, _) in crate::country::COUNTRIES {
        for category in TaxCategory::ALL {
            assert_eq!(Locale::English.reason(category, Some(country)), category.reason(), "{country} {category:?}");
        }
    }
}

#[test]
fn what_can_stand_on_a_document_is_all_told() {
    for locale in Locale::ALL {
        let told = locale.on_documents(Some("JP"));
        for words in [locale.void(), locale.settled(), locale.reason(TaxCategory::AE, Some("JP")).unwrap_or_default()] {
            assert!(told.contains(words), "{words} in {told}");
        }
        let written = [locale.terms(date(2026, 11, 30), 30), locale.tax(TaxCategory::S, Percent(80_000), Some("JP"))].concat();
        let missing: String = written.chars().filter(|letter| letter.is_alphabetic() && !told.contains(*letter)).collect();
        assert!(locale == Locale::English || missing.is_empty(), "{missing} in {told}");
    }
}
