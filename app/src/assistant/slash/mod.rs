//! Slash commands: parses text into an operation with its arguments, without a model and without asking the server.
//!
//! Five commands have a natural grammar: `/log 45m Acme / Dashboard / call`. Every other operation is its name with dashes and its arguments
//! by name: `/create-client name="Acme GmbH" rate=9000`. Nothing is looked up here: an unknown or ambiguous name is refused by the
//! operation itself, with the candidates.

mod complete;
mod name_prefix;
mod named_arguments;
mod natural_commands;
#[cfg(test)]
mod tests;

use domain::day::Day;
use serde_json::{Map, Value};

use super::Command;
use crate::{clients::Client, error::Error, projects::Project};

pub use complete::{Completion, complete};

/// The names that a command may contain, as far as the user sees them, and the present day.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownNames {
    /// Projects as `Client / Project`.
    pub projects: Vec<String>,
    /// Clients.
    pub clients: Vec<String>,
    /// Today in the member's time zone, from which `yesterday` counts.
    pub today: Day,
}

impl KnownNames {
    /// The names of these projects and clients.
    pub fn of(projects: &[Project], clients: &[Client], today: Day) -> Self {
        Self {
            projects: projects.iter().map(Project::full_name).collect(),
            clients: clients.iter().map(|client| client.name.clone()).collect(),
            today,
        }
    }
}

/// A parsed command: an operation and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedCommand {
    /// The operation, such as `create_time_entry`.
    pub operation: String,
    /// Its arguments, an object.
    pub arguments: Value,
}

/// The command that lists all commands. It is no operation.
pub const HELP: &str = "help";

/// Arguments of all writes that a card makes needless.
pub const NEEDLESS_ARGUMENTS: [&str; 2] = ["dry_run", "idempotency_key"];

/// Whether the text asks for the list of all commands.
pub fn is_help(text: &str) -> bool {
    split(text).is_some_and(|(name, _)| name.eq_ignore_ascii_case(HELP))
}

/// The name of the command in a text, in its usual spelling; `None` when the text is no command.
pub fn name(text: &str) -> Option<String> {
    split(text).map(|(name, _)| command_name(name))
}

fn command_name(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Parses a command. `commands` are those that the person may use.
///
/// Refuses an unknown command, naming those with a similar spelling, and a command without its required arguments.
pub fn parse(text: &str, commands: &[Command], names: &KnownNames) -> Result<ParsedCommand, Error> {
    let (name, rest) = split(text).ok_or_else(|| Error::invalid("text", "A command begins with a slash, such as /stop."))?;
    let name = command_name(name);
    let Some(command) = commands.iter().find(|command| command.name == name) else { return Err(unknown(&name, commands)) };
    if let Some(parsed) = natural_commands::parse(&command.name, rest, names) {
        // These take no arguments by name, so that one would silently become a part of their text.
        let last = rest.split_whitespace().last().and_then(|word| word.split_once('='));
        last.map_or(Ok(()), |(argument, _)| refuse_needless(command, &named_arguments::spelled(argument)))?;
        return parsed;
    }
    let arguments = named_arguments::parse(command, rest)?;
    Ok(ParsedCommand { operation: command.name.replace('-', "_"), arguments: Value::Object(arguments) })
}

/// Refuses an argument that the card of a write makes needless.
fn refuse_needless(command: &Command, argument: &str) -> Result<(), Error> {
    if !command.writes || !NEEDLESS_ARGUMENTS.contains(&argument) {
        return Ok(());
    }
    let why = match argument {
        "dry_run" => "The card itself shows what would be done, and nothing happens until Commit.",
        _ => "The card is done once, however often it is committed.",
    };
    Err(Error::invalid(argument, format!("{why} Leave {argument} out.")))
}

impl ParsedCommand {
    /// Converts values to the types of the operation's schema: `42` may be meant as text.
    pub fn coerced(mut self, schema: &Map<String, Value>) -> Self {
        if let Value::Object(arguments) = &mut self.arguments {
            for (name, value) in arguments {
                let kind = schema.get("properties").and_then(|arguments| arguments.get(name)).and_then(|argument| argument.get("type"));
                if let Some(coerced) = kind.and_then(Value::as_str).and_then(|kind| named_arguments::coerced(value, kind)) {
                    *value = coerced;
                }
            }
        }
        self
    }
}

/// The name of a command and what follows it; `None` when the text is no command.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim().strip_prefix('/')?;
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    Some((&text[..end], text[end..].trim()))
}

fn unknown(name: &str, commands: &[Command]) -> Error {
    let near: Vec<String> = nearest(name, commands).iter().map(|near| format!("/{near}")).collect();
    let shown: String = name.chars().take(60).collect();
    match near.is_empty() {
        true => Error::invalid("text", format!("There is no command /{shown}. Type / to see them all.")),
        false => Error::invalid("text", format!("There is no command /{shown}. Did you mean {}?", near.join(" or "))),
    }
}

/// The commands with the most similar spelling, at most three.
fn nearest<'a>(name: &str, commands: &'a [Command]) -> Vec<&'a str> {
    let far = 2.max(name.chars().count() / 3);
    // Bounds the cost of the edit distance.
    if name.chars().count() > 60 {
        return Vec::new();
    }
    let apart = commands.iter().map(|command| (strsim::levenshtein(name, &command.name), command.name.as_str()));
    let mut near: Vec<(usize, &str)> = apart.filter(|(apart, _)| *apart <= far).collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}
