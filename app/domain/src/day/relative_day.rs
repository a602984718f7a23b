//! Days by word: `today`, `yesterday` and the days of the week.

#[cfg(feature = "server")]
use jiff::civil::Date;

use super::Day;
#[cfg(feature = "server")]
use super::calendar;
#[cfg(feature = "server")]
use crate::invalid_value::InvalidValue;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[cfg(feature = "server")]
impl Day {
    /// Parses a day relative to `today`: `YYYY-MM-DD`, `today`, `yesterday`, or a day of the week such as `monday` or `mon`, which is the
    /// latest one that is not after today; `last monday` is the latest one before today.
    pub fn parse_relative(field: &'static str, text: &str, today: Date) -> Result<Day, InvalidValue> {
        let with_words = |refused: InvalidValue| match calendar::read(text.trim()) {
            // It is written as a day, and only that day is wrong.
            Some(_) => refused,
            None => refused.hint("A day may be today, yesterday or a day of the week, too, such as monday or last monday."),
        };
        Day::by_word(text, &Day::from(today)).map_or_else(|| Day::parse(field, text).map_err(with_words), Ok)
    }

    /// The remark about a day of the week that was taken as today: that of a week ago may be meant.
    pub fn weekday_remark(text: &str, today: Date) -> Option<String> {
        let today = Day::from(today);
        if !today.is_weekday(text) {
            return None;
        }
        let (word, before, today) = (text.trim().to_ascii_lowercase(), today.plus(-7), today.as_str());
        Some(format!("{word} was taken as today, {today}; a week ago it was {}, which is last {word}.", before.as_str()))
    }
}

impl Day {
    /// The day that a word names, relative to `today`: `today`, `yesterday` or a day of the week, as
    /// `Day::parse_relative` takes them.
    pub fn by_word(text: &str, today: &Day) -> Option<Day> {
        let word = text.trim().to_ascii_lowercase();
        let days_since = |weekday: i64| (i64::from(today.weekday()) - weekday).rem_euclid(7);
        let separators = [' ', '_', '-'];
        match word.as_str() {
            "today" => Some(today.clone()),
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

    /// Whether a word names the day of the week of this day, such as `monday` or `mon`.
    pub fn is_weekday(&self, text: &str) -> bool {
        weekday(&text.trim().to_ascii_lowercase()) == Some(i64::from(self.weekday()))
    }
}

/// The number of a day of the week, 1 for Monday, from its name or the first three letters of it.
fn weekday(word: &str) -> Option<i64> {
    (1_i64..).zip(WEEKDAYS).find(|(_, name)| word == *name || Some(word) == name.get(..3)).map(|(weekday, _)| weekday)
}
