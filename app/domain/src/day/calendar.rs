//! Arithmetic on the Gregorian calendar, without a library so that the browser can use it too.
//!
//! Days are numbered from 1970-01-01. Years are taken to begin in March, which puts the leap day at
//! their end, and counted in cycles of 400 years, after which the calendar repeats (Howard Hinnant,
//! *chrono-compatible low-level date algorithms*).

const DAYS_PER_CYCLE: i64 = 146_097;

/// Days from 1 March of the year 0 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

/// Parses the three numbers of `YYYY-MM-DD`, without checking that the day exists.
pub(super) fn read(text: &str) -> Option<(i16, i8, i8)> {
    let bytes = text.as_bytes();
    let dashes = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let digits = bytes.iter().enumerate().all(|(at, byte)| matches!(at, 4 | 7) || byte.is_ascii_digit());
    if !dashes || !digits {
        return None;
    }
    Some((text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?))
}

/// Whether the day exists in the calendar.
pub(super) fn exists(year: i16, month: i8, day: i8) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The number of a day, 0 for 1970-01-01.
pub(super) fn number(year: i16, month: i8, day: i8) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_cycle = year * 365 + year / 4 - year / 100 + day_of_year;
    cycle * DAYS_PER_CYCLE + day_of_cycle - DAYS_TO_1970
}

/// The year, month and day of a day number, for years that fit an `i16`.
pub(super) fn parts(number: i64) -> (i16, i8, i8) {
    let number = number + DAYS_TO_1970;
    let (cycle, day) = (number.div_euclid(DAYS_PER_CYCLE), number.rem_euclid(DAYS_PER_CYCLE));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = cycle * 400 + year + i64::from(month <= 2);
    (year as i16, month as i8, day as i8)
}

/// The day of the week of a day number, 1 for Monday; 1970-01-01 was a Thursday.
pub(super) fn weekday(number: i64) -> u8 {
    (number + 3).rem_euclid(7) as u8 + 1
}
