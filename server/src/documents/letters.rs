//! Which characters can be printed, and what stands in for the others.
//!
//! An archived document must be able to show every character it holds, so one without a glyph would make the whole
//! document fail. It is replaced before, and visibly.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;
use typst::text::{FontBook, is_default_ignorable};

/// Printed where no font has the character.
const STAND_IN: char = '□';

/// The characters that the shipped fonts can show.
pub(super) struct Letters(HashSet<char>);

impl Letters {
    /// Everything that at least one font of the book can show and that an accessible archive may hold.
    pub(super) fn of(book: &FontBook) -> Self {
        let fonts = (0..).map_while(|index| book.info(index));
        let covered = fonts.flat_map(|font| font.coverage.iter()).filter_map(char::from_u32);
        Self(covered.filter(|letter| !letter.is_control() && !is_private(*letter) && !is_default_ignorable(*letter)).collect())
    }

    /// Makes every text in the data printable.
    pub(super) fn make_printable(&self, data: &mut Value) {
        each_text(data, &|text| {
            if !text.chars().all(|letter| self.is_plain(letter)) {
                *text = self.printable(text);
            }
        });
    }

    fn is_plain(&self, letter: char) -> bool {
        letter == '\n' || self.0.contains(&letter)
    }

    fn printable(&self, text: &str) -> String {
        text.replace("\r\n", "\n").chars().filter_map(|letter| self.shown(letter)).collect()
    }

    /// What is printed for a character: itself, a likeness, or nothing.
    fn shown(&self, letter: char) -> Option<char> {
        match letter {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            // Turn the order of what follows, which could make an amount read differently.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            '\u{feff}' => None,
            _ if self.is_plain(letter) || is_default_ignorable(letter) => Some(letter),
            _ if letter.is_whitespace() => Some(' '),
            _ if letter.is_control() || is_mark(letter) => None,
            _ => Some(STAND_IN),
        }
    }
}

/// Mends text for which there is no glyph although each of its characters has one: an accent on a letter of another
/// script loses the accent, an accent on nothing becomes a box.
pub(super) fn take_apart(data: &mut Value, clusters: &BTreeSet<String>) {
    each_text(data, &|text| {
        for cluster in clusters {
            let mut letters = cluster.chars();
            let first = letters.next().filter(|_| letters.next().is_some()).unwrap_or(STAND_IN);
            *text = text.replace(cluster.as_str(), first.encode_utf8(&mut [0; 4]));
        }
    });
}

fn each_text(data: &mut Value, change: &impl Fn(&mut String)) {
    match data {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|field| each_text(field, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Accents that are set on the letter before them; a box in their place would tear the word apart.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Characters whose meaning is a private agreement; an accessible document may not hold them.
fn is_private(letter: char) -> bool {
    matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}
