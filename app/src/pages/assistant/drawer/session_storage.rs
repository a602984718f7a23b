//! The drawer's state in the session storage of the tab.

use leptos::prelude::*;

use domain::id::ConversationId;

/// Whether the drawer was open.
pub(super) fn was_open(slug: &str) -> bool {
    read("open", slug).is_some()
}

/// Stores whether the drawer is open.
pub(super) fn keep_open(slug: &str, open: bool) {
    write("open", slug, open.then_some("true"));
}

/// The conversation that was shown.
pub(super) fn conversation(slug: &str) -> Option<ConversationId> {
    read("conversation", slug)?.parse().ok()
}

/// Stores the conversation that is shown.
pub(super) fn keep_conversation(slug: &str, conversation: Option<ConversationId>) {
    let conversation = conversation.map(|conversation| conversation.to_string());
    write("conversation", slug, conversation.as_deref());
}

fn read(what: &str, slug: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(&key(what, slug)).ok()?
}

/// Errors are ignored: without storage the drawer begins closed and empty.
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
