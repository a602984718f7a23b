//! What is wrong with arguments that are not as their schema says, by its place and in words.

use std::collections::HashSet;

use jsonschema::{
    JsonType, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value};

use super::size_limits;
use crate::{
    error::{Code, Error},
    money, reference,
    text::{excerpt, readable},
};

/// How many problems a refusal names at most.
const PROBLEMS_MAX: usize = 20;

/// How many objects are told with all that they take.
const OBJECTS_TOLD: usize = 3;

/// Refuses the arguments of `operation` with every one that is wrong, each with its reason. Where something was misnamed, left out or is
/// of another kind, the refusal says what there is in the object that it is in; what is only too long is known to whoever wrote it.
pub fn validate(operation: &str, input: &Map<String, Value>, validator: &Validator, arguments: &Value) -> Result<(), Error> {
    // Whatever is wrong in a list of any length would be looked for in all of it.
    if let Some((field, words)) = size_limits::find_oversized(input, arguments) {
        return Err(Error::invalid(&field, words));
    }
    let mut within: Vec<FaultyObject> = Vec::new();
    let problems = validator.iter_errors(arguments).map(|problem| {
        FaultyObject::in_object(&problem).into_iter().for_each(|misnamed| misnamed.join(&mut within));
        Violation::of(input, &problem)
    });
    let mut told = HashSet::new();
    // The same mistake in all items of a list is told of the first.
    let problems = problems.chain(nul_violations(arguments)).take(10 * PROBLEMS_MAX).filter(|wrong| told.insert(wrong.alike.clone()));
    let problems: Vec<Violation> = problems.take(PROBLEMS_MAX).collect();
    if problems.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = problems.iter().map(|wrong| wrong.words.as_str()).collect();
    let mut error = Error::new(Code::Invalid, words.join(" "));
    let place = |place: String| if place.is_empty() { "arguments".to_owned() } else { place };
    error.fields = problems.into_iter().map(|wrong| (place(wrong.place), wrong.words)).collect();
    let takes: Vec<String> = within.iter().take(OBJECTS_TOLD).filter_map(|misnamed| misnamed.takes(operation, input)).collect();
    Err(if takes.is_empty() { error } else { error.hint(takes.join(" ")) })
}

/// Refuses the first item of a list of texts in which nothing stands: whoever was meant by it would be passed over in silence. What has
/// come as a form is not held to it: one in which nothing is ticked says so with an empty item.
pub fn reject_blank_items(input: &Map<String, Value>, arguments: &Value) -> Result<(), Error> {
    let is_of_texts = |name: &str| input.get("properties").is_some_and(|known| known[name]["items"]["type"] == "string");
    for (name, given) in arguments.as_object().into_iter().flatten().filter(|(name, _)| is_of_texts(name)) {
        let named: Vec<&str> = given.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        reference::reject_blank(name, &named)?;
    }
    Ok(())
}

/// One thing that is wrong.
struct Violation {
    place: String,
    words: String,
    /// The words without the place: they are the same for the same mistake elsewhere.
    alike: String,
}

impl Violation {
    fn of(input: &Map<String, Value>, problem: &ValidationError<'_>) -> Self {
        let steps = steps(problem);
        let (place, field) = (place(&steps), field(&steps));
        let words = |subject: &Subject<'_>| bare_number(input, subject, problem).unwrap_or_else(|| words(subject, problem));
        let by_itself = Subject { name: &field, label: &readable(&field), is_item: steps.last().is_some_and(|step| index(step).is_some()) };
        let alike = words(&by_itself);
        // What stands within another argument is named by the whole way to it.
        let told = match (steps.len(), by_itself.is_item) {
            (0 | 1, _) => alike.clone(),
            (_, true) => format!("{place}: {alike}"),
            (_, false) => words(&Subject { name: &place, label: &place, is_item: false }),
        };
        Self { place, words: told, alike }
    }
}

/// What something is said of: by its name, and as a sentence begins with it.
struct Subject<'a> {
    name: &'a str,
    label: &'a str,
    is_item: bool,
}

/// An object in which something was misnamed, left out or is of another kind.
struct FaultyObject {
    /// The steps to it.
    way: Vec<String>,
    /// What it has that is not known.
    unknown: Vec<String>,
}

impl FaultyObject {
    fn in_object(problem: &ValidationError<'_>) -> Option<Self> {
        let (mut way, mut unknown) = (path(problem), Vec::new());
        match problem.kind() {
            ValidationErrorKind::MaxLength { .. } => return None,
            ValidationErrorKind::AdditionalProperties { unexpected } => unknown.clone_from(unexpected),
            ValidationErrorKind::Required { .. } => {}
            _ => {
                // The object that the value, or the list that it is in, is a field of.
                while way.pop().is_some_and(|step| index(&step).is_some()) {}
            }
        }
        Some(Self { way, unknown })
    }

