//! Coercion of arguments before validation: programs and models write the same value in several ways.

use domain::{hours, money, patch::CLEARS};
use serde_json::{Map, Number, Value};

use super::urlencoded::is_required;

/// The largest integer up to which every integer is exact in an `f64`: 2⁵³ − 1.
const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

/// The most decimals of a number of hours that are read: far finer than a second.
const HOUR_DECIMALS: usize = 10;

/// The number of hours up to which a JSON number is written out as a decimal.
const HOURS_MAX: f64 = 1e9;

/// References without any of which a write applies to everybody. An empty one is a mistake and is refused where no other is given; so
/// is empty text in place of a list.
const EVERYBODY_WITHOUT: [(&str, &[&str]); 1] = [("set_rate", &["client", "project"])];

/// The argument that makes a write a dry run: empty text in it is a mistake, and must not let the write be done.
const DRY_RUN: &str = "dry_run";

/// Coerces arguments of `operation` to the schema of its form, which knows where empty text clears.
///
/// A value that is `null` is absent at every depth, and so is empty text, except where it clears, where a value is required, and where
/// its absence would mean everybody. A text in place of a list of texts becomes a list of one. A number of hours becomes a duration;
/// `14.0` and `"14"` become whole numbers. A choice is accepted in capitals and with spaces, and `"true"` becomes true.
pub fn coerce(operation: &str, form: &Map<String, Value>, arguments: &mut Value) {
    let slips = slips(operation, arguments);
    value(Some(form), arguments);
    if let Value::Object(fields) = arguments {
        fields.extend(slips.into_iter().map(|argument| (argument.to_owned(), Value::from(""))));
    }
}

/// The arguments in which empty text is a mistake and does not mean absent.
fn slips(operation: &str, arguments: &Value) -> Vec<&'static str> {
    let given = |argument: &str| arguments.get(argument).filter(|given| !given.is_null());
    let is_named = |argument: &&str| given(argument).is_some_and(|given| given != "");
    let everybody = EVERYBODY_WITHOUT.iter().filter(|(name, without)| *name == operation && !without.iter().any(is_named));
    let may_slip = everybody.flat_map(|(_, without)| without.iter().copied()).chain([DRY_RUN]);
    may_slip.filter(|argument| given(argument).is_some_and(|given| given == "")).collect()
}

fn value(schema: Option<&Map<String, Value>>, given: &mut Value) {
    match given {
        Value::Object(fields) => object(schema, fields),
        Value::Array(items) => {
            let described = schema.and_then(|schema| schema.get("items")?.as_object());
            items.iter_mut().for_each(|item| value(described, item));
        }
        Value::Number(_) | Value::String(_) => {
            if let Some(meant) = schema.and_then(|schema| scalar(schema, given)) {
                *given = meant;
            }
        }
        _ => {}
    }
}

/// Only fields are removed: in a list `null` and empty text keep their index, and validation refuses them.
fn object(schema: Option<&Map<String, Value>>, fields: &mut Map<String, Value>) {
    let described = |name: &str| schema.and_then(|schema| schema.get("properties")?.get(name)?.as_object());
    let is_absent = |name: &str| {
        let is_list = |described: &Map<String, Value>| described.get("type").is_some_and(|kind| kind == "array");
        let may_be =
            |schema, described: &Map<String, Value>| !is_required(schema, name) && !described.contains_key(CLEARS) && !is_list(described);
        schema.zip(described(name)).is_some_and(|(schema, described)| may_be(schema, described))
    };
    fields.retain(|name, given| !given.is_null() && (given != "" || !is_absent(name)));
    fields.iter_mut().for_each(|(name, given)| value(described(name), given));
}

/// The value converted to the type of its schema, where it has another type with the same meaning.
fn scalar(schema: &Map<String, Value>, given: &Value) -> Option<Value> {
    let wanted = schema.get("type")?.as_str()?;
    match given {
        Value::String(text) if wanted == "boolean" => truth(text),
        Value::String(text) if wanted == "integer" => text.trim().parse::<i64>().ok().map(Value::from),
        Value::String(text) if schema.contains_key("enum") => choice(schema, text),
        Value::String(text) if wanted == "array" && !text.is_empty() => {
            (schema.get("items")?.get("type")? == "string").then(|| Value::Array(vec![given.clone()]))
        }
        Value::Number(number) if schema.get("format").is_some_and(|format| format == hours::HOURS) => Some(Value::from(hours_text(number))),
        Value::Number(number) if wanted == "integer" => number.as_f64().filter(|_| number.is_f64()).and_then(whole_number),
        _ => None,
    }
}

