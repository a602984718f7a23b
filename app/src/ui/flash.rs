//! Short words about what was just done, for where the thing itself is no longer there to see, and the way back from it.

use std::time::Duration;

use leptos::{html, prelude::*};

use super::{Icon, icon};
use crate::{id::ActionId, operation::WriteResponse, platform};

const SHOWN_MILLISECONDS: u64 = 6000;

/// Longer words stay longer: about as long as they take to read twice.
const MILLISECONDS_PER_LETTER: u64 = 90;

/// Whoever wants to undo has to find the button first.
const UNDOABLE_MILLISECONDS: u64 = 12_000;

/// How often it is looked whether the words cover something by now.
const LOOKED_AFTER: Duration = Duration::from_millis(250);

/// What is said.
#[derive(Debug, Clone)]
struct FlashMessage {
    text: String,
    undoes: Option<ActionId>,
}

impl FlashMessage {
    fn milliseconds(&self) -> u64 {
        let least = if self.undoes.is_some() { UNDOABLE_MILLISECONDS } else { SHOWN_MILLISECONDS };
        least.max(self.text.len() as u64 * MILLISECONDS_PER_LETTER)
    }
}

/// Where short words are said.
#[derive(Debug, Clone, Copy)]
pub struct Flash(RwSignal<Option<FlashMessage>>);

impl Flash {
    /// Says something.
    pub fn say(self, words: impl Into<String>) {
        self.0.set(Some(FlashMessage { text: words.into(), undoes: None }));
    }

    /// Says what was done and what a careful person would want to know beside it, and offers to take it back.
    pub fn done<T>(self, words: impl Into<String>, done: &WriteResponse<T>) {
        let words = std::iter::once(words.into()).chain(done.warnings.iter().cloned()).collect::<Vec<_>>();
        self.0.set(Some(FlashMessage { text: words.join(" "), undoes: done.action }));
    }

    /// Says nothing any more.
    pub fn clear(self) {
        self.0.set(None);
    }

    /// Says what a careful person would want to know, if there is anything.
    pub fn warn(self, warnings: &[String]) {
        if !warnings.is_empty() {
            self.say(warnings.join(" "));
        }
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
        let shown = flash.0.with(|words| words.as_ref().map(FlashMessage::milliseconds))?;
        set_timeout_with_handle(move || flash.0.set(None), Duration::from_millis(shown)).ok()
    });
    let place = NodeRef::<html::Div>::new();
    let avoid_overlap = move || {
        if let Some(place) = place.get_untracked() {
            platform::avoid_overlap(&place);
        }
    };
    // The page goes on changing below the words, and the focus goes on.
    Effect::new(move |before: Option<Option<IntervalHandle>>| {
        if let Some(Some(before)) = before {
            before.clear();
        }
        flash.0.with(Option::is_some).then(|| {
            request_animation_frame(avoid_overlap);
            set_interval_with_handle(avoid_overlap, LOOKED_AFTER).ok()
        })?
    });
    view! {
        <div class="flash" role="status" node_ref=place>
            {move || flash.0.get().map(|words| {
                view! { <p>{icon(Icon::Check)} <span>{words.text}</span> {words.undoes.map(undo)}</p> }
            })}
        </div>
    }
}
