//! Announcements for screen readers.

use super::markdown;
use crate::assistant::{CardState, Message, Step};

/// The announcement of a message: its text, what its reads found, and its waiting cards.
pub(super) fn announcement(message: &Message) -> String {
    let cards = message.steps.iter().filter_map(|step| if let Step::Card(card) = step { Some(card) } else { None });
    let cards = cards.filter(|card| card.state == CardState::Waiting).map(|card| format!("{} waits for you.", card.title));
    let words = (!message.text.is_empty()).then(|| markdown::plain(&message.text));
    let found = message.steps.iter().filter_map(|step| if let Step::Tool(tool) = step { tool.lines.as_deref() } else { None });
    let found = found.flat_map(str::lines).filter_map(|line| line.strip_prefix("- ")).map(|line| format!("{}.", markdown::plain(line)));
    words.into_iter().chain(found).chain(cards).collect::<Vec<_>>().join(" ")
}
