//! Badges for states.

use leptos::prelude::*;

/// The tone of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is left to do.
    Quiet,
    /// In progress.
    Plain,
    /// Good news.
    Good,
    /// Somebody should look at it.
    Warn,
    /// Bad news.
    Bad,
}

/// A badge with a word; the tone is never the only sign of the state.
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
