//! An operation as the registry and the doors see it.

use std::{collections::HashSet, panic::AssertUnwindSafe};

use futures::FutureExt;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use server_fn::ServerFn;

use super::{Declaration, Declared, Effect, run, schema, size, urlencoded};
use crate::{
    context::{Caller, Promise},
    error::{Code, Error},
    hours, money,
    text::readable,
};

/// The name under which the address of a page's read may say the organization.
const ORGANIZATION: &str = "organization";

/// How many problems a refusal names at most.
const PROBLEMS_MAX: usize = 20;

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
    /// How many values its arguments may hold.
    values_max: usize,
    /// JSON Schema of its arguments as a form holds them.
    form: Map<String, Value>,
    validator: Validator,
    form_validator: Validator,
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
        let (input, form) = (schema::of_arguments::<F>(F::BOUNDS), schema::of_form::<F>(F::BOUNDS));
        Self {
            declaration: const { &F::DECLARATION },
            path: F::PATH,
            validator: validator(&input),
            form_validator: validator(&form),
            values_max: size::values_max(&input),
            input,
            form,
            output: schema::of_answer::<F::Output>(),
            prepare: prepare::<F>,
        }
    }

    /// Calls the operation for this caller, exactly as the browser's request would.
    ///
    /// Absent and `null` values are the same at every depth, and so are one text and a list of it. A panic inside is an internal error,
    /// never a caller left waiting. However a call ends, it is written down: what does not come as far as the pipeline is written down here.
    pub async fn call(&self, caller: Caller, arguments: Value) -> Result<Value, Error> {
        let mut arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        leave_nulls_out(&mut arguments);
        if let Value::Object(map) = &mut arguments {
            map.iter_mut().for_each(|(name, value)| self.list_one(name, value));
        }
        write_hours(&self.input, &mut arguments);
        let allowed = super::authorize(&caller, self.declaration, arguments["dry_run"] == true)
            .and_then(|()| self.refuse(&self.validator, &arguments));
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

    /// One text where a list of texts is wanted is a list of it at every door, as it is in a form.
    fn list_one(&self, name: &str, value: &mut Value) {
        let wanted = self.input.get("properties").and_then(|arguments| arguments.get(name));
        let lists = wanted.is_some_and(|wanted| wanted["type"] == "array" && wanted["items"]["type"] == "string");
        if lists && value.as_str().is_some_and(|text| !text.is_empty()) {
            *value = Value::Array(vec![value.take()]);
        }
    }

    /// Writes down a call that its door refuses, since its arguments could not be read. The refusal is another one when it
    /// cannot be written down.
    pub fn unread<T>(&self, caller: &Caller, error: Error) -> Result<T, Error> {
        self.refused(caller, Value::Null, error)
    }

    /// Writes down that a call was refused before it came to the pipeline.
    fn refused<T>(&self, caller: &Caller, arguments: Value, error: Error) -> Result<T, Error> {
        let place = run::place(self.declaration, caller)?;
        // What could not be read is written down as no arguments: the database takes nothing else that says nothing.
        let arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        run::refused(self.declaration, caller, &place, arguments, error)
    }

    /// Reads the arguments of a page's call, a form or the query of an address, as every other door reads its own. What
    /// cannot be accepted is refused in the same words, and written down.
    pub fn received<F: DeserializeOwned>(&self, caller: &Caller, sent: &str) -> Result<F, Error> {
        let allowed = super::authorize(caller, self.declaration, false);
        let arguments = match allowed.and_then(|()| self.urlencoded(&self.form, sent)) {
            Ok(arguments) => self.without_the_place(arguments),
            Err(error) => return self.refused(caller, Value::Null, error),
        };
        match self.refuse(&self.form_validator, &arguments).and_then(|()| typed(arguments.clone())) {
            Ok(call) => Ok(call),
            Err(error) => self.refused(caller, arguments, error),
        }
    }

    /// The organization of a read may stand in its address, beside the arguments.
    fn without_the_place(&self, mut arguments: Value) -> Value {
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
        if urlencoded::fields(sent) > self.fields_max() {
            let lists = urlencoded::lists(sent);
            let named = size::overfull_list(&self.input, lists.iter().map(|(name, items)| (name.as_str(), *items)));
            let unnamed = || Error::new(Code::Invalid, format!("More than {} fields were sent. Send less at once.", self.values_max));
            return Err(named.map_or_else(unnamed, |(name, words)| Error::invalid(name, words)));
        }
        urlencoded::arguments(schema, sent)
    }

    /// Whether there is an argument of this name.
    pub fn takes(&self, name: &str) -> bool {
        self.input.get("properties").is_some_and(|arguments| arguments.get(name).is_some())
    }

    /// Refuses arguments with every one that is wrong, each with its reason. Where an argument was misnamed, left out or is of
    /// another kind, the refusal says which there are; what is only too long is known to whoever wrote it.
    fn refuse(&self, validator: &Validator, arguments: &Value) -> Result<(), Error> {
        // Whatever is wrong in a list of any length would be looked for in all of it.
        if let Some((field, words)) = size::too_many(&self.input, arguments) {
            return Err(Error::invalid(&field, words));
        }
        let (mut error, mut misnamed) = (Error::new(Code::Invalid, ""), false);
        let problems = validator.iter_errors(arguments).map(|problem| {
            misnamed |= !is_too_long(&problem);
            let (place, field) = (place(&problem), field(&problem));
            let words = self.bare_number(&field, &problem).unwrap_or_else(|| words(&field, &problem));
            (place, words, item(&problem))
        });
        let unwritable = unwritable(arguments).map(|(place, words)| (place, words, None));
        let mut told = HashSet::new();
        // The same mistake in all items of a list is told of the first.
        let problems =
            problems.chain(unwritable).take(10 * PROBLEMS_MAX).filter(|(_, words, _)| told.insert(words.clone())).take(PROBLEMS_MAX);
        for (place, words, item) in problems {
            let message = item.map(|item| format!("{item}: {words}")).unwrap_or(words);
            error.message.push_str(if error.message.is_empty() { "" } else { " " });
            error.message.push_str(&message);
            error.fields.insert(if place.is_empty() { "arguments".to_owned() } else { place }, message);
        }
        match (error.message.is_empty(), misnamed) {
            (true, _) => Ok(()),
            (false, false) => Err(error),
            (false, true) => Err(error.hint(self.known())),
        }
    }

    /// What to write instead of a bare number that stands where an amount is wanted.
    fn bare_number(&self, field: &str, problem: &ValidationError<'_>) -> Option<String> {
        let (number, path) = (problem.instance().as_f64()?, problem.schema_path().to_string());
        let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
        let (wanted, _) = rest.rsplit_once('/')?;
        let wanted = self.input.get(first)?.pointer(&format!("/{wanted}"))?;
        (wanted.get("format")? == money::AMOUNT).then(|| format!("{}: {}", readable(field), money::bare_number(number)))
    }

    /// What the operation takes.
    fn known(&self) -> String {
        let arguments = self.input.get("properties").and_then(Value::as_object).into_iter().flatten();
        let names: Vec<&str> = arguments.map(|(name, _)| name.as_str()).collect();
        match (self.declaration.name, names.is_empty()) {
            (name, true) => format!("{name} takes no arguments."),
            (name, false) => format!("{name} takes: {}.", names.join(", ")),
        }
    }
}

