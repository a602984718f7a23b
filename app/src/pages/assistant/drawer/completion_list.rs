//! The list of completions above the composer.

use leptos::prelude::*;

use super::{chat_state::ChatState, completion_source::CompletionSource};
use crate::assistant::slash::{Completion, complete};

/// The completions at the caret.
#[derive(Clone, Copy)]
pub(super) struct CompletionList {
    list: Memo<Vec<Completion>>,
    caret: RwSignal<usize>,
    chosen: RwSignal<Option<usize>>,
    closed: RwSignal<bool>,
    chat: ChatState,
}

impl CompletionList {
    /// An empty list until something is typed.
    pub(super) fn new(chat: ChatState, known: CompletionSource) -> Self {
        let (caret, chosen, closed) = (RwSignal::new(0), RwSignal::new(None), RwSignal::new(true));
        let list = Memo::new(move |_| match closed.get() {
            true => Vec::new(),
            false => known.commands.with(|commands| known.names.with(|names| complete(&chat.typed.get(), caret.get(), commands, names))),
        });
        Self { list, caret, chosen, closed, chat }
    }

    /// Updates the caret after input, and opens the list.
    pub(super) fn typed(self, caret: usize) {
        self.caret.set(caret);
        self.chosen.set(None);
        self.closed.set(false);
    }

    /// Closes the list until the next input.
    pub(super) fn close(self) {
        self.closed.set(true);
        self.chosen.set(None);
    }

    /// Whether there are completions.
    pub(super) fn any(self) -> bool {
        self.list.with(|list| !list.is_empty())
    }

    /// Selects the next or the previous completion.
    pub(super) fn step(self, forward: bool) {
        let count = self.list.with_untracked(Vec::len);
        let at = match (self.at(), forward) {
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
            (Some(at), true) => (at + 1) % count.max(1),
            (Some(at), false) => (at + count.saturating_sub(1)) % count.max(1),
        };
        self.chosen.set((count > 0).then_some(at));
    }

    /// The completion that Enter accepts: the selected one, or the first if the text is incomplete without it.
    pub(super) fn at(self) -> Option<usize> {
        let needed = || self.list.with(|list| list.first().is_some_and(|first| first.needed)).then_some(0);
        self.chosen.get().or_else(needed)
    }

    /// Accepts a completion.
    pub(super) fn take(self, at: usize) {
        let Some(offer) = self.list.with_untracked(|list| list.get(at).cloned()) else { return };
        self.chat.write(&offer.text);
        let caret = u32::try_from(offer.caret).unwrap_or_default();
        if let Some(words) = self.chat.words.get_untracked() {
            _ = words.set_selection_range(caret, caret);
        }
        self.typed(offer.caret);
    }

    /// The id of the completion that Enter accepts, for assistive technology.
    pub(super) fn active(self) -> Option<String> {
        self.any().then(|| self.at()).flatten().map(id)
    }
}

/// The id of the list.
pub(super) const LIST: &str = "assistant-offers";

fn id(at: usize) -> String {
    format!("{LIST}-{at}")
}

/// The list box. The focus stays in the text area.
#[component]
pub(super) fn CompletionListView(
    /// The completions.
    offers: CompletionList,
) -> impl IntoView {
    let row = move |(at, offer): (usize, Completion)| {
        let chosen = move || (offers.at() == Some(at)).to_string();
        let take = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            offers.take(at);
        };
        view! {
            <li id=id(at) role="option" aria-selected=chosen on:mousedown=take>
                <span>{offer.label}</span>
                <small>{offer.hint}</small>
            </li>
        }
    };
    view! {
        <ul id=LIST class="offers" role="listbox" aria-label="What could be typed next" hidden=move || !offers.any()>
            {move || offers.list.get().into_iter().enumerate().map(row).collect_view()}
        </ul>
    }
}