    /// Adds what is wrong in this object to what is in others like it, such as the items of one list: they take the same.
    fn join(self, all: &mut Vec<Self>) {
        let fields = |way: &[String]| way.iter().filter(|step| index(step).is_none()).cloned().collect::<Vec<_>>();
        match all.iter_mut().find(|other| fields(&other.way) == fields(&self.way)) {
            Some(other) => other.unknown.extend(self.unknown),
            None => all.push(self),
        }
    }

    /// What the object takes, first what is near to the names that are unknown.
    fn takes(&self, operation: &str, input: &Map<String, Value>) -> Option<String> {
        let mut schema = input;
        for step in &self.way {
            let inner =
                if index(step).is_some() { schema.get("items") } else { schema.get("properties").and_then(|fields| fields.get(step)) };
            schema = inner?.as_object()?;
        }
        let mut names: Vec<&str> = schema.get("properties")?.as_object()?.keys().map(String::as_str).collect();
        let near: Vec<String> = self.unknown.iter().flat_map(|unknown| reference::similar_names(unknown, &names)).collect();
        names.sort_by_key(|name| near.iter().position(|near| near == name).unwrap_or(near.len()));
        let who = if self.way.is_empty() { operation.to_owned() } else { place(&self.way) };
        Some(if names.is_empty() { format!("{who} takes no arguments.") } else { format!("{who} takes: {}.", names.join(", ")) })
    }
}

fn index(step: &str) -> Option<usize> {
    step.parse().ok()
}

/// The steps to the value that a problem was found at.
fn path(problem: &ValidationError<'_>) -> Vec<String> {
    problem.instance_path().to_string().split('/').skip(1).map(str::to_owned).collect()
}

/// The steps to what a problem is about; to what is missing where something is.
fn steps(problem: &ValidationError<'_>) -> Vec<String> {
    let missing = match problem.kind() {
        ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
        _ => None,
    };
    path(problem).into_iter().chain(missing).collect()
}

/// The place as the operations name it, such as `lines[2].quantity`. Nothing when it is all arguments.
fn place(steps: &[String]) -> String {
    let mut place = String::new();
    for step in steps {
        match index(step) {
            Some(index) => place.push_str(&format!("[{index}]")),
            None if place.is_empty() => place.push_str(step),
            None => place.push_str(&format!(".{step}")),
        }
    }
    place
}

/// The field by its own name. Nothing when it is all arguments.
fn field(steps: &[String]) -> String {
    steps.iter().rev().find(|step| index(step).is_none()).cloned().unwrap_or_default()
}

/// What to write instead of a bare number that stands where an amount is wanted.
fn bare_number(input: &Map<String, Value>, subject: &Subject<'_>, problem: &ValidationError<'_>) -> Option<String> {
    let (number, path) = (problem.instance().as_f64()?, problem.schema_path().to_string());
    let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (wanted, _) = rest.rsplit_once('/')?;
    let wanted = input.get(first)?.pointer(&format!("/{wanted}"))?;
    (wanted.get("format")? == money::AMOUNT).then(|| format!("{}: {}", subject.label, money::bare_number(number)))
}

/// What is wrong with a field, without the value itself where it is too long: nobody is sent a book back.
fn words(Subject { name, label, is_item }: &Subject<'_>, problem: &ValidationError<'_>) -> String {
    match problem.kind() {
        ValidationErrorKind::MaxLength { limit } => {
            let length = problem.instance().as_str().map_or(0, |text| text.chars().count());
            format!("{label} has {length} characters; at most {limit} fit. Shorten it.")
        }
        ValidationErrorKind::Enum { options } => {
            let choices: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let given = shorten(&problem.instance().to_string());
            format!("{label} is {given}, which is none of its choices: {}.", choices.join(", "))
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::String) } if problem.instance().is_number() => {
            format!("{label} is a number; {}", as_text(name, problem.instance()))
        }
        _ if name.is_empty() || *is_item => format!("{}.", shorten(&problem.to_string())),
        _ => format!("{name}: {}.", shorten(&problem.to_string())),
    }
}

/// How to write what was given as a number where a text is wanted.
fn as_text(name: &str, number: &Value) -> String {
    match name {
        // Alone it would be an amount.
        "discount" => format!("write it as text: \"{number}%\" for a part of the sum, \"{number}\" for an amount."),
        instant if instant.ends_with("_at") => "write a time as text, such as \"09:00\" or \"2026-03-05 09:00\".".to_owned(),
        _ => format!("write it as text, such as \"{number}\"."),
    }
}

/// The arguments with a text that no database keeps.
fn nul_violations(arguments: &Value) -> impl Iterator<Item = Violation> {
    let holding = arguments.as_object().into_iter().flatten().filter(|(_, value)| holds_nul(value));
    holding.map(|(name, _)| {
        let place = excerpt(name);
        let words = format!("{} holds a character that cannot be stored (NUL). Remove it.", readable(&place));
        Violation { place, alike: words.clone(), words }
    })
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}

/// A message never repeats a whole book that somebody sent as a name.
pub fn shorten(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}