fn is_too_long(problem: &ValidationError<'_>) -> bool {
    matches!(problem.kind(), ValidationErrorKind::MaxLength { .. })
}

/// Takes what is `null` out of objects: there it is absent. In a list it has a place, and is refused like everything else that is wrong.
fn leave_nulls_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(leave_nulls_out);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_nulls_out),
        _ => {}
    }
}

/// The steps to what a problem is about; to what is missing where something is.
fn steps(problem: &ValidationError<'_>) -> Vec<String> {
    let path = problem.instance_path().to_string();
    let there = path.split('/').skip(1).map(str::to_owned);
    let missing = match problem.kind() {
        ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
        _ => None,
    };
    there.chain(missing).collect()
}

/// The place of a problem as the operations name it, such as `lines[2].quantity`. Nothing when it is about all arguments.
fn place(problem: &ValidationError<'_>) -> String {
    let mut place = String::new();
    for step in steps(problem) {
        match step.parse::<usize>() {
            Ok(index) => place.push_str(&format!("[{index}]")),
            Err(_) if place.is_empty() => place.push_str(&step),
            Err(_) => place.push_str(&format!(".{step}")),
        }
    }
    place
}

/// The field that a problem is about by its own name. Nothing when it is about all arguments.
fn field(problem: &ValidationError<'_>) -> String {
    steps(problem).into_iter().rev().find(|step| step.parse::<usize>().is_err()).unwrap_or_default()
}

