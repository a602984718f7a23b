//! Parses arguments by name: `name="Acme GmbH" rate=9000 billable=false`. Where a single one is required, its name can be left out:
//! `/send-invoice 2026-0001`.

use serde_json::{Deserializer, Map, Value, json};

use crate::{assistant::Command, error::Error};

/// The characters with which a quoted text begins. Some keyboards put typographic quotes for straight ones.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '‘', '‚'];

/// The longest part of a text that a refusal repeats, in characters.
const REPEATED_MAX: usize = 60;

/// The longest value in a command that a refusal offers, in characters: as many as an argument takes that declares no bound. A longer one
/// is left out, since a part of it would be another value.
const OFFERED_MAX: usize = 500;

/// Parses the arguments after the name of a command.
pub(super) fn parse(command: &Command, mut rest: &str) -> Result<Map<String, Value>, Error> {
    let mut arguments = Map::new();
    if let Some((name, given, after)) = unnamed(command, rest)? {
        arguments.insert(name, given);
        rest = after;
    }
    // The argument before the rest and the text from its value on, where that is a word without quotes.
    let mut before: Option<(String, &str)> = None;
    while !rest.is_empty() {
        let Some((name, after)) = named(command, rest) else { return Err(stands_alone(command, &arguments, before, rest)) };
        let name = spelled(name);
        super::refuse_needless(command, &name)?;
        let (value, left) = value(&name, after)?;
        before = (!after.starts_with(QUOTES) && !after.starts_with(['[', '{'])).then(|| (name.clone(), after));
        if arguments.insert(name.clone(), value).is_some() {
            return Err(Error::invalid(&name, format!("{name} is given twice; give it once.")));
        }
        rest = left.trim_start();
    }
    Ok(arguments)
}

/// The name of an argument in the operation's spelling.
pub(super) fn spelled(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

/// The names of the required arguments, from the usage of the command.
fn required(command: &Command) -> impl Iterator<Item = &str> {
    command.usage.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| name)
}

/// The only required argument of the command, where the text begins with its value and not with a name; and what follows.
fn unnamed<'a>(command: &Command, rest: &'a str) -> Result<Option<(String, Value, &'a str)>, Error> {
    let mut required = required(command);
    let (Some(only), None) = (required.next(), required.next()) else { return Ok(None) };
    if rest.is_empty() || named(command, rest).is_some() {
        return Ok(None);
    }
    if let Some((given, after)) = quoted(only, rest)? {
        return Ok(Some((only.to_owned(), json!(given), after.trim_start())));
    }
    // A name may begin with a bracket, too: it is JSON only where nothing but named arguments follows.
    let json_value = rest.starts_with(['[', '{']).then(|| value(only, rest).ok()).flatten();
    if let Some((given, after)) = json_value.map(|(given, after)| (given, after.trim_start()))
        && (after.is_empty() || named(command, after).is_some())
    {
        return Ok(Some((only.to_owned(), given, after)));
    }
    let (given, after) = rest.split_at(before_named(command, rest));
    Ok(Some((only.to_owned(), json!(given.trim()), after)))
}

/// Where the first word that is the name of an argument begins, after the first word of the text; the end of the text if there is none.
fn before_named(command: &Command, text: &str) -> usize {
    let words = text.char_indices().filter(|(at, letter)| *at > 0 && !letter.is_whitespace() && text[..*at].ends_with(char::is_whitespace));
    words.map(|(at, _)| at).find(|at| named(command, &text[*at..]).is_some()).unwrap_or(text.len())
}

/// The name that the text begins with, and its value with what follows; none when it begins with something else. Around the equals sign
/// there may be spaces where the command takes an argument of that name. Before the next name, they are an empty value.
fn named<'a>(command: &Command, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let (name, after) = before_equals(command, rest)?;
    let value = after.trim_start();
    let is_spaced = value.len() < after.len() && takes(command, name);
    let is_empty = value.is_empty() || before_equals(command, value).is_some();
    Some((name, if is_spaced && !is_empty { value } else { after }))
}

/// The name that the text begins with and what follows its equals sign.
fn before_equals<'a>(command: &Command, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace())?;
    let (word, after) = rest.split_at(end);
    let is_name = !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    let after = if takes(command, word) { after.trim_start() } else { after };
    Some((word, after.strip_prefix('=')?)).filter(|_| is_name)
}

/// Whether the command takes an argument of this name, as far as its arguments are known.
fn takes(command: &Command, name: &str) -> bool {
    let name = spelled(name);
    required(command).any(|known| known == name) || command.arguments.contains(&name)
}

