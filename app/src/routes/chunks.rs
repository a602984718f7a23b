//! Chunks of the program that a browser loads when it first needs them.
//!
//! Pages that are visited one after the other share a chunk. With a chunk for each page, shared code would be split into a file for every
//! set of pages that share it: more than a hundred, which compress badly.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::pages::{account, clients, dashboard, invoices, layout, organizations, people, projects, time};

/// A chunk: its name, its preload function, and its pages with their views.
macro_rules! lazy_chunk {
    ($chunk:ident, $load:ident, $pages:ident { $($page:ident => $view:path),+ $(,)? }) => {
        #[derive(Clone, Copy)]
        enum $pages {
            $($page),+
        }

        #[lazy]
        fn $chunk(page: $pages) -> AnyView {
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
                    $chunk($pages::$page).await
                }

                async fn preload() {
                    #[cfg(not(feature = "ssr"))]
                    $load().await;
                }
            }
        )+
    };
}

// Pages that everybody opens first, every day.
lazy_chunk!(home, __preload_home, HomePages {
    Layout => layout::page,
    Dashboard => dashboard::page,
});

// The timesheet with its forms.
lazy_chunk!(timesheet, __preload_timesheet, TimesheetPages {
    Time => time::page,
});

// Pages that are opened now and then.
lazy_chunk!(management, __preload_management, ManagementPages {
    Clients => clients::clients,
    Client => clients::client,
    Projects => projects::projects,
    Project => projects::project,
    Invoices => invoices::page,
    NewInvoice => invoices::new_invoice::page,
    Invoice => invoices::invoice::page,
    Numbers => invoices::numbers::page,
    Settings => account::settings::page,
});

// Pages on the way in, which are opened once.
lazy_chunk!(account_access, __preload_account_access, AccountAccessPages {
    Invitation => people::invitation::page,
    NoOrganization => organizations::no_organization::page,
    Forgot => account::verification::forgot,
    Reset => account::verification::reset,
    Verify => account::verification::verify,
});
