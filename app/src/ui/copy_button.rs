//! Taking a text along.

use leptos::prelude::*;

use super::{Icon, icon};

/// A button that puts a text into the clipboard.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: String,
    /// What it is, for those who hear it.
    what: &'static str,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        // Where there is no clipboard the text can still be selected.
        _ = window().navigator().clipboard().write_text(&text);
        copied.set(true);
    };
    view! {
        <button type="button" class="button" on:click=copy>
            {icon(Icon::Copy)}
            <span>{move || if copied.get() { "Copied" } else { "Copy" }} <span class="spoken">" " {what}</span></span>
        </button>
    }
}
