//! Names that are near to one that nothing has.

use std::collections::HashMap;

use serde_json::json;
use tokio::sync::Semaphore;

use super::pick::Kind;
use crate::{
    error::{Code, Error},
    text,
};

/// How alike two names are that may have been taken for each other: of eight letters three may differ.
const ALIKE: f64 = 0.6;

/// Nobody misspells a name of a thousand letters. There is a bit for each in a word.
const LETTERS_MAX: usize = 60;

/// So many letters tell a part of a name from others; fewer stand in too many.
const LETTERS_MIN: usize = 3;

/// How many are told.
const TOLD: usize = 3;

/// A name that there is, with all that it may be called by.
pub(super) struct Known {
    pub name: String,
    pub keys: Vec<String>,
}

/// How many compare names at once, in this process: the others wait, and nobody else does.
const AT_ONCE: usize = 1;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// There is no such record; what it could have been instead.
pub(super) async fn missing(kind: Kind, given: &str, known: impl FnOnce() -> Vec<Known> + Send + 'static) -> Error {
    let noun = kind.noun();
    if !super::id(given).is_nil() {
        return Error::not_found(noun);
    }
    let near = found(text::path_key(given), known).await;
    if near.is_empty() {
        let message = format!("There is no {noun} \"{}\". Check the id or the name; list_{noun}s shows them.", text::excerpt(given));
        return Error::new(Code::NotFound, message);
    }
    let message = format!("There is no {noun} \"{}\". Did you mean {}?", text::excerpt(given), near.join(" or "));
    Error::new(Code::NotFound, message).details(&json!({ "near": near }))
}

/// The near names, looked for where no other call waits: comparing many takes long.
async fn found(given: String, known: impl FnOnce() -> Vec<Known> + Send + 'static) -> Vec<String> {
    // It is never closed.
    let turn = TURNS.acquire().await.ok();
    let near = tokio::task::spawn_blocking(move || {
        let near = nearest(&given, &known());
        drop(turn);
        near
    });
    near.await.unwrap_or_default()
}

/// Those of a few names that are spelled like one that is none of them.
pub fn alike(given: &str, names: &[&str]) -> Vec<String> {
    let known: Vec<Known> = names.iter().map(|name| Known { name: (*name).to_owned(), keys: vec![(*name).to_owned()] }).collect();
    nearest(&given.to_lowercase(), &known)
}

/// The words of a name or a key.
pub(super) fn words(key: &str) -> impl Iterator<Item = &str> {
    key.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether each word that was given is a word of a key, or begins one: `acme dash` is half of `acme/dashboard`.
pub(super) fn is_half_of(given: &str, key: &str) -> bool {
    let begins = |said: &str| words(key).any(|word| word == said || is_telling(said) && word.starts_with(said));
    words(given).next().is_some() && words(given).all(begins)
}

/// Whether each word that was given stands somewhere in a key, as the lists look for words.
fn is_within(given: &str, key: &str) -> bool {
    words(given).next().is_some() && words(given).all(|said| is_telling(said) && key.contains(said))
}

fn is_telling(part: &str) -> bool {
    part.chars().count() >= LETTERS_MIN
}

/// The names of which half was given, those that hold what was given, and those that are spelled most alike.
fn nearest(given: &str, known: &[Known]) -> Vec<String> {
    let Some(spelled) = Spelled::of(given) else { return Vec::new() };
    let most = |known: &Known| known.keys.iter().map(|key| spelled.alike(key)).fold(0.0, f64::max);
    let mut near: Vec<(f64, &str)> =
        known.iter().map(|known| (most(known), known.name.as_str())).filter(|(alike, _)| *alike >= ALIKE).collect();
    near.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
    near.dedup();
    near.into_iter().take(TOLD).map(|(_, name)| name.to_owned()).collect()
}

/// A name as it was given, to be compared with many: where each letter stands in it, a bit for each place.
struct Spelled<'a> {
    given: &'a str,
    length: usize,
    ascii: [u64; 128],
    others: HashMap<char, u64>,
}

