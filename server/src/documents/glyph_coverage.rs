//! Glyph coverage: which characters can be printed, and what replaces the others.
//!
//! An archived document must be able to show every character it holds, so one without a glyph would make the whole document fail. In
//! a draft it is visibly replaced before; a sent invoice has none (`app::invoices::glyph_coverage`).

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use app::invoices::glyph_coverage::is_private;
use fontdb::Database;
use serde_json::Value;
use typst::text::is_default_ignorable;
use typst_kit::fonts::FontStore;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    cjk::VariantPreference,
    fonts::{BundledFonts, Family, SystemFonts},
};

/// The replacement for a character that no font has.
const REPLACEMENT: &str = "□";

/// The longest grapheme cluster in characters: a letter with as many marks as *UAX #15* allows in its stream-safe format, and the joiners
/// of an emoji. A longer pile of marks is no writing.
const CLUSTER_MAX: usize = 32;

/// The cost of a character relative to one of the first shipped family: one that is looked for in further fonts, of which many are written
/// without spaces and broken into lines by a dictionary; an invisible one that turns or breaks its surroundings; one that ends a line; and
/// one of a long run, which is measured to be cut, and may be broken at every second character.
const WORK_OF_UNUSUAL: usize = 12;

/// The number of characters without a space that make a long run, as in `text.typ`.
pub(super) const LONG_RUN: usize = 14;

/// The characters that the fonts can show: the shipped ones, and those of the machine.
pub(super) struct GlyphCoverage {
    shipped: BundledFonts,
    machine: SystemFonts,
}

impl GlyphCoverage {
    /// The coverage of the shipped fonts, which are all that the store has, and of the fonts of the machine, which are added to the store.
    pub(super) fn of(store: &mut FontStore, machine: &Database) -> Self {
        let shipped = BundledFonts::of(store);
        let machine = SystemFonts::add(store, machine, &shipped);
        Self { shipped, machine }
    }

    /// The system families that these texts and labels need, in the order in which they are used.
    pub(super) fn families(&self, data: &Value, labels: &str) -> Vec<&str> {
        let (preference, mut places) = (preference(data), BTreeSet::new());
        let mut see = |letter| places.extend(self.machine.place(letter, preference));
        labels.chars().for_each(&mut see);
        each_letter(data, &mut see);
        let mut places: Vec<usize> = places.into_iter().collect();
        places.sort_by_key(|place| self.machine.order(*place, preference));
        places.into_iter().filter_map(|place| self.machine.family(place)).collect()
    }

    /// The cost of setting these texts, in units of a character of the first shipped family within a word.
    pub(super) fn work(&self, data: &Value) -> usize {
        let mut work = 0;
        each_string(data, &mut |text| {
            let mut run = 0;
            for letter in text.chars() {
                run = if letter == ' ' { 0 } else { run + 1 };
                let easy = letter != '\n' && run <= LONG_RUN && self.shipped.family_has(0, letter);
                work += if easy { 1 } else { WORK_OF_UNUSUAL };
            }
        });
        work
    }

    /// The characters of a text that no font has, each once, in the order of the text.
    pub(super) fn missing(&self, text: &str) -> Vec<char> {
        let mut seen = HashSet::new();
        text.chars().filter(|letter| self.is_missing(*letter) && seen.insert(*letter)).collect()
    }

    /// Whether a character is visible, and no font has it.
    fn is_missing(&self, letter: char) -> bool {
        !self.is_plain(letter) && !is_default_ignorable(letter) && !letter.is_whitespace() && !letter.is_control()
    }

    /// Makes every text in the data printable.
    pub(super) fn make_printable(&self, data: &mut Value) {
        let preference = preference(data);
        each_text(data, &|text| {
            if !text.chars().all(|letter| self.is_plain(letter)) {
                *text = self.printable(text);
            }
            if !text.is_ascii() {
                *text = text.graphemes(true).map(|cluster| self.settable(start(cluster), preference)).collect();
            }
        });
    }

