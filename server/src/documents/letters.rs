//! Which characters can be printed, and what stands in for the others.
//!
//! An archived document must be able to show every character it holds, so one without a glyph would make the whole
//! document fail. In a draft it is replaced before, and visibly; what is sent has none (`app::invoices::letters`).

use std::collections::{BTreeSet, HashSet};

use app::invoices::letters::is_private;
use fontdb::Database;
use serde_json::Value;
use typst::text::is_default_ignorable;
use typst_kit::fonts::FontStore;

use super::fonts::Machine;

/// Printed where no font has the character.
const STAND_IN: char = '□';

/// The characters that the fonts can show: the shipped ones, and those of the machine.
pub(super) struct Letters {
    shipped: HashSet<char>,
    machine: Machine,
}

impl Letters {
    /// Everything that at least one of the shipped fonts can show, which are all that the store has, and what fonts of the machine
    /// add to it. Those are put into the store.
    pub(super) fn of(store: &mut FontStore, machine: &Database) -> Self {
        let fonts = (0..).map_while(|index| store.book().info(index));
        let covered = fonts.flat_map(|font| font.coverage.iter()).filter_map(char::from_u32);
        let shipped = covered.filter(|letter| is_shown(*letter)).collect();
        let machine = Machine::add(store, machine, &shipped);
        Self { shipped, machine }
    }

    /// The families of the machine without which these texts cannot be printed, in the order in which they are to be used.
    pub(super) fn families(&self, data: &Value) -> Vec<&str> {
        let mut places = BTreeSet::new();
        each_letter(data, &mut |letter| places.extend(self.machine.place(letter)));
        places.into_iter().filter_map(|place| self.machine.family(place)).collect()
    }

    /// The characters of a text that no font has, each once, in the order of the text.
    pub(super) fn missing(&self, text: &str) -> Vec<char> {
        let mut seen = HashSet::new();
        text.chars().filter(|letter| self.is_missing(*letter) && seen.insert(*letter)).collect()
    }

    /// Whether a character should be seen, and no font has it.
    fn is_missing(&self, letter: char) -> bool {
        !self.is_plain(letter) && !is_default_ignorable(letter) && !letter.is_whitespace() && !letter.is_control()
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
        letter == '\n' || self.shipped.contains(&letter) || self.machine.has(letter)
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

fn each_letter(data: &Value, see: &mut impl FnMut(char)) {
    match data {
        Value::String(text) => text.chars().for_each(see),
        Value::Array(items) => items.iter().for_each(|item| each_letter(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| each_letter(field, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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

/// Characters that are there to be seen and may stand in an accessible document.
pub(super) fn is_shown(letter: char) -> bool {
    !letter.is_control() && !is_private(letter) && !is_default_ignorable(letter)
}
