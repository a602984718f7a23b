//! Slash commands: what is typed after a `/`, as a call of an operation.

use serde_json::{Map, Value};

use super::Command;
use crate::error::Error;

/// A command as the call that it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The operation.
    pub operation: String,
    /// Its arguments.
    pub arguments: Value,
}

/// Reads a command: its name, and arguments as `name=value`.
pub fn parse(text: &str, commands: &[Command]) -> Result<Parsed, Error> {
    let mut words = text.trim().trim_start_matches('/').split_whitespace();
    let name = words.next().unwrap_or_default();
    if !commands.iter().any(|command| command.name == name) {
        return Err(Error::invalid("text", format!("/{name} is not a command. Type / to see them all.")));
    }
    let mut arguments = Map::new();
    for word in words {
        let (argument, value) = word.split_once('=').unwrap_or(("project", word));
        arguments.insert(argument.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.replace('+', " "))));
    }
    let operation = match name {
        "start" => "start_timer".to_owned(),
        "stop" => "stop_timer".to_owned(),
        "log" => "create_time_entry".to_owned(),
        "unbilled" => "list_unbilled".to_owned(),
        "invoice" => "draft_invoice".to_owned(),
        name => name.replace('-', "_"),
    };
    Ok(Parsed { operation, arguments: Value::Object(arguments) })
}
