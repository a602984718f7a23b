//! Parser of arguments in a form or in the query of a URL (`application/x-www-form-urlencoded`), guided by their schema.
//!
//! `name=value` is a value, `names=a&names=b` and `names[]=a` are lists, `lines[0][description]=…` is a field of the first of
//! several objects. An object may also be written as JSON. An argument with empty text is absent, unless it is required or is one
//! that empty text clears. The values that a form showed are handled by `form_changes`.

use std::collections::BTreeMap;

use domain::{patch::CLEARS, text};
use serde_json::{Map, Value};

use super::{coerce::whole_number, json};
use crate::error::{Code, Error};

/// The most parts that a name has; `lines[0][description]` has three.
const PARTS_MAX: usize = 5;

/// The most bytes that the name of a field has.
const NAME_BYTES_MAX: usize = 200;

/// The character that decoding puts in place of invalid UTF-8.
const REPLACEMENT: char = '\u{fffd}';

/// The number of fields that were sent.
pub fn count_fields(sent: &str) -> usize {
    sent.split('&').count()
}

/// The number of fields by the first part of their names.
pub fn lists(sent: &str) -> BTreeMap<String, usize> {
    let mut lists = BTreeMap::new();
    for field in sent.split('&') {
        let name = field.split(['=', '[', '%']).next().unwrap_or_default();
        if let Some(items) = lists.get_mut(name) {
            *items += 1;
        } else if lists.len() < NAMES_MAX {
            // Bounds the map against made-up names.
            lists.insert(name.to_owned(), 1);
        }
    }
    lists
}

/// The most names that are counted.
const NAMES_MAX: usize = 100;

/// Parses the arguments that `input` describes. An unknown argument stays text, so that validation refuses it by its name.
pub fn arguments(input: &Map<String, Value>, sent: &str) -> Result<Value, Error> {
    let mut all = FieldTree::default();
    for field in sent.split('&').filter(|field| !field.is_empty()) {
        let (name, text) = url::form_urlencoded::parse(field.as_bytes()).next().unwrap_or_default();
        refuse_unreadable(field, &name, &text)?;
        // Forms encode every line break as CR LF.
        all.at(&name)?.texts.push(text.replace("\r\n", "\n"));
    }
    object(input, all, None)
}

/// Refuses a field whose name no argument can have, and one that is not UTF-8, since decoding alters it.
fn refuse_unreadable(sent: &str, name: &str, text: &str) -> Result<(), Error> {
    let shown = text::excerpt(name);
    if name.len() > NAME_BYTES_MAX {
        return Err(Error::new(Code::Invalid, format!("The name \"{shown}\" is too long; no argument is called like that.")));
    }
    let replaced = |text: &str| text.matches(REPLACEMENT).count();
    let read = replaced(name) + replaced(text);
    if read > 0 && read > replaced(sent) + sent.to_ascii_uppercase().matches("%EF%BF%BD").count() {
        let hint = "Send the form, or the query, percent-encoded in UTF-8.";
        return Err(Error::new(Code::Invalid, format!("What stands under \"{shown}\" is no text in UTF-8.")).hint(hint));
    }
    Ok(())
}

/// The values and subfields sent under a name.
#[derive(Default)]
struct FieldTree {
    texts: Vec<String>,
    within: BTreeMap<NamePart, FieldTree>,
}

/// A part of a name; indexes are ordered by value.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NamePart {
    Index(u32),
    Name(String),
}

/// The parts of a name, at most one more than [`PARTS_MAX`]. `names[]` is the same as `names`.
pub(super) fn parts(name: &str) -> Vec<NamePart> {
    let (first, rest) = match name.split_once('[') {
        Some((first, rest)) if rest.ends_with(']') => (first, rest.strip_suffix(']')),
        _ => (name, None),
    };
    let further: Vec<&str> = rest.into_iter().flat_map(|rest| rest.split("][")).take(PARTS_MAX + 1).collect();
    let further = further.strip_suffix(&[""]).unwrap_or(&further).iter();
    let further = further.map(|part| part.parse().map_or_else(|_| NamePart::Name((*part).to_owned()), NamePart::Index));
    [NamePart::Name(first.to_owned())].into_iter().chain(further).collect()
}

