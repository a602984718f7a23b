//! An operation as the registry and the doors see it.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use server_fn::ServerFn;

use super::{Declaration, Declared, run, schema};
use crate::{
    context::{Caller, Promise},
    error::{Code, Error},
};

/// A server function seen as data in, data out.
pub struct Operation {
    /// What it says about itself.
    pub declaration: &'static Declaration,
    /// The address at which the browser calls it.
    pub path: &'static str,
    /// JSON Schema of its arguments; anything else is refused.
    pub input: Map<String, Value>,
    /// JSON Schema of its answer.
    pub output: Map<String, Value>,
    validator: Validator,
    prepare: fn(Caller, Value) -> Result<Work, Error>,
}

/// What is to be done for a call whose arguments were read.
type Work = Promise<'static, Result<Value, Error>>;

impl Operation {
    /// The operation behind a server function.
    pub fn of<F>() -> Self
    where
        F: Declared<Answer = F::Output> + ServerFn<Error = Error> + DeserializeOwned + JsonSchema + Send + 'static,
        F::Output: Serialize + JsonSchema,
    {
        let input = schema::of::<F>(true);
        let validator = validator(&input);
        Self {
            declaration: const { &F::DECLARATION },
            path: F::PATH,
            input,
            output: schema::of::<F::Output>(false),
            validator,
            prepare: prepare::<F>,
        }
    }

    /// Calls the operation for this caller, exactly as the browser's request would.
    ///
    /// Absent and `null` arguments are the same. A panic inside is an internal error, never a caller left waiting. However a
    /// call ends, it is written down: what does not come as far as the pipeline is written down here.
    pub async fn call(&self, caller: Caller, arguments: Value) -> Result<Value, Error> {
        let mut arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        if let Value::Object(map) = &mut arguments {
            map.retain(|_, value| !value.is_null());
        }
        let allowed = super::authorize(&caller, self.declaration).and_then(|()| self.validate(&arguments));
        let work = match allowed.and_then(|()| (self.prepare)(caller.clone(), arguments.clone())) {
            Ok(work) => work,
            Err(error) => return self.refused(&caller, arguments, error),
        };
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(answer) => answer,
            Err(_) => {
                tracing::error!(operation = self.declaration.name, "the pipeline of an operation panicked");
                self.refused(&caller, arguments, Error::broken_off())
            }
        }
    }

    /// Writes down that a call was refused before it came to the pipeline.
    fn refused(&self, caller: &Caller, arguments: Value, error: Error) -> Result<Value, Error> {
        let place = run::place(self.declaration, caller)?;
        run::refused(self.declaration, caller, &place, arguments, error)
    }

    /// Whether there is an argument of this name.
    pub fn takes(&self, name: &str) -> bool {
        self.input.get("properties").is_some_and(|arguments| arguments.get(name).is_some())
    }

    /// Refuses what a form holds and no argument takes, in the words of every door.
    pub(super) fn refuse_stray(&self, names: &[String]) -> Result<(), Error> {
        let sent: Map<String, Value> = names.iter().map(|name| (name.clone(), Value::Null)).collect();
        let stray = |problem: &ValidationError<'_>| matches!(problem.kind(), ValidationErrorKind::AdditionalProperties { .. });
        self.refuse(self.validator.iter_errors(&Value::Object(sent)).filter(stray))
    }

    /// Every argument that is wrong, each with its reason.
    fn validate(&self, arguments: &Value) -> Result<(), Error> {
        self.refuse(self.validator.iter_errors(arguments))
    }

    fn refuse<'a>(&self, problems: impl Iterator<Item = ValidationError<'a>>) -> Result<(), Error> {
        let mut error = Error::new(Code::Invalid, "");
        for problem in problems.take(20) {
            let path = problem.instance_path().to_string();
            let field = path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned();
            let message = shorten(&problem.to_string());
            let message = if field.is_empty() { message } else { format!("{field}: {message}") };
            error.message.push_str(if error.message.is_empty() { "" } else { "; " });
            error.message.push_str(&message);
            error.fields.insert(if field.is_empty() { "arguments".to_owned() } else { field }, message);
        }
        if error.message.is_empty() {
            return Ok(());
        }
        let known: Vec<&str> =
            self.input.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        Err(error.hint(format!("{} takes: {}.", self.declaration.name, known.join(", "))))
    }
}

/// Reads the arguments. What the schema lets through may still be none, such as a number that no field holds.
fn prepare<F>(caller: Caller, arguments: Value) -> Result<Work, Error>
where
    F: Declared + DeserializeOwned + Send + 'static,
    F::Answer: Serialize,
{
    let call: F = serde_json::from_value(arguments)
        .map_err(|problem| Error::new(Code::Invalid, format!("The arguments could not be read: {problem}.")))?;
    Ok(Box::pin(async move { serde_json::to_value(call.perform(caller).await?).map_err(|_| Error::internal()) }))
}

fn validator(schema: &Map<String, Value>) -> Validator {
    jsonschema::options()
        .should_validate_formats(false)
        .build(&Value::Object(schema.clone()))
        .unwrap_or_else(|problem| unreachable!("a derived schema is a schema: {problem}"))
}

/// A message never repeats a whole book that somebody sent as a name.
fn shorten(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}
