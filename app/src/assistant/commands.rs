//! The slash commands that a person may use.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    Command,
    slash::{HELP, KnownNames},
    user::AssistantUser,
};
use crate::{
    day::Day,
    operation::{Effect, Operation},
    page::Page,
};

/// The five commands with a grammar of their own: name, operation, title, usage, whether they write.
const NATURAL_COMMANDS: [(&str, &str, &str, &str, bool); 5] = [
    ("start", "start_timer", "Start the timer", "Acme / Dashboard / design review", true),
    ("stop", "stop_timer", "Stop the timer", "", true),
    ("log", "create_time_entry", "Log time", "45m Acme / Onboarding / first call", true),
    ("unbilled", "list_unbilled", "List unbilled time", "Acme", false),
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
    });
    let help = Command { name: HELP.to_owned(), title: "List all commands".to_owned(), usage: String::new(), writes: false };
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

fn of_operation(operation: &'static Operation) -> Command {
    let declaration = operation.declaration;
    Command {
        name: declaration.name.replace('_', "-"),
        title: declaration.title.to_owned(),
        usage: usage(operation),
        writes: declaration.effect != Effect::Read,
    }
}

/// The required arguments, as `argument=`.
fn usage(operation: &Operation) -> String {
    let required = operation.input.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    required.map(|argument| format!("{argument}=…")).collect::<Vec<_>>().join(" ")
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
