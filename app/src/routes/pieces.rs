//! The pieces of the program that a browser loads when it first needs them.
//!
//! Pages that are visited one after the other are one piece. With a piece for each page, what several of them share
//! would be cut into a file for every set of pages that share it: more than a hundred, which compress badly.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::{account, clients, dashboard, frame, invoices, organizations, people, projects, time, verification};

/// A piece: its name, the function that loads it, and its pages with their views.
macro_rules! piece {
    ($piece:ident, $load:ident, $pages:ident { $($page:ident => $view:path),+ $(,)? }) => {
        #[derive(Clone, Copy)]
        enum $pages {
            $($page),+
        }

        #[lazy]
        fn $piece(page: $pages) -> AnyView {
            match page {
                $($pages::$page => $view()),+
            }
        }

        $(
            pub(super) struct $page;

            impl LazyRoute for $page {
                fn data() -> Self {
                    Self
                }

                async fn view(_this: Self) -> AnyView {
                    $piece($pages::$page).await
                }

                async fn preload() {
                    #[cfg(not(feature = "ssr"))]
                    $load().await;
                }
            }
        )+
    };
}

// What everybody opens first, every day.
piece!(day, __preload_day, Day {
    Frame => frame::page,
    Dashboard => dashboard::page,
});

// The timesheet with its forms.
piece!(timesheet, __preload_timesheet, Timesheet {
    Time => time::page::page,
});

// What is opened now and then.
piece!(office, __preload_office, Office {
    Clients => clients::page::clients,
    Client => clients::page::client,
    Projects => projects::page::projects,
    Project => projects::page::project,
    Invoices => invoices::page::page,
    NewInvoice => invoices::draft_page::page,
    Invoice => invoices::invoice_page::page,
    Numbers => invoices::numbers_page::page,
    Settings => account::settings::page,
});

// What is opened once, on the way in.
piece!(threshold, __preload_threshold, Threshold {
    Invitation => people::doorstep::page,
    Nowhere => organizations::nowhere::page,
    Forgot => verification::page::forgot,
    Reset => verification::page::reset,
    Verify => verification::page::verify,
});
