//! The layout of a page: its marks, figures that never break, and documents that ask for no payment.

use domain::{locale::Locale, percent::Percent, tax::category::TaxCategory};
use typst::layout::Abs;

use super::*;

/// The largest amount that can be stored.
const LARGEST: &str = "92,233,720,368,547,758.07";

/// The begin and end of a run with these words on the first page.
fn run_of(document: &InvoiceDocument, words: &str) -> Option<(Point, Point)> {
    let (pages, mut found) = (typesetter::typeset(&shipped(), document).unwrap(), None);
    each_text(&pages.pages()[0].frame, Transform::identity(), &mut |item, place| {
        if item.text.contains(words) {
            found = Some((Point::zero().transform(place), Point::with_x(item.width()).transform(place)));
        }
    });
    found
}

/// The runs of all pages: a text that breaks is in several.
fn runs(document: &InvoiceDocument) -> Vec<String> {
    let (pages, mut runs) = (typesetter::typeset(&shipped(), document).unwrap(), Vec::new());
    for page in pages.pages() {
        each_text(&page.frame, Transform::identity(), &mut |item, _| runs.push(item.text.replace("\u{a0}", " ").to_string()));
    }
    stays_on_the_page(&pages);
    runs
}

fn void() -> InvoiceDocument {
    InvoiceDocument { void: true, bank: None, terms: "Nothing is to be paid.".into(), ..invoice(1) }
}

#[test]
fn a_void_document_says_so_across_the_page() {
    for (language, word) in [("en", "VOID"), ("de", "STORNIERT")] {
        let (start, end) = run_of(&InvoiceDocument { language: language.into(), ..void() }, word).expect(word);
        let (wide, high) = (end.x - start.x, start.y - end.y);
        assert!(wide > Abs::mm(60.0) && high > Abs::mm(60.0), "{word} from {start:?} to {end:?}");
        let (left, right) = (start.x, Abs::mm(210.0) - end.x);
        assert!(left > Abs::zero() && right > Abs::zero() && (left - right).abs() < Abs::mm(40.0), "{word} from {start:?} to {end:?}");
    }
    assert!(run_of(&invoice(1), "VOID").is_none());
}

#[test]
fn what_is_printed_over_a_mark_is_no_part_of_it() {
    for document in [void(), InvoiceDocument { number: None, ..invoice(40) }] {
        typesetter::print(&shipped(), &document).unwrap();
    }
}

#[test]
fn whatever_asks_for_no_payment_names_no_day_for_it() {
    let settled = InvoiceDocument { settled: true, bank: None, terms: "Nothing is to be paid.".into(), ..invoice(1) };
    for document in [void(), settled] {
        let printed = pages(&document).concat();
        assert!(!printed.contains("Paymentdue") && printed.contains("Nothingistobepaid."), "{printed}");
    }
    assert!(pages(&invoice(1)).concat().contains("Paymentdue"));
}

#[test]
fn a_document_in_german_calls_the_tax_by_one_word() {
    let taxed = |name: &str| {
        let tax = |rate: &str| DocumentTax { label: format!("{name} {rate} %"), ..invoice(1).taxes.remove(0) };
        let taxes = vec![tax("8"), tax("10")];
        pages(&InvoiceDocument { language: "de".into(), tax_name: Some(name.into()), taxes, ..invoice(1) }).concat()
    };
    for (name, others) in [("Steuer", ["USt", "MwSt"]), ("USt.", ["Steuer", "MwSt"]), ("MwSt.", ["Steuer", "USt"])] {
        let printed = taxed(name);
        assert!(printed.contains(&format!("{name}gesamt")), "{printed}");
        assert!(others.iter().all(|other| !printed.contains(other)), "{printed}");
    }
}

