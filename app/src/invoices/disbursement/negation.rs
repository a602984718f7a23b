//! Words that deny what stands behind them: "kein durchlaufender Posten" is none, and in Japanese such words stand behind it.

/// Such words of the languages that a disbursement has a name in, be it that of the law, in lower case.
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

/// Words that deny it as an answer behind it, beside those.
const ANSWERS: [&str; 12] = ["hay", "nada", "nee", "nei", "nein", "nej", "ninguna", "niente", "nil", "none", "nulla", "néant"];

/// Words that may stand between one of them and what it denies: articles, and what says that something is, or is so in truth.
const BETWEEN: [&str; 51] = [
    "a", "als", "an", "any", "as", "d", "de", "den", "des", "di", "e", "echte", "echten", "echter", "een", "ein", "eine", "einem", "einen",
    "einer", "en", "er", "es", "et", "ett", "fråga", "genuine", "ist", "om", "real", "se", "si", "som", "son", "sono", "t", "tale", "the",
    "trata", "tratta", "treated", "true", "um", "un", "una", "une", "unos", "vera", "vere", "vero", "è",
];

/// What stands between two words without parting what they say.
const JOINING: &str = "'’\"“”„«»";

/// The same within a word alone: with white space beside it, it parts them as a dash does.
const HYPHENS: &str = "-\u{2010}\u{2011}";

/// The words that [`words`] makes of a sign that ends a part of a sentence, and of one that an answer stands behind.
pub const SIGNS: [&str; 2] = [".", ":"];

/// How what stands before it is denied in Japanese.
const JAPANESE: [&str; 10] =
    ["ではな", "ではありません", "ではございません", "でな", "でありません", "じゃな", "に該当しな", "には該当しな", "に当たらな", "なし"];

/// The words of a text with blanks between them. A sign that ends a part of a sentence is a word of its own: what stands before it denies
/// nothing behind it.
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

/// Whether this is a hyphen with a letter on both sides.
fn is_within_a_word(letters: &[char], at: usize) -> bool {
    let is_letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric());
    HYPHENS.contains(letters[at]) && is_letter(at.checked_sub(1)) && is_letter(Some(at + 1))
}

/// Whether what stands between these words, in lower case, is denied by those before it, or by an answer behind it.
pub fn is_denied(before: &[&str], behind: &[&str]) -> bool {
    let last = before.iter().rev().find(|word| !BETWEEN.contains(*word));
    last.is_some_and(|word| DENYING.contains(word)) || is_answered(behind)
}

/// Whether all that is said behind it is that there is none: "Disbursements: none".
fn is_answered(behind: &[&str]) -> bool {
    let [":", answer @ ..] = behind else { return false };
    let mut words = answer.iter().filter(|word| !SIGNS.contains(*word)).peekable();
    words.peek().is_some() && words.all(|word| DENYING.contains(word) || ANSWERS.contains(word))
}

/// Whether what stands between these two texts of Japanese is denied by them.
pub fn is_denied_in_japanese(before: &str, behind: &str) -> bool {
    let behind = behind.trim_start_matches(['え', '払', 'い', '金', '等', ':', '：', ' ', '\u{3000}']);
    before.ends_with('非') || JAPANESE.iter().any(|denial| behind.starts_with(denial))
}
