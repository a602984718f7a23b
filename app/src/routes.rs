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
/// and statuses, redirects and titles are right wherever they come from. Areas that few visits begin with are lazy.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_visit();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Landing ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view=SignUpPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <ParentRoute path=path!("/o/:slug") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=Dashboard />
                    <Route path=path!("time") view=TimePage />
                    <Route path=path!("clients") view=ClientsPage />
                    <Route path=path!("clients/:client") view=ClientPage />
                    <Route path=path!("projects") view=ProjectsPage />
                    <Route path=path!("projects/:project") view=ProjectPage />
                    <Route path=path!("invoices") view={Lazy::<Invoices>::new()} />
                    <Route path=path!("invoices/new") view={Lazy::<NewInvoice>::new()} />
                    <Route path=path!("invoices/:invoice") view={Lazy::<InvoicePage>::new()} />
                    <Route path=path!("settings/:section?") view={Lazy::<Settings>::new()} />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
