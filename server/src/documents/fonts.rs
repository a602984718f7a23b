//! The fonts of the machine, for letters that no shipped font has.
//!
//! They are searched once, and a family is used only by documents that need a letter of it: every other document has the same bytes
//! on every machine.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use fontdb::{Database, FaceInfo, Source, Stretch, Style};
use ttf_parser::{Face, Permissions};
use typst::text::{Coverage, FontFlags, FontInfo};
use typst_kit::fonts::{FontPath, FontStore};

use super::{
    cjk::{CjkVariant, VariantPreference},
    glyph_coverage,
};

/// The prefix of the name of a system family, so that a document never takes one in place of a shipped family of the same name.
const MARK: &str = "of the machine: ";

/// The weights in which the documents are set.
const WEIGHTS: [u16; 2] = [400, 600];

/// Words in the names of families that draw a box, or nothing, for every character.
const PLACEHOLDERS: [&str; 4] = ["lastresort", "last resort", "blank", "notdef"];

/// A family of fonts, by its index among those of its kind.
#[derive(Clone, Copy)]
pub(super) enum Family {
    /// A shipped family.
    Bundled(usize),
    /// A system family with a letter that no shipped font has.
    System(usize),
}

/// The letters of the shipped families.
pub(super) struct BundledFonts {
    /// The number of families.
    count: usize,
    /// For each letter a bit for each family whose every weight has it.
    letters: HashMap<char, u32>,
}

/// The letters of the system families.
pub(super) struct SystemFonts {
    /// The families with a letter that no shipped font has, in the order in which a letter is looked for.
    families: Vec<SystemFamily>,
    /// For each such letter the first family that has it.
    letters: HashMap<char, usize>,
}

/// A family of the machine.
struct SystemFamily {
    name: String,
    /// The coverage of each of its weights.
    weights: Vec<Coverage>,
    /// Its rank, which comes before its name in the order.
    rank: FamilyRank,
    /// The regional variant of its Chinese characters.
    shapes: Option<CjkVariant>,
}

/// The order of families, before their names.
type FamilyRank = (Reverse<bool>, u8);

/// One font of the machine.
struct FontCandidate {
    path: FontPath,
    info: FontInfo,
    /// Its letters that no shipped font has.
    letters: HashSet<char>,
}

/// The fonts that are installed in the operating system.
pub(super) fn system_fonts() -> Database {
    let mut database = Database::new();
    database.load_system_fonts();
    database
}

impl BundledFonts {
    /// The families of a store with the shipped fonts alone.
    pub(super) fn of(store: &FontStore) -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut weights: Vec<u32> = Vec::new();
        let mut shown: HashMap<(char, usize), u32> = HashMap::new();
        for font in (0..).map_while(|index| store.book().info(index)) {
            let family = names.iter().position(|name| *name == font.family).unwrap_or(names.len());
            if family == names.len() {
                names.push(&font.family);
                weights.push(0);
            }
            weights[family] += 1;
            for letter in font.coverage.iter().filter_map(char::from_u32).filter(|letter| glyph_coverage::is_shown(*letter)) {
                *shown.entry((letter, family)).or_default() += 1;
            }
        }
        let mut letters: HashMap<char, u32> = HashMap::new();
        for ((letter, family), _) in shown.into_iter().filter(|((_, family), count)| *count == weights[*family]) {
            *letters.entry(letter).or_default() |= 1 << family;
        }
        Self { count: names.len(), letters }
    }

    /// All families, in the order in which a letter is looked for.
    pub(super) fn families(&self) -> impl Iterator<Item = Family> {
        (0..self.count).map(Family::Bundled)
    }

    /// Whether one of them has this letter.
    pub(super) fn has(&self, letter: char) -> bool {
        self.letters.contains_key(&letter)
    }

    /// Whether the family at this index has this letter.
    pub(super) fn family_has(&self, place: usize, letter: char) -> bool {
        self.letters.get(&letter).is_some_and(|families| families & (1 << place) != 0)
    }
}

