//! Parses the five commands with a natural grammar.

use domain::{day::Day, hours::Seconds};
use serde_json::{Value, json};

use super::{
    KnownNames, ParsedCommand,
    name_prefix::{after, longest},
};
use crate::error::Error;

/// Parses one of the five commands; `None` when `name` is none of them.
pub(super) fn parse(name: &str, rest: &str, names: &KnownNames) -> Option<Result<ParsedCommand, Error>> {
    match name {
        "start" => Some(start(rest, names)),
        "stop" => Some(stop(rest)),
        "log" => Some(log(rest, names)),
        "unbilled" => Some(Ok(unbilled(rest, names))),
        "invoice" => Some(invoice(rest, names)),
        _ => None,
    }
}

fn start(rest: &str, names: &KnownNames) -> Result<ParsedCommand, Error> {
    let (project, description) = project(rest, names);
    if project.is_empty() {
        return Err(Error::invalid("project", "Say what the timer runs on: /start Acme / Dashboard / design review."));
    }
    Ok(called("start_timer", [("project", project), ("description", description)]))
}

fn stop(rest: &str) -> Result<ParsedCommand, Error> {
    match rest.is_empty() {
        true => Ok(called("stop_timer", [])),
        false => Err(Error::invalid("text", "/stop takes nothing more: it stops your timer now.")),
    }
}

fn log(rest: &str, names: &KnownNames) -> Result<ParsedCommand, Error> {
    if rest.is_empty() {
        return Err(Error::invalid("duration", "Say how long and on what: /log 45m Acme / Onboarding / first call."));
    }
    let (duration, rest) = duration(rest, names)?;
    let (project, words) = project(rest, names);
    let (description, date) = dated(&words, &names.today);
    if project.is_empty() {
        return Err(Error::invalid("project", format!("Say what it was for: /log {duration} Acme / Onboarding / first call.")));
    }
    let (description, date) = (description.to_owned(), date.unwrap_or_default());
    Ok(called("create_time_entry", [("project", project), ("duration", duration), ("description", description), ("date", date)]))
}

/// All unbilled time, or that of a client, of a period, or both. Words behind the name of a known client that are no period belong to the
/// name of another.
fn unbilled(rest: &str, names: &KnownNames) -> ParsedCommand {
    let known = longest(rest, names.clients.iter().map(String::as_str)).filter(|(_, period)| period.is_empty() || is_period(period));
    let (client, period) = match known {
        Some((client, period)) => (client.to_owned(), period),
        None if is_period(rest) => (String::new(), rest),
        None => client_before_period(rest),
    };
    called("list_unbilled", [("client", client), ("period", period_argument(period))])
}

fn invoice(rest: &str, names: &KnownNames) -> Result<ParsedCommand, Error> {
    let (client, period) = match longest(rest, names.clients.iter().map(String::as_str)) {
        Some((client, period)) => (client.to_owned(), period),
        None => client_before_period(rest),
    };
    if client.is_empty() {
        return Err(Error::invalid("client", "Say whom to invoice: /invoice Acme last month."));
    }
    Ok(called("draft_invoice", [("client", client), ("period", period_argument(period))]))
}

/// The period as operations take it: `last_month` for `for last month`.
fn period_argument(period: &str) -> String {
    after(period, "for").unwrap_or(period).to_lowercase().split_whitespace().collect::<Vec<_>>().join("_")
}

/// An operation with those of its arguments that were given.
fn called<const N: usize>(operation: &str, arguments: [(&str, String); N]) -> ParsedCommand {
    let said = arguments.into_iter().filter(|(_, value)| !value.is_empty());
    ParsedCommand {
        operation: operation.to_owned(),
        arguments: said.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Value>(),
    }
}

/// The duration that a text begins with, and what follows it. `30 Days` after `1h` is half an hour or the name of a project: the reading
/// counts that leaves the longest known name, and without one, the longer duration.
fn duration<'a>(rest: &'a str, names: &KnownNames) -> Result<(String, &'a str), Error> {
    let readings = durations(rest)?;
    // Of equal ones, the last is taken.
    let meant = readings.into_iter().rev().max_by_key(|(_, after)| known_length(after, names));
    Ok(meant.unwrap_or_default())
}

/// The readings of the beginning of a text as a duration, each with what follows it: of two words, such as `1h 30m` or `45 min`, then of
/// one. Refused if there is none.
pub(super) fn durations(rest: &str) -> Result<Vec<(String, &str)>, Error> {
    let one = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let after = rest[one..].trim_start();
    let two = rest.len() - after.len() + after.find(char::is_whitespace).unwrap_or(after.len());
    let ends = [Some(two).filter(|_| !after.is_empty()), Some(one)];
    let readings = ends.into_iter().flatten().filter(|end| Seconds::parse("duration", &rest[..*end]).is_ok());
    let readings: Vec<_> = readings.map(|end| (rest[..end].to_owned(), rest[end..].trim_start())).collect();
    if readings.is_empty() {
        Seconds::parse("duration", &rest[..one])?;
    }
    Ok(readings)
}

/// How much of the beginning of a text is the name of a known project, or else of a known client; in bytes, 0 if none of it is.
fn known_length(text: &str, names: &KnownNames) -> usize {
    let client = || longest(text, names.clients.iter().map(String::as_str));
    known_project(text, names).or_else(client).map_or(0, |(_, after)| text.len() - after.len())
}

