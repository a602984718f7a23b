//! Chunks of the program that a browser loads when it first needs them.
//!
//! Pages that are visited one after the other share a chunk. With a chunk for each page, shared code would be split into a file for every
//! set of pages that share it: more than a hundred, which compress badly.

use leptos::prelude::*;
use leptos_router::LazyRoute;

use crate::{account, clients, dashboard, invoices, layout, organizations, people, projects, time, verification};

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
    Time => time::page::page,
});

// Pages that are opened now and then.
lazy_chunk!(management, __preload_management, ManagementPages {
    Clients => clients::page::clients,
    Client => clients::page::client,
    Projects => projects::page::projects,
    Project => projects::page::project,
    Invoices => invoices::page::page,
    NewInvoice => invoices::new_invoice_page::page,
    Invoice => invoices::invoice_page::page,
    Numbers => invoices::numbers_page::page,
    Settings => account::settings::page,
});

// Pages on the way in, which are opened once.
lazy_chunk!(account_access, __preload_account_access, AccountAccessPages {
    Invitation => people::invitation_page::page,
    NoOrganization => organizations::no_organization_page::page,
    Forgot => verification::page::forgot,
    Reset => verification::page::reset,
    Verify => verification::page::verify,
});
