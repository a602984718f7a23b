//! Letters that the shipped fonts lack, and fonts of the machine. Shipped fonts act as those of a machine here, where fewer are shipped.

use std::collections::{BTreeSet, HashSet};

use proptest::{
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;

use super::*;

const JAPANESE: &str = "株式会社テスト";
const DEVANAGARI: &str = "परीक्षण प्रा. लि.";

/// A machine with all of these fonts.
fn machine() -> Database {
    let mut database = Database::new();
    database.load_fonts_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts"));
    database
}

/// Resources with only Latin, Greek and Cyrillic shipped.
fn few(machine: &Database) -> TypstResources {
    TypstResources::with(&FONTS[..2], machine)
}

fn to(buyer: &str) -> InvoiceDocument {
    InvoiceDocument { buyer: Party { name: buyer.into(), ..Party::default() }, ..invoice(2) }
}

/// The families of the printed text.
fn families(pages: &PagedDocument) -> BTreeSet<String> {
    let mut families = BTreeSet::new();
    for page in pages.pages() {
        each_text(&page.frame, Transform::identity(), &mut |item, _| {
            families.insert(item.font.font().info().family.clone());
        });
    }
    families
}

#[test]
fn what_no_font_has_is_named_once_and_in_its_order() {
    let letters = shipped().glyph_coverage;
    assert_eq!(letters.missing("株式会社 株 (KK)"), ['株', '式', '会', '社']);
    assert_eq!(letters.missing(DEVANAGARI), ['प', 'र', 'ी', 'क', '\u{94d}', 'ष', 'ण', '\u{93e}', 'ल', '\u{93f}']);
    assert_eq!(letters.missing("a\u{e000}\u{1acf}"), ['\u{e000}', '\u{1acf}']);
}

#[test]
fn what_is_printed_or_never_seen_is_not_missing() {
    let letters = shipped().glyph_coverage;
    for text in [
        "Ελλάς Київ Žluťoučký",
        "שלום مرحبا สวัสดี Հայ საქ",
        "€ 🚀 👩‍👩‍👧 🇩🇪 ❤\u{fe0f}",
        "a\u{202e}b\u{200b}c\u{ad}\t\r\n\u{3000}\u{2009}\u{feff}",
    ] {
        assert_eq!(letters.missing(text), [' '; 0], "{text}");
    }
}

#[test]
fn a_font_of_the_machine_prints_what_no_shipped_one_has() {
    let (without, with) = (few(&Database::new()), few(&machine()));
    let document = to("שלום Studio สวัสดี");
    assert_eq!(without.glyph_coverage.missing(&document.buyer.name).len(), 9);
    assert_eq!(with.glyph_coverage.missing(&document.buyer.name), [' '; 0]);
    let pages = typesetter::typeset(&with, &document).unwrap();
    assert_eq!(families(&pages), ["Noto Sans Hebrew", "Noto Sans Thai", "Source Sans 3"].map(String::from).into());
    assert!(texts(&pages).concat().contains("สวัสดี") && !texts(&pages).concat().contains('□'));
    typesetter::print(&with, &document).unwrap();
}

#[test]
fn a_document_that_needs_no_font_of_the_machine_has_the_same_bytes_on_every_machine() {
    let plain = invoice(3);
    assert!(typesetter::print(&few(&Database::new()), &plain).unwrap() == typesetter::print(&few(&machine()), &plain).unwrap());
    // Also where the machine has other fonts of the same names, and those that this one really has.
    let scripts = to("Ελλάς שלום مرحبا สวัสดี 🚀");
    let expected = typesetter::print(&shipped(), &scripts).unwrap();
    assert!(expected == typesetter::print(&TypstResources::with(&FONTS, &machine()), &scripts).unwrap());
    assert!(expected == typesetter::print(&TypstResources::load(), &scripts).unwrap());
}

#[test]
fn fonts_of_the_machine_come_in_one_order_whatever_the_text() {
    let resources = few(&machine());
    let order = |text: &str| {
        resources.glyph_coverage.families(&json!({ "notes": [text] }), "Notes").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = ["Hebrew", "Thai"].map(|script| format!("of the machine: Noto Sans {script}"));
    assert_eq!(order("สวัสดี שלום"), expected);
    assert_eq!(order("שלום สวัสดี"), expected);
    assert_eq!(order("🚀 שלום"), [expected[0].clone(), "of the machine: Noto Emoji".to_owned()], "letters come before pictures");
    assert_eq!(order("Studio"), [""; 0]);
}

#[test]
fn a_draft_shows_boxes_where_no_font_has_the_letters() {
    for name in [JAPANESE, DEVANAGARI] {
        let document = InvoiceDocument { number: None, ..to(name) };
        assert!(pages(&document).concat().contains('□'), "{name}");
    }
}

/// A separate glyph for a part of a letter would be read as the letter once more by simple programs.
#[test]
fn a_letter_of_arabic_is_one_glyph_and_is_read_once() {
    let words = "شركة الاختبار للتجارة مرحبا بتث چای پژوهش گفت لا إله ئة ذ ض ظ ق ي";
    let pages = typesetter::typeset(&shipped(), &to(words)).unwrap();
    assert!(texts(&pages).concat().contains("مرحبا"));
    each_text(&pages.pages()[0].frame, Transform::identity(), &mut |item, _| {
        let mut seen = HashSet::new();
        for glyph in &item.glyphs {
            assert!(seen.insert(glyph.range()), "{} in {}", &item.text[glyph.range()], item.text);
        }
    });
}

#[test]
fn a_mark_that_the_font_of_its_letter_lacks_is_left_away_before_anything_is_set() {
    let resources = shipped();
    let printable = |text: &str| {
        let mut data = json!([text]);
        resources.glyph_coverage.make_printable(&mut data);
        data[0].as_str().unwrap().to_owned()
    };
    for (text, expected) in [
        ("Փ\u{5bf}", "Փ"),
        ("ئ\u{e48}", "ئ"),
        ("э\u{5b5}", "э"),
        ("э\u{5b5}\u{301}", "э\u{301}"),
        ("שׁ\u{5b8} a\u{301} ส\u{e31}", "שׁ\u{5b8} a\u{301} ส\u{e31}"),
        ("1\u{fe0f}\u{20e3} 👩\u{200d}👩\u{200d}👧 🇩🇪 ❤\u{fe0f}", "1\u{fe0f}\u{20e3} 👩\u{200d}👩\u{200d}👧 🇩🇪 ❤\u{fe0f}"),
    ] {
        assert_eq!(printable(text), expected, "{}", text.escape_unicode());
    }
    assert_eq!(printable(&format!("a{}", "\u{301}".repeat(3_000))).chars().count(), 32);
    // A system family is used for all its letters, including those of shipped fonts.
    let few = few(&machine());
    let mut data = json!("ש\u{5b8} э\u{5b5} ส\u{5b5}");
    few.glyph_coverage.make_printable(&mut data);
    assert_eq!(data, "ש\u{5b8} э ส");
}

/// Pairs of every letter with every mark, none of which any font can show: they are set once, like any other text of that length.
#[test]
fn letters_under_marks_of_other_fonts_cost_no_more_than_other_letters() {
    let letters = ('\u{531}'..='\u{556}').chain('\u{561}'..='\u{586}');
    let marks: Vec<char> = ('\u{5b0}'..='\u{5bd}').chain(['\u{e48}', '\u{e49}', '\u{64b}', '\u{650}']).collect();
    let pairs: String = letters.flat_map(|letter| marks.iter().map(move |mark| format!("{letter}{mark}"))).collect();
    let mut document = invoice(1);
    document.lines[0].description = pairs;
    let resources = shipped();
    let mut data = serde_json::to_value(&document).unwrap();
    resources.glyph_coverage.make_printable(&mut data);
    let pages = typesetter::compile(&resources, &data).unwrap();
    assert!(typesetter::missing_clusters(&pages).is_empty(), "it is set once");
    let printed = texts(&pages).concat();
    assert!(printed.contains("ԱԱԱ") && !printed.contains('□'));
}

/// Names of every script, with marks, joiners and forms that people meet.
fn names() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "\\PC{1,8}",
        3 => "[\\p{Latin}\\p{Greek}\\p{Cyrillic}]{1,6}",
        2 => "[\\p{Arabic}\\p{Hebrew}\\p{Devanagari}\\p{Thai}]{1,6}",
        2 => "[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}]{1,4}",
        1 => "[a-z]{1,3}[\\p{Mn}\\p{Cf}]{1,3}",
        3 => "[A-Za-zÀ-ÿ]{1,9}",
    ];
    let joint = prop::sample::select(vec![" ", " / ", "/", "\u{a0}", "-", "\u{200b}", "\u{3000}"]);
    (prop::collection::vec(word, 1..4), joint).prop_map(|(words, joint)| words.join(joint))
}

