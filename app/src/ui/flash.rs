//! Flash messages: confirmations of writes whose result is not visible on the page, with an Undo button.

use std::time::Duration;

use domain::id::ActionId;
use leptos::{html, prelude::*};

use super::{Icon, icon};
use crate::{operation::WriteResponse, platform};

const SHOWN_MILLISECONDS: u64 = 6000;

/// The time per letter that a message stays: long enough to read it twice.
const MILLISECONDS_PER_LETTER: u64 = 90;

/// The minimum time for a message with Undo, whose button has to be found first.
const UNDOABLE_MILLISECONDS: u64 = 12_000;

/// How often the message is checked for covering something.
const LOOKED_AFTER: Duration = Duration::from_millis(250);

/// A message: what was done, what has to be known of it, or both.
#[derive(Debug, Clone)]
struct FlashMessage {
    text: Option<String>,
    warnings: Vec<String>,
    undoes: Option<ActionId>,
}

impl FlashMessage {
    fn milliseconds(&self) -> u64 {
        let least = if self.undoes.is_some() { UNDOABLE_MILLISECONDS } else { SHOWN_MILLISECONDS };
        let letters: usize = self.text.iter().chain(&self.warnings).map(String::len).sum();
        least.max(letters as u64 * MILLISECONDS_PER_LETTER)
    }
}

/// The flash message of a page.
#[derive(Debug, Clone, Copy)]
pub struct Flash(RwSignal<Option<FlashMessage>>);

impl Flash {
    /// Shows a message.
    pub fn say(self, words: impl Into<String>) {
        self.0.set(Some(FlashMessage { text: Some(words.into()), warnings: Vec::new(), undoes: None }));
    }

    /// Shows a message with the warnings of a write, and offers to undo it.
    pub fn done<T>(self, words: impl Into<String>, done: &WriteResponse<T>) {
        self.0.set(Some(FlashMessage { text: Some(words.into()), warnings: done.warnings.clone(), undoes: done.action }));
    }

    /// Removes the message.
    pub fn clear(self) {
        self.0.set(None);
    }

    /// Shows warnings or refusals, if there are any: nothing is confirmed by them.
    pub fn warn(self, warnings: &[String]) {
        if !warnings.is_empty() {
            self.0.set(Some(FlashMessage { text: None, warnings: warnings.to_vec(), undoes: None }));
        }
    }
}

/// Provides the flash message for the pages below.
pub fn provide_flash() -> Flash {
    let flash = Flash(RwSignal::new(None));
    provide_context(flash);
    flash
}

/// The flash message from the context.
pub fn use_flash() -> Flash {
    expect_context()
}

/// The live region with the message, which disappears after a while.
#[component]
pub fn FlashRegion(
    /// The message.
    flash: Flash,
    /// The button that undoes an action.
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
    // Checked repeatedly, because the page below the message and the focus keep changing.
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
            {move || flash.0.get().map(|message| shown(message, undo))}
        </div>
    }
}

/// What was done under a check mark, and each warning under its own mark.
fn shown(message: FlashMessage, undo: fn(ActionId) -> AnyView) -> impl IntoView {
    let FlashMessage { text, warnings, undoes } = message;
    let warnings = warnings.into_iter().map(|words| view! { <p class="warning">{icon(Icon::Warning)} <span>{words}</span></p> });
    view! {
        <div class="flash-messages">
            {text.map(|text| view! { <p>{icon(Icon::Check)} <span>{text}</span> {undoes.map(undo)}</p> })}
            {warnings.collect_view()}
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    /// The paragraphs of a message.
    fn paragraphs(text: Option<&str>, warnings: &[&str]) -> Vec<String> {
        let warnings = warnings.iter().map(|words| (*words).to_owned()).collect();
        let message = FlashMessage { text: text.map(str::to_owned), warnings, undoes: None };
        let html = Owner::new().with(|| shown(message, |_| ().into_any()).to_html());
        html.split("</p>").filter(|paragraph| paragraph.contains("<span>")).map(str::to_owned).collect()
    }

    #[test]
    fn a_warning_has_another_mark_than_what_was_done() {
        let is_warning = |paragraph: &String| paragraph.contains("class=\"warning\"");
        let both = paragraphs(Some("Draft saved."), &["The note is long."]);
        assert!(both[0].contains("Draft saved.") && !is_warning(&both[0]), "{both:?}");
        assert!(both[1].contains("The note is long.") && is_warning(&both[1]), "{both:?}");
        let alone = paragraphs(None, &["This time is worth nothing yet."]);
        assert!(alone.len() == 1 && is_warning(&alone[0]), "{alone:?}");
    }
}
