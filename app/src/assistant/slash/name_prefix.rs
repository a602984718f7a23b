//! Matches the beginning of a text with a name, regardless of spelling: `acme/dashboard call` begins with `Acme / Dashboard`.

/// The text after `name`, without the space between them; `None` when the text does not begin with it.
pub(super) fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text.trim_start();
    let mut loose = true;
    for word in words(name) {
        let slash = word == "/";
        let next = rest.trim_start();
        if !loose && !slash && next.len() == rest.len() {
            return None;
        }
        rest = without(next, word)?;
        loose = slash;
    }
    let free = loose || rest.is_empty() || rest.starts_with(char::is_whitespace);
    free.then(|| rest.trim_start())
}

/// The longest of the names that the text begins with, and the text after it.
pub(super) fn longest<'a, 'n>(text: &'a str, names: impl Iterator<Item = &'n str>) -> Option<(&'n str, &'a str)> {
    let found = names.filter(|name| !name.trim().is_empty()).filter_map(|name| Some((name, after(text, name)?)));
    found.min_by_key(|(name, rest)| (rest.len(), name.len()))
}

/// Words and slashes: `Acme GmbH/Dashboard` is `Acme`, `GmbH`, `/`, `Dashboard`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split_inclusive('/').flat_map(|part| {
        let (words, slash) = part.strip_suffix('/').map_or((part, None), |words| (words, Some("/")));
        words.split_whitespace().chain(slash)
    })
}

/// The text without the word that it begins with, ignoring case.
fn without<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut letters = text.chars();
    let mut spare = Vec::new();
    for wanted in word.chars().flat_map(char::to_lowercase) {
        if spare.is_empty() {
            spare = letters.next()?.to_lowercase().rev().collect();
        }
        if spare.pop() != Some(wanted) {
            return None;
        }
    }
    spare.is_empty().then_some(letters.as_str())
}
