//! Finds the names that are most like a misspelled one.

use std::collections::HashMap;

/// The least similarity of a suggestion, from 0 to 1: of eight letters three may differ.
pub const ALIKE: f64 = 0.6;

/// The most letters of a name that is compared: each is a bit of a machine word.
pub const LETTERS_MAX: usize = 60;

/// The most names that are suggested.
pub const TOLD: usize = 3;

/// A known name, with all keys that it may be called by.
#[derive(Clone)]
pub struct KnownName {
    /// The name, as it is shown.
    pub name: String,
    /// The keys of the name, and of the name with what it belongs to.
    pub keys: Vec<String>,
    /// Whether it or its client is archived.
    pub gone: bool,
}

/// Those of a few names that are spelled like an unknown one. A common word is not enough: invoice numbers share the first
/// one.
pub fn similar_names(given: &str, names: &[&str]) -> Vec<String> {
    let known = |name: &&str| KnownName { name: (*name).to_owned(), keys: vec![(*name).to_owned()], gone: false };
    let known: Vec<KnownName> = names.iter().map(known).collect();
    nearest(&given.to_lowercase(), &known).into_iter().map(|near| near.name.clone()).collect()
}

/// The names of which a part was given, those that contain the given text, and those with the most similar spelling.
pub fn nearest<'a>(given: &str, known: &'a [KnownName]) -> Vec<&'a KnownName> {
    let Some(spelled) = SpellingPattern::of(given) else { return Vec::new() };
    let most = |known: &KnownName| known.keys.iter().map(|key| spelled.alike(key)).fold(0.0, f64::max);
    in_order(known.iter().map(|known| (most(known), known)).filter(|(alike, _)| *alike >= ALIKE).collect())
}

/// The first few names, the most similar first. Of equally similar names the archived come last.
pub fn in_order<'a>(mut near: Vec<(f64, &'a KnownName)>) -> Vec<&'a KnownName> {
    let place = |known: &'a KnownName| (known.gone, known.name.as_str());
    near.sort_by(|&(one, first), &(other, second)| other.total_cmp(&one).then(place(first).cmp(&place(second))));
    near.dedup_by(|second, first| place(first.1) == place(second.1));
    near.into_iter().take(TOLD).map(|(_, near)| near).collect()
}

/// A given name prepared for comparison with many: the positions of each letter as a bit mask.
pub struct SpellingPattern<'a> {
    given: &'a str,
    part: Option<PartialName>,
    length: usize,
    ascii: [u64; 128],
    others: HashMap<char, u64>,
}

impl<'a> SpellingPattern<'a> {
    /// None when it is empty, or longer than [`LETTERS_MAX`].
    fn of(given: &'a str) -> Option<Self> {
        let length = given.chars().count();
        if length == 0 || length > LETTERS_MAX {
            return None;
        }
        let mut spelled = Self { given, part: PartialName::of(given), length, ascii: [0; 128], others: HashMap::new() };
        for (place, letter) in given.chars().enumerate() {
            match spelled.ascii.get_mut(letter as usize) {
                Some(places) => *places |= 1 << place,
                None => *spelled.others.entry(letter).or_insert(0) |= 1 << place,
            }
        }
        Some(spelled)
    }

    /// The similarity of a key, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "names of a few letters")]
    fn alike(&self, key: &str) -> f64 {
        if self.part.as_ref().is_some_and(|part| part.begins(key)) {
            return 1.0;
        }
        if is_telling(self.given) && key.contains(self.given) || self.part.as_ref().is_some_and(|part| part.is_within(key)) {
            return 0.9;
        }
        let length = key.chars().take(LETTERS_MAX + 1).count();
        let (longer, shorter) = (length.max(self.length), length.min(self.length));
        // The difference in length is a lower bound of the distance.
        if longer > LETTERS_MAX || (shorter as f64) < ALIKE * longer as f64 {
            return 0.0;
        }
        1.0 - self.edits(key) as f64 / longer as f64
    }