#[test]
fn where_nothing_is_said_of_tax_there_is_no_column_and_no_row_of_it() {
    let lines = || vec![DocumentLine { tax: String::new(), ..line(1) }];
    for (language, words) in [("en", ["Tax", "VAT"]), ("de", ["USt", "Steuer"]), ("ja", ["税", "消費"])] {
        let document = InvoiceDocument { language: language.into(), lines: lines(), taxes: vec![], ..invoice(0) };
        let printed = pages(&document).concat();
        assert!(words.iter().all(|word| !printed.contains(word)), "{language}: {printed}");
        assert!(pages(&InvoiceDocument { language: language.into(), ..invoice(1) }).concat().contains("VAT"), "{language}");
    }
    let words = "Not liable to VAT (Art. 10 (2) MWSTG)";
    let reason = DocumentTax { label: String::new(), reason: Some(words.into()), ..invoice(1).taxes.remove(0) };
    let printed = pages(&InvoiceDocument { lines: lines(), taxes: vec![reason], ..invoice(0) }).concat();
    assert!(printed.contains(&words.replace(' ', "")) && !printed.contains("Tax"), "{printed}");
}

#[test]
fn a_document_bears_the_title_that_the_law_of_its_seller_wants() {
    let titled = pages(&InvoiceDocument { title: Some("Tax invoice".into()), ..invoice(1) }).concat();
    assert_eq!(titled.matches("Taxinvoice2026-0042").count(), 2, "above and at the foot: {titled}");
    assert!(!titled.contains("Invoice2026-0042"), "{titled}");
}

#[test]
fn no_figure_breaks_however_large_it_is() {
    for (language, currency) in [("en", "EUR"), ("de", "CLF")] {
        let mut document = InvoiceDocument { language: language.into(), currency: currency.into(), ..invoice(2) };
        let figures = ["1", "2", "3", "4", "5", "6", "7", "8"].map(|last| format!("-{}{last}", &LARGEST[..LARGEST.len() - 1]));
        let [price, net, subtotal, reduced, base, tax, discount, total] = figures.clone();
        (document.lines[0].price, document.lines[0].net) = (price, net);
        (document.subtotal, document.net, document.total) = (subtotal, reduced, total.clone());
        document.discount = Some(LabelledAmount { label: "Discount on all of it, as agreed in our contract".into(), amount: discount });
        document.taxes[0] = DocumentTax { base, amount: tax, ..document.taxes[0].clone() };
        let runs = runs(&document);
        for figure in &figures {
            assert!(runs.iter().any(|run| run.contains(figure.as_str())), "{figure} is in pieces: {runs:?}");
        }
        let due = match language {
            "en" => format!("EUR {total}"),
            _ => format!("{total} CLF"),
        };
        assert!(runs.contains(&due), "{due} is in pieces: {runs:?}");
    }
}

#[test]
fn usual_figures_are_as_large_as_the_words_beside_them() {
    let mut document = invoice(1);
    document.lines[0].net = "123,456,789.01".into();
    document.lines[0].price = "1,234,567.890123".into();
    let pages = typesetter::typeset(&shipped(), &document).unwrap();
    let mut sizes = Vec::new();
    each_text(&pages.pages()[0].frame, Transform::identity(), &mut |item, _| {
        if ["123,456,789.01", "1,234,567.890123"].contains(&item.text.as_str()) {
            sizes.push(item.size.to_pt());
        }
    });
    assert_eq!(sizes, [9.5, 9.5]);
}

/// The name of a tax number follows the reader's country: Japan has no VAT identifiers, and neither Switzerland nor Austria calls theirs as
/// Germany does.
#[test]
fn a_number_of_tax_is_called_as_in_its_country() {
    for (language, number, label) in [
        ("en", "T7000012050002", "Registration number"),
        ("en", "t-7000-0120-50002", "Registration number"),
        ("de", "T 7000 0120 50002", "Registriernummer"),
        ("en", "DE136695976", "VAT ID"),
        ("de", "T7000012050002", "Registriernummer"),
        ("de", "CHE-116.281.710 MWST", "MWST-Nr."),
        ("de", "ATU12345675", "UID-Nr."),
        ("de", "DE136695976", "USt-IdNr."),
    ] {
        let seller = Party { vat_id: Some(number.into()), tax_number: None, ..invoice(1).seller };
        let printed = runs(&InvoiceDocument { language: language.into(), seller, ..invoice(1) }).concat();
        assert!(printed.contains(&format!("{label} {number}")), "{label} {number} in {printed}");
    }
}