impl FieldTree {
    /// The node for the value of this name.
    fn at(&mut self, name: &str) -> Result<&mut Self, Error> {
        let parts = parts(name);
        if parts.len() > PARTS_MAX {
            let shown = text::excerpt(name);
            return Err(Error::new(Code::Invalid, format!("The name \"{shown}\" has too many parts; at most {PARTS_MAX} are read.")));
        }
        Ok(parts.into_iter().fold(self, |here, part| here.within.entry(part).or_default()))
    }
}

/// Parses an object; `argument` is the argument that contains it, for error messages.
fn object(schema: &Map<String, Value>, sent: FieldTree, argument: Option<&str>) -> Result<Value, Error> {
    let mut fields = Map::new();
    for (part, sent) in sent.within {
        let name = match part {
            NamePart::Name(name) => name,
            NamePart::Index(place) => place.to_string(),
        };
        let described = schema.get("properties").and_then(|properties| properties.get(&name));
        let value = value(described, sent, argument.unwrap_or(&name))?;
        let is_empty = value.as_str().is_some_and(str::is_empty);
        if !is_empty || is_required(schema, &name) || described.is_some_and(|described| described.get(CLEARS).is_some()) {
            fields.insert(name, value);
        }
    }
    Ok(Value::Object(fields))
}

pub(super) fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|required| required.iter().any(|required| required == name))
}

fn value(schema: Option<&Value>, sent: FieldTree, argument: &str) -> Result<Value, Error> {
    match (schema, schema.and_then(kind)) {
        (Some(schema), Some("array")) => list(schema.get("items"), sent, argument),
        (Some(Value::Object(schema)), Some("object")) if sent.texts.is_empty() => object(schema, sent, Some(argument)),
        (_, kind) => scalar(kind, sent, argument),
    }
}

