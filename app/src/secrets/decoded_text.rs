//! Decodes text letter by letter, removing encodings, escapes and line breaks.
//!
//! Text around a secret has to stay as written, so every letter knows its range in the source.

use std::{borrow::Cow, ops::Range};

use domain::text::is_unseen;

/// The most levels of encoding. Each program that passes a link on adds one.
const ENCODED_MAX: usize = 8;

/// The longest HTML character reference, in letters, with its delimiters: `&ZeroWidthSpace;`.
const NAME_LONGEST: usize = 17;

/// HTML character references of letters that occur in links and secrets or are invisible.
const NAMED: [(&str, char); 11] = [
    ("amp", '&'),
    ("num", '#'),
    ("percnt", '%'),
    ("bsol", '\\'),
    ("lowbar", '_'),
    ("sol", '/'),
    ("equals", '='),
    ("lt", '<'),
    ("gt", '>'),
    ("shy", '\u{ad}'),
    ("ZeroWidthSpace", '\u{200b}'),
];

/// The longest HTML tag that separates words, in letters between its brackets: a longer one may hold a secret.
const TAG_LONGEST: usize = 40;

/// The longest name of a tag, in letters.
const TAG_NAME_LONGEST: usize = 10;

/// A decoded letter with its range in the source.
type DecodedChar = (char, Range<usize>);

/// A decoded text.
pub(super) struct DecodedText {
    pub(super) read: Vec<DecodedChar>,
    /// Whether it is encoded in more levels than are decoded.
    pub(super) is_encoded: bool,
    /// Whether its lines are joined, so that words across line ends are read as one.
    pub(super) is_joined: bool,
}

/// The readings of a text: decoded; without invisible letters and escapes; with joined lines. Equal readings are left out.
pub(super) fn readings(text: &str) -> Vec<DecodedText> {
    let read = DecodedText::of(text);
    let folded = read.without_parts(unseen);
    let joined = folded.as_ref().unwrap_or(&read).without_parts(line_end).map(|joined| DecodedText { is_joined: true, ..joined });
    std::iter::once(read).chain(folded).chain(joined).collect()
}

/// Replaces these ranges of a text by `…`.
pub(super) fn hidden(text: &str, mut places: Vec<Range<usize>>) -> Cow<'_, str> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    places.sort_by_key(|place| place.start);
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for (at, place) in places.into_iter().enumerate() {
        if at == 0 || place.start > end {
            shown.push_str(&text[end..place.start]);
            shown.push('…');
        }
        end = end.max(place.end);
    }
    shown.push_str(&text[end..]);
    Cow::Owned(shown)
}

impl DecodedText {
    /// Decodes a text.
    pub(super) fn of(text: &str) -> Self {
        let mut read: Vec<_> = text.char_indices().map(|(at, c)| (c, at..at + c.len_utf8())).collect();
        let is_encoded = (0..ENCODED_MAX).all(|_| decode(&mut read)) && decode(&mut read);
        Self { read, is_encoded, is_joined: false }
    }

    pub(super) fn word(&self, place: Range<usize>) -> String {
        self.read[place].iter().map(|(c, _)| c).collect()
    }

    /// The source range of a non-empty range of letters, including what is between them.
    pub(super) fn written(&self, place: &Range<usize>) -> Range<usize> {
        self.read[place.start].1.start..self.read[place.end - 1].1.end
    }

    /// The ranges of consecutive letters that match.
    pub(super) fn runs_of(&self, is_of_run: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.read.split(move |(c, _)| !is_of_run(*c)).map(move |run| {
            let place = from..from + run.len();
            from = place.end + 1;
            place
        })
    }

    /// The text without parts of the length that `part` returns at each position; none when there is no such part.
    fn without_parts(&self, part: fn(&[DecodedChar]) -> usize) -> Option<Self> {
        let mut read = Vec::with_capacity(self.read.len());
        let mut rest = &self.read[..];
        while let Some(first) = rest.first() {
            match part(rest) {
                0 => {
                    read.push(first.clone());
                    rest = &rest[1..];
                }
                length => rest = &rest[length..],
            }
        }
        (read.len() < self.read.len()).then_some(Self { read, ..*self })
    }
}

