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

/// Words of which one stands before the second half, so that it says for whose account: "your name and account number" does not.
const FOR: [&str; 12] = ["auf", "for", "für", "för", "na", "on", "op", "per", "por", "pour", "på", "voor"];

/// What alone may stand between the halves where a word before the first one says it for both: "in nome e conto". Not the English "and".
const AND: [&str; 9] = ["e", "ed", "en", "et", "i", "och", "og", "und", "y"];

/// Words of which one stands before a half that says it for both, with two others between at most.
const IN: [&str; 13] = ["a", "al", "au", "em", "en", "i", "im", "in", "nel", "op", "uit", "w", "z"];

/// Whoever works in a name or for an account of their own supplies something themselves (Article 28 of the directive). Such words stand
/// before the last one of a half, or behind it.
const OWN: [&str; 37] = [
    "eget",
    "egen",
    "eigen",
    "eigene",
    "eigenem",
    "eigenen",
    "eigener",
    "egna",
    "meu",
    "minha",
    "mio",
    "moim",
    "mój",
    "mío",
    "nasz",
    "naszym",
    "nossa",
    "nosso",
    "nostro",
    "nuestra",
    "nuestro",
    "own",
    "propia",
    "propias",
    "propio",
    "propios",
    "propre",
    "propres",
    "propri",
    "propria",
    "proprio",
    "própria",
    "próprias",
    "próprio",
    "próprios",
    "własny",
    "własnym",
];

/// The same that stand before it alone: behind it some of them are other words, such as the German "mit".
const OURS: [&str; 26] = [
    "meine", "meinem", "meinen", "mi", "mijn", "min", "mit", "mitt", "moją", "mon", "my", "naszą", "notre", "ons", "onze", "our", "unsere",
    "unserem", "unseren", "unserm", "unsern", "vores", "vort", "vår", "vårt", "własną",
];

/// How the article is called, the number of it, and that of the decree (art. 15 DPR 633/1972).
const ARTICLE: ([&str; 2], &str, &str) = (["art", "articolo"], "15", "633");

/// How a number within the article is called, as far as its words are parted by points ("n.ro"), and how several of them are.
const NUMBER: [&str; 8] = ["n", "no", "nr", "num", "numero", "nº", "punto", "ro"];
const NUMBERS: [&str; 4] = ["nn", "numeri", "punti", "ri"];

/// The numbers of the article that are about something else: interest for being late (1), goods that are given as a discount (2), packaging
/// (4) and tax that is passed on (5).
const OTHER_NUMBERS: [&str; 4] = ["1", "2", "4", "5"];

/// How a paragraph is called, behind which a number is one of the article: "n. 2 marche da bollo" alone are two stamps.
const PARAGRAPH: [&str; 4] = ["c", "co", "comma", "commi"];

/// What number 1 is about: where it is named, the number before it is one of the article.
const INTEREST: [&str; 4] = ["interesse", "interessi", "mora", "penalità"];

/// What else may stand between the decree and the paragraph or number: its date, and that it was changed since.
const OF_DECREE: [&str; 14] =
    ["del", "e", "ed", "i", "ii", "integrazioni", "m", "mm", "modifiche", "modificazioni", "ottobre", "s", "ss", "successive"];

/// Where among these words, in lower case and with the signs between them, the law is quoted.
pub fn places(words: &[&str]) -> Vec<Range<usize>> {
    (0..words.len()).filter_map(|at| in_the_name(words, at).or_else(|| article(words, at))).collect()
}

/// From the first half, which ends at this word, to the second one.
fn in_the_name(words: &[&str], at: usize) -> Option<Range<usize>> {
    let (_, accounts) = HALVES.iter().find(|(names, _)| names.contains(&words[at]))?;
    let mut behind = words[at + 1..].iter().take(BETWEEN_MAX + 1).take_while(|word| !super::negation::SIGNS.contains(*word));
    let account = at + 1 + behind.position(|word| accounts.contains(word))?;
    let begin = (0..at).rev().take_while(|before| BEFORE.contains(&words[*before])).last().unwrap_or(at);
    let between = &words[at + 1..account];
    let is_for = between.iter().any(|word| FOR.contains(word)) || matches!(between, [word] if AND.contains(word)) && is_in(&words[..at]);
    let is_own = [at, account].into_iter().any(|half| is_own(words, half));
    (is_for && !is_own).then_some(begin..account + 1)
}

/// Whether what goes before the first half says that something is *in* a name: "in suo nome".
fn is_in(before: &[&str]) -> bool {
    before.iter().rev().take(3).take_while(|word| !super::negation::SIGNS.contains(*word)).any(|word| IN.contains(word))
}

/// Whether the half that ends at this word is about whoever says so.
fn is_own(words: &[&str], half: usize) -> bool {
    let before = half.checked_sub(1).and_then(|at| words.get(at));
    let behind = words.get(half + 1);
    before.is_some_and(|word| OWN.contains(word) || OURS.contains(word)) || behind.is_some_and(|word| OWN.contains(word))
}

/// The article, where the decree is named behind it, and no number of it before or behind the decree that is about something else.
fn article(words: &[&str], at: usize) -> Option<Range<usize>> {
    let (called, article, decree) = ARTICLE;
    let number = at + 1 + words.get(at + 1..)?.iter().position(|word| *word != ".")?;
    let behind = &words[number + 1..];
    let decree = behind.iter().position(|word| *word == decree)?;
    let is_other = || is_of_another_number(&behind[..decree]) || is_of_another_number(behind_decree(&behind[decree + 1..]));
    let is_one = called.contains(&words[at]) && words[number] == article && !is_other();
    is_one.then_some(at..number + 1)
}

/// What still belongs to the quotation behind the number of the decree: its year, and the paragraph and the number of the article.
fn behind_decree<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    let is_called = |word: &str| NUMBER.contains(&word) || NUMBERS.contains(&word) || PARAGRAPH.contains(&word);
    let belongs = |word: &str| word == "." || is_number(word) || is_called(word) || OF_DECREE.contains(&word);
    let end = words.iter().position(|word| !belongs(word)).unwrap_or(words.len());
    let quoted = &words[..end];
    let is_interest = || words.get(end).is_some_and(|word| INTEREST.contains(word));
    if end == words.len() || is_interest() || quoted.iter().any(|word| PARAGRAPH.contains(word)) { quoted } else { &[] }
}

/// Whether one of the numbers that are named here is about something else, be it among several: "n.ri 3 e 4".
fn is_of_another_number(words: &[&str]) -> bool {
    (0..words.len()).any(|at| {
        let are_several = NUMBERS.contains(&words[at]);
        let mut is_next = true;
        let mut belongs = |word: &str| match word {
            "e" | "ed" => {
                is_next = true;
                true
            }
            "." => are_several,
            _ => is_number(word) && (std::mem::take(&mut is_next) || are_several),
        };
        let mut numbers = words[at + 1..].iter().skip_while(|word| **word == ".").take_while(|word| belongs(word));
        (are_several || NUMBER.contains(&words[at])) && numbers.any(|number| OTHER_NUMBERS.contains(&number.trim_end_matches('º')))
    })
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches('º');
    !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit())
}
