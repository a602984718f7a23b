//! The drawer itself: its header, the conversation or the list of conversations, and the composer.

use leptos::{
    ev::{self, KeyboardEvent, MouseEvent},
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys,
};

use super::{
    Drawer,
    chat_state::ChatState,
    completion_source::CompletionSource,
    composer::Composer,
    conversations::{Conversations, buttons},
    messages::Messages,
    session_storage,
};
use crate::{
    page_context::use_current_organization,
    ui::{Icon, icon},
};

/// The media query under which the drawer covers the page, as in the style sheet.
const NARROW: &str = "(max-width: 48rem)";

/// The drawer, created when it is first opened; it keeps its content while it is closed.
pub(super) fn panel(drawer: Drawer) -> AnyView {
    let (chat, known) = (ChatState::new(), CompletionSource::new());
    provide_context(chat);
    provide_context(known);
    let listing = RwSignal::new(false);
    remember(drawer);
    move_focus(drawer, chat);
    look_again(drawer, chat, known);
    view! {
        <aside
            id="assistant"
            class="drawer"
            aria-labelledby="assistant-title"
            hidden=move || !drawer.open.get()
            on:keydown=move |event| close_on_escape(drawer, &event)
            on:click=move |event| make_way(drawer, &event)
        >
            <header class="drawer-head">
                <h2 id="assistant-title">"Assistant"</h2>
                {buttons(chat, listing)}
                <button type="button" class="button bare" aria-label="Close the assistant" on:click=move |_| drawer.toggle()>
                    {icon(Icon::Cross)}
                </button>
            </header>
            {move || listing.get().then(|| view! { <Conversations shown=listing /> })}
            <div class="drawer-talk" hidden=move || listing.get()>
                <Messages />
                <Composer />
            </div>
            <p class="spoken" role="status">{chat.spoken}</p>
        </aside>
    }
    .into_any()
}

/// Stores in the tab whether the drawer is open.
fn remember(drawer: Drawer) {
    let slug = use_current_organization().0.slug;
    Effect::new(move |_| session_storage::keep_open(&slug, drawer.open.get()));
}

/// Focuses the composer on opening, and the element that had the focus before on closing. A restored drawer does not take the focus.
fn move_focus(drawer: Drawer, chat: ChatState) {
    let before = StoredValue::new_local(None::<web_sys::HtmlElement>);
    let back = move || {
        let before = before.try_get_value().flatten().filter(|before| before.is_connected());
        let button = || document().get_element_by_id("assistant-button").and_then(|button| button.dyn_into().ok());
        if let Some(element) = before.or_else(button) {
            _ = element.focus();
        }
    };
    Effect::new(move |was_open: Option<bool>| match (was_open.unwrap_or(false), drawer.open.get(), chat.words.get()) {
        (false, true, Some(_)) => {
            if drawer.called.get_untracked() {
                before.set_value(focused());
                chat.focus();
            }
            true
        }
        (true, false, _) => {
            request_animation_frame(back);
            false
        }
        (was_open, open, _) => was_open && open,
    });
}

/// The element that has the focus.
fn focused() -> Option<web_sys::HtmlElement> {
    document().active_element().filter(|element| element.tag_name() != "BODY")?.dyn_into().ok()
}

/// Reloads on window focus: another tab may have continued the conversation, or an owner may have switched the assistant on.
fn look_again(drawer: Drawer, chat: ChatState, known: CompletionSource) {
    let look = move || {
        if drawer.open.get_untracked() {
            chat.reload();
            known.look();
        }
    };
    Effect::new(move |_| {
        let listener = window_event_listener(ev::focus, move |_| look());
        on_cleanup(move || listener.remove());
    });
}

fn close_on_escape(drawer: Drawer, event: &KeyboardEvent) {
    if event.key() == "Escape" && !event.default_prevented() {
        event.prevent_default();
        drawer.toggle();
    }
}

/// Closes the drawer after a click on a link in it, where it covers the page.
fn make_way(drawer: Drawer, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
    let narrow = window().match_media(NARROW).ok().flatten().is_some_and(|query| query.matches());
    if link.is_some() && narrow {
        drawer.open.set(false);
    }
}
