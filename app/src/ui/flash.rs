//! Short words about what was just done, for where the thing itself is no longer there to see.

use leptos::prelude::*;

use super::{Icon, icon};

const SHOWN_MILLISECONDS: u64 = 6000;

/// Longer words stay longer: about as long as they take to read twice.
const MILLISECONDS_PER_LETTER: u64 = 90;

/// Where short words are said.
#[derive(Debug, Clone, Copy)]
pub struct Flash(RwSignal<Option<String>>);

impl Flash {
    /// Says something.
    pub fn say(self, words: impl Into<String>) {
        self.0.set(Some(words.into()));
    }

    /// Says something, and what a careful person would want to know beside it.
    pub fn say_with(self, words: impl Into<String>, warnings: &[String]) {
        let words = std::iter::once(words.into()).chain(warnings.iter().cloned()).collect::<Vec<_>>();
        self.say(words.join(" "));
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
) -> impl IntoView {
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        if let Some(Some(before)) = before {
            before.clear();
        }
        let shown =
            flash.0.with(|words| words.as_ref().map(|words| SHOWN_MILLISECONDS.max(words.len() as u64 * MILLISECONDS_PER_LETTER)))?;
        set_timeout_with_handle(move || flash.0.set(None), std::time::Duration::from_millis(shown)).ok()
    });
    view! {
        <div class="flash" role="status">
            {move || flash.0.get().map(|words| view! { <p>{icon(Icon::Check)} <span>{words}</span></p> })}
        </div>
    }
}
