//! Tests of printed invoices.

mod drawn;
mod han;
mod japanese;
mod letters;
mod marks;
mod page;
mod waiting;

use domain::{
    document::{BankAccount, DocumentLine, DocumentPeriod, DocumentTax, InvoiceDocument, LabelledAmount, Party},
    id::{OrganizationId, UserId},
};
use fontdb::Database;
use proptest::{prelude::*, test_runner::Config};
use typst::layout::{Frame, FrameItem, Point, Transform};
use typst_layout::PagedDocument;

use super::{
    DocumentError, PdfRenderer, typesetter,
    typst_world::{FONTS, TypstResources},
};

const ACME: OrganizationId = OrganizationId(uuid(1));
const GLOBEX: OrganizationId = OrganizationId(uuid(2));
const INITECH: OrganizationId = OrganizationId(uuid(3));
const ADA: UserId = UserId(uuid(1));
const GRACE: UserId = UserId(uuid(2));
const LINUS: UserId = UserId(uuid(3));

const fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

const MARKUP: &str = "#panic() *x* _y_ $z$ <b> `raw` \\ @ref // /* = #include \"invoice.typ\"";

#[test]
fn the_same_input_gives_the_same_bytes() {
    let first = typesetter::print(&shipped(), &invoice(3)).unwrap();
    let resources = shipped();
    typesetter::print(&resources, &invoice(2)).unwrap();
    assert!(first == typesetter::print(&resources, &invoice(3)).unwrap());
}

#[test]
fn the_file_is_an_accessible_archive() {
    let pdf = typesetter::print(&shipped(), &invoice(2)).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    let flat: String = text.split_whitespace().collect();
    for mark in ["<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", "/Lang(en)", "/StructTreeRoot"] {
        assert!(flat.contains(mark), "{mark}");
    }
    assert!(text.contains("Invoice 2026-0042"), "the title of the file");
}

#[test]
fn three_hundred_lines_all_appear_under_a_repeated_head() {
    let pages = pages(&invoice(300));
    assert!(pages.len() > 5);
    let all = pages.concat();
    for index in 0..300 {
        assert_eq!(all.matches(&format!("«{index}»")).count(), 1, "line {index}");
    }
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page{}of{}", index + 1, pages.len())), "page number {index}");
        assert!(page.contains("Invoice2026-0042"), "number on page {index}");
        assert!(!page.contains('«') || page.contains("Unitprice"), "head on page {index}");
    }
}

#[test]
fn markup_is_printed_as_text() {
    let mut document = invoice(1);
    document.seller.name = MARKUP.into();
    document.buyer = Party { name: MARKUP.into(), address: Some(MARKUP.into()), ..Party::default() };
    document.lines[0].description = MARKUP.into();
    document.lines[0].details = Some(MARKUP.into());
    document.terms = MARKUP.into();
    document.notes = Some(MARKUP.into());
    let printed = pages(&document).concat();
    assert_eq!(printed.matches(&dense(MARKUP)).count(), 7);
}

#[test]
fn a_word_without_end_stays_on_the_page() {
    let word = "Wortungeheuer".repeat(60);
    let mut document = invoice(2);
    document.seller.name = word.clone();
    document.buyer.address = Some(word.clone());
    document.seller.email = Some("\u{a0}".repeat(900) + &word);
    document.lines[0].description = "x".repeat(10_000);
    document.lines[0].unit = word.clone();
    document.lines[0].net = "92,233,720,368,547,758.07".repeat(9);
    document.lines[0].tax = word.clone();
    document.number = Some(word.clone());
    document.terms = word.clone();
    document.bank.as_mut().unwrap().iban = Some(word.clone());
    document.notes = Some(word.clone());
    document.discount = Some(LabelledAmount { label: word.clone(), amount: word.clone() });
    document.taxes[0].label = word.clone();
    document.total = word;
    let resources = shipped();
    stays_on_the_page(&typesetter::typeset(&resources, &document).unwrap());
    typesetter::print(&resources, &document).unwrap();
}

#[test]
fn every_script_prints_and_what_no_font_has_is_marked() {
    let mut document = invoice(1);
    document.buyer.name = "Ελλάς Київ שלום مرحبا สวัสดี Հայ საქ ₿ 🚀 👩‍👩‍👧 e\u{301} 東\u{e000}\u{0}".into();
    document.buyer.address = Some("one\r\ntwo\u{2028}three\tfour a\u{5b0}\u{202e}".into());
    let resources = shipped();
    let printed = texts(&typesetter::typeset(&resources, &document).unwrap()).concat();
    for text in ["Ελλάς", "Київ", "สวัสดี", "Հայ", "საქ", "🚀", "👩\u{200d}👩\u{200d}👧", "□□", "one", "threefoura"]
    {
        assert!(printed.contains(text), "{text} in {printed}");
    }
    typesetter::print(&resources, &document).unwrap();
}