/// Parses a list: first the values under its name alone, then the numbered ones.
fn list(items: Option<&Value>, sent: FieldTree, argument: &str) -> Result<Value, Error> {
    let single = sent.texts.into_iter().map(|text| FieldTree { texts: vec![text], within: BTreeMap::new() });
    let read = single.chain(sent.within.into_values()).map(|sent| value(items, sent, argument));
    read.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// Parses one text as a value of this type.
fn scalar(kind: Option<&str>, sent: FieldTree, argument: &str) -> Result<Value, Error> {
    let (Some(text), true) = (sent.texts.first(), sent.within.is_empty() && sent.texts.len() < 2) else {
        let twice = if sent.within.is_empty() { "stands twice; give it once" } else { "is one value and has no parts" };
        return Err(Error::invalid(argument, format!("{argument} {twice}.")));
    };
    let wrong = |wanted: &str| Error::invalid(argument, format!("{argument} is \"{}\", which is not {wanted}.", text::excerpt(text)));
    let word = text.trim();
    Ok(match kind {
        Some("integer" | "number" | "boolean" | "object") if word.is_empty() => Value::from(""),
        Some("integer") => {
            word.parse::<i64>().ok().map(Value::from).or_else(|| whole_number(word.parse().ok()?)).ok_or_else(|| wrong("a whole number"))?
        }
        Some("number") => Value::from(word.parse::<f64>().map_err(|_| wrong("a number"))?),
        Some("boolean") => Value::from(flag(word).ok_or_else(|| wrong("true or false"))?),
        Some("object") => json::parse_unique(word.as_bytes()).map_err(|problem| match problem.is_data() {
            true => Error::invalid(argument, format!("{argument}: {problem}.")),
            false => wrong("a JSON object"),
        })?,
        _ => Value::from(text.as_str()),
    })
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "on" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The type in a schema, when it names only one.
fn kind(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(sent: &str) -> Result<Value, Error> {
        let line = json!({ "type": "object", "required": ["description"], "properties": {
            "description": { "type": "string" }, "quantity": { "type": "string" }, "remove": { "type": "boolean" },
        }});
        let input = json!({ "required": ["name"], "properties": {
            "limit": { "type": "integer" }, "archived": { "type": "boolean" }, "query": { "type": "string" },
            "projects": { "type": "array", "items": { "type": "string" } }, "lines": { "type": "array", "items": line },
            "name": { "type": "string" }, "notes": { "type": "string", CLEARS: true },
            "rounding": { "type": "object", "properties": { "step_minutes": { "type": "integer" } } },
        }});
        arguments(input.as_object().expect("an object"), sent)
    }

    #[test]
    fn values_are_read_as_the_schema_means_them() {
        let five = read("limit=5&archived=true&query=5&projects=a&projects[]=b&other=1");
        assert_eq!(five, Ok(json!({ "limit": 5, "archived": true, "query": "5", "projects": ["a", "b"], "other": "1" })));
        assert_eq!(read("limit=5.0"), Ok(json!({ "limit": 5 })));
    }

    #[test]
    fn a_value_of_another_kind_is_refused_with_its_name() {
        for (sent, field) in [
            ("limit=many", "limit"),
            ("limit=5.5", "limit"),
            ("archived=perhaps", "archived"),
            ("query=a&query=b", "query"),
            ("query[a]=b", "query"),
            ("lines[0][remove]=7", "lines"),
            ("rounding=7,", "rounding"),
        ] {
            let refused = read(sent).expect_err(sent);
            assert!(refused.field(field).is_some(), "{refused:?}");
        }
    }

    #[test]
    fn objects_stand_in_their_parts_in_the_order_of_their_numbers_or_as_json() {
        let parts = "lines%5B10%5D%5Bdescription%5D=last&lines[2][description]=first&lines[2][quantity]=&rounding[step_minutes]=15";
        let expected = json!({ "lines": [{ "description": "first" }, { "description": "last" }], "rounding": { "step_minutes": 15 } });
        assert_eq!(read(parts), Ok(expected));
        assert_eq!(read("rounding={\"step_minutes\":6}"), Ok(json!({ "rounding": { "step_minutes": 6 } })));
    }

    #[test]
    fn empty_text_is_absent_unless_it_is_required_or_clears() {
        assert_eq!(read("name=&notes=&query=&limit=&archived=&rounding="), Ok(json!({ "name": "", "notes": "" })));
    }

    #[test]
    fn line_breaks_are_one_character() {
        assert_eq!(read("notes=a%0D%0Ab"), Ok(json!({ "notes": "a\nb" })));
    }

    #[test]
    fn names_are_counted_without_being_read() {
        let sent = format!("project=a&{}&lines%5B0%5D%5Bx%5D=1&lines[1][x]=2", ["members[]=me"; 3].join("&"));
        assert_eq!(count_fields(&sent), 6);
        let counted = lists(&sent);
        assert_eq!(counted.get("members").zip(counted.get("lines")), Some((&3, &2)));
        let made_up: Vec<String> = (0..10_000).map(|at| format!("x{at}=1")).collect();
        assert_eq!(lists(&made_up.join("&")).len(), NAMES_MAX);
    }

    #[test]
    fn what_is_no_utf_8_is_refused_by_its_name_and_a_sign_that_stands_for_it_is_none() {
        for (sent, name) in [("name=%FF%FE", "name"), ("name=a&query=M%FCller", "query"), ("name=%EF%BF%BD%FF", "name")] {
            let refused = read(sent).expect_err(sent);
            assert!(refused.message.contains(&format!("\"{name}\"")) && refused.message.contains("UTF-8"), "{refused:?}");
        }
        assert!(read("%FF=a&name=a").is_err());
        assert_eq!(read("name=%ef%bf%BD\u{fffd}&query=M%C3%BCller"), Ok(json!({ "name": "\u{fffd}\u{fffd}", "query": "Müller" })));
    }

    #[test]
    fn no_name_is_repeated_whole_however_it_is_wrong() {
        for name in ["[".repeat(50_000), format!("name[{}]", "a".repeat(50_000)), "%FF".repeat(20_000)] {
            let refused = read(&format!("{name}=a&{name}=b")).expect_err("refused");
            assert!(format!("{refused:?}").len() < 1_000, "{} bytes", format!("{refused:?}").len());
        }
    }

    #[test]
    fn an_object_that_names_a_field_twice_is_refused() {
        let refused = read(r#"name=a&rounding={"step_minutes":6,"step_minutes":7}"#).expect_err("refused");
        assert!(refused.field("rounding").is_some_and(|words| words.contains("step_minutes") && words.contains("twice")), "{refused:?}");
    }

    #[test]
    fn a_name_of_many_parts_is_refused_before_it_is_followed() {
        assert!(read(&format!("lines{}=x", "[a]".repeat(100_000))).is_err());
    }
}
