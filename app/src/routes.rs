//! The pages and their addresses.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    account::{
        landing::Landing,
        page::{SignInPage, SignUpPage},
        settings::Settings,
    },
    clients::page::{ClientPage, ClientsPage},
    dashboard::Dashboard,
    frame::Frame,
    invoices::{draft_page::NewInvoice, invoice_page::InvoicePage, page::Invoices},
    projects::page::{ProjectPage, ProjectsPage},
    time::page::TimePage,
    ui::NotFound,
    visit::provide_visit,
};

/// Every page of Stint.
///
/// Pages are rendered whole before they are sent (`Async`): without scripts nothing would put late parts in their place,
/// and statuses, redirects and titles are right wherever they come from. Each page is a piece of the program of its own, loaded
/// when it is first opened: a first visit needs the frame and one page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_visit();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view={Lazy::<Landing>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view={Lazy::<SignUpPage>::new()} ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view={Lazy::<SignInPage>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("/o/:slug") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<Dashboard>::new()} />
                    <Route path=path!("time") view={Lazy::<TimePage>::new()} />
                    <Route path=path!("clients") view={Lazy::<ClientsPage>::new()} />
                    <Route path=path!("clients/:client") view={Lazy::<ClientPage>::new()} />
                    <Route path=path!("projects") view={Lazy::<ProjectsPage>::new()} />
                    <Route path=path!("projects/:project") view={Lazy::<ProjectPage>::new()} />
                    <Route path=path!("invoices") view={Lazy::<Invoices>::new()} />
                    <Route path=path!("invoices/new") view={Lazy::<NewInvoice>::new()} />
                    <Route path=path!("invoices/:invoice") view={Lazy::<InvoicePage>::new()} />
                    <Route path=path!("settings/:section?") view={Lazy::<Settings>::new()} />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
