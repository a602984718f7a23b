//! The slash commands that a person may use.

use domain::{day::Day, money};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    Command,
    slash::{self, HELP, KnownNames},
    user::AssistantUser,
};
use crate::{
    error::{Code, Error},
    operation::{Effect, Operation},
    page::Page,
};

/// The five commands with a grammar of their own: name, operation, title, usage, whether they write.
const NATURAL_COMMANDS: [(&str, &str, &str, &str, bool); 5] = [
    ("start", "start_timer", "Start the timer", "Acme / Dashboard / design review", true),
    ("stop", "stop_timer", "Stop the timer", "", true),
    ("log", "create_time_entry", "Log time", "45m Acme / Onboarding / first call", true),
    ("unbilled", "list_unbilled", "List unbilled time", "Acme last month", false),
    ("invoice", "draft_invoice", "Draft an invoice", "Acme last month", true),
];

/// All commands of the user: those with a grammar of their own first, then every other write and every read, by name.
pub fn available(user: &AssistantUser) -> Vec<Command> {
    let named = NATURAL_COMMANDS.iter().filter(|(_, operation, ..)| user.named(operation).is_some());
    let named = named.map(|(name, _, title, usage, writes)| Command {
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        usage: (*usage).to_owned(),
        writes: *writes,
        arguments: Vec::new(),
    });
    let title = "List all commands".to_owned();
    let help = Command { name: HELP.to_owned(), title, usage: String::new(), writes: false, arguments: Vec::new() };
    named.chain([help]).chain(user.offered_operations().map(of_operation)).collect()
}

/// All commands of the user with what they take, as the answer to `/help`.
pub fn help(user: &AssistantUser) -> String {
    let line = |command: Command| match command.usage.as_str() {
        "" => format!("- `/{}` {}", command.name, command.title),
        usage => format!("- `/{} {usage}` {}", command.name, command.title),
    };
    let lines: Vec<String> = available(user).into_iter().map(line).collect();
    format!("These commands can be typed:\n\n{}", lines.join("\n"))
}

/// Refuses (forbidden) a command that there is, and that the user's role does not allow: it says what the role lacks and who can change
/// that.
pub fn check_role(user: &AssistantUser, text: &str) -> Result<(), Error> {
    let Some(name) = slash::name(text) else { return Ok(()) };
    let natural = NATURAL_COMMANDS.iter().find(|(natural, ..)| *natural == name);
    let operation = natural.map_or_else(|| name.replace('-', "_"), |(_, operation, ..)| (*operation).to_owned());
    let Some(needs) = user.missing_permission(&operation) else { return Ok(()) };
    let (role, verb, giver) = (user.membership.role.name(), needs.verb(), needs.given_by());
    let message =
        format!("/{name} is for those who may {verb}, and your role ({role}) does not allow that. {giver} can give you one that does.");
    Err(Error::new(Code::Forbidden, message))
}

fn of_operation(operation: &'static Operation) -> Command {
    let declaration = operation.declaration;
    Command {
        name: declaration.name.replace('_', "-"),
        title: declaration.title.to_owned(),
        usage: usage(operation),
        writes: declaration.effect != Effect::Read,
        arguments: arguments(operation).map(str::to_owned).collect(),
    }
}

/// The names of all arguments of an operation.
fn arguments(operation: &Operation) -> impl Iterator<Item = &str> {
    operation.input.get("properties").and_then(Value::as_object).into_iter().flat_map(|properties| properties.keys().map(String::as_str))
}

/// Refuses an argument that the operation of a command does not take, and names those that it takes, the required ones first.
pub fn check_arguments(operation: &Operation, given: &Value) -> Result<(), Error> {
    let mut names = given.as_object().into_iter().flat_map(|given| given.keys()).map(String::as_str);
    let Some(unknown) = names.find(|name| !arguments(operation).any(|known| known == *name)) else { return Ok(()) };
    let required: Vec<&str> = required(operation).collect();
    let others = arguments(operation).filter(|name| !required.contains(name) && !slash::NEEDLESS_ARGUMENTS.contains(name));
    let taken = required.iter().copied().chain(others).collect::<Vec<_>>().join(", ");
    let takes = if taken.is_empty() { "It takes no arguments.".to_owned() } else { format!("It takes {taken}.") };
    let command = operation.declaration.name.replace('_', "-");
    Err(Error::invalid(unknown, format!("/{command} takes no {}. {takes}", money::shown(unknown))))
}

/// The names of the required arguments of an operation.
fn required(operation: &Operation) -> impl Iterator<Item = &str> {
    operation.input.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The required arguments, as `argument=`.
fn usage(operation: &Operation) -> String {
    required(operation).map(|argument| format!("{argument}=…")).collect::<Vec<_>>().join(" ")
}

/// The names that completion and parsing know. A name that is not among them is still parsed, with less certainty.
pub async fn known_names(user: &AssistantUser) -> KnownNames {
    let today = Day::from(user.caller.services.clock.now().to_zoned(user.membership.member_zone.clone()).date());
    KnownNames::of(&listed(user, "list_projects").await, &listed(user, "list_clients").await, today)
}

async fn listed<T: DeserializeOwned>(user: &AssistantUser, operation: &str) -> Vec<T> {
    let Some(operation) = user.named(operation) else { return Vec::new() };
    let listed = user.call(operation, json!({ "limit": 200 })).await.ok();
    listed.and_then(|page| serde_json::from_value::<Page<T>>(page).ok()).map(|page| page.items).unwrap_or_default()
}
