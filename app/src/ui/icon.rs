//! Icons, drawn in lines on a grid of twenty.

use leptos::prelude::*;

/// An icon beside a label; without one, the element around it needs an accessible name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Begin.
    Play,
    /// End.
    Stop,
    /// Add.
    Plus,
    /// Close.
    Cross,
    /// Change.
    Pencil,
    /// Delete.
    Bin,
    /// Done.
    Check,
    /// To the left, back in time.
    Left,
    /// To the right.
    Right,
    /// More below.
    Down,
    /// The first page.
    Home,
    /// Time.
    Clock,
    /// People.
    People,
    /// Work.
    Folder,
    /// Paper with lines.
    Sheet,
    /// Settings.
    Sliders,
    /// Send by mail.
    Send,
    /// Download.
    Download,
    /// Copy to the clipboard.
    Copy,
    /// Warning.
    Warning,
    /// Not billable.
    Coin,
    /// Sign out or leave.
    Leave,
    /// Chat.
    Talk,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Play => "M6.5 4.2v11.6L15.5 10z",
            Self::Stop => "M5.5 5.5h9v9h-9z",
            Self::Plus => "M10 4v12M4 10h12",
            Self::Cross => "M5 5l10 10M15 5 5 15",
            Self::Pencil => "M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2zM11.6 5.8l2.6 2.6",
            Self::Bin => "M4 6h12M8 6V4h4v2M5.5 6l.8 10h7.4l.8-10M8.6 9v4.2M11.4 9v4.2",
            Self::Check => "M4.5 10.5l3.6 3.6 7.4-8",
            Self::Left => "M12 5l-5 5 5 5",
            Self::Right => "M8 5l5 5-5 5",
            Self::Down => "M5.5 8l4.5 4.5L14.5 8",
            Self::Home => "M3.5 9.5 10 4l6.5 5.5M5.2 8.4V16h9.6V8.4M8.4 16v-4h3.2v4",
            Self::Clock => "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM10 6.5V10l2.4 1.6",
            Self::People => {
                "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.5 16c0-2.8 2.2-4.4 5-4.4s5 1.6 5 4.4M13 4.3a2.7 2.7 0 0 1 0 5M14.4 11.9c1.9.5 3.1 1.9 3.1 4.1"
            }
            Self::Folder => "M3 15.5v-11h4.8l1.7 2H17v9z",
            Self::Sheet => "M5 3h7l3 3v11H5zM12 3v3h3M7.5 9.5h5M7.5 12h5M7.5 14.5h3",
            Self::Sliders => "M3.5 6h6M13.5 6h3M11.5 4.2v3.6M3.5 14h3M10.5 14h6M8.5 12.2v3.6",
            Self::Send => "M17 3 8.6 11.4M17 3l-5.2 14-3.2-5.6L3 8.2z",
            Self::Download => "M10 3.5v8.5M6.5 8.8l3.5 3.4 3.5-3.4M4 16h12",
            Self::Copy => "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
            Self::Warning => "M10 3.8 17 16H3zM10 8.6v3.2M10 13.6v.4",
            Self::Coin => {
                "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM12.4 7.6c-.5-.6-1.3-.9-2.3-.9-1.3 0-2.2.6-2.2 1.5 0 2.3 4.5 1 4.5 3.4 0 1-1 1.7-2.4 1.7-1.1 0-2-.4-2.5-1M10 5.4v9.2"
            }
            Self::Leave => "M11.5 4H4.5v12h7M8.5 10H17M14 7l3 3-3 3",
            Self::Talk => "M4 4.5h12v8.5h-6L6.5 16v-3H4zM7 7.5h6M7 10h4",
        }
    }
}

/// The icon as an SVG, hidden from assistive technology.
pub fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d=icon.path()></path>
        </svg>
    }
}

/// Words behind a coloured dot, which stays on their first line however long a name among them is.
pub fn dotted(color: String, words: AnyView) -> AnyView {
    view! { <span class="dotted">{dot(color)} <span>{words}</span></span> }.into_any()
}

/// A coloured dot. The colour is an SVG attribute, because the content security policy refuses inline styles.
pub fn dot(color: String) -> impl IntoView {
    view! {
        <svg class="dot" viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" rx="3" fill=color></rect>
        </svg>
    }
}
