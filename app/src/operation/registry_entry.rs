//! An operation as the registry and the channels see it: schemas, validation and dispatch without its types.

use std::{collections::BTreeMap, panic::AssertUnwindSafe};

use futures::FutureExt;
use jsonschema::Validator;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use server_fn::ServerFn;

use super::{
    Declaration, Effect, OperationFn, callable_operations,
    card_field::{self, CardField},
    coerce, pipeline, schema, size_limits, urlencoded, validate,
};
use crate::{
    context::{BoxFuture, Caller},
    error::{Code, Error},
};

/// The query parameter that may name the organization in the URL of a read.
const ORGANIZATION: &str = "organization";

/// A server function as a function from JSON to JSON.
pub struct Operation {
    /// The declaration of the operation.
    pub declaration: &'static Declaration,
    /// The path at which the browser calls it.
    pub path: &'static str,
    /// The published JSON Schema of its arguments; any other argument is refused.
    pub input: Map<String, Value>,
    /// The published JSON Schema of its answer.
    pub output: Map<String, Value>,
    /// What a card shows of the fields of its answer, by their names. A field that declares nothing is absent.
    pub card_fields: BTreeMap<String, CardField>,
    /// The most values that its arguments may hold.
    values_max: usize,
    /// The JSON Schema of its arguments in a form, with its marks.
    form: Map<String, Value>,
    validator: Validator,
    form_validator: Validator,
    prepare: fn(Caller, Value) -> Result<PreparedCall, Error>,
}

/// A call whose arguments are deserialized, ready to run.
type PreparedCall = BoxFuture<'static, Result<Value, Error>>;

impl Operation {
    /// The operation behind a server function.
    pub fn of<F>() -> Self
    where
        F: OperationFn<Answer = F::Output> + ServerFn<Error = Error> + DeserializeOwned + JsonSchema + Send + 'static,
        F::Output: Serialize + JsonSchema,
    {
        let (taken, form) = (schema::of_arguments::<F>(F::BOUNDS), schema::of_form::<F>(F::BOUNDS));
        let (input, answer) = (schema::of_programs(F::DECLARATION.name, &taken), schema::of_answer::<F::Output>());
        Self {
            declaration: const { &F::DECLARATION },
            path: F::PATH,
            validator: validator(&taken),
            form_validator: validator(&form),
            values_max: size_limits::values_max(&input),
            input,
            form,
            card_fields: card_field::of(&answer),
            output: schema::of_published_answer(answer),
            prepare: prepare::<F>,
        }
    }

    /// Calls the operation for this caller, exactly as the browser's request would.
    ///
    /// A value that is `null` or empty is absent at every depth, except an empty text that clears. A panic inside is answered as an
    /// internal error. Every call is recorded, however it ends: one that does not reach the pipeline is recorded here. The hint of a
    /// refusal names no operation that this caller may not call.
    pub async fn call(&self, caller: Caller, arguments: Value) -> Result<Value, Error> {
        let answer = self.answered(caller.clone(), arguments).await;
        answer.map_err(|error| callable_operations::without_uncallable(&caller, self.declaration.name, error))
    }

