//! Request isolation: a reactive root for each request, so that no request sees the caller of another.
//!
//! A render leaves its reactive owner behind on its thread, and a context is looked up through the owners above. Whatever is polled
//! next on that thread would find the context of another request. So every request, and every task that a request starts, gets its
//! own root.

use std::future::Future;

use axum::{extract::Request, middleware::Next, response::Response};
use leptos::{prelude::Owner, reactive::computed::ScopedFuture};

/// Runs `work` under a new reactive root, so that no context of an earlier render on this thread can be found from it.
pub async fn isolated<T>(work: impl Future<Output = T>) -> T {
    Owner::default().with(|| ScopedFuture::new_untracked(work)).await
}

/// The outermost layer: gives each request a new reactive root.
pub async fn isolate(request: Request, next: Next) -> Response {
    isolated(next.run(request)).await
}
