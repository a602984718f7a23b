//! Letters with marks: each is read once, and drawn where the font puts it.

use typst::layout::Abs;

use super::*;

/// Words with vowels, tones and accents of their scripts, also stacked ones; and letters without a composed code point.
const WORDS: [&str; 8] = ["مُحَمَّدٌ", "كَتَبَ", "بَبَ", "שָׁלוֹם", "בְּרֵאשִׁית", "น้ำผึ้งที่นี่กำลังปั่นฝ้าย", "x\u{30c}q\u{301}\u{308}n", "а\u{301}и\u{306}\u{301}"];

/// An invoice with a line for each word.
fn of_words() -> InvoiceDocument {
    let mut document = invoice(WORDS.len());
    for (line, word) in document.lines.iter_mut().zip(WORDS) {
        line.description = format!("<{word}>");
    }
    document
}

/// The runs of the first page with their positions.
fn runs(document: &PagedDocument) -> Vec<(Point, typst::text::TextItem)> {
    let mut runs = Vec::new();
    each_text(&document.pages()[0].frame, Transform::identity(), &mut |item, place| {
        runs.push((Point::zero().transform(place), item.clone()));
    });
    runs
}

#[test]
fn a_letter_under_marks_is_read_once() {
    let layer = texts(&typesetter::typeset(&shipped(), &of_words()).unwrap()).concat();
    let count = |text: &str, letter: char| text.matches(letter).count();
    for word in WORDS {
        for letter in word.chars().filter(|letter| !letter.is_ascii()) {
            let written: usize = WORDS.iter().map(|word| count(word, letter)).sum();
            assert_eq!(count(&layer, letter), written, "{} of {word} in {layer}", letter.escape_unicode());
        }
    }
    // Left-to-right text is in the order in which it is read.
    for word in &WORDS[5..] {
        assert!(layer.contains(word), "{word} in {layer}");
    }
    typesetter::print(&shipped(), &of_words()).unwrap();
}

/// Each glyph with its position.
fn drawn_glyphs(runs: &[(Point, typst::text::TextItem)]) -> Vec<(u16, Abs, Abs)> {
    let mut glyphs = Vec::new();
    for (at, run) in runs {
        let mut pen = at.x;
        for glyph in &run.glyphs {
            glyphs.push((glyph.id, pen + glyph.x_offset.at(run.size), at.y - glyph.y_offset.at(run.size)));
            pen += glyph.x_advance.at(run.size);
        }
    }
    glyphs
}

#[test]
fn what_is_joined_is_drawn_where_it_was() {
    let resources = shipped();
    let mut data = serde_json::to_value(of_words()).unwrap();
    resources.glyph_coverage.make_printable(&mut data);
    let (parted, joined) = (typesetter::parted(&resources, &data).unwrap(), typesetter::compile(&resources, &data).unwrap());
    let (before, after) = (runs(&parted), runs(&joined));
    assert!(after.len() < before.len(), "{} of {}", after.len(), before.len());
    let (before, after) = (drawn_glyphs(&before), drawn_glyphs(&after));
    assert_eq!(before.len(), after.len());
    for ((id, x, y), (other, other_x, other_y)) in before.into_iter().zip(after) {
        assert!(id == other && (x - other_x).abs() < Abs::pt(0.01) && (y - other_y).abs() < Abs::pt(0.01), "{id} at {x:?} {y:?}");
    }
}

#[test]
fn a_document_without_such_letters_stays_as_it_is() {
    let resources = shipped();
    let mut data = serde_json::to_value(invoice(3)).unwrap();
    resources.glyph_coverage.make_printable(&mut data);
    let (parted, joined) = (typesetter::parted(&resources, &data).unwrap(), typesetter::compile(&resources, &data).unwrap());
    assert_eq!(runs(&parted).len(), runs(&joined).len());
}