#[test]
fn a_draft_has_no_number_and_says_so() {
    let mut document = invoice(1);
    document.number = None;
    let printed = pages(&document).concat();
    assert!(printed.contains("DRAFT") && printed.contains("nonumberyet"));
    assert!(!printed.contains("2026-0042") && !printed.contains("Reference"));
    assert!(!pages(&invoice(1)).concat().contains("DRAFT"));
}

#[test]
fn a_void_invoice_says_so_and_shows_nowhere_to_pay() {
    let mut document = invoice(1);
    document.void = true;
    document.bank = None;
    document.terms = "Nothing is to be paid.".into();
    let printed = pages(&document).concat();
    assert!(printed.contains("VOID") && printed.contains("2026-0042") && !printed.contains("DE89"), "{printed}");
    assert!(!printed.contains("AmountdueEUR"), "{printed}");
    document.language = "de".into();
    assert!(pages(&document).concat().contains("STORNIERT"));
}

#[test]
fn labels_and_dates_follow_the_language() {
    let mut document = invoice(1);
    let english = pages(&document).concat();
    for text in ["21November2026", "1–31October2026", "Paymentdue", "Page1of1", "DE89370400440532013000"] {
        assert!(english.contains(text), "{text} in {english}");
    }
    document.language = "de-AT".into();
    document.period = Some(DocumentPeriod { from: "2026-10-01".into(), to: "2026-11-30".into() });
    let german = pages(&document).concat();
    for text in ["Rechnung2026-0042", "21.11.2026", "01.10.2026–30.11.2026", "Zahlbarbis", "Seite1von1"] {
        assert!(german.contains(text), "{text} in {german}");
    }
    document.language = "fr".into();
    document.issued_on = "soon".into();
    assert!(pages(&document).concat().contains("Dateofissue"));
}

#[test]
fn sums_show_discount_and_each_tax() {
    let mut document = invoice(1);
    document.discount = Some(LabelledAmount { label: "Discount 5 %".into(), amount: "−6.17".into() });
    document.taxes.push(DocumentTax { reason: Some("Reverse charge".into()), ..document.taxes[0].clone() });
    let printed = pages(&document).concat();
    for text in ["Discount5%−6.17", "VAT19%on100.00", "VAT19%:Reversecharge", "TotalEUR119.00", "Totaltax"] {
        assert!(printed.contains(text), "{text} in {printed}");
    }
}

#[test]
fn an_empty_invoice_prints_too() {
    let document = InvoiceDocument { lines: vec![], taxes: vec![], bank: None, period: None, notes: None, ..invoice(0) };
    assert_eq!(pages(&document).len(), 1);
}

#[tokio::test]
async fn a_malformed_instant_is_refused() {
    let document = InvoiceDocument { created_at: "yesterday".into(), ..invoice(1) };
    let refusal = PdfRenderer::new(1, 1).unwrap().invoice(ACME, ADA, document).await.unwrap_err();
    assert!(matches!(refusal, DocumentError::Malformed("created_at")), "{refusal}");
}

#[tokio::test]
async fn a_book_is_refused() {
    let document = InvoiceDocument { notes: Some("and on ".repeat(150_000)), ..invoice(1) };
    let refusal = PdfRenderer::new(1, 1).unwrap().invoice(ACME, ADA, document).await.unwrap_err();
    assert!(matches!(refusal, DocumentError::TooLong), "{refusal}");
}