/// The number of invisible letters at the beginning: an invisible one, the backslash that escapes a sign in Markdown and JSON, or the place
/// where HTML may break a word.
fn unseen(text: &[DecodedChar]) -> usize {
    match text {
        [('\\', _), (c, _), ..] if c.is_ascii_punctuation() => 1,
        [('<', _), ('w' | 'W', _), ('b' | 'B', _), ('r' | 'R', _), after @ ..] => {
            after.iter().take(3).position(|(c, _)| *c == '>').map_or(0, |at| at + 5)
        }
        // The replacement character stands for what no database stores.
        [(c, _), ..] if is_unseen(*c) || c.is_control() && !c.is_whitespace() || *c == '\u{fffd}' => 1,
        _ => 0,
    }
}

/// The number of letters that form a line end at the beginning: continuation signs or blanks before it, and the start of the next line if
/// it is indented, quoted in a mail, or part of a comment, a list or a diff.
fn line_end(text: &[DecodedChar]) -> usize {
    let before = text.iter().take(2).take_while(|(c, _)| matches!(c, '=' | ' ' | '\t' | '\\')).count();
    let Some(mut end) = (0..=before).find(|at| line_break(&text[*at..]) > 0) else { return 0 };
    loop {
        match line_start(&text[end..]) {
            0 => return end,
            more => end += more,
        }
    }
}

/// The number of letters that form a line break at the beginning: a character, its escape in JSON or code, or an HTML tag.
fn line_break(text: &[DecodedChar]) -> usize {
    match text {
        [('\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}', _), ..] => 1,
        [('\\', _), ('n' | 'r' | 't', _), ..] => 2,
        [('<', _), after @ ..] => tag(after),
        _ => 0,
    }
}

/// The number of letters at the beginning of a line that are no part of its text. A hyphen may belong to a secret and a slash to the path
/// of a page, so these count only with the letter that follows.
fn line_start(text: &[DecodedChar]) -> usize {
    match text {
        [(' ' | '\t' | '>' | '|' | '#' | '*' | '+' | ';' | '!', _), ..] => 1,
        [('/', _), ('/' | '*' | ' ' | '\t', _), ..] | [('-', _), (' ' | '\t', _), ..] => 2,
        [('-', _), ('-', _), (' ' | '\t', _), ..] => 3,
        _ => line_break(text),
    }
}

/// The number of letters of a short HTML tag or comment whose bracket was read; 0 for anything else.
fn tag(after: &[DecodedChar]) -> usize {
    let Some(end) = after.iter().take(TAG_LONGEST + 1).position(|(c, _)| *c == '>') else { return 0 };
    let inside: String = after[..end].iter().map(|(c, _)| c).collect();
    let name = inside.trim_start_matches('/').split(|c: char| c == '/' || c.is_whitespace()).next().unwrap_or_default();
    let is_name = !name.is_empty() && name.len() <= TAG_NAME_LONGEST && name.chars().all(|c| c.is_ascii_alphanumeric());
    let is_tag = (is_name || name.starts_with("!--")) && !inside.contains('<');
    if is_tag { end + 2 } else { 0 }
}

/// Decodes one level; whether anything was encoded.
fn decode(read: &mut Vec<DecodedChar>) -> bool {
    let mut decoded = Vec::with_capacity(read.len());
    let mut rest = &read[..];
    while let [first, others @ ..] = rest {
        match encoded(rest) {
            Some((c, length)) => {
                decoded.push((c, first.1.start..rest[length - 1].1.end));
                rest = &rest[length..];
            }
            None => {
                decoded.push(first.clone());
                rest = others;
            }
        }
    }
    let was_encoded = decoded.len() < read.len();
    *read = decoded;
    was_encoded
}

