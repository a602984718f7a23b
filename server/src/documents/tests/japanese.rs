//! Documents in Japanese, for which no font is shipped: on a machine without one, and on one with such a font.

use domain::locale::Locale;

use super::{han::with_han, *};

/// An invoice of a studio in Japan to one in Osaka.
fn in_japanese() -> InvoiceDocument {
    let tax = |label: &str| DocumentTax { label: label.into(), ..invoice(1).taxes.remove(0) };
    InvoiceDocument {
        language: "ja".into(),
        currency: "JPY".into(),
        total: "11,900".into(),
        seller: Party { tax_number: Some("T1234567890123".into()), vat_id: Some("DE136695976".into()), ..invoice(1).seller },
        buyer: Party { name: "株式会社東海".into(), address: Some("大阪市北区梅田1-1".into()), ..Party::default() },
        discount: Some(LabelledAmount { label: Locale::Japanese.discount(None), amount: "-100".into() }),
        taxes: vec![tax("消費税 10%"), tax("消費税 8%")],
        terms: Locale::Japanese.terms(jiff::civil::date(2026, 12, 5), 14),
        notes: Some("ありがとうございます。".into()),
        ..invoice(1)
    }
}

#[test]
fn its_labels_are_looked_for_in_the_fonts_and_those_of_other_languages_need_none_of_the_machine() {
    let resources = shipped();
    let missing = resources.missing_label_glyphs(Locale::Japanese);
    for letter in "請求書下書き無効発行日お支払期限サービス提供単価小計値備考ページ年月".chars().filter(|letter| *letter != '値')
    {
        assert!(missing.contains(&letter), "{letter} in {missing:?}");
    }
    for locale in [Locale::English, Locale::German] {
        assert_eq!(resources.missing_label_glyphs(locale), [' '; 0], "{locale:?}");
        assert_eq!(resources.glyph_coverage.missing(&locale.on_documents(None)), [' '; 0], "{locale:?}");
    }
}

#[test]
fn without_a_font_for_it_a_draft_has_english_labels_and_boxes_in_its_texts() {
    let draft = InvoiceDocument { number: None, ..in_japanese() };
    let resources = shipped();
    let printed = texts(&typesetter::typeset(&resources, &draft).unwrap()).concat();
    for text in ["Draft,nonumberyet", "Paymentdue", "□"] {
        assert!(printed.contains(text), "{text} in {printed}");
    }
    typesetter::print(&resources, &draft).unwrap();
}

#[test]
fn labels_dates_and_figures_are_japanese_with_a_font_for_it() {
    let (_folder, resources) = with_han();
    let pages = typesetter::typeset(&resources, &in_japanese()).unwrap();
    stays_on_the_page(&pages);
    let printed = texts(&pages).concat();
    for text in [
        "請求書2026-0042",
        "発行日2026年11月21日",
        "お支払期限2026年12月5日",
        "2026年10月1日〜31日",
        "ご請求金額11,900円",
        "登録番号T1234567890123",
        "VAT番号DE136695976",
        "消費税10%対象額100.00",
        "税額合計",
        "1/1ページ",
        "大阪市北区梅田1-1",
    ] {
        assert!(printed.contains(text), "{text} in {printed}");
    }
    assert!(!printed.contains('□'));
    let pdf = typesetter::print(&resources, &in_japanese()).unwrap();
    assert!(String::from_utf8_lossy(&pdf).split_whitespace().collect::<String>().contains("/Lang(ja)"), "its language is named");
}

/// A registration number that was stored before such numbers were normalized.
#[test]
fn a_registration_number_is_called_so_as_a_japanese_keyboard_writes_it() {
    let (_folder, resources) = with_han();
    let number = "Ｔ７０００ー０１２０ー５０００２";
    let seller = Party { tax_number: Some(number.into()), ..in_japanese().seller };
    let printed = texts(&typesetter::typeset(&resources, &InvoiceDocument { seller, ..in_japanese() }).unwrap()).concat();
    assert!(printed.contains(&format!("登録番号{number}")), "{printed}");
}

#[test]
fn its_periods_say_no_month_and_no_year_twice() {
    let (_folder, resources) = with_han();
    for (from, to, expected) in [
        ("2026-10-01", "2026-10-01", "期間2026年10月1日ご請求"),
        ("2026-10-01", "2026-11-30", "期間2026年10月1日〜11月30日ご請求"),
        ("2026-12-01", "2027-01-31", "期間2026年12月1日〜2027年1月31日ご請求"),
    ] {
        let document = InvoiceDocument { period: Some(DocumentPeriod { from: from.into(), to: to.into() }), ..in_japanese() };
        let printed = texts(&typesetter::typeset(&resources, &document).unwrap()).concat();
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
}

#[test]
fn a_void_one_says_so_and_a_draft_too() {
    let (_folder, resources) = with_han();
    let void = InvoiceDocument { void: true, bank: None, terms: Locale::Japanese.void().into(), ..in_japanese() };
    let draft = InvoiceDocument { number: None, ..in_japanese() };
    for (document, text) in [(void, "無効"), (draft, "下書き（番号未発行）")] {
        let printed = texts(&typesetter::typeset(&resources, &document).unwrap()).concat();
        assert!(printed.contains(text) && !printed.contains('□'), "{text} in {printed}");
        typesetter::print(&resources, &document).unwrap();
    }
}

/// Lines break before any letter, and never before a full stop or a comma.
#[test]
fn no_line_begins_with_a_mark_that_ends_something() {
    let (_folder, resources) = with_han();
    let text = "作業内容のご報告をお送りいたします。ご確認ください。".repeat(40);
    let document = InvoiceDocument { terms: text.clone(), notes: Some(text), ..in_japanese() };
    let pages = typesetter::typeset(&resources, &document).unwrap();
    stays_on_the_page(&pages);
    for page in pages.pages() {
        each_text(&page.frame, Transform::identity(), &mut |item, place| {
            let left = Point::zero().transform(place).x.to_mm();
            assert!(left > 22.5 || !item.text.starts_with(['。', '、']), "{} at {left} mm", item.text);
        });
    }
}