/// The text of a JSON number of hours, with one reading: `1.6670` for 1.667. One with many decimals, or with an exponent, is rounded.
///
/// Equal numbers have one text, `2` for 2.0, so that a retry that writes the number otherwise is the same call for its idempotency key.
/// Servers before this one hashed `2.0` for such a number, and all others as here: while both run, and for a day, a retry of `2.0` at
/// the other one is refused as another call, and not done twice.
fn hours_text(number: &Number) -> String {
    if let Some(whole) = number.as_f64().filter(|_| number.is_f64()).and_then(whole_number) {
        return whole.to_string();
    }
    let text = number.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match number.as_f64().filter(|hours| number.is_f64() && hours.abs() < HOURS_MAX) {
        Some(hours) if decimals > HOUR_DECIMALS || text.contains('e') => {
            let rounded = format!("{hours:.HOUR_DECIMALS$}");
            money::of_json_number(rounded.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => money::of_json_number(&text),
    }
}

/// The boolean that a text spells.
fn truth(text: &str) -> Option<Value> {
    let known = [("true", true), ("false", false)].into_iter().find(|(word, _)| text.trim().eq_ignore_ascii_case(word));
    known.map(|(_, truth)| Value::from(truth))
}

/// The choice that differs from a text only in case, or in the separators between its words; none where several do.
fn choice(schema: &Map<String, Value>, text: &str) -> Option<Value> {
    let choices = schema.get("enum")?.as_array()?;
    let plain = |text: &str| text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let is_meant = |choice: &&Value| choice.as_str().is_some_and(|choice| plain(choice) == plain(text));
    let mut meant = choices.iter().filter(is_meant);
    let first = meant.next()?;
    (meant.next().is_none() && !choices.iter().any(|choice| choice == text)).then(|| first.clone())
}

/// The number as an integer, where it is a whole number.
#[expect(clippy::cast_possible_truncation, reason = "it is whole and within what stands exactly")]
pub fn whole_number(number: f64) -> Option<Value> {
    (number.fract() == 0.0 && number.abs() <= WHOLE_MAX).then(|| Value::from(number as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_is_meant_however_it_is_written() {
        let line = json!({ "type": "object", "required": ["text"], "properties": {
            "text": { "type": "string" }, "unit": { "type": "string", "enum": ["h"] }, "note": { "type": "string", CLEARS: true },
        }});
        let form = json!({ "type": "object", "required": ["name"], "properties": {
            "name": { "type": "string" }, "days": { "type": "integer" }, "lines": { "type": "array", "items": line },
            "open": { "type": "boolean" }, "by": { "type": "string", "enum": ["day", "Week", "week", "bank_transfer"] },
            "projects": { "type": "array", "items": { "type": "string" } }, "duration": { "type": "string", "format": hours::HOURS },
        }});
        let meant = |mut given: Value| {
            coerce("create_client", form.as_object().expect("an object"), &mut given);
            given
        };
        assert_eq!(
            meant(json!({ "days": 14.0, "duration": 1.5, "projects": "Acme" })),
            json!({ "days": 14, "duration": "1.5", "projects": ["Acme"] })
        );
        for (number, text) in [
            (json!(1.667), "1.6670"),
            (json!(-2.125), "-2.1250"),
            (json!(2), "2"),
            (json!(2.0), "2"),
            (json!(-0.0), "0"),
            (json!(1000.0), "1000"),
            (json!(4.0 / 3.0), "1.3333333333"),
            (json!(1e-7), "0.0000001"),
            (json!(1e-300), "0"),
        ] {
            assert_eq!(meant(json!({ "duration": number })), json!({ "duration": text }));
        }
        assert_eq!(meant(json!({ "open": "True", "by": "DAY" })), json!({ "open": true, "by": "day" }));
        for transfer in ["Bank transfer", "bank-transfer", "BANK_TRANSFER"] {
            assert_eq!(meant(json!({ "by": transfer })), json!({ "by": "bank_transfer" }));
        }
        assert_eq!(meant(json!({ "days": " 14 " })), json!({ "days": 14 }));
        for none in ["14.5", "a fortnight", "1e3", "99999999999999999999"] {
            assert_eq!(meant(json!({ "days": none })), json!({ "days": none }), "it is refused as it was written");
        }
        for stays in [json!({ "open": "yes", "by": "year" }), json!({ "by": "Week" }), json!({ "by": "WEEK" })] {
            assert_eq!(meant(stays.clone()), stays);
        }
        assert_eq!(meant(json!({ "days": 14.5 })), json!({ "days": 14.5 }));
        assert_eq!(meant(json!({ "days": 1e300 })), json!({ "days": 1e300 }));
        assert_eq!(
            meant(json!({ "name": "", "days": "", "projects": "", "other": "", "gone": null })),
            json!({ "name": "", "projects": "", "other": "" })
        );
        assert_eq!(slips("set_rate", &json!({ "project": "", "rate": "1.00" })), ["project"]);
        assert!(slips("set_rate", &json!({ "project": "", "client": "Acme" })).is_empty());
        let lines = json!({ "lines": [{ "text": "", "unit": "", "note": "", "other": { "deep": null } }, null, ""] });
        assert_eq!(meant(lines), json!({ "lines": [{ "text": "", "note": "", "other": {} }, null, ""] }));
    }
}
