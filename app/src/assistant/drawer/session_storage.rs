//! What a tab remembers of its drawer until it is closed.

use leptos::prelude::*;

use crate::id::ConversationId;

/// Whether the drawer was open.
pub(super) fn was_open(slug: &str) -> bool {
    read("open", slug).is_some()
}

/// Remembers whether it is open.
pub(super) fn keep_open(slug: &str, open: bool) {
    write("open", slug, open.then_some("true"));
}

/// The conversation that it showed.
pub(super) fn conversation(slug: &str) -> Option<ConversationId> {
    read("conversation", slug)?.parse().ok()
}

/// Remembers the conversation that it shows.
pub(super) fn keep_conversation(slug: &str, conversation: Option<ConversationId>) {
    let conversation = conversation.map(|conversation| conversation.to_string());
    write("conversation", slug, conversation.as_deref());
}

fn read(what: &str, slug: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(&key(what, slug)).ok()?
}

/// Without storage the drawer begins closed and empty, which is no loss.
fn write(what: &str, slug: &str, value: Option<&str>) {
    let Ok(Some(storage)) = window().session_storage() else { return };
    _ = match value {
        Some(value) => storage.set_item(&key(what, slug), value),
        None => storage.remove_item(&key(what, slug)),
    };
}

fn key(what: &str, slug: &str) -> String {
    format!("stint-assistant-{what}:{slug}")
}