#[test]
fn a_thousand_names_print_and_those_of_letters_that_there_are_stand_there_whole() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let names: Vec<String> = (0..1_000).map(|_| names().new_tree(&mut runner).unwrap().current()).collect();
    let (resources, mut whole) = (shipped(), 0);
    for names in names.chunks(50) {
        let mut document = invoice(names.len());
        for (line, name) in document.lines.iter_mut().zip(names) {
            line.description.clone_from(name);
        }
        let printed = texts(&typesetter::typeset(&resources, &document).unwrap()).concat();
        typesetter::print(&resources, &document).unwrap();
        // Left-to-right text is in the order in which it is read.
        let simple = |name: &&String| name.chars().all(|letter| letter.is_ascii() || matches!(letter, 'À'..='ÿ' | 'Ͱ'..='Ͽ' | 'А'..='я'));
        for name in names.iter().filter(simple).filter(|name| resources.glyph_coverage.missing(name).is_empty()) {
            assert!(printed.contains(&dense(name)), "{name} in {printed}");
            whole += 1;
        }
    }
    assert!(whole > 50, "{whole}");
}

#[test]
fn a_run_is_long_for_its_cost_where_the_template_cuts_it() {
    let template = include_str!("../../../templates/text.typ");
    assert!(template.contains(&format!("{{{},}}", super::super::glyph_coverage::LONG_RUN)), "long-run of text.typ");
}

#[test]
fn what_takes_longer_to_set_counts_for_more() {
    let letters = shipped().glyph_coverage;
    let work = |text: &str| letters.work(&json!([text]));
    assert_eq!(work("words and words"), 15);
    assert_eq!((work("สวัสดี"), work("a\u{200f}1\n")), (6 * 12, 2 + 2 * 12), "other fonts, what turns the direction, and ends of lines");
    assert_eq!((work(&"b/".repeat(7)), work(&"b/".repeat(50))), (14, 14 + 86 * 12), "runs that can be broken everywhere");
    assert_eq!(letters.work(&json!(["fourteen-chars", "fourteen-chars"])), 28, "each text by itself");
}
