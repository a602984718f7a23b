//! The routes of all pages.

mod chunks;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    page_context::provide_page_context,
    pages::account::{
        landing,
        sign_in::{sign_in, sign_up},
    },
    ui::NotFound,
};
use chunks::*;

/// The application with the routes of all pages.
///
/// Pages are rendered completely before they are sent (`Async`): without scripts nothing would insert late parts, and statuses, redirects
/// and titles are right from any component. Related pages are one lazily loaded chunk, fetched when one of them is first opened: a visitor
/// who is not signed in needs none of them.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_page_context();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=landing::page ssr=SsrMode::Async />
                <Route path=path!("/sign-up") view=sign_up ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=sign_in ssr=SsrMode::Async />
                <Route path=path!("/forgot") view={Lazy::<Forgot>::new()} ssr=SsrMode::Async />
                <Route path=path!("/reset/:secret") view={Lazy::<Reset>::new()} ssr=SsrMode::Async />
                <Route path=path!("/verify/:secret") view={Lazy::<Verify>::new()} ssr=SsrMode::Async />
                <Route path=path!("/welcome") view={Lazy::<NoOrganization>::new()} ssr=SsrMode::Async />
                <Route path=path!("/invitation/:secret") view={Lazy::<Invitation>::new()} ssr=SsrMode::Async />
                <ParentRoute path=path!("/o/:slug") view={Lazy::<Layout>::new()} ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<Dashboard>::new()} />
                    <Route path=path!("time") view={Lazy::<Time>::new()} />
                    <Route path=path!("clients") view={Lazy::<Clients>::new()} />
                    <Route path=path!("clients/:client") view={Lazy::<Client>::new()} />
                    <Route path=path!("projects") view={Lazy::<Projects>::new()} />
                    <Route path=path!("projects/:project") view={Lazy::<Project>::new()} />
                    <Route path=path!("invoices") view={Lazy::<Invoices>::new()} />
                    <Route path=path!("invoices/new") view={Lazy::<NewInvoice>::new()} />
                    <Route path=path!("invoices/numbers") view={Lazy::<Numbers>::new()} />
                    <Route path=path!("invoices/:invoice") view={Lazy::<Invoice>::new()} />
                    <Route path=path!("settings/:section?") view={Lazy::<Settings>::new()} />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
