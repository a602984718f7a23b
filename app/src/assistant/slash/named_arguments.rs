//! Parses arguments by name: `name="Acme GmbH" rate=9000 billable=false`. Where a single one is required, its name can be left out:
//! `/send-invoice 2026-0001`.

use serde_json::{Deserializer, Map, Value, json};

use crate::{assistant::Command, error::Error};

/// Parses the arguments after the name of a command.
pub(super) fn parse(command: &Command, mut rest: &str) -> Result<Map<String, Value>, Error> {
    let mut arguments = Map::new();
    if let Some((name, given, after)) = unnamed(command, rest)? {
        arguments.insert(name, given);
        rest = after;
    }
    while !rest.is_empty() {
        let (name, after) = name(command, rest)?;
        let (value, after) = value(&name, after)?;
        if arguments.insert(name.clone(), value).is_some() {
            return Err(Error::invalid(&name, format!("{name} is given twice; give it once.")));
        }
        rest = after.trim_start();
    }
    Ok(arguments)
}

/// The names of the required arguments, from the usage of the command.
fn required(command: &Command) -> impl Iterator<Item = &str> {
    command.usage.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| name)
}

/// The only required argument of the command, where the text begins with its value and not with a name; and what follows.
fn unnamed<'a>(command: &Command, rest: &'a str) -> Result<Option<(String, Value, &'a str)>, Error> {
    let mut required = required(command);
    let (Some(only), None) = (required.next(), required.next()) else { return Ok(None) };
    if rest.is_empty() || named(rest).is_some() {
        return Ok(None);
    }
    if rest.starts_with('"') {
        let (given, after) = value(only, rest)?;
        return Ok(Some((only.to_owned(), given, after.trim_start())));
    }
    // A name may begin with a bracket, too: it is JSON only where nothing but named arguments follows.
    let json_value = rest.starts_with(['[', '{']).then(|| value(only, rest).ok()).flatten();
    if let Some((given, after)) = json_value.map(|(given, after)| (given, after.trim_start()))
        && (after.is_empty() || named(after).is_some())
    {
        return Ok(Some((only.to_owned(), given, after)));
    }
    let words = rest.char_indices().filter(|(at, letter)| *at > 0 && !letter.is_whitespace() && rest[..*at].ends_with(char::is_whitespace));
    let end = words.map(|(at, _)| at).find(|at| named(&rest[*at..]).is_some()).unwrap_or(rest.len());
    let (given, after) = rest.split_at(end);
    Ok(Some((only.to_owned(), json!(given.trim()), after)))
}

/// The name that the text begins with and what follows its `=`; none when it begins with something else.
fn named(rest: &str) -> Option<(&str, &str)> {
    let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace())?;
    let (word, after) = rest.split_at(end);
    let is_name = !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    Some((word, after.strip_prefix('=')?)).filter(|_| is_name)
}

/// The name before the next `=`, in the operation's spelling.
fn name<'a>(command: &Command, rest: &'a str) -> Result<(String, &'a str), Error> {
    if let Some((word, after)) = named(rest) {
        return Ok((word.replace('-', "_").to_lowercase(), after));
    }
    let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
    let word: String = rest[..end].chars().take(60).collect();
    let way = match required(command).next() {
        Some(argument) => format!("/{} takes its arguments by name, such as {argument}=\"{word}\".", command.name),
        None => format!("/{} takes arguments by name only: the name, an equals sign and the value.", command.name),
    };
    Err(Error::invalid("text", format!("\"{word}\" stands alone; {way}")))
}

/// Parses the value that the text begins with: a quoted text, JSON in brackets, or one word.
fn value<'a>(name: &str, text: &'a str) -> Result<(Value, &'a str), Error> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, after) =
            unquoted(quoted).ok_or_else(|| Error::invalid(name, format!("The quote of {name} is not closed; end it with \".")))?;
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

/// The text before the closing quote, and what follows it. A backslash escapes the next letter.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
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