    /// The edit distance to a key: the number of letters to insert, delete, replace or swap with their neighbour. A column of the table of
    /// distances is a machine word, and the next one takes a few operations (Hyyrö, *A bit-vector algorithm for computing Levenshtein
    /// and Damerau edit distances*, 2003).
    fn edits(&self, key: &str) -> usize {
        let last = 1_u64 << (self.length - 1);
        let (mut more, mut less, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
        let mut edits = self.length;
        for letter in key.chars() {
            let here = self.ascii.get(letter as usize).copied().unwrap_or_else(|| self.others.get(&letter).copied().unwrap_or(0));
            let swapped = ((!diagonal & here) << 1) & before;
            diagonal = ((here & more).wrapping_add(more) ^ more) | here | less | swapped;
            let (right_more, right_less) = (less | !(diagonal | more), diagonal & more);
            edits += usize::from(right_more & last != 0);
            edits -= usize::from(right_less & last != 0);
            let (right_more, right_less) = ((right_more << 1) | 1, right_less << 1);
            more = right_less | !(diagonal | right_more);
            less = right_more & diagonal;
            before = here;
        }
        edits
    }
}

/// The least number of letters by which a part of a name is recognized; fewer occur in too many names.
pub const LETTERS_MIN: usize = 3;

/// The most words of a part of a name.
pub const WORDS_MAX: usize = 6;

/// The words of a name or a key.
pub fn words(key: &str) -> impl Iterator<Item = &str> {
    key.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a part of a name, each once.
pub struct PartialName(Vec<String>);

impl PartialName {
    /// None where it has no word, or is longer than any part of a name.
    pub fn of(key: &str) -> Option<Self> {
        if key.chars().count() > LETTERS_MAX {
            return None;
        }
        let mut said: Vec<String> = words(key).map(str::to_owned).collect();
        said.sort_unstable();
        said.dedup();
        (1..=WORDS_MAX).contains(&said.len()).then_some(Self(said))
    }

    /// Whether each word is a word of a key, or a prefix of one: `acme dash` is a part of `acme/dashboard`.
    pub fn begins(&self, key: &str) -> bool {
        let mut left: Vec<&str> = self.0.iter().map(String::as_str).collect();
        for word in words(key) {
            left.retain(|said| !begins(said, word));
            if left.is_empty() {
                return true;
            }
        }
        false
    }

    /// Whether a word long enough to be recognized is a word of a key, or a prefix of one.
    pub fn tells(&self, key: &str) -> bool {
        words(key).any(|word| self.0.iter().any(|said| is_telling(said) && begins(said, word)))
    }

    /// Whether each word occurs somewhere in a key, as in the search of lists.
    fn is_within(&self, key: &str) -> bool {
        self.0.iter().all(|said| is_telling(said) && key.contains(said.as_str()))
    }
}

/// Whether a word that was said is this word or a prefix of it.
pub fn begins(said: &str, word: &str) -> bool {
    // A prefix of a number is another number.
    let goes_on = |rest: &str| !(said.ends_with(char::is_numeric) && rest.starts_with(char::is_numeric));
    word == said || is_telling(said) && word.strip_prefix(said).is_some_and(goes_on)
}

/// Whether a part of a name is long enough to be recognized.
pub fn is_telling(part: &str) -> bool {
    part.chars().nth(LETTERS_MIN - 1).is_some() && !part.chars().all(char::is_numeric)
}

/// The most similar names; where there is none, those with a word of the given one, such as `Acme / Dashboard` for `Project Dashboard`.
pub fn nearest_or_telling<'a>(given: &str, known: &'a [KnownName]) -> Vec<&'a KnownName> {
    let near = nearest(given, known);
    match PartialName::of(given).filter(|_| near.is_empty()) {
        Some(part) => {
            let tells = |known: &&KnownName| known.keys.iter().any(|key| part.tells(key));
            in_order(known.iter().filter(tells).map(|known| (ALIKE, known)).collect())
        }
        None => near,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_many_edits_are_counted_as_there_are(given in "[abcü]{1,60}", key in "[abcüé]{0,60}") {
            let spelled = SpellingPattern::of(&given).expect("a name");
            prop_assert_eq!(spelled.edits(&key), strsim::osa_distance(&given, &key));
        }
    }

