//! What has to be fetched before it can be shown.

use leptos::prelude::*;

use super::Problem;
use crate::error::Error;

/// Shows what a resource holds, or why it could not be had. While it loads again, what was there stays.
///
/// Every resource has one place where it is read, and this is it.
pub fn loaded<T, F>(resource: Resource<Result<T, Error>>, view: F) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=|| view! { <p class="waiting">"Loading …"</p> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => view(value),
                        Err(error) => view! { <Problem error /> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}