/// The refusal of words without a name, with the way to write them: as the arguments that are still missing, in their order, or in quotes
/// together with the value before them.
fn stands_alone(command: &Command, given: &Map<String, Value>, before: Option<(String, &str)>, rest: &str) -> Error {
    let in_quotes = |text: &str| quoted_text(&text[..before_named(command, text)]);
    let follows = |name: &str| rest.split_whitespace().any(|word| word.split_once('=').is_some_and(|(given, _)| spelled(given) == name));
    let missing: Vec<&str> = required(command).filter(|name| !given.contains_key(*name) && !follows(name)).collect();
    let all = || in_order(&missing, &rest[..before_named(command, rest)]);
    let by_name = missing.first().map(|name| all().unwrap_or_else(|| format!("{name}={}", in_quotes(rest))));
    let way = match (before, by_name) {
        (Some((name, value)), by_name) => {
            let by_name = by_name.map(|example| format!("give it by name, such as {example}, or ")).unwrap_or_default();
            format!("{by_name}put a value of several words in quotes: {name}={}.", in_quotes(value))
        }
        (None, Some(example)) => format!("/{} takes its arguments by name, such as {example}.", command.name),
        (None, None) => format!("/{} takes arguments by name only: the name, an equals sign and the value.", command.name),
    };
    let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
    Error::invalid("text", format!("\"{}\" stands alone; {way}", short(&rest[..end])))
}

/// The values that a text holds, each with the name of a missing argument, in the order of these; the last of them takes all that is left,
/// and those without a value are named at the end. `None` unless there are several missing arguments and several values.
fn in_order(missing: &[&str], text: &str) -> Option<String> {
    let (mut pairs, mut given, mut rest) = (Vec::new(), 0, text.trim());
    for (at, name) in missing.iter().enumerate() {
        if rest.is_empty() {
            pairs.push(format!("{name}=…"));
            continue;
        }
        let (_, after) = value(name, rest).ok()?;
        let takes_all = at + 1 == missing.len() && !after.trim().is_empty();
        let (first, left) = rest.split_at(if takes_all { rest.len() } else { rest.len() - after.len() });
        pairs.push(match takes_all {
            true => format!("{name}={}", quoted_text(first)),
            false => format!("{name}={}", offered(first).unwrap_or("…")),
        });
        (given, rest) = (given + 1, left.trim_start());
    }
    (given > 1).then(|| pairs.join(" "))
}

/// A text in quotes as a value of an offered command, which is the whole value or none.
fn quoted_text(text: &str) -> String {
    format!("\"{}\"", offered(text).unwrap_or("…").replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value as an offered command holds it; none where it is too long.
fn offered(text: &str) -> Option<&str> {
    let text = text.trim();
    (text.chars().count() <= OFFERED_MAX).then_some(text)
}

/// The beginning of a text, as a refusal repeats it.
fn short(text: &str) -> String {
    text.trim().chars().take(REPEATED_MAX).collect()
}

/// Parses the value that the text begins with: a quoted text, JSON in brackets, or one word.
fn value<'a>(name: &str, text: &'a str) -> Result<(Value, &'a str), Error> {
    if let Some((value, after)) = quoted(name, text)? {
        return Ok((Value::String(value), after));
    }
    if text.starts_with(['[', '{']) {
        let mut values = Deserializer::from_str(text).into_iter::<Value>();
        let value =
            values.next().and_then(Result::ok).ok_or_else(|| Error::invalid(name, format!("{name} is no JSON; check its brackets.")))?;
        return Ok((value, &text[values.byte_offset()..]));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Ok((plain(&text[..end]), &text[end..]))
}

/// The quoted text that the text begins with, and what follows it; none when it begins with something else.
fn quoted<'a>(name: &str, text: &'a str) -> Result<Option<(String, &'a str)>, Error> {
    let Some(opening) = text.chars().next().filter(|letter| QUOTES.contains(letter)) else { return Ok(None) };
    let is_single = matches!(opening, '‘' | '‚');
    let closing: &[char] = match opening {
        '"' => &['"'],
        _ if is_single => &['’', '‘'],
        _ => &['”', '“'],
    };
    match unquoted(&text[opening.len_utf8()..], closing, is_single) {
        // It may be an apostrophe, as in ‘t Hoekje.
        None if is_single => Ok(None),
        None => Err(Error::invalid(name, format!("The quote of {name} is not closed; end it with {}.", closing[0]))),
        found => Ok(found),
    }
}

/// The text before one of the closing quotes, and what follows it. A backslash escapes the next letter. A single quote within a word is an
/// apostrophe and closes nothing.
fn unquoted<'a>(text: &'a str, closing: &[char], is_single: bool) -> Option<(String, &'a str)> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        let letter = letters.next()?;
        let rest = letters.as_str();
        let ends_word = rest.is_empty() || rest.starts_with(char::is_whitespace);
        match letter {
            letter if closing.contains(&letter) && (ends_word || !is_single) => return Some((value, rest)),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
}

/// The type of a word by its form. Numbers with a point stay text: `1.50` is not `1.5` where it is money.
fn plain(word: &str) -> Value {
    match word {
        "true" => json!(true),
        "false" => json!(false),
        word => match word.parse::<i64>() {
            Ok(number) if number.to_string() == word => json!(number),
            _ => json!(word),
        },
    }
}

/// Converts the value to another JSON type, if that is possible.
pub(super) fn coerced(value: &Value, kind: &str) -> Option<Value> {
    match (kind, value) {
        ("string", Value::Number(number)) => Some(json!(number.to_string())),
        ("string", Value::Bool(truth)) => Some(json!(truth.to_string())),
        ("integer", Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        ("number", Value::String(text)) => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        ("array", Value::String(_) | Value::Number(_) | Value::Object(_)) => Some(json!([value])),
        _ => None,
    }
}
