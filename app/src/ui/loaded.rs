//! What has to be fetched before it can be shown.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::{Problem, TypedResource, any_answer::AnyAnswer};
use crate::error::Error;

/// Shows what was fetched, or why it could not be had. While it is fetched again, what was there stays.
///
/// Everything fetched has one place where it is read, and this is it.
pub fn when_loaded<T, F>(resource: TypedResource<T>, view: F) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    shown(resource.resource, reading(view), false)
}

/// Like [`when_loaded`], for what is the whole page: why it could not be had is then the page's own heading and title.
pub fn page_when_loaded<T, F>(resource: TypedResource<T>, view: F) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    shown(resource.resource, reading(view), true)
}

type View = Arc<dyn Fn(&AnyAnswer) -> Result<AnyView, Error> + Send + Sync>;

fn reading<T: DeserializeOwned + Clone + 'static>(view: impl Fn(T) -> AnyView + Send + Sync + 'static) -> View {
    Arc::new(move |held| held.read().map(&view))
}

fn shown(resource: Resource<Result<AnyAnswer, Error>>, view: View, whole: bool) -> AnyView {
    view! {
        <Transition fallback=|| view! { <p class="waiting">"Loading …"</p> }>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    resource.await.and_then(|held| view(&held)).unwrap_or_else(|error| view! { <Problem error whole /> }.into_any())
                })
            }}
        </Transition>
    }
    .into_any()
}
