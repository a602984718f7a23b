//! A clock for the running timer that goes on between two answers of the server.

use std::time::Duration;

use leptos::prelude::*;

use domain::hours;

/// The seconds of the running timer, for everything on the page that shows them.
#[derive(Debug, Clone, Copy)]
pub struct LiveClock(RwSignal<Option<i64>>);

/// Provides the clock to the page.
pub fn provide_live_clock() -> LiveClock {
    let live_clock = LiveClock(RwSignal::new(None));
    provide_context(live_clock);
    live_clock
}

impl LiveClock {
    /// The time of the running timer; `None` if none runs.
    ///
    /// The server writes the title of a page after it has disposed of the page, hence `try_get`.
    pub fn clock(self) -> Option<String> {
        self.0.try_get().flatten().map(hours::clock)
    }

    /// Counts on from the seconds that the server sent, until it sends others.
    ///
    /// The browser's clock only measures how much time has passed since, so it need not be right. It starts in an effect: on the
    /// server and during hydration, time stands still.
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
