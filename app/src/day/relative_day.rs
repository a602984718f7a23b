//! Days by word: `today`, `yesterday` and the days of the week.

use jiff::civil::Date;

use super::Day;
use crate::error::Error;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Day {
    /// Parses a day relative to `today`: `YYYY-MM-DD`, `today`, `yesterday`, or a day of the week such as `monday` or `mon`, which is the
    /// latest one that is not after today.
    pub fn parse_relative(field: &'static str, text: &str, today: Date) -> Result<Day, Error> {
        let by_number = |refused: Error| match text.contains(|letter: char| letter.is_ascii_digit()) {
            true => refused,
            false => refused.hint("A day may be today, yesterday or a day of the week, too."),
        };
        by_word(text, today).map_or_else(|| Day::parse(field, text).map_err(by_number), Ok)
    }
}

/// The day that a word names, relative to `today`.
pub(super) fn by_word(text: &str, today: Date) -> Option<Day> {
    let (word, today) = (text.trim().to_ascii_lowercase(), Day::from(today));
    match word.as_str() {
        "today" => Some(today),
        "yesterday" => Some(today.plus(-1)),
        word => weekday(word).map(|weekday| today.plus(-(i64::from(today.weekday()) - weekday).rem_euclid(7))),
    }
}

/// The number of a day of the week, 1 for Monday, from its name or the first three letters of it.
fn weekday(word: &str) -> Option<i64> {
    (1_i64..).zip(WEEKDAYS).find(|(_, name)| word == *name || Some(word) == name.get(..3)).map(|(weekday, _)| weekday)
}
