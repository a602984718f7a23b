//! Parses the words for periods: `this_week`, `2026-Q1`, `2026-03-01..2026-03-15`.

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::{DateRange, Day, YEAR_MAX, YEAR_MIN};
use crate::invalid_value::InvalidValue;

/// First and last day, both included.
type Dates = (Date, Date);

impl DateRange {
    /// Parses a period: a word such as `last_month`, a year, quarter, month, week or day (also `today`, `yesterday` or a day of the week),
    /// or two days.
    ///
    /// `today` is the current day in the caller's time zone, and `week_start` the first day of a week there, 1 for Monday. A numbered week
    /// (`2026-W12`) is that of ISO 8601 and always begins on a Monday.
    pub fn parse(field: &'static str, text: &str, today: Date, week_start: u8) -> Result<DateRange, InvalidValue> {
        let word = text.trim().to_ascii_lowercase();
        if let Some((from, to)) = word.split_once("..") {
            return DateRange::named(field, Day::parse_relative(field, from, today)?, Day::parse_relative(field, to, today)?);
        }
        if let Some(day) = Day::by_word(&word, &Day::from(today)) {
            return DateRange::named(field, day.clone(), day);
        }
        let dates = relative(&word.replace([' ', '-'], "_"), today, week_start).or_else(|| absolute(&word));
        let (from, to) = dates.ok_or_else(|| refused(field, text))?;
        DateRange::named(field, from.into(), to.into())
    }
}

fn refused(field: &'static str, text: &str) -> InvalidValue {
    let shown = crate::money::shown(text);
    let examples = "today, this_week, last_month, 2026-03, 2026-Q1, 2026-W12 or 2026-03-01..2026-03-15";
    let way = Day::in_figures(text).map_or_else(|| format!("give one such as {examples}"), |day| format!("write the day as {day}"));
    InvalidValue::new(field, format!("{shown} is not a period; {way}."))
}

fn relative(word: &str, today: Date, week_start: u8) -> Option<Dates> {
    let dates = match word {
        "this_week" => week(today, week_start),
        "last_week" => week(today.saturating_sub(7.days()), week_start),
        "last_7_days" => (today.saturating_sub(6.days()), today),
        "last_30_days" => (today.saturating_sub(29.days()), today),
        "year_to_date" | "ytd" => (today.first_of_year(), today),
        "this_month" => month(today),
        "last_month" => month(today.first_of_month().saturating_sub(1.day())),
        "this_quarter" => quarter(today),
        "last_quarter" => quarter(quarter(today).0.saturating_sub(1.day())),
        "this_year" => year(today),
        "last_year" => year(today.first_of_year().saturating_sub(1.day())),
        _ => return None,
    };
    Some(dates)
}

fn week(day: Date, week_start: u8) -> Dates {
    let into = (day.weekday().to_monday_one_offset() - week_start.clamp(1, 7) as i8).rem_euclid(7);
    let from = day.saturating_sub(i64::from(into).days());
    (from, from.saturating_add(6.days()))
}

fn month(day: Date) -> Dates {
    (day.first_of_month(), day.last_of_month())
}

fn quarter(day: Date) -> Dates {
    let into = (day.month() - 1) % 3;
    let from = day.first_of_month().saturating_sub(i64::from(into).months());
    (from, from.saturating_add(2.months()).last_of_month())
}

fn year(day: Date) -> Dates {
    (day.first_of_year(), day.last_of_year())
}

/// Parses `2026`, `2026-03`, `2026-q1`, `2026-w12` and `2026-03-05`, in lower case.
fn absolute(word: &str) -> Option<Dates> {
    if let Ok(day) = Day::parse("period", word) {
        return Some((day.date(), day.date()));
    }
    let (number, part) = word.split_once('-').map_or((word, None), |(number, part)| (number, Some(part)));
    let number: i16 = digits(number, 4)?;
    if !(YEAR_MIN..=YEAR_MAX).contains(&number) {
        return None;
    }
    let Some(part) = part else {
        return Some(year(Date::new(number, 1, 1).ok()?));
    };
    if let Some(quarter_number) = part.strip_prefix('q') {
        let first: i8 = digits(quarter_number, 1)?;
        return Some(quarter(Date::new(number, first.checked_mul(3)?, 1).ok()?));
    }
    if let Some(week_number) = part.strip_prefix('w') {
        let monday = ISOWeekDate::new(number, digits(week_number, 2)?, Weekday::Monday).ok()?;
        return Some(week(monday.date(), 1));
    }
    Some(month(Date::new(number, digits(part, 2)?, 1).ok()?))
}

/// Parses a number of exactly `count` digits, so that neither `+1` nor `2026-3` is accepted.
fn digits<N: std::str::FromStr>(text: &str, count: usize) -> Option<N> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}
