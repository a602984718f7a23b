//! A machine with a font for Japanese, wherever the tests run: a copy of a shipped font with one glyph for all letters. Tests check where
//! letters are, and not how they look.

use tempfile::TempDir;
use ttf_parser::{Face, RawFace, Tag};

use super::*;

/// The ranges of its characters: kana, Han, and full-width forms.
const RANGES: [(u32, u32); 3] = [(0x3001, 0x30ff), (0x4e00, 0x9fff), (0xff01, 0xff9f)];

/// The shipped fonts, and one for Japanese as a font of the machine, which is in this folder and is opened when it is first used.
pub(super) fn with_han() -> (TempDir, TypstResources) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("han.ttf");
    std::fs::write(&path, font(FONTS[4])).expect("a font");
    let mut machine = Database::new();
    machine.load_font_file(&path).expect("a font");
    (folder, TypstResources::with(&FONTS, &machine))
}

/// A font with the glyphs of another one.
fn font(other: &[u8]) -> Vec<u8> {
    let glyph = Face::parse(other, 0).expect("a font").glyph_index('ก').expect("a glyph");
    let raw = RawFace::parse(other, 0).expect("a font");
    let names: Vec<Tag> = raw.table_records.into_iter().map(|record| record.tag).collect();
    let table = |tag: Tag| if tag == Tag::from_bytes(b"cmap") { letters(glyph.0) } else { raw.table(tag).expect("a table").to_vec() };
    let mut head = [other[..4].to_vec(), (names.len() as u16).to_be_bytes().to_vec(), vec![0; 6]].concat();
    let mut body = Vec::new();
    for tag in &names {
        let data = table(*tag);
        let place = 12 + names.len() * 16 + body.len();
        let record = [tag.0, 0, place as u32, data.len() as u32];
        head.extend(record.iter().flat_map(|number| number.to_be_bytes()));
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    [head, body].concat()
}

/// A table that has one glyph for many characters (`cmap` of format 13).
fn letters(glyph: u16) -> Vec<u8> {
    let [version, tables, platform, encoding, format, reserved] = [0_u16, 1, 3, 10, 13, 0].map(u16::to_be_bytes);
    let count = RANGES.len() as u32;
    let [offset, length, language, count] = [12, 16 + count * 12, 0, count].map(u32::to_be_bytes);
    let head = [version, tables, platform, encoding].concat();
    let groups = RANGES.iter().flat_map(|(first, last)| [*first, *last, glyph.into()]).flat_map(u32::to_be_bytes).collect();
    [head, offset.to_vec(), [format, reserved].concat(), length.to_vec(), language.to_vec(), count.to_vec(), groups].concat()
}
