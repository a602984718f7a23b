//! Removes from an update form the fields that nobody changed: the form sends `shown.name` beside `name`.
//!
//! This never turns an invalid form into a valid one. A field is removed only if it is sent once and is a single value of a known,
//! optional argument; the version that somebody looked at is always sent on. Any other `shown` field is ignored.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    urlencoded::{NamePart, count_fields, is_required, parts},
    wire::SHOWN_PREFIX,
};

/// Arguments that identify a call and are sent on even when unchanged.
const ALWAYS_SENT: [&str; 2] = ["version", "idempotency_key"];

/// The fields of a form, encoded as they were sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FormChanges<'a> {
    /// The changed fields, and those that are always sent on.
    pub changed: Vec<&'a str>,
    /// The fields with the values that the form showed.
    pub untouched: Vec<&'a str>,
}

/// A field of a form.
struct FormField<'a> {
    written: &'a str,
    name: Vec<NamePart>,
    said: String,
}

/// Splits a form for the arguments that `input` describes. One of more than `most` fields is left whole: its parser refuses it.
pub fn split_changes<'a>(input: &Map<String, Value>, most: usize, sent: &'a str) -> FormChanges<'a> {
    if count_fields(sent) > most {
        return FormChanges { changed: vec![sent], untouched: Vec::new() };
    }
    let all = sent.split('&').filter(|field| !field.is_empty());
    if !sent.contains(SHOWN_PREFIX) {
        return FormChanges { changed: all.collect(), untouched: Vec::new() };
    }
    let (shown, fields): (Vec<_>, Vec<_>) = all.partition(|field| field.starts_with(SHOWN_PREFIX));
    let fields: Vec<_> = fields.into_iter().filter_map(|field| read(field, field)).collect();
    let shown: Vec<_> = shown.into_iter().filter_map(|field| read(field, field.strip_prefix(SHOWN_PREFIX)?)).collect();
    let (times, shown) = (counted(&fields), counted(&shown));
    let is_untouched = |field: &FormField<'_>| {
        let once = times.get(&field.name).is_some_and(|(times, _)| *times == 1);
        once && shown.get(&field.name) == Some(&(1, field.said.as_str())) && may_be_absent(input, &field.name)
    };
    let (untouched, changed) = fields.iter().partition::<Vec<_>, _>(|field| is_untouched(field));
    let written = |fields: Vec<&FormField<'a>>| fields.into_iter().map(|field| field.written).collect();
    FormChanges { changed: written(changed), untouched: written(untouched) }
}

/// Decodes a field. Forms encode every line break as CR LF.
fn read<'a>(written: &'a str, field: &str) -> Option<FormField<'a>> {
    let (name, said) = url::form_urlencoded::parse(field.as_bytes()).next()?;
    Some(FormField { written, name: parts(&name), said: said.replace("\r\n", "\n") })
}

/// How often each name was sent, and its last value.
fn counted<'a>(fields: &'a [FormField<'_>]) -> HashMap<&'a Vec<NamePart>, (u32, &'a str)> {
    let mut counted = HashMap::new();
    for FormField { name, said, .. } in fields {
        let (times, last) = counted.entry(name).or_insert((0, ""));
        (*times, *last) = (*times + 1, said.as_str());
    }
    counted
}

/// Whether a name is that of a single value that is optional in every object around it.
fn may_be_absent(input: &Map<String, Value>, name: &[NamePart]) -> bool {
    let Some((NamePart::Name(first), rest)) = name.split_first() else { return false };
    let described = input.get("properties").and_then(|properties| properties.get(first));
    let Some(described) = described.and_then(Value::as_object) else { return false };
    if ALWAYS_SENT.contains(&first.as_str()) || is_required(input, first) && rest.is_empty() {
        return false;
    }
    match (described.get("type").and_then(Value::as_str), rest) {
        (Some("array"), [NamePart::Index(_), within @ ..]) => {
            let item = described.get("items").and_then(Value::as_object);
            item.is_some_and(|item| may_be_absent(item, within))
        }
        (Some("array"), _) | (Some("object"), []) => false,
        (Some("object"), within) => may_be_absent(described, within),
        (_, within) => within.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(sent: &str) -> String {
        let line = json!({ "type": "object", "required": ["line"], "properties": {
            "line": { "type": "string" }, "description": { "type": "string" }, "version": { "type": "integer" },
        }});
        let input = json!({ "required": ["name", "lines"], "properties": {
            "name": { "type": "string" }, "notes": { "type": "string" }, "version": { "type": "integer" }, "limit": { "type": "integer" },
            "projects": { "type": "array", "items": { "type": "string" } }, "lines": { "type": "array", "items": line },
            "rounding": { "type": "object", "properties": { "step_minutes": { "type": "integer" } } },
        }});
        split_changes(input.as_object().expect("an object"), 1_000, sent).changed.join("&")
    }

    #[test]
    fn what_the_form_showed_and_nobody_changed_is_left_out() {
        assert_eq!(changed("notes=&shown.notes=a%0D%0Ab&limit=x&shown.limit=%20x&projects=5"), "notes=&limit=x&projects=5");
        assert_eq!(changed("notes=a%0D%0Ab&shown.notes=a%0Ab&shown.limit=1"), "", "a browser writes line breaks its own way");
        assert_eq!(changed("lines%5B0%5D%5Bdescription%5D=a&shown.lines%5B0%5D%5Bdescription%5D=a&limit=1"), "limit=1");
        assert_eq!(changed("rounding[step_minutes]=6&shown.rounding[step_minutes]=6"), "");
    }

    #[test]
    fn what_would_be_missing_or_refused_is_sent_on_as_if_nothing_had_been_shown() {
        for (sent, shown) in [
            ("name=Acme", "shown.name=Acme"),
            ("version=7", "shown.version=7"),
            ("nosuch=1", "shown.nosuch=1"),
            ("notes=a&notes=b", "shown.notes=a"),
            ("notes=a&notes%5B%5D=a", "shown.notes=a"),
            ("notes=a", "shown.notes=a&shown.notes=a"),
            ("notes[x]=a", "shown.notes[x]=a"),
            ("projects=a", "shown.projects=a"),
            ("projects=a&projects[]=b", "shown.projects=a"),
            ("projects[0]=a", "shown.projects[0]=a"),
            ("rounding={}", "shown.rounding={}"),
            ("rounding[nosuch]=1", "shown.rounding[nosuch]=1"),
            ("lines[0][line]=a", "shown.lines[0][line]=a"),
            ("lines[0][version]=1", "shown.lines[0][version]=1"),
            ("lines[0][description]=a&lines[00][description]=b", "shown.lines[0][description]=a"),
            ("limit=1", "%73hown.limit=1"),
        ] {
            let all = format!("{sent}&{shown}");
            let expected = if shown.starts_with('%') { all.as_str() } else { sent };
            assert_eq!(changed(&all), expected);
        }
    }
}
