//! Completion of slash commands.

use super::{HELP, KnownNames, name_prefix::after, natural_commands};
use crate::assistant::Command;

/// The maximum number of completions.
const COMPLETIONS_MAX: usize = 8;

const PERIODS: [&str; 6] = ["last month", "this month", "last week", "this week", "last quarter", "this year"];

/// One completion.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Its label, such as `/log` or `Acme / Dashboard`.
    pub label: String,
    /// A short explanation.
    pub hint: String,
    /// The whole text after it is accepted.
    pub text: String,
    /// The caret after it is accepted, counted like `caret` of [`complete`].
    pub caret: usize,
    /// Whether the text is incomplete without it, as with the beginning of a command's name.
    pub needed: bool,
}

/// The completions at the caret, which is counted as browsers do: in units of UTF-16.
pub fn complete(text: &str, caret: usize, commands: &[Command], names: &KnownNames) -> Vec<Completion> {
    let caret = byte_at(text, caret);
    let (head, tail) = text.split_at(caret);
    let Some(typed) = head.strip_prefix('/') else { return Vec::new() };
    let Some(space) = typed.find(char::is_whitespace) else { return command(typed, tail, commands) };
    let (name, rest) = typed.split_at(space);
    let name = name.to_lowercase();
    let mut offered = match name.as_str() {
        "start" => known(head, tail, rest, &names.projects, true),
        "log" => log(head, tail, rest, names),
        "unbilled" | "invoice" => client_and_period(head, tail, rest, names),
        _ => commands.iter().find(|command| command.name == name).map(|command| pair(head, tail, command, names)).unwrap_or_default(),
    };
    offered.truncate(COMPLETIONS_MAX);
    offered
}

/// Completes the name of a command: names that begin with the typed text first, then those that contain it. Where there are more than are
/// offered, the command that lists all comes last.
fn command(typed: &str, tail: &str, commands: &[Command]) -> Vec<Completion> {
    let typed = typed.to_lowercase().replace('_', "-");
    let after = tail.find(char::is_whitespace).map_or("", |space| tail[space..].trim_start());
    // A complete name is a command already, even if longer names contain it.
    let needed = !commands.iter().any(|command| command.name == typed);
    let offer = |command: &Command| Completion {
        label: format!("/{}", command.name),
        hint: command.title.clone(),
        needed,
        ..taken(format!("/{} ", command.name), after)
    };
    let begins = commands.iter().filter(|command| command.name.starts_with(&typed));
    let holds = commands.iter().filter(|command| !command.name.starts_with(&typed) && command.name.contains(&typed));
    let all: Vec<&Command> = begins.chain(holds).filter(|command| command.name != typed).collect();
    let help = commands.iter().find(|command| command.name == HELP && all.len() > COMPLETIONS_MAX);
    let Some(help) = help else { return all.into_iter().take(COMPLETIONS_MAX).map(offer).collect() };
    let others: Vec<&Command> = all.into_iter().filter(|command| command.name != HELP).collect();
    let more = others.len().saturating_sub(COMPLETIONS_MAX - 1);
    let last = Completion { hint: format!("Lists {more} more commands"), ..offer(help) };
    others.into_iter().take(COMPLETIONS_MAX - 1).map(offer).chain([last]).collect()
}

/// Completes the project after a duration. In `1h 30 d`, the number may belong to the duration or to the name, which is then offered first.
fn log(head: &str, tail: &str, rest: &str, names: &KnownNames) -> Vec<Completion> {
    let mut readings = natural_commands::durations(rest.trim_start()).unwrap_or_default();
    if readings.first().is_some_and(|(_, after)| after.is_empty()) {
        readings.truncate(1);
    }
    let is_open = |after: &str| rest.ends_with(char::is_whitespace) || !after.is_empty();
    let mut offered: Vec<Completion> = Vec::new();
    for (_, after) in readings.iter().rev().filter(|(_, after)| is_open(after)) {
        let further = known(head, tail, after, &names.projects, true).into_iter();
        let further: Vec<Completion> = further.filter(|offer| offered.iter().all(|other| other.label != offer.label)).collect();
        offered.extend(further);
    }
    offered
}

