//! A text, letter by letter, as it is read in the end: without what encodes, escapes or breaks it.
//!
//! What is around a secret stays as it was written, so every letter knows where it stands.

use std::{borrow::Cow, ops::Range};

use crate::text::is_unseen;

/// How often a text may be encoded. Programs that pass links on do it once more each.
const ENCODED_MAX: usize = 8;

/// How long the name of a letter is at most, in letters, with the signs around it: `&ZeroWidthSpace;`.
const NAME_LONGEST: usize = 17;

/// The letters that HTML names and that stand in links and secrets, or that nobody sees in them.
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

/// How long a tag of HTML that parts words is at most, in letters within its signs: one that a secret stands in is longer.
const TAG_LONGEST: usize = 40;

/// How long the name of a tag is at most, in letters: a longer word is none.
const TAG_NAME_LONGEST: usize = 10;

/// A letter with the place where it is written.
type DecodedChar = (char, Range<usize>);

/// A text, letter by letter.
pub(super) struct DecodedText {
    pub(super) read: Vec<DecodedChar>,
    /// Whether it is encoded more often than it is read.
    pub(super) is_encoded: bool,
    /// Whether its lines are read as one, so that the words at their ends are read as one too.
    pub(super) is_joined: bool,
}

/// The ways in which somebody may read a text: as it is decoded; without what nobody sees and what escapes a sign; with its lines joined.
/// Those that read the same letters are one.
pub(super) fn readings(text: &str) -> Vec<DecodedText> {
    let read = DecodedText::of(text);
    let folded = read.without_parts(unseen);
    let joined = folded.as_ref().unwrap_or(&read).without_parts(line_end).map(|joined| DecodedText { is_joined: true, ..joined });
    std::iter::once(read).chain(folded).chain(joined).collect()
}

/// A text with `…` for what is written at these places.
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
    /// A text as it is decoded.
    pub(super) fn of(text: &str) -> Self {
        let mut read: Vec<_> = text.char_indices().map(|(at, c)| (c, at..at + c.len_utf8())).collect();
        let is_encoded = (0..ENCODED_MAX).all(|_| decode(&mut read)) && decode(&mut read);
        Self { read, is_encoded, is_joined: false }
    }

    pub(super) fn word(&self, place: Range<usize>) -> String {
        self.read[place].iter().map(|(c, _)| c).collect()
    }

    /// Where letters are written, what stands between them included; there is one at least.
    pub(super) fn written(&self, place: &Range<usize>) -> Range<usize> {
        self.read[place.start].1.start..self.read[place.end - 1].1.end
    }

    /// The runs of such letters, as places among all.
    pub(super) fn runs_of(&self, is_of_run: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.read.split(move |(c, _)| !is_of_run(*c)).map(move |run| {
            let place = from..from + run.len();
            from = place.end + 1;
            place
        })
    }

    /// The text without parts that say nothing, as many letters as `part` tells at each place; none when there is no such part.
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

/// How many letters of the beginning of a text nobody sees: an invisible one, the backslash that escapes a sign in Markdown and in JSON,
/// or the place where HTML may break a word.
fn unseen(text: &[DecodedChar]) -> usize {
    match text {
        [('\\', _), (c, _), ..] if c.is_ascii_punctuation() => 1,
        [('<', _), ('w' | 'W', _), ('b' | 'B', _), ('r' | 'R', _), after @ ..] => {
            after.iter().take(3).position(|(c, _)| *c == '>').map_or(0, |at| at + 5)
        }
        // The last one stands for what no database keeps.
        [(c, _), ..] if is_unseen(*c) || c.is_control() && !c.is_whitespace() || *c == '\u{fffd}' => 1,
        _ => 0,
    }
}

/// How many letters of the beginning of a text are the end of a line: the signs or the blanks before it that say that the text goes on, and
/// what the next line begins with when it is indented, repeated in a mail, or stands in a comment, a list or a comparison of files.
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

/// How many letters of the beginning of a text part two lines: a sign of its own, as it is escaped in JSON and in code, or a tag of HTML.
fn line_break(text: &[DecodedChar]) -> usize {
    match text {
        [('\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}', _), ..] => 1,
        [('\\', _), ('n' | 'r' | 't', _), ..] => 2,
        [('<', _), after @ ..] => tag(after),
        _ => 0,
    }
}

/// How many letters of the beginning of a line, or of what parts it from the one before, are not of its text. A hyphen may be of a secret,
/// and a slash of the name of a page, so these say more together with what follows them.
fn line_start(text: &[DecodedChar]) -> usize {
    match text {
        [(' ' | '\t' | '>' | '|' | '#' | '*' | '+' | ';' | '!', _), ..] => 1,
        [('/', _), ('/' | '*' | ' ' | '\t', _), ..] | [('-', _), (' ' | '\t', _), ..] => 2,
        [('-', _), ('-', _), (' ' | '\t', _), ..] => 3,
        _ => line_break(text),
    }
}

/// How many letters a short tag or comment of HTML has whose sign has been read; none when it is another text.
fn tag(after: &[DecodedChar]) -> usize {
    let Some(end) = after.iter().take(TAG_LONGEST + 1).position(|(c, _)| *c == '>') else { return 0 };
    let inside: String = after[..end].iter().map(|(c, _)| c).collect();
    let name = inside.trim_start_matches('/').split(|c: char| c == '/' || c.is_whitespace()).next().unwrap_or_default();
    let is_name = !name.is_empty() && name.len() <= TAG_NAME_LONGEST && name.chars().all(|c| c.is_ascii_alphanumeric());
    let is_tag = (is_name || name.starts_with("!--")) && !inside.contains('<');
    if is_tag { end + 2 } else { 0 }
}

/// Reads what is encoded once; whether anything was.
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

/// The letter that the beginning of a text encodes, in an address, in JSON, in code or in HTML, and in how many letters. No secret has any
/// beyond ASCII.
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

/// The letter that HTML writes by its name or number.
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
