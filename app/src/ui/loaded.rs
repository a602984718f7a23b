//! Shows a resource once it is loaded.

use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::{Problem, TypedResource, any_answer::AnyAnswer};
use crate::error::Error;

/// Shows the answer of a resource, or its error. While the resource is fetched again, the previous answer stays.
///
/// This is the only place where resources are read.
pub fn when_loaded<T, F>(resource: TypedResource<T>, view: F) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    shown(resource.resource, reading(view), false)
}

/// Like [`when_loaded`], for a whole page: an error replaces the heading and title of the page.
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
