//! Parses written durations.

/// The longest text that is parsed; no accepted duration is longer.
const TEXT_MAX: usize = 32;

/// The most decimals of a number: as many as a program writes of a third.
const DECIMALS_MAX: usize = 20;

/// Parses the seconds of a text; `None` if it is no duration. The only limit is the one that keeps numbers small.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() || text.len() > TEXT_MAX {
        return None;
    }
    if text.contains(':') {
        return of_clock(&text);
    }
    if is_plain_number(&text) { of_decimal(&text, 3_600) } else { of_units(&text) }
}

/// Whether the text is a number without a unit, which counts hours.
pub(super) fn is_plain_number(text: &str) -> bool {
    text.trim().bytes().all(is_of_number)
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b',')
}

/// Parses `1:30` as hours and minutes, and `1:30:15` with seconds.
fn of_clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours = whole(parts.next()?)?;
    let minutes = sixtieth(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), sixtieth)?;
    parts.next().is_none().then_some(hours * 3_600 + minutes * 60 + seconds)
}

fn sixtieth(text: &str) -> Option<i64> {
    (text.len() == 2).then(|| whole(text))?.filter(|number| *number < 60)
}

fn whole(text: &str) -> Option<i64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// Parses numbers with units, each unit once and the larger ones first: `1h 30m`, `90 min`, `1.5h`.
fn of_units(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut larger = i64::MAX;
    let mut total = 0;
    while !rest.is_empty() {
        let (number, after) = split(rest, is_of_number);
        let (name, after) = split(after.trim_start(), |byte| byte.is_ascii_alphabetic());
        let unit = if name.is_empty() { unsaid(larger, number, after) } else { unit(name) }.filter(|unit| *unit < larger)?;
        total += if unit == 3_600 { of_decimal(number, unit)? } else { of_number(number, unit)? };
        larger = unit;
        rest = after.trim_start();
    }
    Some(total)
}

/// The implied unit of a last number without one, in seconds: `1h30` is 1 h 30 min.
fn unsaid(larger: i64, number: &str, after: &str) -> Option<i64> {
    let last = number.len() == 2 && after.trim().is_empty();
    (last && sixtieth(number).is_some() && matches!(larger, 3_600 | 60)).then_some(larger / 60)
}

/// The two readings of a number in a duration, as in `1,440m`. A number of hours, with its unit or without one, has only one: no entry
/// has a thousand of them.
pub(super) fn readings(text: &str) -> Option<(String, String)> {
    if is_plain_number(text) {
        return None;
    }
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (number, after) = split(&rest[start..], is_of_number);
        if !after.trim_start().starts_with(['h', 'H'])
            && let Some(readings) = crate::money::readings(number)
        {
            return Some(readings);
        }
        rest = after;
    }
    None
}

fn split(text: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(|byte| belongs(*byte)).count())
}

fn unit(name: &str) -> Option<i64> {
    match name {
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        _ => None,
    }
}

/// Converts a decimal number of units to seconds, rounded half up; `None` if it has two readings.
fn of_number(text: &str, unit: i64) -> Option<i64> {
    if crate::money::readings(text).is_some() { None } else { of_decimal(text, unit) }
}

/// The same for a number whose separator can only be the decimal one.
fn of_decimal(text: &str, unit: i64) -> Option<i64> {
    let Some((before, decimals)) = text.split_once(['.', ',']) else {
        return Some(whole(text)? * unit);
    };
    let number = if before.is_empty() { 0 } else { whole(before)? };
    let is_fraction = (1..=DECIMALS_MAX).contains(&decimals.len()) && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: i128 = if is_fraction { decimals.parse().ok()? } else { return None };
    let parts = 10_i128.pow(u32::try_from(decimals.len()).ok()?);
    let rounded = (fraction * i128::from(unit) * 2 + parts) / (parts * 2);
    Some(number * unit + i64::try_from(rounded).ok()?)
}