#[test]
fn a_template_that_fails_for_one_line_of_two_thousand_makes_no_document() {
    let head = "let row(index, line) = {";
    let resources = shipped().reworded("lines.typ", head, &format!("{head}\n    if index == 1499 {{ panic(\"line 1500\") }}"));
    let refusal = typesetter::print(&resources, &invoice(2_000)).unwrap_err();
    assert!(matches!(&refusal, DocumentError::Refused(words) if words.contains("line 1500")), "{refusal}");
    typesetter::print(&resources, &invoice(20)).unwrap();
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_text_in_any_field_prints(text in any::<String>(), other in "[\u{0}-\u{7ff}\u{900}-\u{e7f}\u{2000}-\u{2fff}\u{1f000}-\u{1faff}]{0,80}") {
        let mut document = invoice(1);
        document.seller.name = text.clone();
        document.buyer = Party { name: other.clone(), address: Some(text.clone()), ..Party::default() };
        document.lines[0].description = other.clone();
        document.lines[0].details = Some(text.clone());
        document.lines[0].quantity = text.clone();
        document.language = other.clone();
        document.number = Some(other.clone());
        document.currency = text.clone();
        document.issued_on = other;
        document.terms = text.clone();
        let resources = shipped();
        typesetter::print(&resources, &document).unwrap();
        let boxes = texts(&typesetter::typeset(&resources, &document).unwrap()).concat().matches('□').count();
        let whole = [&text, &document.buyer.name].iter().all(|text| resources.glyph_coverage.missing(text).is_empty() && !text.contains('□'));
        prop_assert!(!whole || boxes == 0, "{boxes} boxes");
    }
}

/// The resources without fonts of the machine.
fn shipped() -> TypstResources {
    TypstResources::with(&FONTS, &Database::new())
}

/// The printed letters of each page, without spaces: line breaks are not tested.
fn pages(document: &InvoiceDocument) -> Vec<String> {
    texts(&typesetter::typeset(&shipped(), document).unwrap())
}

fn texts(pages: &PagedDocument) -> Vec<String> {
    let text_of = |frame: &Frame| {
        let mut text = String::new();
        each_text(frame, Transform::identity(), &mut |item, _| text.push_str(&item.text));
        dense(&text)
    };
    pages.pages().iter().map(|page| text_of(&page.frame)).collect()
}

fn dense(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{200b}').collect()
}

fn stays_on_the_page(pages: &PagedDocument) {
    for page in pages.pages() {
        each_text(&page.frame, Transform::identity(), &mut |item, place| {
            let start = Point::zero().transform(place);
            let size = page.frame.size();
            let fits = start.x.to_pt() >= 0.0 && start.x + item.width() <= size.x && start.y <= size.y;
            assert!(fits, "{} at {start:?}", item.text);
        });
    }
}

fn each_text(frame: &Frame, to_page: Transform, see: &mut impl FnMut(&typst::text::TextItem, Transform)) {
    for (at, item) in frame.items() {
        match item {
            FrameItem::Text(text) => see(text, to_page.pre_concat(Transform::translate(at.x, at.y))),
            FrameItem::Group(group) => {
                let inner = to_page.pre_concat(Transform::translate(at.x, at.y)).pre_concat(group.transform);
                each_text(&group.frame, inner, see);
            }
            _ => {}
        }
    }
}

fn invoice(lines: usize) -> InvoiceDocument {
    let address = |text: &str| Some(text.to_owned());
    InvoiceDocument {
        language: "en".into(),
        title: None,
        number: Some("2026-0042".into()),
        void: false,
        settled: false,
        issued_on: "2026-11-21".into(),
        due_on: "2026-12-05".into(),
        period: Some(DocumentPeriod { from: "2026-10-01".into(), to: "2026-10-31".into() }),
        seller: Party { name: "Studio Nordlicht".into(), address: address("Hafenstraße 12\n20457 Hamburg"), ..Party::default() },
        buyer: Party { name: "Acme Ltd.".into(), address: address("1 Long Acre\nLondon"), ..Party::default() },
        bank: Some(BankAccount {
            holder: "Studio Nordlicht".into(),
            iban: Some("DE89370400440532013000".into()),
            account_number: None,
            bic: Some("COBADEFFXXX".into()),
            bank: None,
        }),
        client_name: None,
        currency: "EUR".into(),
        lines: (0..lines).map(line).collect(),
        subtotal: "100.00".into(),
        discount: None,
        tax_name: None,
        taxes: vec![DocumentTax { label: "VAT 19 %".into(), base: "100.00".into(), amount: "19.00".into(), reason: None }],
        net: "100.00".into(),
        tax: "19.00".into(),
        total: "119.00".into(),
        terms: "Please pay within 14 days.".into(),
        notes: Some("Thank you.\nSee you soon.".into()),
        created_at: "2026-11-21T10:15:30Z".into(),
    }
}

fn line(index: usize) -> DocumentLine {
    DocumentLine {
        description: format!("Work «{index}» on the dashboard"),
        details: Some("Dashboard, 3 October 2026".into()),
        quantity: "1.50".into(),
        unit: "h".into(),
        price: "95.00".into(),
        tax: "19 %".into(),
        net: "142.50".into(),
    }
}