/// Words before a day that make it a part of the description: `prepare demo for friday`.
const LEADS_TO_DAY: [&str; 17] =
    ["for", "until", "till", "by", "next", "before", "after", "of", "to", "since", "from", "every", "each", "the", "this", "and", "due"];

/// Splits a day off the end of a text, with a preceding `on`. The day is returned as the argument of an operation. Of figures without a
/// year, such as `8.1.`, only those after `on` or `am` are a day, and those that are the whole text: others may be a version.
fn dated<'a>(rest: &'a str, today: &Day) -> (&'a str, Option<String>) {
    let last = last_word(rest);
    let last_two = last_word(rest[..last].trim_end());
    let Some((at, day)) = [last_two, last].into_iter().find_map(|at| Some((at, day_named(&rest[at..], today)?))) else {
        return (rest, None);
    };
    let (before, named) = (rest[..at].trim_end(), &rest[at..]);
    let may_be_version = named.ends_with('.') && !before.is_empty();
    let at = last_word(before);
    match before[at..].to_lowercase().as_str() {
        "on" => (before[..at].trim_end(), Some(day)),
        "am" if named.contains('.') => (before[..at].trim_end(), Some(day)),
        _ if may_be_version => (rest, None),
        word if LEADS_TO_DAY.contains(&word) => (rest, None),
        _ => (before, Some(day)),
    }
}

/// Where the last word of a text begins.
fn last_word(text: &str) -> usize {
    text.char_indices().rev().find(|(_, letter)| letter.is_whitespace()).map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// The day that these words name, as the argument of an operation.
fn day_named(text: &str, today: &Day) -> Option<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    // As a word, because the operation then warns that the day of a week ago may be meant.
    if today.is_weekday(&words) {
        return Some(words);
    }
    let day = match words.as_str() {
        "tomorrow" => Some(today.plus(1)),
        words => Day::by_word(words, today).or_else(|| Day::parse("date", words).ok()).or_else(|| day_in_figures(words, today)),
    };
    day.map(|day| day.to_string())
}

/// The day of `27.11.2026` or `27.11.`, which is in the year in which it is nearest to today.
fn day_in_figures(text: &str, today: &Day) -> Option<Day> {
    let [day, month, year] = text.split('.').collect::<Vec<_>>()[..] else { return None };
    let number = |part: &str| part.parse::<i16>().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (day, month) = (number(day)?, number(month)?);
    let in_year = |year: i16| Day::parse("date", &format!("{year:04}-{month:02}-{day:02}")).ok();
    match year {
        "" => (today.year() - 1..=today.year() + 1).filter_map(in_year).min_by_key(|day| today.days_until(day).abs()),
        year => in_year(number(year)?),
    }
}

/// Splits a text into the project that it begins with and the description.
///
/// The longest known name wins; when several projects have it, the operation asks which. Without a known name, the client is the text
/// before the slash and the project what stands before a further slash, or else the word after the first. A slash may separate the
/// description.
fn project(rest: &str, names: &KnownNames) -> (String, String) {
    if let Some((name, description)) = known_project(rest, names) {
        return (name.to_owned(), without_separator(description).to_owned());
    }
    let begins = rest.find(" / ").map_or(0, |slash| slash + " / ".len());
    let word = rest[begins..].trim_start();
    let begins = rest.len() - word.len();
    if let Some((project, description)) = word.split_once(" / ").filter(|_| begins > 0) {
        return (rest[..begins + project.len()].trim().to_owned(), description.trim().to_owned());
    }
    let ends = begins + word.find(char::is_whitespace).unwrap_or(word.len());
    (rest[..ends].trim().to_owned(), without_separator(rest[ends..].trim()).to_owned())
}

/// The known project with the longest name that the text begins with, and the text after it. A project may be named without its client.
fn known_project<'a, 'n>(rest: &'a str, names: &'n KnownNames) -> Option<(&'n str, &'a str)> {
    let full = longest(rest, names.projects.iter().map(String::as_str));
    let alone = longest(rest, names.projects.iter().filter_map(|name| name.split_once(" / ")).map(|(_, project)| project));
    // A client may have the name of another client's project: before a slash it is the client.
    let is_client = |name: &str| names.clients.iter().any(|client| after(name, client).is_some_and(str::is_empty));
    let alone = alone.filter(|(name, words)| !words.starts_with('/') || !is_client(name));
    full.into_iter().chain(alone).min_by_key(|(_, words)| words.len())
}

/// A description without the slash between it and the project.
fn without_separator(words: &str) -> &str {
    words.strip_prefix("/ ").map_or(if words == "/" { "" } else { words }, str::trim_start)
}

/// An unknown client: the text before a period, or the whole text.
fn client_before_period(rest: &str) -> (String, &str) {
    let starts = rest.char_indices().filter(|(at, letter)| *at > 0 && letter.is_whitespace()).map(|(at, _)| at);
    let found = starts.filter(|at| is_period(rest[*at..].trim())).min();
    let at = found.unwrap_or(rest.len());
    (rest[..at].trim().to_owned(), rest[at..].trim())
}

fn is_period(text: &str) -> bool {
    let text = after(text, "for").unwrap_or(text).to_lowercase();
    let words: Vec<&str> = text.split(|letter: char| letter == '_' || letter.is_whitespace()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["today" | "yesterday"] => true,
        ["this" | "last", "week" | "month" | "quarter" | "year"] => true,
        [word] => word.len() >= 4 && word.bytes().take(4).all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}
