//! What a page asks the server for, and asks again whenever something that it depends on has changed.

use std::{any::Any, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::held::Held;
use crate::error::Error;

/// An answer on its way.
type Answer = Pin<Box<dyn Future<Output = Result<Held, Error>> + Send>>;

/// An answer of the server that a page shows, of type `T`.
pub struct Fetched<T> {
    pub(super) resource: Resource<Result<Held, Error>>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Fetched<T> {}

/// Fetches an answer, and fetches it again whenever `source` has changed.
pub fn fetched<S, T, F>(source: impl Fn() -> S + Send + Sync + 'static, fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Fetched<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let source = move || Source::of(source());
    let fetch = move |source: Source| -> Answer {
        match source.value.downcast_ref::<S>() {
            Some(source) => {
                let answer = fetch(source.clone());
                Box::pin(async move { answer.await.map(Held::made) })
            }
            None => Box::pin(async { Err(Error::internal()) }),
        }
    };
    Fetched { resource: resource(Box::new(source), Box::new(fetch)), kind: PhantomData }
}

type Fetch = Box<dyn Fn(Source) -> Answer + Send + Sync>;

/// The one kind of resource that there is.
fn resource(source: Box<dyn Fn() -> Source + Send + Sync>, fetch: Fetch) -> Resource<Result<Held, Error>> {
    Resource::new(source, fetch)
}

/// What an answer depends on, of any type.
#[derive(Clone)]
struct Source {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl Source {
    fn of<S: PartialEq + Send + Sync + 'static>(value: S) -> Self {
        let same = |one: &dyn Any, other: &dyn Any| one.downcast_ref::<S>() == other.downcast_ref::<S>();
        Self { value: Arc::new(value), same }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}