    async fn answered(&self, caller: Caller, arguments: Value) -> Result<Value, Error> {
        let mut arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        coerce::coerce(self.declaration.name, &self.form, &mut arguments);
        let allowed = super::authorize(&caller, self.declaration, arguments["dry_run"] == true)
            .and_then(|()| self.refuse(&self.validator, &arguments))
            .and_then(|()| validate::reject_blank_items(&self.input, &arguments));
        let work = match allowed.and_then(|()| (self.prepare)(caller.clone(), arguments.clone())) {
            Ok(work) => work,
            Err(error) => return self.record_refusal(&caller, arguments, error),
        };
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(answer) => answer,
            Err(_) => {
                tracing::error!(operation = self.declaration.name, "the pipeline of an operation panicked");
                self.record_refusal(&caller, arguments, Error::interrupted())
            }
        }
    }

    /// Records a call that its channel refuses because its arguments could not be read. Where it cannot be recorded, the refusal
    /// says so instead.
    pub fn unread<T>(&self, caller: &Caller, error: Error) -> Result<T, Error> {
        self.record_refusal(caller, Value::Null, error)
    }

    /// Records that a call was refused before it reached the pipeline.
    fn record_refusal<T>(&self, caller: &Caller, arguments: Value, error: Error) -> Result<T, Error> {
        let slot = pipeline::reserve_record(self.declaration, caller)?;
        // Arguments that could not be read are recorded as an empty object: the column does not accept `null`.
        let arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        pipeline::record_refusal(self.declaration, caller, &slot, arguments, error)
    }

    /// Reads the arguments of a call from a page, a form or the query of a URL, by the rules of every other channel. Invalid ones
    /// are refused with the same messages, and recorded.
    pub fn parse_form<F: DeserializeOwned>(&self, caller: &Caller, sent: &str) -> Result<F, Error> {
        let allowed = super::authorize(caller, self.declaration, false);
        let mut arguments = match allowed.and_then(|()| self.urlencoded(&self.form, sent)) {
            Ok(arguments) => self.without_organization(arguments),
            Err(error) => return self.record_refusal(caller, Value::Null, error),
        };
        coerce::coerce(self.declaration.name, &self.form, &mut arguments);
        match self.refuse(&self.form_validator, &arguments).and_then(|()| typed(arguments.clone())) {
            Ok(call) => Ok(call),
            Err(error) => self.record_refusal(caller, arguments, error),
        }
    }

    /// Removes the organization from the arguments of a read: its URL may name it beside them.
    fn without_organization(&self, mut arguments: Value) -> Value {
        if let Value::Object(fields) = &mut arguments
            && self.declaration.effect == Effect::Read
            && !self.takes(ORGANIZATION)
        {
            fields.remove(ORGANIZATION);
        }
        arguments
    }

    /// The most values that arguments may hold.
    pub fn values_max(&self) -> usize {
        self.values_max
    }

    /// The most fields that a form may have: each value, and beside it the one that the form showed.
    pub fn fields_max(&self) -> usize {
        self.values_max.saturating_mul(2)
    }

    /// Parses the arguments of a form or of the query of a URL. One with too many fields is refused before it is parsed.
    pub fn urlencoded(&self, schema: &Map<String, Value>, sent: &str) -> Result<Value, Error> {
        if urlencoded::count_fields(sent) > self.fields_max() {
            let lists = urlencoded::lists(sent);
            let named = size_limits::find_list_overflow(&self.input, lists.iter().map(|(name, items)| (name.as_str(), *items)));
            let unnamed = || Error::new(Code::Invalid, format!("More than {} fields were sent. Send less at once.", self.values_max));
            return Err(named.map_or_else(unnamed, |(name, words)| Error::invalid(name, words)));
        }
        urlencoded::arguments(schema, sent)
    }

    /// Whether the operation has an argument of this name.
    pub fn takes(&self, name: &str) -> bool {
        self.input.get("properties").is_some_and(|arguments| arguments.get(name).is_some())
    }

    /// Whether empty text clears the value at this path, in which `""` is an item of a list.
    #[cfg(test)]
    pub(super) fn clears(&self, way: &[&str]) -> bool {
        self.described(way).is_some_and(|value| value.contains_key(domain::patch::CLEARS))
    }

    /// Whether the value at this path is required.
    #[cfg(test)]
    pub(super) fn requires(&self, way: &[&str]) -> bool {
        way.split_last().is_some_and(|(name, around)| self.described(around).is_some_and(|object| urlencoded::is_required(object, name)))
    }

    /// The form's schema of the value at this path.
    #[cfg(test)]
    fn described(&self, way: &[&str]) -> Option<&Map<String, Value>> {
        way.iter().try_fold(&self.form, |object, step| {
            let inner = if step.is_empty() { object.get("items") } else { object.get("properties").and_then(|fields| fields.get(*step)) };
            inner?.as_object()
        })
    }

    /// Refuses invalid arguments and names each one, with its reason.
    fn refuse(&self, validator: &Validator, arguments: &Value) -> Result<(), Error> {
        validate::validate(self.declaration.name, &self.input, validator, arguments)
    }
}

/// Deserializes the arguments. Some that match the schema still fail, such as a number out of range.
fn prepare<F>(caller: Caller, arguments: Value) -> Result<PreparedCall, Error>
where
    F: OperationFn + DeserializeOwned + Send + 'static,
    F::Answer: Serialize,
{
    let call: F = typed(arguments)?;
    Ok(Box::pin(async move { serde_json::to_value(call.perform(caller).await?).map_err(|_| Error::internal()) }))
}

fn typed<F: DeserializeOwned>(arguments: Value) -> Result<F, Error> {
    let unreadable = |problem: serde_json::Error| format!("The arguments could not be read: {}.", validate::shorten(&problem.to_string()));
    serde_json::from_value(arguments).map_err(|problem| Error::new(Code::Invalid, unreadable(problem)))
}

fn validator(schema: &Map<String, Value>) -> Validator {
    jsonschema::options()
        .should_validate_formats(false)
        .build(&Value::Object(schema.clone()))
        .unwrap_or_else(|problem| unreachable!("a derived schema is a schema: {problem}"))
}