impl SystemFonts {
    /// Adds those fonts that have a letter which no shipped font has.
    pub(super) fn add(store: &mut FontStore, database: &Database, shipped: &BundledFonts) -> Self {
        let mut by_family: BTreeMap<String, Vec<FontCandidate>> = BTreeMap::new();
        for found in database.faces().filter_map(|face| found(database, face, shipped)) {
            by_family.entry(found.info.family.clone()).or_default().push(found);
        }
        let mut families: Vec<_> = by_family.into_iter().collect();
        families.sort_by_key(|(family, fonts)| (rank(family, fonts), family.to_lowercase()));
        let mut machine = Self { families: Vec::new(), letters: HashMap::new() };
        for (family, fonts) in families {
            machine.add_family(store, &family, fonts);
        }
        machine
    }

    /// Adds a family with the fonts nearest to the weights of a document, and the letters that all of them have.
    fn add_family(&mut self, store: &mut FontStore, family: &str, fonts: Vec<FontCandidate>) {
        let mut chosen: Vec<&FontCandidate> = WEIGHTS.iter().filter_map(|weight| nearest(&fonts, *weight)).collect();
        chosen.dedup_by(|one, other| std::ptr::eq(*one, *other));
        let Some((first, others)) = chosen.split_first() else { return };
        let (place, name) = (self.families.len(), format!("{MARK}{family}"));
        for letter in first.letters.iter().filter(|letter| others.iter().all(|font| font.letters.contains(letter))) {
            self.letters.entry(*letter).or_insert(place);
        }
        let weights = chosen.iter().map(|font| font.info.coverage.clone()).collect();
        for font in chosen {
            let path = FontPath { path: font.path.path.clone(), index: font.path.index };
            store.push((path, FontInfo { family: name.clone(), ..font.info.clone() }));
        }
        self.families.push(SystemFamily { name, weights, rank: rank(family, &fonts), shapes: CjkVariant::of_family(family) });
    }

    /// Whether a system font has this letter, and no shipped one.
    pub(super) fn has(&self, letter: char) -> bool {
        self.letters.contains_key(&letter)
    }

    /// The index of the family for this letter; where its shape differs by region, equally ranked families are chosen by preference.
    pub(super) fn place(&self, letter: char, preference: VariantPreference) -> Option<usize> {
        let first = *self.letters.get(&letter)?;
        let Some(SystemFamily { rank, shapes: Some(_), .. }) = self.families.get(first) else { return Some(first) };
        let like = |place: &usize| self.families[*place].rank == *rank && self.families[*place].shapes.is_some();
        let having = (first..self.families.len()).filter(like).filter(|place| self.family_has(*place, letter));
        having.min_by_key(|place| self.order(*place, preference))
    }

    /// The rank of the family at this index in the order in which a document tries them.
    pub(super) fn order(&self, place: usize, preference: VariantPreference) -> (Option<FamilyRank>, u8, usize) {
        let family = self.families.get(place);
        (family.map(|family| family.rank), preference.place(family.and_then(|family| family.shapes)), place)
    }

    /// The name by which a document refers to the family at this index.
    pub(super) fn family(&self, place: usize) -> Option<&str> {
        self.families.get(place).map(|family| family.name.as_str())
    }

    /// Whether every weight of the family at this index has this letter, which a shipped font may have too.
    pub(super) fn family_has(&self, place: usize, letter: char) -> bool {
        self.families.get(place).is_some_and(|family| family.weights.iter().all(|coverage| coverage.contains(letter.into())))
    }
}

/// A usable font: upright, of normal width, drawn with outlines in one colour, and with permission to be embedded.
fn found(database: &Database, face: &FaceInfo, shipped: &BundledFonts) -> Option<FontCandidate> {
    let Source::File(path) = &face.source else { return None };
    let name = face.families.first().map(|(name, _)| name.to_lowercase()).unwrap_or_default();
    let upright = face.style == Style::Normal && face.stretch == Stretch::Normal;
    if !upright || PLACEHOLDERS.iter().any(|word| name.contains(word)) {
        return None;
    }
    let (info, letters) = database.with_face_data(face.id, |data, index| {
        let font = Face::parse(data, index).ok().filter(can_be_embedded)?;
        let info = FontInfo::new(data, index)?;
        let letters = letters_of(&font, &info, shipped);
        Some((info, letters))
    })??;
    let path = FontPath { path: path.clone(), index: face.index };
    (!letters.is_empty()).then_some(FontCandidate { path, info, letters })
}

