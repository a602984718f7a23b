//! A word about the state of something.

use leptos::prelude::*;

/// How a state feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    Quiet,
    /// On its way.
    Plain,
    /// Good.
    Good,
    /// Somebody should look.
    Warn,
    /// Wrong.
    Bad,
}

/// A state in a word; the tone is never the only sign.
pub fn badge(tone: Tone, word: impl Into<String>) -> impl IntoView {
    let class = match tone {
        Tone::Quiet => "badge",
        Tone::Plain => "badge plain",
        Tone::Good => "badge good",
        Tone::Warn => "badge warn",
        Tone::Bad => "badge bad",
    };
    view! { <span class=class>{word.into()}</span> }
}
