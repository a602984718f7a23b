//! Names that are near to one that nothing has.

use serde_json::json;
use strsim::normalized_damerau_levenshtein;

use super::pick::Kind;
use crate::{
    error::{Code, Error},
    text,
};

/// How alike two names are that may have been taken for each other: of eight letters three may differ.
const ALIKE: f64 = 0.6;

/// Nobody misspells a name of a thousand letters.
const LETTERS_MAX: usize = 60;

/// How many are told.
const TOLD: usize = 3;

/// A name that there is, with all that it may be called by.
pub(super) struct Known {
    pub name: String,
    pub keys: Vec<String>,
}

/// There is no such record; what it could have been instead.
pub(super) fn missing(kind: Kind, given: &str, known: &[Known]) -> Error {
    let noun = kind.noun();
    if !super::id(given).is_nil() {
        return Error::not_found(noun);
    }
    let near = nearest(&text::path_key(given), known);
    if near.is_empty() {
        let message = format!("There is no {noun} \"{}\". Check the id or the name; list_{noun}s shows them.", text::excerpt(given));
        return Error::new(Code::NotFound, message);
    }
    let message = format!("There is no {noun} \"{}\". Did you mean {}?", text::excerpt(given), near.join(" or "));
    Error::new(Code::NotFound, message).details(&json!({ "near": near }))
}

/// The names that are spelled most alike, and those that hold what was given.
fn nearest(given: &str, known: &[Known]) -> Vec<String> {
    let letters = given.chars().count();
    if letters > LETTERS_MAX {
        return Vec::new();
    }
    let alike = |key: &String| match key.chars().count() {
        0 => 0.0,
        _ if letters >= 3 && key.contains(given) => 0.9,
        length if length > LETTERS_MAX => 0.0,
        _ => normalized_damerau_levenshtein(given, key),
    };
    let most = |known: &Known| known.keys.iter().map(alike).fold(0.0, f64::max);
    let mut near: Vec<(f64, &str)> =
        known.iter().map(|known| (most(known), known.name.as_str())).filter(|(alike, _)| *alike >= ALIKE).collect();
    near.sort_by(|(one, first), (other, second)| other.total_cmp(one).then(first.cmp(second)));
    near.dedup();
    near.into_iter().take(TOLD).map(|(_, name)| name.to_owned()).collect()
}