fn can_be_embedded(font: &Face<'_>) -> bool {
    let tables = font.tables();
    let outlines = tables.glyf.is_some() || tables.cff.is_some() || tables.cff2.is_some();
    let coloured = tables.colr.is_some() || tables.svg.is_some() || tables.sbix.is_some() || tables.cbdt.is_some();
    outlines && !coloured && font.permissions() != Some(Permissions::Restricted)
}

fn letters_of(font: &Face<'_>, info: &FontInfo, shipped: &BundledFonts) -> HashSet<char> {
    let covered = info.coverage.iter().filter_map(char::from_u32);
    let wanted = covered.filter(|letter| glyph_coverage::is_shown(*letter) && !letter.is_whitespace() && !shipped.has(*letter));
    wanted.filter(|letter| font.glyph_index(*letter).is_some_and(|glyph| glyph.0 != 0)).collect()
}

/// The font nearest to a weight; among several the one whose file name sorts first.
fn nearest(fonts: &[FontCandidate], weight: u16) -> Option<&FontCandidate> {
    let distance = |font: &FontCandidate| font.info.variant.weight.to_number().abs_diff(weight);
    fonts.iter().min_by_key(|font| (distance(font), &font.path.path, font.path.index))
}

/// The rank of a family: Noto first, since it fits the shipped fonts, and sans serif before serif and monospaced families.
fn rank(family: &str, fonts: &[FontCandidate]) -> FamilyRank {
    let name = family.to_lowercase();
    let any = |flag: FontFlags| fonts.iter().any(|font| font.info.flags.contains(flag));
    let kind = match () {
        () if name.contains("mono") || any(FontFlags::MONOSPACE) => 3,
        () if name.contains("serif") || any(FontFlags::SERIF) => 2,
        () if name.contains("sans") => 0,
        () => 1,
    };
    (Reverse(name.starts_with("noto ")), kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// System fonts with families that have these letters, in the order of their names.
    fn machine(families: &[(&str, &str)]) -> SystemFonts {
        let mut machine = SystemFonts { families: Vec::new(), letters: HashMap::new() };
        for (place, (name, letters)) in families.iter().enumerate() {
            letters.chars().for_each(|letter| {
                machine.letters.entry(letter).or_insert(place);
            });
            let weights = vec![Coverage::from_vec(letters.chars().map(u32::from).collect())];
            machine.families.push(SystemFamily {
                name: (*name).to_owned(),
                weights,
                rank: rank(name, &[]),
                shapes: CjkVariant::of_family(name),
            });
        }
        machine
    }

    #[test]
    fn characters_of_chinese_have_the_shapes_of_the_language() {
        let families = [
            ("Noto Sans CJK HK", "漢骨冴"),
            ("Noto Sans CJK JP", "漢骨冴"),
            ("Noto Sans CJK KR", "漢骨"),
            ("Noto Sans CJK SC", "漢骨冴"),
            ("Noto Sans CJK TC", "漢骨"),
            ("Noto Sans Devanagari", "प"),
            ("Noto Serif CJK JP", "漢骨龘"),
            ("IPAGothic", "漢骨凞"),
        ];
        let machine = machine(&families);
        let family = |language: &str, letter: char| {
            let preference = VariantPreference::of(language, [letter].into_iter());
            machine.place(letter, preference).and_then(|place| machine.family(place)).unwrap_or_default()
        };
        for (language, expected) in [("ja", "JP"), ("ko", "KR"), ("zh", "SC"), ("zh-TW", "TC"), ("zh-HK", "HK"), ("en", "SC")] {
            assert_eq!(family(language, '骨'), format!("Noto Sans CJK {expected}"), "{language}");
            assert_eq!(family(language, 'प'), "Noto Sans Devanagari");
            assert_eq!(family(language, '龘'), "Noto Serif CJK JP", "no other has it");
            assert_eq!(family(language, '凞'), "IPAGothic");
        }
        assert_eq!((family("ko", '冴'), family("zh-TW", '冴')), ("Noto Sans CJK SC", "Noto Sans CJK SC"), "theirs lacks it");
    }
}
