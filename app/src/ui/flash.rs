//! Short words about what was just done, for where the thing itself is no longer there to see.

use leptos::prelude::*;

use super::{Icon, icon};

const SHOWN_MILLISECONDS: u64 = 6000;

/// Where short words are said.
#[derive(Debug, Clone, Copy)]
pub struct Flash(RwSignal<Option<String>>);

impl Flash {
    /// Says something.
    pub fn say(self, words: impl Into<String>) {
        self.0.set(Some(words.into()));
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
        flash
            .0
            .with(Option::is_some)
            .then(|| set_timeout_with_handle(move || flash.0.set(None), std::time::Duration::from_millis(SHOWN_MILLISECONDS)).ok())
            .flatten()
    });
    view! {
        <div class="flash" role="status">
            {move || flash.0.get().map(|words| view! { <p>{icon(Icon::Check)} <span>{words}</span></p> })}
        </div>
    }
}
