//! Splits a note into lines of words, and knows those that name the tax.

use domain::text::{self, NumberKind};

/// Words for tax, beside the names of the value added tax.
const TAX: [&str; 5] = ["gst", "mervardesskatt", "mervardesskatte", "steuer", "tax"];

/// Words for tax that are another word without the mark on a letter.
const TAX_WITH_MARK: [&str; 1] = ["daň"];

/// The Arabic word for tax, with or without its article.
const TAX_IN_ARABIC: &str = "ضريبة";

/// Endings of words for the amount of a tax: `Umsatzsteuerbetrag`, `Momsbelopp`.
const AMOUNT: [&str; 5] = ["bedrag", "belopp", "beløb", "beløp", "betrag"];

/// The Japanese character for tax. Other taxes than that on consumption have it, too.
const TAX_IN_JAPANESE: char = '税';

/// The Japanese tax on consumption.
const CONSUMPTION_TAX: &str = "消費税";

/// Japanese words for the amount and the rate of a tax that was named before.
const OF_TAX_IN_JAPANESE: [&str; 2] = ["税額", "税率"];

/// Japanese words that an amount contains the tax, or does not.
const TOTALS_IN_JAPANESE: [&str; 3] = ["税込", "税抜", "税別"];

/// Signs and pairs of signs for an equation.
const EQUATIONS: [&str; 10] = ["=>", "->", "==", "=", "≈", "≙", "≃", "→", "⇒", "⟶"];

/// Names of currencies that are no symbols, each with its code.
const NAMES: [(&str, &str); 8] = [
    ("dirham", "AED"),
    ("dirhams", "AED"),
    ("درهم", "AED"),
    ("euros", "EUR"),
    ("forint", "HUF"),
    ("kronor", "SEK"),
    ("pounds", "GBP"),
    ("yen", "JPY"),
];

/// Japanese characters for numbers, each with its value.
const NUMERALS: [(char, i64); 3] = [('千', 1_000), ('万', 10_000), ('億', 100_000_000)];

/// The words of each line of a note. Numbers are words of their own, with a currency symbol that is attached to them; each sign for an
/// equation is the word `=`.
pub fn lines(note: &str) -> Vec<Vec<String>> {
    text::plain(note).split(['\n', ';', '。']).map(words_of).collect()
}

fn words_of(line: &str) -> Vec<String> {
    let line = EQUATIONS.iter().fold(without_numerals(line), |line, sign| line.replace(sign, " = "));
    let letters: Vec<char> = line.chars().collect();
    let mut spaced = String::with_capacity(line.len());
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            ':' => spaced.push_str(colon(&letters[..at], &letters[at + 1..])),
            _ if "()[]\"„“”、|".contains(*letter) => spaced.push(' '),
            _ if letter.is_ascii_digit() && letters[..at].last().is_some_and(|before| before.is_alphabetic()) => {
                spaced.extend([' ', *letter])
            }
            _ => spaced.push(*letter),
        }
    }
    let words = spaced.split_whitespace().map(|word| word.trim_matches(['.', ',']));
    words.filter(|word| !word.is_empty()).map(with_code).collect()
}

/// What a colon between these letters means: decimals in Sweden (`2812:50`), the sides of a rate (`£1:€1.15`), or the end of a label.
fn colon(before: &[char], behind: &[char]) -> &'static str {
    let is_behind_digit = before.last().is_some_and(char::is_ascii_digit);
    let digits = behind.iter().take_while(|letter| letter.is_ascii_digit()).count();
    let ends = behind.get(digits).is_none_or(|letter| !['.', ',', ':'].contains(letter));
    match behind.first() {
        Some(_) if is_behind_digit && digits == 2 && ends => ",",
        Some(next) if is_behind_digit && (next.is_alphanumeric() || "$€£¥".contains(*next)) => " : ",
        _ => " ",
    }
}

/// A word, or the code of the currency that it names.
fn with_code(word: &str) -> String {
    let lower = word.to_lowercase();
    NAMES.iter().find(|(name, _)| *name == lower).map_or(word, |(_, code)| *code).to_owned()
}

/// The line with each number of Japanese numerals in digits: `1万5000円` is `15000円`. One that cannot be read is a question mark.
fn without_numerals(line: &str) -> String {
    let is_numeral = |letter: char| NUMERALS.iter().any(|(numeral, _)| *numeral == letter);
    let is_part = |letter: char| letter.is_ascii_digit() || letter == ',' || letter == '.' || is_numeral(letter);
    let (mut rest, mut read) = (line, String::with_capacity(line.len()));
    while let Some(begin) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let end = rest[begin..].find(|letter: char| !is_part(letter)).map_or(rest.len(), |length| begin + length);
        let number = &rest[begin..end];
        read.push_str(&rest[..begin]);
        match number.contains(is_numeral) {
            true => read.push_str(&of_numerals(number).map_or_else(|| "?".to_owned(), |value| value.to_string())),
            false => read.push_str(number),
        }
        rest = &rest[end..];
    }
    read + rest
}

/// The value of a number of digits and numerals; `None` for one with decimals, or that is too large.
fn of_numerals(number: &str) -> Option<i64> {
    let (mut total, mut section, mut digits) = (0_i64, 0_i64, None::<i64>);
    for letter in number.chars().filter(|letter| *letter != ',') {
        match NUMERALS.iter().find(|(numeral, _)| *numeral == letter) {
            None => digits = Some(digits.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(letter.to_digit(10)?))?),
            Some((_, value)) if *value == 1_000 => section = section.checked_add(digits.take().unwrap_or(1).checked_mul(*value)?)?,
            Some((_, value)) => {
                let count = section.checked_add(digits.take().unwrap_or(0))?;
                (total, section) = (total.checked_add(count.checked_mul(*value)?)?, 0);
            }
        }
    }
    total.checked_add(section)?.checked_add(digits.unwrap_or(0))
}

/// Whether a word names the tax.
pub fn is_tax(word: &str) -> bool {
    let key = text::search_key(word);
    let stem = AMOUNT.iter().find_map(|ending| key.strip_suffix(ending)).unwrap_or_default().trim_end_matches('-');
    let stem = if stem.is_empty() { key.as_str() } else { stem };
    let is_of_vat = || text::number_label(&format!("{stem} 0")).is_some_and(|named| named.kind == NumberKind::Vat);
    TAX.contains(&stem)
        || TAX_WITH_MARK.contains(&word.to_lowercase().as_str())
        || word.contains(TAX_IN_ARABIC)
        || is_consumption_tax(word)
        || is_of_vat()
}

fn is_consumption_tax(word: &str) -> bool {
    word.contains(CONSUMPTION_TAX) && !is_total_in_japanese(word)
}

/// Whether a word says in Japanese that an amount contains the tax, or does not.
pub fn is_total_in_japanese(word: &str) -> bool {
    TOTALS_IN_JAPANESE.iter().any(|total| word.contains(total))
}

/// Whether the last Japanese tax among these words is another one than that on consumption, such as `源泉所得税`.
pub fn is_other_tax_in_japanese(words: &[String]) -> bool {
    let is_of_tax = |word: &String| OF_TAX_IN_JAPANESE.iter().any(|of| word.starts_with(of));
    words.iter().rev().find(|word| word.contains(TAX_IN_JAPANESE)).is_some_and(|word| !is_consumption_tax(word) && !is_of_tax(word))
}
