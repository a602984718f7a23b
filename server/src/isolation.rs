//! Why one request can never see the person of another.
//!
//! A render leaves its reactive owner behind on the thread it ran on, and a context is looked up through the owners above.
//! Whatever is polled next on that thread would find a stranger's. So every request, and every task that a request
//! starts, gets a root of its own.

use std::future::Future;

use axum::{extract::Request, middleware::Next, response::Response};
use leptos::{prelude::Owner, reactive::computed::ScopedFuture};

/// Runs `work` under a root of its own: nothing of what was rendered on this thread can be found from it.
pub async fn isolated<T>(work: impl Future<Output = T>) -> T {
    Owner::default().with(|| ScopedFuture::new_untracked(work)).await
}

/// The outermost layer: gives each request a root of its own.
pub async fn isolate(request: Request, next: Next) -> Response {
    isolated(next.run(request)).await
}
