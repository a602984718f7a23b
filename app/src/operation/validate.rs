//! Validation of arguments against their schema, with a message for each violation by its path.

use std::collections::{BTreeMap, HashSet};

use domain::{
    money,
    text::{excerpt, readable, similar},
};
use jsonschema::{
    JsonType, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value};

use super::{misnamed, size_limits};
use crate::error::{Code, Error};

/// The most problems that a refusal names.
const PROBLEMS_MAX: usize = 20;

/// For how many objects a refusal lists all fields that they take.
const OBJECTS_TOLD: usize = 3;

/// Refuses invalid arguments of `operation` and names each one, with its reason. Where a field is misnamed, missing or of another type,
/// a hint lists the fields of the object that it is in; a text that is only too long needs no such hint.
pub fn validate(operation: &str, input: &Map<String, Value>, validator: &Validator, arguments: &Value) -> Result<(), Error> {
    // Bounds the work of the validator, which checks every item of a list.
    if let Some((field, words)) = size_limits::find_oversized(input, arguments) {
        return Err(Error::invalid(&field, words));
    }
    let mut within: Vec<FaultyObject> = Vec::new();
    let problems = validator.iter_errors(arguments).map(|problem| {
        FaultyObject::in_object(&problem).into_iter().for_each(|misnamed| misnamed.join(&mut within));
        Violation::of(input, &problem)
    });
    let mut seen = HashSet::new();
    // The same mistake in several items of a list is reported for the first one.
    let problems = problems.chain(nul_violations(arguments)).take(10 * PROBLEMS_MAX).filter(|wrong| seen.insert(wrong.alike.clone()));
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

/// Refuses a blank item in a list of texts: the record that it should name would be left out silently. Forms are exempt: one in which
/// no checkbox is ticked sends an empty item.
pub fn reject_blank_items(input: &Map<String, Value>, arguments: &Value) -> Result<(), Error> {
    let is_of_texts = |name: &str| input.get("properties").is_some_and(|known| known[name]["items"]["type"] == "string");
    for (name, given) in arguments.as_object().into_iter().flatten().filter(|(name, _)| is_of_texts(name)) {
        let named: Vec<&str> = given.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        reject_blank(name, &named)?;
    }
    Ok(())
}

/// One violation of the schema.
struct Violation {
    place: String,
    words: String,
    /// The message without the path: the same for the same mistake elsewhere.
    alike: String,
}

impl Violation {
    fn of(input: &Map<String, Value>, problem: &ValidationError<'_>) -> Self {
        let steps = steps(problem);
        let (place, field) = (place(&steps), field(&steps));
        let words = |subject: &Subject<'_>| {
            let known = bare_number(input, subject, problem).or_else(|| not_a_list(input, subject, problem));
            known.unwrap_or_else(|| words(subject, problem))
        };
        let by_itself = Subject { name: &field, label: &readable(&field), is_item: steps.last().is_some_and(|step| index(step).is_some()) };
        let alike = words(&by_itself);
        // A value within another argument is named by its whole path.
        let message = match (steps.len(), by_itself.is_item) {
            (0 | 1, _) => alike.clone(),
            (_, true) => format!("{place}: {alike}"),
            (_, false) => words(&Subject { name: &place, label: &place, is_item: false }),
        };
        Self { place, words: message, alike }
    }
}

/// The subject of a message: its name, and the label that begins a sentence.
struct Subject<'a> {
    name: &'a str,
    label: &'a str,
    is_item: bool,
}

/// An object in which a field is misnamed, missing or of another type.
struct FaultyObject {
    /// The path of the object.
    way: Vec<String>,
    /// The names of its unknown fields.
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
                // The object that contains the value, or the list around it, as a field.
                while way.pop().is_some_and(|step| index(&step).is_some()) {}
            }
        }
        Some(Self { way, unknown })
    }

    /// Merges objects of the same schema, such as the items of one list.
    fn join(self, all: &mut Vec<Self>) {
        let fields = |way: &[String]| way.iter().filter(|step| index(step).is_none()).cloned().collect::<Vec<_>>();
        match all.iter_mut().find(|other| fields(&other.way) == fields(&self.way)) {
            Some(other) => other.unknown.extend(self.unknown),
            None => all.push(self),
        }
    }

    /// The fields that the object takes, those that its unknown names mean or resemble first.
    fn takes(&self, operation: &str, input: &Map<String, Value>) -> Option<String> {
        let mut schema = input;
        for step in &self.way {
            let inner =
                if index(step).is_some() { schema.get("items") } else { schema.get("properties").and_then(|fields| fields.get(step)) };
            schema = inner?.as_object()?;
        }
        let mut names: Vec<&str> = schema.get("properties")?.as_object()?.keys().map(String::as_str).collect();
        let meant: BTreeMap<&str, &str> =
            self.unknown.iter().filter_map(|unknown| Some((unknown.as_str(), misnamed::field(unknown, &names)?))).collect();
        let alike = self.unknown.iter().flat_map(|unknown| similar::similar_names(unknown, &names));
        let near: Vec<String> = meant.values().map(|meant| (*meant).to_owned()).chain(alike).collect();
        names.sort_by_key(|name| near.iter().position(|near| near == name).unwrap_or(near.len()));
        let who = if self.way.is_empty() { operation.to_owned() } else { place(&self.way) };
        let instead: String = meant.iter().map(|(given, meant)| format!(" Instead of {given}, give {meant}.")).collect();
        Some(match names.is_empty() {
            true => format!("{who} takes no arguments."),
            false => format!("{who} takes: {}.{instead}", names.join(", ")),
        })
    }
}

