//! Short words about what was just done, for where the thing itself is no longer there to see, and the way back from it.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::id::ActionId;

const SHOWN_MILLISECONDS: u64 = 6000;

/// Whoever wants to undo has to find the button first.
const UNDOABLE_MILLISECONDS: u64 = 12_000;

/// What is said.
#[derive(Debug, Clone)]
struct Words {
    text: String,
    undoes: Option<ActionId>,
}

/// Where short words are said.
#[derive(Debug, Clone, Copy)]
pub struct Flash(RwSignal<Option<Words>>);

impl Flash {
    /// Says something.
    pub fn say(self, words: impl Into<String>) {
        self.0.set(Some(Words { text: words.into(), undoes: None }));
    }

    /// Says what was done, and offers to take it back.
    pub fn done(self, words: impl Into<String>, action: Option<ActionId>) {
        self.0.set(Some(Words { text: words.into(), undoes: action }));
    }
}

/// Makes room for short words on the pages below.
pub fn provide_flash() -> Flash {
    let flash = Flash(RwSignal::new(None));
    provide_context(flash);
    flash
}

/// Where short words are said.
pub fn use_flash() -> Flash {
    expect_context()
}

/// The words, read out when they appear and gone after a while.
#[component]
pub fn FlashRegion(
    /// What is said.
    flash: Flash,
    /// The button that takes an action back.
    undo: fn(ActionId) -> AnyView,
) -> impl IntoView {
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        if let Some(Some(before)) = before {
            before.clear();
        }
        let shown = flash
            .0
            .with(|words| words.as_ref().map(|words| if words.undoes.is_some() { UNDOABLE_MILLISECONDS } else { SHOWN_MILLISECONDS }))?;
        set_timeout_with_handle(move || flash.0.set(None), std::time::Duration::from_millis(shown)).ok()
    });
    view! {
        <div class="flash" role="status">
            {move || flash.0.get().map(|words| {
                view! { <p>{icon(Icon::Check)} <span>{words.text}</span> {words.undoes.map(undo)}</p> }
            })}
        </div>
    }
}
