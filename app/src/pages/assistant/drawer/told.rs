//! Announcements for screen readers.

use super::markdown;
use crate::assistant::{CardState, Message, Step};

/// The announcement of a message: its text, and its waiting cards.
pub(super) fn announcement(message: &Message) -> String {
    let cards = message.steps.iter().filter_map(|step| if let Step::Card(card) = step { Some(card) } else { None });
    let cards = cards.filter(|card| card.state == CardState::Waiting).map(|card| format!("{} waits for you.", card.title));
    let words = (!message.text.is_empty()).then(|| markdown::plain(&message.text));
    words.into_iter().chain(cards).collect::<Vec<_>>().join(" ")
}