/// Whether a problem is about an item of a list and not about a field.
fn is_of_item(problem: &ValidationError<'_>) -> bool {
    steps(problem).last().is_some_and(|step| step.parse::<usize>().is_ok())
}

/// Which item of a list a problem is in, such as `lines[2]`.
fn item(problem: &ValidationError<'_>) -> Option<String> {
    let steps = steps(problem);
    steps.windows(2).rev().find_map(|pair| Some(format!("{}[{}]", pair[0], pair[1].parse::<usize>().ok()?)))
}

/// A number where hours are wanted is that many hours, wherever it stands.
fn write_hours(schema: &Map<String, Value>, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let known = schema.get("properties").and_then(Value::as_object);
            for (name, value) in fields {
                if let Some(schema) = known.and_then(|known| known.get(name)?.as_object()) {
                    write_hours(schema, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items").and_then(Value::as_object) {
                items.iter_mut().for_each(|item| write_hours(schema, item));
            }
        }
        Value::Number(number) if schema.get("format").is_some_and(|format| format == hours::HOURS) => {
            *value = Value::from(number.to_string())
        }
        _ => {}
    }
}

/// What is wrong with a field, without the value itself where it is too long: nobody is sent a book back.
fn words(field: &str, problem: &ValidationError<'_>) -> String {
    match problem.kind() {
        ValidationErrorKind::MaxLength { limit } => {
            let length = problem.instance().as_str().map_or(0, |text| text.chars().count());
            format!("{} has {length} characters; at most {limit} fit. Shorten it.", readable(field))
        }
        ValidationErrorKind::Enum { options } => {
            let choices: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            format!(
                "{} is {}, which is none of its choices: {}.",
                readable(field),
                shorten(&problem.instance().to_string()),
                choices.join(", ")
            )
        }
        _ if field.is_empty() || is_of_item(problem) => format!("{}.", shorten(&problem.to_string())),
        _ => format!("{field}: {}.", shorten(&problem.to_string())),
    }
}

/// The arguments with a text that no database keeps.
fn unwritable(arguments: &Value) -> impl Iterator<Item = (String, String)> {
    let holding = arguments.as_object().into_iter().flatten().filter(|(_, value)| holds_nul(value));
    holding.map(|(name, _)| (name.clone(), format!("{} holds a character that cannot be stored (NUL). Remove it.", readable(name))))
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}

/// Reads the arguments. What the schema lets through may still be none, such as a number that no field holds.
fn prepare<F>(caller: Caller, arguments: Value) -> Result<Work, Error>
where
    F: Declared + DeserializeOwned + Send + 'static,
    F::Answer: Serialize,
{
    let call: F = typed(arguments)?;
    Ok(Box::pin(async move { serde_json::to_value(call.perform(caller).await?).map_err(|_| Error::internal()) }))
}

fn typed<F: DeserializeOwned>(arguments: Value) -> Result<F, Error> {
    let unreadable = |problem: serde_json::Error| format!("The arguments could not be read: {}.", shorten(&problem.to_string()));
    serde_json::from_value(arguments).map_err(|problem| Error::new(Code::Invalid, unreadable(problem)))
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
