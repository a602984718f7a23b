//! Recognizes disbursements by the words of the law: paid "in the name and for the account" of the client (Article 79 (c) of Directive
//! 2006/112/EC, § 10 (1) sentence 5 UStG, art. 267 CGI), and the Italian article that excludes them from the taxable amount.

use std::ops::Range;

/// Both halves of the legal phrase, name and account, in lower case: the last word of each half.
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

/// The most words between the halves: "im Namen *und für fremde* Rechnung".
const BETWEEN_MAX: usize = 5;

/// Words before the first half that belong to it, so that a denial stands before them.
const BEFORE: [&str; 20] = [
    "al", "au", "deren", "em", "en", "fremdem", "i", "ihrem", "im", "in", "jouw", "nel", "the", "their", "uw", "w", "votre", "vostro",
    "your", "su",
];

/// Words of which one stands before the second half and says for whose account: "your name and account number" has none.
const FOR: [&str; 12] = ["auf", "for", "für", "för", "na", "on", "op", "per", "por", "pour", "på", "voor"];

/// The only words between the halves if a word before the first one covers both: "in nome e conto". The English "and" is excluded.
const AND: [&str; 9] = ["e", "ed", "en", "et", "i", "och", "og", "und", "y"];

/// Words of which one stands before a half and covers both, with at most two others between.
const IN: [&str; 13] = ["a", "al", "au", "em", "en", "i", "im", "in", "nel", "op", "uit", "w", "z"];

/// Words for one's own name or account: such work is the writer's own supply (Article 28 of the directive). They stand before the last word
/// of a half, or after it.
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

/// Such words that count only before it: after it, some are other words, such as the German "mit".
const OURS: [&str; 26] = [
    "meine", "meinem", "meinen", "mi", "mijn", "min", "mit", "mitt", "moją", "mon", "my", "naszą", "notre", "ons", "onze", "our", "unsere",
    "unserem", "unseren", "unserm", "unsern", "vores", "vort", "vår", "vårt", "własną",
];

/// The names of the article, its number, and the number of the decree (art. 15 DPR 633/1972).
const ARTICLE: ([&str; 2], &str, &str) = (["art", "articolo"], "15", "633");

/// Words for a number within the article, split at points ("n.ro"), in singular and plural.
const NUMBER: [&str; 8] = ["n", "no", "nr", "num", "numero", "nº", "punto", "ro"];
const NUMBERS: [&str; 4] = ["nn", "numeri", "punti", "ri"];

/// Numbers of the article on other matters: interest on late payment (1), goods that are given as a discount (2), packaging (4) and tax
/// that is passed on (5).
const OTHER_NUMBERS: [&str; 4] = ["1", "2", "4", "5"];

/// Words for a paragraph, after which a number belongs to the article: "n. 2 marche da bollo" alone are two stamps.
const PARAGRAPH: [&str; 4] = ["c", "co", "comma", "commi"];

/// The subject of number 1: where it is named, the number before it belongs to the article.
const INTEREST: [&str; 4] = ["interesse", "interessi", "mora", "penalità"];

/// Further words between the decree and the paragraph or number: its date, and that it was amended.
const OF_DECREE: [&str; 14] =
    ["del", "e", "ed", "i", "ii", "integrazioni", "m", "mm", "modifiche", "modificazioni", "ottobre", "s", "ss", "successive"];

/// The positions where these words, in lower case and with the signs between them, quote the law.
pub fn places(words: &[&str]) -> Vec<Range<usize>> {
    (0..words.len()).filter_map(|at| in_the_name(words, at).or_else(|| article(words, at))).collect()
}

/// The range from the first half, which ends at this word, to the second one.
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

/// Whether the words before the first half say that something is *in* a name: "in suo nome".
fn is_in(before: &[&str]) -> bool {
    before.iter().rev().take(3).take_while(|word| !super::negation::SIGNS.contains(*word)).any(|word| IN.contains(word))
}

/// Whether the half that ends at this word is about the writer's own name or account.
fn is_own(words: &[&str], half: usize) -> bool {
    let before = half.checked_sub(1).and_then(|at| words.get(at));
    let behind = words.get(half + 1);
    before.is_some_and(|word| OWN.contains(word) || OURS.contains(word)) || behind.is_some_and(|word| OWN.contains(word))
}

/// The article, if the decree is named after it, and no number before or after the decree is about another matter.
fn article(words: &[&str], at: usize) -> Option<Range<usize>> {
    let (called, article, decree) = ARTICLE;
    if !called.contains(&words[at]) {
        return None;
    }
    let number = at + 1 + words.get(at + 1..)?.iter().position(|word| *word != ".")?;
    let behind = &words[number + 1..];
    let decree = behind.iter().position(|word| *word == decree)?;
    let is_other = || is_of_another_number(&behind[..decree]) || is_of_another_number(behind_decree(&behind[decree + 1..]));
    let is_one = words[number] == article && !is_other();
    is_one.then_some(at..number + 1)
}

/// The rest of the quotation after the number of the decree: its year, and the paragraph and the number of the article.
fn behind_decree<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    let is_called = |word: &str| NUMBER.contains(&word) || NUMBERS.contains(&word) || PARAGRAPH.contains(&word);
    let belongs = |word: &str| word == "." || is_number(word) || is_called(word) || OF_DECREE.contains(&word);
    let end = words.iter().position(|word| !belongs(word)).unwrap_or(words.len());
    let quoted = &words[..end];
    let is_interest = || words.get(end).is_some_and(|word| INTEREST.contains(word));
    if end == words.len() || is_interest() || quoted.iter().any(|word| PARAGRAPH.contains(word)) { quoted } else { &[] }
}

/// Whether one of the numbers that are named here is about another matter, also among several: "n.ri 3 e 4".
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
