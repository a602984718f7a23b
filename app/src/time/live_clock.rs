//! A clock that goes on by itself between two answers of the server.

use std::time::Duration;

use leptos::prelude::*;

use crate::hours;

/// The seconds of the running timer, for everything on the page that shows them.
#[derive(Debug, Clone, Copy)]
pub struct LiveClock(RwSignal<Option<i64>>);

/// Makes a clock for the page.
pub fn provide_live_clock() -> LiveClock {
    let live_clock = LiveClock(RwSignal::new(None));
    provide_context(live_clock);
    live_clock
}

impl LiveClock {
    /// The time as a running timer shows it; nothing when none runs.
    ///
    /// The title of a page is written when the server has already let go of the page itself, hence `try_get`.
    pub fn clock(self) -> Option<String> {
        self.0.try_get().flatten().map(hours::clock)
    }

    /// Goes on from what the server said, until it says something else.
    ///
    /// The browser's clock only measures how long ago that was, so it need not be right. It starts in an effect: on the
    /// server, and while the browser takes the page over, time stands still.
    pub fn run_from(self, seconds: Option<i64>) {
        Effect::new(move |_| {
            self.0.set(seconds);
            let Some(seconds) = seconds else { return };
            let heard = js_sys::Date::now();
            let tick = move || self.0.set(Some(seconds + ((js_sys::Date::now() - heard) / 1000.0) as i64));
            if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
                on_cleanup(move || interval.clear());
            }
        });
    }
}
