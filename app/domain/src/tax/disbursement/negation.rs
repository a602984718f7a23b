//! Detects denials before a term: "kein durchlaufender Posten" is none. In Japanese they follow the term.

/// Denials in the languages that have a name or a legal phrase for disbursements, in lower case.
const DENYING: [&str; 48] = [
    "aren",
    "aucun",
    "aucune",
    "bez",
    "ej",
    "geen",
    "ikke",
    "ingen",
    "inget",
    "inte",
    "intet",
    "isn",
    "jamais",
    "kein",
    "keine",
    "keinem",
    "keinen",
    "keiner",
    "keinerlei",
    "keines",
    "neither",
    "nem",
    "nessun",
    "nessuna",
    "never",
    "ni",
    "nicht",
    "nie",
    "niet",
    "ningún",
    "ninguno",
    "no",
    "non",
    "not",
    "não",
    "né",
    "ohne",
    "pas",
    "sans",
    "sem",
    "senza",
    "sin",
    "uden",
    "utan",
    "uten",
    "wasn",
    "without",
    "zonder",
];

/// Further words that deny a term as an answer after it.
const ANSWERS: [&str; 12] = ["hay", "nada", "nee", "nei", "nein", "nej", "ninguna", "niente", "nil", "none", "nulla", "néant"];

/// Words that may stand between a denial and its term: articles, and words for being, or for truly being.
const BETWEEN: [&str; 51] = [
    "a", "als", "an", "any", "as", "d", "de", "den", "des", "di", "e", "echte", "echten", "echter", "een", "ein", "eine", "einem", "einen",
    "einer", "en", "er", "es", "et", "ett", "fråga", "genuine", "ist", "om", "real", "se", "si", "som", "son", "sono", "t", "tale", "the",
    "trata", "tratta", "treated", "true", "um", "un", "una", "une", "unos", "vera", "vere", "vero", "è",
];

/// Characters between two words that do not separate them in meaning.
const JOINING: &str = "'’\"“”„«»";

/// Characters that join words only without white space beside them; with it, they separate like a dash.
const HYPHENS: &str = "-\u{2010}\u{2011}";

/// The words that [`words`] emits for a sign that ends a clause, and for one that an answer follows.
pub const SIGNS: [&str; 2] = [".", ":"];

/// Japanese denials, which follow their term.
const JAPANESE: [&str; 10] =
    ["ではな", "ではありません", "ではございません", "でな", "でありません", "じゃな", "に該当しな", "には該当しな", "に当たらな", "なし"];

/// The words of a text, separated by blanks. A sign that ends a clause is a word of its own: a denial before it denies nothing after it.
pub fn words(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut words = String::with_capacity(text.len());
    for (at, letter) in letters.iter().copied().enumerate() {
        match letter {
            _ if letter.is_alphanumeric() => words.push(letter),
            _ if letter.is_whitespace() || JOINING.contains(letter) || is_within_a_word(&letters, at) => words.push(' '),
            ':' | '：' => words.push_str(" : "),
            _ => words.push_str(" . "),
        }
    }
    words
}

/// Whether this is a hyphen between two letters.
fn is_within_a_word(letters: &[char], at: usize) -> bool {
    let is_letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric());
    HYPHENS.contains(letters[at]) && is_letter(at.checked_sub(1)) && is_letter(Some(at + 1))
}

/// Whether the term between these words, in lower case, is denied by those before it, or by an answer after it.
pub fn is_denied(before: &[&str], behind: &[&str]) -> bool {
    let last = before.iter().rev().find(|word| !BETWEEN.contains(*word));
    last.is_some_and(|word| DENYING.contains(word)) || is_answered(behind)
}

/// Whether the words after a term only answer that there is none: "Disbursements: none".
fn is_answered(behind: &[&str]) -> bool {
    let [":", answer @ ..] = behind else { return false };
    let mut words = answer.iter().filter(|word| !SIGNS.contains(*word)).peekable();
    words.peek().is_some() && words.all(|word| DENYING.contains(word) || ANSWERS.contains(word))
}

/// Whether the term between these two Japanese texts is denied by them.
pub fn is_denied_in_japanese(before: &str, behind: &str) -> bool {
    let behind = behind.trim_start_matches(['え', '払', 'い', '金', '等', ':', '：', ' ', '\u{3000}']);
    before.ends_with('非') || JAPANESE.iter().any(|denial| behind.starts_with(denial))
}
