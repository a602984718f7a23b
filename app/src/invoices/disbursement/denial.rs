//! Words that deny what stands behind them: "kein durchlaufender Posten" is none, and in Japanese such words stand behind it.

/// Such words of the languages that a disbursement has a name in, in lower case.
const DENYING: [&str; 43] = [
    "aren",
    "aucun",
    "aucune",
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
    "nessun",
    "nessuna",
    "never",
    "ni",
    "nicht",
    "niet",
    "ningún",
    "ninguno",
    "no",
    "non",
    "not",
    "né",
    "ohne",
    "pas",
    "sans",
    "senza",
    "sin",
    "uden",
    "utan",
    "uten",
    "wasn",
    "without",
    "zonder",
];

/// Words that may stand between one of them and what it denies: articles, and what says that something is.
const BETWEEN: [&str; 33] = [
    "a", "als", "an", "any", "as", "d", "de", "den", "des", "di", "e", "een", "ein", "eine", "einem", "einen", "einer", "en", "er", "es",
    "et", "ett", "ist", "som", "son", "sono", "t", "the", "un", "una", "une", "unos", "è",
];

/// What stands between two words without parting what they say.
const JOINING: &str = "'’-\u{2010}\u{2011}\"“”„«»";

/// How what stands before it is denied in Japanese.
const JAPANESE: [&str; 10] =
    ["ではな", "ではありません", "ではございません", "でな", "でありません", "じゃな", "に該当しな", "には該当しな", "に当たらな", "なし"];

/// The words of a text with blanks between them. A sign that ends a part of a sentence is a word of its own: what stands before it denies
/// nothing behind it.
pub fn in_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_alphanumeric() => words.push(letter),
            _ if letter.is_whitespace() || JOINING.contains(letter) => words.push(' '),
            _ => words.push_str(" . "),
        }
    }
    words
}

/// Whether what stands behind these words, in lower case, is denied by them.
pub fn is_denied(before: &[&str]) -> bool {
    before.iter().rev().find(|word| !BETWEEN.contains(*word)).is_some_and(|word| DENYING.contains(word))
}

/// Whether what stands between these two texts of Japanese is denied by them.
pub fn is_denied_in_japanese(before: &str, behind: &str) -> bool {
    let behind = behind.trim_start_matches(['え', '払', 'い', '金', '等']);
    before.ends_with('非') || JAPANESE.iter().any(|denial| behind.starts_with(denial))
}