/// The letter encoded at the beginning of a text in a URL, JSON, code or HTML, and the length of its encoding. Only ASCII is decoded, as
/// secrets have nothing else.
fn encoded(text: &[DecodedChar]) -> Option<(char, usize)> {
    match text {
        [('%', _), ..] => Some((in_hexadecimal(text.get(1..3)?)?, 3)),
        [('\\', _), ('u', _), ..] => Some((in_hexadecimal(text.get(2..6)?)?, 6)),
        [('\\', _), ('x', _), ..] => Some((in_hexadecimal(text.get(2..4)?)?, 4)),
        [('&', _), ..] => named(text),
        _ => None,
    }
}

fn in_hexadecimal(digits: &[DecodedChar]) -> Option<char> {
    let code = digits.iter().try_fold(0, |code, (c, _)| Some(code * 16 + c.to_digit(16)?))?;
    u8::try_from(code).ok().filter(u8::is_ascii).map(char::from)
}

/// The letter of an HTML character reference by name or number.
fn named(text: &[DecodedChar]) -> Option<(char, usize)> {
    let end = text.iter().take(NAME_LONGEST).position(|(c, _)| *c == ';')?;
    let name: String = text[1..end].iter().map(|(c, _)| c).collect();
    let code = |number: &str| match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    };
    let letter = match name.strip_prefix('#') {
        Some(number) => char::from_u32(code(number)?)?,
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        readings(text).iter().map(|letters| letters.word(0..letters.read.len())).collect()
    }

    #[test]
    fn a_text_is_read_decoded_then_without_what_nobody_sees_then_in_one_line() {
        assert_eq!(read("plain text, 50% off & more"), ["plain text, 50% off & more"]);
        assert_eq!(read("a%5Fb&#95;c&#x5F;d&lowbar;e&amp;#95;f\\u005fg"), ["a_b_c_d_e_f_g"]);
        assert_eq!(read("a\\_b\u{ad}c\u{200b}d<wbr>e<WBR />f"), ["a\\_b\u{ad}c\u{200b}d<wbr>e<WBR />f", "a_bcdef"]);
        for broken in ["a\nb", "a=\r\nb", "a \n> b", "a\n   b", "a\r\n> > b", "a\u{2028}b"] {
            assert_eq!(read(broken), [broken, "ab"]);
        }
        for broken in
            ["a\\nb", "a\\r\\nb", "a\\tb", "a\\\nb", "a \\\n  b", "a<br>b", "a</b><br />\n<b>b", "a<span class=\"x\">b", "a<!-- -->b"]
        {
            assert_eq!(read(broken), [broken, "ab"]);
        }
        for start in ["// ", "//", "/// ", "//! ", " * ", "/* ", "# ", "+ ", "+", "- ", "-- ", "; ", "\\t"] {
            let broken = format!("a\n{start}b");
            assert_eq!(read(&broken), [broken.as_str(), "ab"]);
        }
        assert_eq!(read("a\n-b\n/c"), ["a\n-b\n/c", "a-b/c"], "these may be of a secret and of the name of a page");
        assert_eq!(read("a\\\\nb"), ["a\\\\nb", "a\\nb", "ab"], "escaped twice");
        assert_eq!(read("\\x61&lt;br&gt;b"), ["a<br>b", "ab"]);
        assert_eq!(read("a\\_\nb"), ["a\\_\nb", "a_\nb", "a_b"]);
    }

    #[test]
    fn what_only_looks_encoded_is_read_as_it_stands() {
        for text in
            ["&#1114112;", "&#;", "&#x;", "&nosuch;", "&", "%zz", "\\u00e", "\\x5", "<wbr", "<>", "a < b > c", "<mailto:a@b.test>", "100%"]
        {
            assert_eq!(read(text), [text]);
        }
    }

    #[test]
    fn a_hidden_place_is_one_sign_and_places_that_touch_are_one() {
        assert_eq!(hidden("0123456789", vec![7..8, 2..4, 3..5, 5..6]), "01…6…89");
        assert!(matches!(hidden("0123", Vec::new()), Cow::Borrowed("0123")));
    }
}
