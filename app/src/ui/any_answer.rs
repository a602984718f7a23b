//! A type-erased answer.
//!
//! The framework's resources and actions are compiled once for every type that they contain. Those of Stint all contain this type, which
//! keeps the program that a browser loads small (decision 7).

use std::{any::Any, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;

use crate::{error::Error, operation::from_json};

/// The answer of an operation: a value where it was made, and JSON where it came over the wire.
#[derive(Clone)]
pub(crate) enum AnyAnswer {
    /// A value, with the function that serializes it.
    Made(Arc<dyn Any + Send + Sync>, fn(&dyn Any) -> Result<Value, serde_json::Error>),
    /// JSON.
    Sent(Arc<Value>),
}

impl AnyAnswer {
    /// Wraps a value. A browser sends no answers on, so it has no code that serializes them.
    pub(crate) fn made<T: Serialize + Send + Sync + 'static>(answer: T) -> Self {
        #[cfg(feature = "ssr")]
        let json = |answer: &dyn Any| serde_json::to_value(answer.downcast_ref::<T>());
        #[cfg(not(feature = "ssr"))]
        let json = |_: &dyn Any| Err(serde::ser::Error::custom("only the server sends answers"));
        Self::Made(Arc::new(answer), json)
    }

    /// The warnings in an answer that came over the wire, which every write may have.
    pub(super) fn warnings(&self) -> Vec<String> {
        let Self::Sent(answer) = self else { return Vec::new() };
        let warnings = answer.get("warnings").and_then(Value::as_array);
        warnings.into_iter().flatten().filter_map(|warning| warning.as_str().map(str::to_owned)).collect()
    }

    /// The answer as its type.
    pub(crate) fn read<T: DeserializeOwned + Clone + 'static>(&self) -> Result<T, Error> {
        match self {
            Self::Made(answer, _) => answer.downcast_ref::<T>().cloned().ok_or_else(Error::internal),
            Self::Sent(answer) => from_json(Value::clone(answer)).map_err(|_| Error::internal()),
        }
    }
}

impl From<Value> for AnyAnswer {
    fn from(answer: Value) -> Self {
        Self::Sent(Arc::new(answer))
    }
}

impl Serialize for AnyAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Made(answer, json) => json(&**answer).map_err(serde::ser::Error::custom)?.serialize(serializer),
            Self::Sent(answer) => answer.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AnyAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_same_as_it_is_and_as_json() {
        let made = AnyAnswer::made(vec![1_i64, 2]);
        let sent: AnyAnswer = serde_json::from_str(&serde_json::to_string(&made).expect("JSON")).expect("held");
        assert_eq!((made.read::<Vec<i64>>(), sent.read::<Vec<i64>>()), (Ok(vec![1, 2]), Ok(vec![1, 2])));
        assert!(sent.read::<String>().is_err());
    }

    #[test]
    fn the_warnings_of_an_answer_are_read_without_knowing_its_type() {
        let sent: AnyAnswer = serde_json::from_str(r#"{"id": 1, "warnings": ["Check the end."]}"#).expect("held");
        assert_eq!(sent.warnings(), ["Check the end."]);
        let none: AnyAnswer = serde_json::from_str("{}").expect("held");
        assert!(none.warnings().is_empty());
    }
}