    fn known(name: &str) -> KnownName {
        KnownName { name: name.to_owned(), keys: vec![name.to_lowercase()], gone: false }
    }

    fn names<'a>(given: &str, known: &'a [KnownName]) -> Vec<&'a str> {
        nearest_or_telling(given, known).into_iter().map(|near| near.name.as_str()).collect()
    }

    #[test]
    fn a_name_is_near_to_those_that_are_spelled_alike() {
        let known = ["Acme", "Acme Labs", "Zenith"].map(known);
        assert_eq!(names("acne", &known), ["Acme"]);
        assert_eq!(names("acme l", &known), ["Acme Labs", "Acme"]);
        assert!(names("caem", &known).is_empty());
        assert!(names("", &known).is_empty() && names(&"a".repeat(LETTERS_MAX + 1), &known).is_empty());
    }

    #[test]
    fn of_names_that_are_equally_near_the_archived_come_last() {
        let known = [KnownName { gone: true, ..known("acme/website") }, known("beta/website")];
        assert_eq!(names("website", &known), ["beta/website", "acme/website"]);
    }

    #[test]
    fn a_name_of_which_a_part_was_given_comes_before_those_that_are_spelled_alike() {
        let known = ["acme/dashboard", "acme/dish", "globex/dashboard", "acme/my dashboards"].map(known);
        assert_eq!(names("acme dash", &known), ["acme/dashboard", "acme/my dashboards", "acme/dish"]);
        assert_eq!(names("globex/dash", &known)[0], "globex/dashboard");
        assert_eq!(names("boards", &known)[0], "acme/my dashboards", "what a word holds is found, too");
    }

    #[test]
    fn where_no_name_is_spelled_alike_those_are_near_that_have_a_word_of_it() {
        let known = ["acme/dashboard", "globex/mobile app", "initech/tps"].map(known);
        for given in ["project dashboard", "dashboard project", "the dashboard of nobody"] {
            assert_eq!(names(given, &known), ["acme/dashboard"], "{given}");
        }
        assert_eq!(names("acme website", &known), ["acme/dashboard"]);
        assert!(names("zenith website", &known).is_empty() && names("of it", &known).is_empty());
    }

    #[test]
    fn numbers_that_begin_with_the_same_word_are_not_alike_for_that() {
        let numbers = ["inv-2019-0001", "inv-2020-0004", "inv-2026-0007"];
        assert!(similar_names("INV-7", &numbers).is_empty(), "{:?}", similar_names("INV-7", &numbers));
        assert_eq!(similar_names("INV-2026-007", &numbers).first().map(String::as_str), Some("inv-2026-0007"));
    }

    #[test]
    fn a_part_of_a_name_is_a_few_words_that_begin_its_words_and_one_of_them_tells_it_from_others() {
        let part = |said: &str| PartialName::of(said).expect("a part");
        assert!(part("acme dash").begins("acme/dashboard") && !part("ac da").begins("acme/dashboard"), "two letters begin too many");
        assert!(part("site 2").begins("acme/site 2"), "a whole word is one however short it is");
        assert!(part("site 2").tells("site 2") && !part("2").tells("site 2") && !part("acme").tells("site 2"));
        assert!(!part("2026").tells("website 2026") && !part("ticket 123").begins("acme/ticket 1234"), "a number is whole or another one");
        assert!(PartialName::of("").is_none() && PartialName::of(" / ").is_none());
        assert!(
            PartialName::of("a b c d e f g").is_none()
                && PartialName::of("a a a a a a a").is_some()
                && PartialName::of(&"a".repeat(61)).is_none()
        );
    }
}