fn index(step: &str) -> Option<usize> {
    step.parse().ok()
}

/// The path of the value in which a problem was found.
fn path(problem: &ValidationError<'_>) -> Vec<String> {
    problem.instance_path().to_string().split('/').skip(1).map(str::to_owned).collect()
}

/// The path of the value that a problem is about, or of the missing field.
fn steps(problem: &ValidationError<'_>) -> Vec<String> {
    let missing = match problem.kind() {
        ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
        _ => None,
    };
    path(problem).into_iter().chain(missing).collect()
}

/// The path as text, such as `lines[2].quantity`; empty when the problem is about all arguments.
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

/// The name of the field alone; empty when the problem is about all arguments.
fn field(steps: &[String]) -> String {
    steps.iter().rev().find(|step| index(step).is_none()).cloned().unwrap_or_default()
}

/// The message for a bare number in place of an amount: how to write it instead.
fn bare_number(input: &Map<String, Value>, subject: &Subject<'_>, problem: &ValidationError<'_>) -> Option<String> {
    let number = problem.instance().as_f64()?;
    (wanted(input, problem)?.get("format")? == money::AMOUNT).then(|| format!("{}: {}", subject.label, money::bare_number(number)))
}

/// The message for a text or an object in place of a list of objects: what the list looks like.
fn not_a_list(input: &Map<String, Value>, subject: &Subject<'_>, problem: &ValidationError<'_>) -> Option<String> {
    let given = match problem.instance().as_ref() {
        Value::Object(_) => "one object",
        Value::String(_) => "text",
        _ => return None,
    };
    let wanted = wanted(input, problem).filter(|wanted| wanted.get("type").is_some_and(|kind| kind == "array"))?;
    let (fields, label) = (fields_required_first(wanted.get("items")?)?, subject.label);
    let required = fields.iter().filter(|(_, is_required)| *is_required).count().max(1);
    let example: Vec<String> = fields.iter().take(required).map(|(field, _)| format!("\"{field}\": …")).collect();
    let names: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
    let is_json = problem.instance().as_str().is_some_and(|text| text.trim_start().starts_with(['[', '{']));
    let way = if is_json { " Give the list itself, and not its JSON as a text." } else { "" };
    let (example, names) = (example.join(", "), names.join(", "));
    Some(format!("{label} is {given}, and has to be a list of objects: [{{{example}}}]. Each of them takes: {names}.{way}"))
}

/// The fields of an object, each with whether it is required, the required ones first.
fn fields_required_first(object: &Value) -> Option<Vec<(&str, bool)>> {
    let required: Vec<&str> = object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let others = object.get("properties")?.as_object()?.keys().map(String::as_str).filter(|field| !required.contains(field));
    let others: Vec<(&str, bool)> = others.map(|field| (field, false)).collect();
    Some(required.into_iter().map(|field| (field, true)).chain(others).collect())
}

/// The schema of the value that a problem is about.
fn wanted<'a>(input: &'a Map<String, Value>, problem: &ValidationError<'_>) -> Option<&'a Value> {
    let path = problem.schema_path().to_string();
    let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (wanted, _) = rest.rsplit_once('/')?;
    input.get(first)?.pointer(&format!("/{wanted}"))
}

/// The message for a problem, with the value cut off where it is long.
fn words(Subject { name, label, is_item }: &Subject<'_>, problem: &ValidationError<'_>) -> String {
    match problem.kind() {
        ValidationErrorKind::MaxLength { limit } => {
            let length = problem.instance().as_str().map_or(0, |text| text.chars().count());
            format!("{label} has {length} characters; at most {limit} fit. Shorten it.")
        }
        ValidationErrorKind::Enum { options } => {
            let choices: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let given = shorten(&problem.instance().to_string());
            let meant = problem.instance().as_str().and_then(|given| misnamed::choice(given, &choices));
            let meant = meant.map(|meant| format!(" {meant}")).unwrap_or_default();
            format!("{label} is {given}, which is none of its choices: {}.{meant}", choices.join(", "))
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::String) } if problem.instance().is_number() => {
            format!("{label} is a number; {}", as_text(name, problem.instance()))
        }
        _ if name.is_empty() || *is_item => format!("{}.", shorten(&problem.to_string())),
        _ => format!("{name}: {}.", shorten(&problem.to_string())),
    }
}

/// The advice how to write as text a value that was given as a number.
fn as_text(name: &str, number: &Value) -> String {
    let text = money::of_json_number(&number.to_string());
    match name {
        // Without the percent sign it would be an amount.
        "discount" => format!("write it as text: \"{number}%\" for a part of the sum, \"{text}\" for an amount."),
        instant if instant.ends_with("_at") => "write a time as text, such as \"09:00\" or \"2026-03-05 09:00\".".to_owned(),
        _ => format!("write it as text, such as \"{text}\"."),
    }
}

/// The arguments with a NUL character, which PostgreSQL cannot store.
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

/// Cuts a message off after 300 characters, so that it does not repeat a long input.
pub fn shorten(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// Refuses a list with a blank item: the record that it should name would be left out silently.
pub fn reject_blank(field: &str, given: &[impl AsRef<str>]) -> Result<(), Error> {
    match given.iter().position(|given| given.as_ref().trim().is_empty()) {
        Some(at) => Err(Error::invalid(&format!("{field}[{at}]"), "Nothing is named here. Fill it in, or leave it out.")),
        None => Ok(()),
    }
}
