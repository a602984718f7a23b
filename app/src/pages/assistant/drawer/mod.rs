//! The drawer beside every page in which a person talks to the assistant.
//!
//! The layout includes only this file: a button, a keyboard shortcut, and the outlet of the drawer. The drawer itself is a lazily loaded
//! chunk, fetched when it is first opened. On the server and during hydration it is closed and empty; its state from session storage is
//! applied afterwards.

mod card;
mod chat_state;
mod completion_list;
mod completion_source;
mod composer;
mod conversations;
mod input_history;
mod markdown;
mod message_updates;
mod messages;
mod panel;
mod run_event_stream;
mod run_subscription;
mod session_storage;
mod told;
mod tool;

use leptos::{ev, prelude::*};

use crate::{
    page_context::use_current_organization,
    ui::{Icon, icon},
};

/// The state of the drawer for the layout.
#[derive(Debug, Clone, Copy)]
pub struct Drawer {
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Whether it was ever open; until then its chunk is not loaded.
    wanted: RwSignal<bool>,
    /// Whether a person opened it and not the restored state: only then it takes the focus.
    called: RwSignal<bool>,
}

impl Drawer {
    fn open_drawer(self) {
        self.wanted.set(true);
        self.open.set(true);
    }

    fn toggle(self) {
        self.called.set(true);
        match self.open.get_untracked() {
            true => self.open.set(false),
            false => self.open_drawer(),
        }
    }
}

/// Provides the drawer's state, with its shortcut `Ctrl J` or `⌘ J`.
pub fn provide_drawer() {
    let drawer = Drawer { open: RwSignal::new(false), wanted: RwSignal::new(false), called: RwSignal::new(false) };
    let slug = use_current_organization().0.slug;
    Effect::new(move |_| {
        if session_storage::was_open(&slug) {
            drawer.open_drawer();
        }
        let listener = window_event_listener(ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key() && event.key().eq_ignore_ascii_case("j") {
                event.prevent_default();
                drawer.toggle();
            }
        });
        on_cleanup(move || listener.remove());
    });
    provide_context(drawer);
}

/// The button in the navigation. Without scripts there is no drawer, and the style hides the button.
#[component]
pub fn DrawerButton() -> impl IntoView {
    let drawer = expect_context::<Drawer>();
    let key = key_of_this_machine();
    view! {
        <button
            type="button"
            id="assistant-button"
            class="assistant-button"
            aria-expanded=move || drawer.open.get().to_string()
            aria-controls="assistant"
            aria-keyshortcuts="Control+J Meta+J"
            on:click=move |_| drawer.toggle()
        >
            {icon(Icon::Talk)}
            <span>"Assistant"</span>
            <kbd aria-hidden="true">{move || key.get()}</kbd>
        </button>
    }
}

/// The drawer's shortcut as the user's keyboard names it. The server does not know that keyboard, so the page is rendered with the most
/// common name.
fn key_of_this_machine() -> RwSignal<&'static str> {
    let key = RwSignal::new("Ctrl J");
    Effect::new(move |_| {
        let platform = window().navigator().platform().unwrap_or_default();
        // An iPad identifies itself as a Mac or by its own name; the common prefixes are enough.
        if platform.starts_with("Mac") || platform.starts_with("iP") {
            key.set("⌘J");
        }
    });
    key
}

/// The outlet of the drawer: beside the pages, so that it stays when they change.
#[component]
pub fn DrawerOutlet() -> impl IntoView {
    let drawer = expect_context::<Drawer>();
    view! { {move || drawer.wanted.get().then(|| Suspend::new(assistant_drawer(drawer)))} }
}

#[lazy]
fn assistant_drawer(drawer: Drawer) -> AnyView {
    // Signals that are read while the drawer is created must not recreate it when they change.
    untrack(move || panel::panel(drawer))
}