impl<'a> Spelled<'a> {
    /// Nothing when it is empty, or longer than any name that somebody misspells.
    fn of(given: &'a str) -> Option<Self> {
        let length = given.chars().count();
        if length == 0 || length > LETTERS_MAX {
            return None;
        }
        let mut spelled = Self { given, length, ascii: [0; 128], others: HashMap::new() };
        for (place, letter) in given.chars().enumerate() {
            match spelled.ascii.get_mut(letter as usize) {
                Some(places) => *places |= 1 << place,
                None => *spelled.others.entry(letter).or_insert(0) |= 1 << place,
            }
        }
        Some(spelled)
    }

    /// How alike a key is, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "names of a few letters")]
    fn alike(&self, key: &str) -> f64 {
        if is_half_of(self.given, key) {
            return 1.0;
        }
        if is_telling(self.given) && key.contains(self.given) || is_within(self.given, key) {
            return 0.9;
        }
        let length = key.chars().take(LETTERS_MAX + 1).count();
        let (longer, shorter) = (length.max(self.length), length.min(self.length));
        // As many letters as one is longer differ in any case.
        if longer > LETTERS_MAX || (shorter as f64) < ALIKE * longer as f64 {
            return 0.0;
        }
        1.0 - self.edits(key) as f64 / longer as f64
    }

    /// How many letters are to be put in, left out, changed or swapped with their neighbour to make a key of the name. A column of the
    /// table of distances is a word, and the next one takes a few operations (Hyyrö, *A bit-vector algorithm for computing Levenshtein and
    /// Damerau edit distances*, 2003).
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_many_edits_are_counted_as_there_are(given in "[abcü]{1,60}", key in "[abcüé]{0,60}") {
            let spelled = Spelled::of(&given).expect("a name");
            prop_assert_eq!(spelled.edits(&key), strsim::osa_distance(&given, &key));
        }
    }

    #[test]
    fn a_name_is_near_to_those_that_are_spelled_alike() {
        let known: Vec<Known> =
            ["Acme", "Acme Labs", "Zenith"].map(|name| Known { name: name.to_owned(), keys: vec![name.to_lowercase()] }).into();
        assert_eq!(nearest("acne", &known), ["Acme"]);
        assert_eq!(nearest("acme l", &known), ["Acme Labs", "Acme"]);
        assert_eq!(nearest("caem", &known), Vec::<String>::new());
        assert!(nearest("", &known).is_empty() && nearest(&"a".repeat(LETTERS_MAX + 1), &known).is_empty());
    }

    #[test]
    fn a_name_of_which_half_was_given_comes_before_those_that_are_spelled_alike() {
        let known: Vec<Known> = ["acme/dashboard", "acme/dish", "globex/dashboard", "acme/my dashboards"]
            .map(|key| Known { name: key.to_owned(), keys: vec![key.to_owned()] })
            .into();
        assert_eq!(nearest("acme dash", &known), ["acme/dashboard", "acme/my dashboards", "acme/dish"]);
        assert_eq!(nearest("globex/dash", &known)[0], "globex/dashboard");
        assert_eq!(nearest("boards", &known)[0], "acme/my dashboards", "what a word holds is found, too");
        assert!(!is_half_of("ac da", "acme/dashboard"), "two letters begin too many");
        assert!(is_half_of("site 2", "acme/site 2") && !is_half_of("", "acme"), "a whole word is one however short it is");
    }

    /// On one thread a neighbour goes on only while nothing else keeps it busy.
    #[tokio::test]
    async fn comparing_thousands_of_names_keeps_no_neighbour_waiting() {
        let name = |at: usize| format!("{at:05} a client with a rather long name of sixty letters in it");
        let known = move || (0..20_000).map(|at| Known { name: name(at), keys: vec![name(at), name(at)] }).collect();
        let compared = tokio::spawn(missing(Kind::Client, "another client with a rather long name of sixty letters", known));
        let mut turns = 0;
        while !compared.is_finished() {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert_eq!(compared.await.expect("an answer").code, Code::NotFound);
        assert!(turns > 100, "{turns} turns");
    }
}
