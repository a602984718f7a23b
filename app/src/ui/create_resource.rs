//! Resources: answers that a page fetches, and fetches again whenever their source changes.

use std::{any::Any, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::any_answer::AnyAnswer;
use crate::error::Error;

/// The future of an answer.
type AnswerFuture = Pin<Box<dyn Future<Output = Result<AnyAnswer, Error>> + Send>>;

/// A resource with an answer of type `T`.
pub struct TypedResource<T> {
    pub(super) resource: Resource<Result<AnyAnswer, Error>>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for TypedResource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for TypedResource<T> {}

/// Creates a resource that fetches an answer, and fetches it again whenever `source` changes.
pub fn create_resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> TypedResource<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let source = move || ResourceSource::of(source());
    let fetch = move |source: ResourceSource| -> AnswerFuture {
        match source.value.downcast_ref::<S>() {
            Some(source) => {
                let answer = fetch(source.clone());
                Box::pin(async move { answer.await.map(AnyAnswer::made) })
            }
            None => Box::pin(async { Err(Error::internal()) }),
        }
    };
    TypedResource { resource: resource(Box::new(source), Box::new(fetch)), kind: PhantomData }
}

type Fetch = Box<dyn Fn(ResourceSource) -> AnswerFuture + Send + Sync>;

/// Creates the one instance of the framework's resource type.
fn resource(source: Box<dyn Fn() -> ResourceSource + Send + Sync>, fetch: Fetch) -> Resource<Result<AnyAnswer, Error>> {
    Resource::new(source, fetch)
}

/// A type-erased source of a resource.
#[derive(Clone)]
struct ResourceSource {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl ResourceSource {
    fn of<S: PartialEq + Send + Sync + 'static>(value: S) -> Self {
        let same = |one: &dyn Any, other: &dyn Any| one.downcast_ref::<S>() == other.downcast_ref::<S>();
        Self { value: Arc::new(value), same }
    }
}

impl PartialEq for ResourceSource {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}