    fn is_plain(&self, letter: char) -> bool {
        letter == '\n' || self.shipped.has(letter) || self.machine.has(letter)
    }

    fn printable(&self, text: &str) -> String {
        text.replace("\r\n", "\n").chars().filter_map(|letter| self.shown(letter)).collect()
    }

    /// Reduces a cluster to what one font can show: a letter and its marks come from one font. A mark that the font lacks is dropped.
    fn settable<'a>(&self, cluster: &'a str, preference: VariantPreference) -> Cow<'a, str> {
        let Some(base) = cluster.chars().next().filter(|base| base.len_utf8() < cluster.len()) else { return cluster.into() };
        let families = self.families_of(cluster, preference);
        if families.iter().any(|family| cluster.chars().all(|letter| self.has(*family, letter))) {
            return cluster.into();
        }
        let Some(family) = families.into_iter().find(|family| self.has(*family, base)) else { return cluster.into() };
        cluster.chars().filter(|letter| self.has(family, *letter)).collect()
    }

    /// The families in which a grapheme cluster is looked for, in their order.
    fn families_of(&self, cluster: &str, preference: VariantPreference) -> Vec<Family> {
        let mut places: Vec<usize> = cluster.chars().filter_map(|letter| self.machine.place(letter, preference)).collect();
        places.sort_by_key(|place| self.machine.order(*place, preference));
        places.dedup();
        self.shipped.families().chain(places.into_iter().map(Family::System)).collect()
    }

    fn has(&self, family: Family, letter: char) -> bool {
        is_default_ignorable(letter)
            || match family {
                Family::Bundled(at) => self.shipped.family_has(at, letter),
                Family::System(place) => self.machine.family_has(place, letter),
            }
    }

    /// The printed form of a character: itself, a similar one, or none.
    fn shown(&self, letter: char) -> Option<char> {
        match letter {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            // These change the order of what follows, which could make an amount read differently.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            '\u{feff}' => None,
            _ if self.is_plain(letter) || is_default_ignorable(letter) => Some(letter),
            _ if letter.is_whitespace() => Some(' '),
            _ if letter.is_control() || is_mark(letter) => None,
            _ => REPLACEMENT.chars().next(),
        }
    }
}

/// Replaces grapheme clusters that came out without a glyph although one font has all of their characters.
pub(super) fn replace_missing(data: &mut Value, missing: &BTreeSet<String>) {
    let missing: HashSet<&str> = missing.iter().flat_map(|text| text.graphemes(true)).collect();
    let is_missing = |cluster: &str| {
        missing.contains(cluster) || cluster.chars().any(|letter| missing.contains(letter.encode_utf8(&mut [0; 4]) as &str))
    };
    each_text(data, &|text| {
        *text = text.graphemes(true).map(|cluster| if is_missing(cluster) { REPLACEMENT } else { cluster }).collect();
    });
}

/// The part of a grapheme cluster within the length limit.
fn start(cluster: &str) -> &str {
    cluster.char_indices().nth(CLUSTER_MAX).map_or(cluster, |(end, _)| &cluster[..end])
}

/// The preferred regional variant of the document with this data.
fn preference(data: &Value) -> VariantPreference {
    let mut letters = Vec::new();
    each_letter(data, &mut |letter| {
        if !letter.is_ascii() {
            letters.push(letter);
        }
    });
    VariantPreference::of(data["language"].as_str().unwrap_or_default(), letters.into_iter())
}

fn each_letter(data: &Value, see: &mut impl FnMut(char)) {
    each_string(data, &mut |text| text.chars().for_each(&mut *see));
}

fn each_string(data: &Value, see: &mut impl FnMut(&str)) {
    match data {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| each_string(item, see)),
        Value::Object(fields) => fields.values().for_each(|field| each_string(field, see)),
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

/// Combining marks of the letter before them; a box in their place would tear the word apart.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether a character is visible and permitted in an accessible document.
pub(super) fn is_shown(letter: char) -> bool {
    !letter.is_control() && !is_private(letter) && !is_default_ignorable(letter)
}