/// An account without an IBAN (EN 16931 BT-84).
#[test]
fn an_account_number_stands_where_there_is_no_iban() {
    let bank = invoice(1).bank.map(|bank| BankAccount { iban: None, account_number: Some("021000021 / 123456789".into()), ..bank });
    let printed = runs(&InvoiceDocument { bank, ..invoice(1) });
    assert!(
        printed.iter().any(|run| run == "Account number") && printed.iter().any(|run| run.contains("021000021 / 123456789")),
        "{printed:?}"
    );
    assert!(!printed.iter().any(|run| run == "IBAN"), "{printed:?}");
}

/// Banks print it in groups of four, up to 34 letters and digits (ISO 13616).
#[test]
fn an_iban_stands_on_one_line() {
    for iban in
        ["DE89370400440532013000", "FR7630006000011234567890189", "MT84MALT011000012345MTLCAST001S", "LC55HEMM000100010012001200023015"]
    {
        let bank = invoice(1).bank.map(|bank| BankAccount { iban: Some(iban.into()), ..bank });
        let fours: Vec<_> = iban.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        let printed = runs(&InvoiceDocument { bank, ..invoice(1) });
        assert!(printed.iter().any(|run| run.contains(&fours.join(" "))), "{iban} in {printed:?}");
    }
}

/// Why no tax is charged is said once.
#[test]
fn the_reason_of_the_only_category_stands_alone() {
    let reason = "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG";
    let tax = DocumentTax { label: "Steuerbefreit".into(), reason: Some(reason.into()), ..invoice(1).taxes.remove(0) };
    let printed = runs(&InvoiceDocument { language: "de".into(), taxes: vec![tax.clone()], ..invoice(1) }).concat();
    assert!(printed.contains(reason) && !printed.contains("Steuerbefreit: "), "{printed}");
    let other = DocumentTax { label: "Nullsatz".into(), reason: None, ..tax.clone() };
    let two = runs(&InvoiceDocument { language: "de".into(), taxes: vec![tax, other], ..invoice(1) }).concat();
    assert!(two.contains(&format!("Steuerbefreit: {reason}")), "{two}");
}

/// The reason why a line has no tax fits into its narrow column word by word, and overlaps neither the price nor the net beside it.
#[test]
fn no_word_of_the_column_of_tax_breaks_or_leaves_it() {
    let (_folder, resources) = han::with_han();
    for locale in Locale::ALL {
        let words = TaxCategory::ALL.map(|category| locale.tax_of_line(category, Percent(84_250)));
        let lines: Vec<DocumentLine> = words.iter().map(|tax| DocumentLine { tax: tax.clone(), ..line(0) }).collect();
        let document = InvoiceDocument { language: locale.code().into(), lines, ..invoice(1) };
        let places = places(&typesetter::typeset(&resources, &document).unwrap());
        let price = places.iter().filter(|(run, ..)| run == "95.00").map(|(.., end)| *end).fold(0.0, f64::max);
        let net = places.iter().filter(|(run, ..)| run == "142.50").map(|(_, start, _)| *start).fold(f64::MAX, f64::min);
        let is_of_a_word = |run: &str| !run.is_empty() && words.iter().any(|word| word.contains(run));
        let column: Vec<_> = places.iter().filter(|(run, start, _)| *start > price && is_of_a_word(run.trim())).collect();
        for (run, _, end) in &column {
            assert!(*end < net, "{run} ends at {end}, and what is beside it begins at {net}");
        }
        let said = dense(&column.iter().map(|(run, ..)| run.as_str()).collect::<String>());
        for word in &words {
            assert!(said.contains(&dense(word)), "{word} in {said}");
            // Kana break anywhere, and a compound after its hyphen.
            let parts = word.split([' ', '-']).filter(|_| locale != Locale::Japanese);
            parts.for_each(|part| assert!(column.iter().any(|(run, ..)| run.contains(part)), "{part} in {column:?}"));
        }
    }
}

/// Each run of the first page, with its begin and end.
fn places(pages: &PagedDocument) -> Vec<(String, f64, f64)> {
    let mut found = Vec::new();
    each_text(&pages.pages()[0].frame, Transform::identity(), &mut |item, place| {
        let start = Point::zero().transform(place).x.to_pt();
        found.push((item.text.replace("\u{a0}", " ").to_string(), start, start + item.width().to_pt()));
    });
    found
}
