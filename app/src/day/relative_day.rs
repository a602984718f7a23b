//! Days by word: `today`, `yesterday` and the days of the week.

use jiff::civil::Date;

use super::Day;
use crate::error::Error;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Day {
    /// Parses a day relative to `today`: `YYYY-MM-DD`, `today`, `yesterday`, or a day of the week such as `monday` or `mon`, which is the
    /// latest one that is not after today; `last monday` is the latest one before today.
    pub fn parse_relative(field: &'static str, text: &str, today: Date) -> Result<Day, Error> {
        let by_number = |refused: Error| match text.contains(|letter: char| letter.is_ascii_digit()) {
            true => refused,
            false => refused.hint("A day may be today, yesterday or a day of the week, too, such as monday or last monday."),
        };
        by_word(text, today).map_or_else(|| Day::parse(field, text).map_err(by_number), Ok)
    }

    /// The remark about a day of the week that was taken as today: that of a week ago may be meant.
    pub fn weekday_remark(text: &str, today: Date) -> Option<String> {
        let (word, today) = (text.trim().to_ascii_lowercase(), Day::from(today));
        weekday(&word).filter(|weekday| *weekday == i64::from(today.weekday()))?;
        let (before, today) = (today.plus(-7), today.as_str());
        Some(format!("{word} was taken as today, {today}; a week ago it was {}, which is last {word}.", before.as_str()))
    }
}

/// The day that a word names, relative to `today`.
pub(super) fn by_word(text: &str, today: Date) -> Option<Day> {
    let (word, today) = (text.trim().to_ascii_lowercase(), Day::from(today));
    let days_since = |weekday: i64| (i64::from(today.weekday()) - weekday).rem_euclid(7);
    let separators = [' ', '_', '-'];
    match word.as_str() {
        "today" => Some(today),
        "yesterday" => Some(today.plus(-1)),
        word => match word.strip_prefix("last").filter(|rest| rest.starts_with(separators)) {
            Some(rest) => weekday(rest.trim_start_matches(separators)).map(|weekday| match days_since(weekday) {
                0 => today.plus(-7),
                days => today.plus(-days),
            }),
            None => weekday(word).map(|weekday| today.plus(-days_since(weekday))),
        },
    }
}

/// The number of a day of the week, 1 for Monday, from its name or the first three letters of it.
fn weekday(word: &str) -> Option<i64> {
    (1_i64..).zip(WEEKDAYS).find(|(_, name)| word == *name || Some(word) == name.get(..3)).map(|(weekday, _)| weekday)
}
