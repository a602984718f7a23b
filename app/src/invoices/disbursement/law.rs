//! A disbursement in the words of the law: what was laid out "in the name and for the account" of the client (Article 79 (c) of Directive
//! 2006/112/EC, § 10 (1) sentence 5 UStG, art. 267 CGI), and the article of the Italian decree that leaves it out of the taxable amount.

use std::ops::Range;

/// How the laws say in whose name and for whose account, in lower case: the last word of each half.
const HALVES: [(&[&str], &[&str]); 9] = [
    (&["name"], &["account", "behalf"]),
    (&["namen"], &["rechnung"]),
    (&["nom"], &["compte"]),
    (&["nome"], &["conta", "conto"]),
    (&["nombre"], &["cuenta"]),
    (&["naam"], &["rekening"]),
    (&["navn"], &["regning"]),
    (&["namn"], &["räkning"]),
    (&["imieniu"], &["rachunek", "rzecz"]),
];

/// How many words stand between the halves at most: "im Namen *und für fremde* Rechnung".
const BETWEEN_MAX: usize = 5;

/// Words before the first half that belong to it, so that what denies it stands before them.
const BEFORE: [&str; 20] = [
    "al", "au", "deren", "em", "en", "fremdem", "i", "ihrem", "im", "in", "jouw", "nel", "the", "their", "uw", "w", "votre", "vostro",
    "your", "su",
];

/// Whoever works in a name of their own supplies something themselves, for whosever account it is (Article 28 of the directive).
const OWN: [&str; 14] = [
    "eget", "egen", "eigen", "eigene", "eigenem", "eigenen", "eigener", "egna", "own", "propio", "propre", "proprio", "próprio", "własnym",
];

/// How the article is called, the number of it, and that of the decree (art. 15 DPR 633/1972).
const ARTICLE: ([&str; 2], &str, &str) = (["art", "articolo"], "15", "633");

/// Where among these words, in lower case and with the signs between them, the law is quoted.
pub fn places(words: &[&str]) -> Vec<Range<usize>> {
    (0..words.len()).filter_map(|at| in_the_name(words, at).or_else(|| article(words, at))).collect()
}

/// From the first half, which ends at this word, to the second one.
fn in_the_name(words: &[&str], at: usize) -> Option<Range<usize>> {
    let (_, accounts) = HALVES.iter().find(|(names, _)| names.contains(&words[at]))?;
    let mut behind = words[at + 1..].iter().take(BETWEEN_MAX + 1).take_while(|word| !super::denial::SIGNS.contains(*word));
    let length = behind.position(|word| accounts.contains(word))?;
    let begin = (0..at).rev().take_while(|before| BEFORE.contains(&words[*before])).last().unwrap_or(at);
    // It stands before the name, or behind it.
    let is_own = words[at.saturating_sub(1)..at + 2].iter().any(|word| OWN.contains(word));
    (!is_own && length > 0).then_some(begin..at + length + 2)
}

/// The article, where the decree is named behind it.
fn article(words: &[&str], at: usize) -> Option<Range<usize>> {
    let (called, article, decree) = ARTICLE;
    let number = at + 1 + words.get(at + 1..)?.iter().position(|word| *word != ".")?;
    let is_one = called.contains(&words[at]) && words[number] == article && words[number + 1..].contains(&decree);
    is_one.then_some(at..number + 1)
}
