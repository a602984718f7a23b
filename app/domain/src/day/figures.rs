//! Days in figures of another form than `YYYY-MM-DD`, to suggest that form.

use super::{Day, YEAR_MAX, YEAR_MIN, calendar};

impl Day {
    /// The day that figures such as `30/11/2026`, `5.3.2026` or `2026/3/5` name, if they can be read in one way only. The year has four
    /// digits and stands first or last; where it stands last, the day stands before the month if points are between them, and may be
    /// either of the two otherwise.
    pub fn in_figures(text: &str) -> Option<Day> {
        let text = text.trim();
        let sign = text.chars().find(|sign| !sign.is_ascii_digit()).filter(|sign| ['.', '/', '-'].contains(sign))?;
        let [first, middle, last] = text.split(sign).collect::<Vec<_>>()[..] else { return None };
        match (first.len(), last.len()) {
            (4, _) => of_parts(first, middle, last),
            (_, 4) if sign == '.' => of_parts(last, middle, first),
            (_, 4) => match (of_parts(last, middle, first), of_parts(last, first, middle)) {
                (Some(day), None) | (None, Some(day)) => Some(day),
                (day, other) => day.filter(|day| other.as_ref() == Some(day)),
            },
            _ => None,
        }
    }
}

/// The day of a year of four digits, a month and a day of one or two.
fn of_parts(year: &str, month: &str, day: &str) -> Option<Day> {
    let fits = year.len() == 4 && [month, day].iter().all(|part| (1..=2).contains(&part.len()));
    let text = format!("{year}-{month:0>2}-{day:0>2}");
    let (year, month, day) = calendar::read(&text).filter(|_| fits)?;
    ((YEAR_MIN..=YEAR_MAX).contains(&year) && calendar::exists(year, month, day)).then_some(Day(text))
}
