//! An operation as the registry and the doors see it.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jsonschema::Validator;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use server_fn::ServerFn;

use super::{Declaration, Effect, OperationFn, callable_operations, coerce, pipeline, schema, size_limits, urlencoded, validate};
use crate::{
    context::{BoxFuture, Caller},
    error::{Code, Error},
};

/// The name under which the address of a page's read may say the organization.
const ORGANIZATION: &str = "organization";

/// A server function seen as data in, data out.
pub struct Operation {
    /// What it says about itself.
    pub declaration: &'static Declaration,
    /// The address at which the browser calls it.
    pub path: &'static str,
    /// JSON Schema of its arguments, as programs are told it; anything else is refused.
    pub input: Map<String, Value>,
    /// JSON Schema of its answer.
    pub output: Map<String, Value>,
    /// How many values its arguments may hold.
    values_max: usize,
    /// JSON Schema of its arguments as a form holds them.
    form: Map<String, Value>,
    validator: Validator,
    form_validator: Validator,
    prepare: fn(Caller, Value) -> Result<PreparedCall, Error>,
}

/// What is to be done for a call whose arguments were read.
type PreparedCall = BoxFuture<'static, Result<Value, Error>>;

impl Operation {
    /// The operation behind a server function.
    pub fn of<F>() -> Self
    where
        F: OperationFn<Answer = F::Output> + ServerFn<Error = Error> + DeserializeOwned + JsonSchema + Send + 'static,
        F::Output: Serialize + JsonSchema,
    {
        let (taken, form) = (schema::of_arguments::<F>(F::BOUNDS), schema::of_form::<F>(F::BOUNDS));
        let input = schema::of_programs(F::DECLARATION.name, &taken);
        Self {
            declaration: const { &F::DECLARATION },
            path: F::PATH,
            validator: validator(&taken),
            form_validator: validator(&form),
            values_max: size_limits::values_max(&input),
            input,
            form,
            output: schema::of_answer::<F::Output>(),
            prepare: prepare::<F>,
        }
    }

    /// Calls the operation for this caller, exactly as the browser's request would.
    ///
    /// What is `null` or empty is absent at every depth, but for the empty text that clears. A panic inside is an internal error,
    /// never a caller left waiting. However a call ends, it is written down: what does not come as far as the pipeline is written down here.
    /// A refusal names no operation as a way on that the caller would be refused, too.
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

    /// Writes down a call that its door refuses, since its arguments could not be read. The refusal is another one when it
    /// cannot be written down.
    pub fn unread<T>(&self, caller: &Caller, error: Error) -> Result<T, Error> {
        self.record_refusal(caller, Value::Null, error)
    }

    /// Writes down that a call was refused before it came to the pipeline.
    fn record_refusal<T>(&self, caller: &Caller, arguments: Value, error: Error) -> Result<T, Error> {
        let place = pipeline::reserve_record(self.declaration, caller)?;
        // What could not be read is written down as no arguments: the database takes nothing else that says nothing.
        let arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        pipeline::record_refusal(self.declaration, caller, &place, arguments, error)
    }

    /// Reads the arguments of a page's call, a form or the query of an address, as every other door reads its own. What
    /// cannot be accepted is refused in the same words, and written down.
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

    /// The organization of a read may stand in its address, beside the arguments.
    fn without_organization(&self, mut arguments: Value) -> Value {
        if let Value::Object(fields) = &mut arguments
            && self.declaration.effect == Effect::Read
            && !self.takes(ORGANIZATION)
        {
            fields.remove(ORGANIZATION);
        }
        arguments
    }

    /// How many values arguments may hold.
    pub fn values_max(&self) -> usize {
        self.values_max
    }

    /// How many fields a form may have: beside each value may stand what the form showed.
    pub fn fields_max(&self) -> usize {
        self.values_max.saturating_mul(2)
    }

    /// The arguments of a form or of the query of an address. One with more than may stand there is not read.
    pub fn urlencoded(&self, schema: &Map<String, Value>, sent: &str) -> Result<Value, Error> {
        if urlencoded::count_fields(sent) > self.fields_max() {
            let lists = urlencoded::lists(sent);
            let named = size_limits::find_list_overflow(&self.input, lists.iter().map(|(name, items)| (name.as_str(), *items)));
            let unnamed = || Error::new(Code::Invalid, format!("More than {} fields were sent. Send less at once.", self.values_max));
            return Err(named.map_or_else(unnamed, |(name, words)| Error::invalid(name, words)));
        }
        urlencoded::arguments(schema, sent)
    }

    /// Whether there is an argument of this name.
    pub fn takes(&self, name: &str) -> bool {
        self.input.get("properties").is_some_and(|arguments| arguments.get(name).is_some())
    }

    /// Whether empty text clears the value at this way, in which `""` stands for an item.
    #[cfg(test)]
    pub(super) fn clears(&self, way: &[&str]) -> bool {
        self.described(way).is_some_and(|value| value.contains_key(schema::CLEARS))
    }

    /// Whether the value at this way has to stand.
    #[cfg(test)]
    pub(super) fn requires(&self, way: &[&str]) -> bool {
        way.split_last().is_some_and(|(name, around)| self.described(around).is_some_and(|object| urlencoded::is_required(object, name)))
    }

    /// What a form knows of the value at this way.
    #[cfg(test)]
    fn described(&self, way: &[&str]) -> Option<&Map<String, Value>> {
        way.iter().try_fold(&self.form, |object, step| {
            let inner = if step.is_empty() { object.get("items") } else { object.get("properties").and_then(|fields| fields.get(*step)) };
            inner?.as_object()
        })
    }

    /// Refuses arguments with every one that is wrong, each with its reason.
    fn refuse(&self, validator: &Validator, arguments: &Value) -> Result<(), Error> {
        validate::validate(self.declaration.name, &self.input, validator, arguments)
    }
}

/// Reads the arguments. What the schema lets through may still be none, such as a number that no field holds.
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