/// Completes a client, and behind one a period; a client with a longer name that begins likewise comes first.
fn client_and_period(head: &str, tail: &str, rest: &str, names: &KnownNames) -> Vec<Completion> {
    let client = names.clients.iter().filter_map(|client| after(rest, client)).min_by_key(|period| period.len());
    match client {
        Some(period) if rest.ends_with(char::is_whitespace) || !period.is_empty() => {
            let periods: Vec<String> = PERIODS.iter().map(|period| (*period).to_owned()).collect();
            let longer = known(head, tail, rest, &names.clients, false);
            longer.into_iter().chain(known(head, tail, period, &periods, false)).collect()
        }
        _ => known(head, tail, rest, &names.clients, false),
    }
}

/// Completes a name: names that begin with the typed text first, then those that contain it. `goes_on`: text may follow the name.
fn known(head: &str, tail: &str, typed: &str, names: &[String], goes_on: bool) -> Vec<Completion> {
    let typed = typed.trim_start();
    let wanted = folded(typed);
    // After a complete name, only a longer one that begins with it is worth an offer.
    let whole = names.iter().any(|name| after(typed, name).is_some());
    let before = &head[..head.len() - typed.len()];
    let offer = |name: &String| {
        let end = if goes_on { " " } else { "" };
        Completion { label: name.clone(), hint: String::new(), needed: false, ..taken(format!("{before}{name}{end}"), tail.trim_start()) }
    };
    let begins = names.iter().filter(|name| folded(name).starts_with(&wanted) && folded(name) != wanted);
    let holds = names.iter().filter(|name| !whole && !folded(name).starts_with(&wanted) && folded(name).contains(&wanted));
    begins.chain(holds).map(offer).collect()
}

/// Completes the value of `client=` or `project=`, or the name of an argument of the command.
fn pair(head: &str, tail: &str, command: &Command, names: &KnownNames) -> Vec<Completion> {
    let word = head.rfind(char::is_whitespace).map_or("", |space| head[space..].trim_start());
    let values = match word.split_once('=') {
        Some(("client", value)) => Some((value, &names.clients)),
        Some(("project", value)) => Some((value, &names.projects)),
        Some(_) => return Vec::new(),
        None => None,
    };
    if let Some((value, known)) = values {
        let before = &head[..head.len() - value.len()];
        let wanted = folded(value.trim_start_matches(['"', '“', '„']));
        let found = known.iter().filter(|name| folded(name).contains(&wanted) && !name.contains('"'));
        let offer = |name: &String| Completion {
            label: name.clone(),
            hint: String::new(),
            needed: false,
            ..taken(format!("{before}\"{name}\" "), tail.trim_start_matches(['"', '“', '”']).trim_start())
        };
        return found.map(offer).collect();
    }
    let before = &head[..head.len() - word.len()];
    let arguments = command.usage.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| name.trim_matches(['[', '(']));
    let free = arguments.filter(|name| !name.is_empty() && name.starts_with(word) && !head.contains(&format!(" {name}=")));
    let offer = |name: &str| Completion {
        label: format!("{name}="),
        hint: String::new(),
        needed: false,
        ..taken(format!("{before}{name}="), tail)
    };
    free.map(offer).collect()
}

/// The text and the caret after a completion was accepted.
fn taken(head: String, tail: &str) -> Completion {
    let caret = head.encode_utf16().count();
    Completion { label: String::new(), hint: String::new(), text: head + tail, caret, needed: false }
}

/// Lower case, single spaces, none around slashes: the form in which two spellings of a name are equal.
fn folded(text: &str) -> String {
    let ends = text.ends_with(char::is_whitespace) && !text.trim().is_empty() && !text.trim_end().ends_with('/');
    let words = text.to_lowercase().split('/').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    let mut folded = words.join("/");
    if ends {
        folded.push(' ');
    }
    folded
}

/// The byte offset of the character at this UTF-16 offset; the end of the text when there is none.
fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, letter) in text.char_indices() {
        if seen >= units {
            return at;
        }
        seen += letter.len_utf16();
    }
    text.len()
}
