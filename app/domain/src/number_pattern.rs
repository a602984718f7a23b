//! The pattern of an organization's invoice numbers, formatted when an invoice is sent.

#[cfg(feature = "schemars")]
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::invalid_value::InvalidValue;

/// The most characters of a pattern; a formatted number is about as long.
const TEXT_MAX: usize = 40;

const ADVICE: &str = "write one such as {YYYY}-{0001}, where {0001} is the counter with its zeros";

/// How invoices are numbered, such as `{YYYY}-{0001}`.
///
/// There is exactly one counter, whose digits are its least width (`{0001}` four, `{1}` none), and
/// there may be the year (`{YYYY}`, `{YY}`) and the month (`{MM}`) of issue. All but the counter
/// have a fixed width, so two numbers of one series never come out the same.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(try_from = "String", into = "String")]
pub struct NumberPattern {
    text: String,
    pieces: Vec<PatternPart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternPart {
    Text(String),
    Year,
    ShortYear,
    Month,
    Counter { width: usize },
}

impl NumberPattern {
    /// Parses a pattern: at most 40 printable characters of ASCII with one counter.
    pub fn parse(text: &str) -> Result<NumberPattern, InvalidValue> {
        let text = text.trim();
        let refused = |why: &str| {
            let shown = crate::money::shown(text);
            InvalidValue::new("number_pattern", format!("{shown} {why}; {ADVICE}."))
        };
        if text.len() > TEXT_MAX || !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(refused(&format!("is not made of at most 40 plain letters, digits and signs{}", plainly(text))));
        }
        let pieces = pieces(text).ok_or_else(|| refused("has a part in braces that is not known"))?;
        let counters = pieces.iter().filter(|piece| matches!(piece, PatternPart::Counter { .. })).count();
        if counters != 1 {
            return Err(refused("does not have exactly one counter"));
        }
        Ok(NumberPattern { text: text.to_owned(), pieces })
    }

    /// The number of the `n`-th invoice of a series, issued in this year and month.
    pub fn format(&self, year: i16, month: i8, n: i64) -> String {
        let write = |piece: &PatternPart| match piece {
            PatternPart::Text(text) => text.clone(),
            PatternPart::Year => format!("{year:04}"),
            PatternPart::ShortYear => format!("{:02}", year.rem_euclid(100)),
            PatternPart::Month => format!("{month:02}"),
            PatternPart::Counter { width } => format!("{n:0width$}"),
        };
        self.pieces.iter().map(write).collect()
    }

    /// The series of an invoice of this year: the year if counting restarts with each, otherwise empty, for the only series.
    ///
    /// A pattern without the year never restarts, as the numbers of last year would repeat.
    pub fn series(&self, year: i16, yearly_reset: bool) -> String {
        if yearly_reset && self.shows_year() { format!("{year:04}") } else { String::new() }
    }

    /// Whether a number shows its year of issue.
    fn shows_year(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, PatternPart::Year | PatternPart::ShortYear))
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// What to tell whoever wants a counter that starts again each year beside a pattern without the year; `None` where there is nothing to tell.
pub fn reset_not_applied(pattern: &str, yearly_reset: bool) -> Option<&'static str> {
    let pattern = NumberPattern::parse(pattern).ok().filter(|_| yearly_reset)?;
    (!pattern.shows_year()).then_some(
        "The counter goes on and does not start again each year: the year is not a part of the invoice numbers, so those of last year would \
         come again. Write {YYYY} or {YY} into the pattern, or let the counter go on for ever.",
    )
}

/// Letters that stand for "number" in some languages, and their ASCII form.
const PLAIN: [(&str, &str); 3] = [("№", "No"), ("º", "o"), ("°", "o")];

/// The advice to write the pattern in ASCII, if these letters are all that prevents it: `No-{0001}` for `Nº-{0001}`.
fn plainly(text: &str) -> String {
    let plain = PLAIN.iter().fold(text.to_owned(), |text, (letter, plain)| text.replace(letter, plain));
    let is_plain = plain != text && plain.len() <= TEXT_MAX && plain.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain { format!(", as {plain} is") } else { String::new() }
}

fn pieces(text: &str) -> Option<Vec<PatternPart>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        pieces.extend(literal(before)?);
        pieces.push(placeholder(name)?);
        rest = after;
    }
    pieces.extend(literal(rest)?);
    Some(pieces)
}

/// Text between braces; a closing brace without its opening one is an error.
fn literal(text: &str) -> Option<Option<PatternPart>> {
    (!text.contains('}')).then(|| (!text.is_empty()).then(|| PatternPart::Text(text.to_owned())))
}

fn placeholder(name: &str) -> Option<PatternPart> {
    match name {
        "YYYY" => Some(PatternPart::Year),
        "YY" => Some(PatternPart::ShortYear),
        "MM" => Some(PatternPart::Month),
        _ => {
            let zeros = name.strip_suffix('1')?;
            zeros.bytes().all(|byte| byte == b'0').then_some(PatternPart::Counter { width: name.len() })
        }
    }
}

impl Default for NumberPattern {
    fn default() -> Self {
        NumberPattern {
            text: "{YYYY}-{0001}".to_owned(),
            pieces: vec![PatternPart::Year, PatternPart::Text("-".to_owned()), PatternPart::Counter { width: 4 }],
        }
    }
}

impl fmt::Display for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for NumberPattern {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        NumberPattern::parse(&text)
    }
}

impl From<NumberPattern> for String {
    fn from(pattern: NumberPattern) -> Self {
        pattern.text
    }
}
