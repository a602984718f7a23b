//! The drawer beside every page in which a person talks to the assistant.
//!
//! The frame holds only this file: a button, a key, and the place where the drawer appears. The drawer itself is a piece
//! of the program of its own, loaded when it is first opened. On the server, and while the browser takes the page over, it
//! is closed and empty; what this tab remembers is applied afterwards.

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

/// The drawer as the frame knows it.
#[derive(Debug, Clone, Copy)]
pub struct Drawer {
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Whether it was ever open: until then its program is not loaded.
    wanted: RwSignal<bool>,
    /// Whether a person opened it, and not this tab's memory: only then it takes the focus.
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

/// Puts the drawer into the frame, with its key `Ctrl J` or `⌘ J`.
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

/// The button in the way around. Without scripts there is no drawer, and the style hides it.
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

/// The drawer's key as the keyboard in front of the user calls it. The server does not know that keyboard, so the page
/// begins with the name that most have.
fn key_of_this_machine() -> RwSignal<&'static str> {
    let key = RwSignal::new("Ctrl J");
    Effect::new(move |_| {
        let platform = window().navigator().platform().unwrap_or_default();
        // An iPad calls itself a Mac, or by its own name; what both begin with is enough.
        if platform.starts_with("Mac") || platform.starts_with("iP") {
            key.set("⌘J");
        }
    });
    key
}

/// Where the drawer appears: beside the pages, so that it stays when they change.
#[component]
pub fn DrawerOutlet() -> impl IntoView {
    let drawer = expect_context::<Drawer>();
    view! { {move || drawer.wanted.get().then(|| Suspend::new(assistant_drawer(drawer)))} }
}

#[lazy]
fn assistant_drawer(drawer: Drawer) -> AnyView {
    // What the drawer reads while it is made must not make it anew when it changes.
    untrack(move || panel::panel(drawer))
}
