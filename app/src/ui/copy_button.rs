//! The button that copies a text.

use js_sys::futures::JsFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{Icon, icon};

/// A button that copies a text to the clipboard. It is shown only where a script can do that: browsers give pages a clipboard over https
/// and on localhost alone. Elsewhere the text is selected by hand.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: String,
    /// The label for screen readers.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let (copied, missing) = (RwSignal::new(false), RwSignal::new(true));
    Effect::new(move |_| missing.set(window().navigator().clipboard().is_undefined()));
    let copy = move |_| {
        let written = JsFuture::from(window().navigator().clipboard().write_text(&text));
        spawn_local(async move {
            copied.try_set(written.await.is_ok());
        });
    };
    view! {
        <button type="button" class="button" hidden=missing on:click=copy>
            {icon(Icon::Copy)}
            <span>{move || if copied.get() { "Copied" } else { "Copy" }} <span class="spoken">" " {what}</span></span>
        </button>
    }
}
