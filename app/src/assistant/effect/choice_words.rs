//! Choices of operations in words: *partly paid* for `partly_paid`.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde_json::{Map, Value};

use crate::operation::registry;

/// The choices that have several words, by the names of the arguments and the fields of answers that take them.
static CHOICES: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let mut choices = HashMap::new();
    for operation in registry::all() {
        collect(&operation.input, &mut choices);
        collect(&operation.output, &mut choices);
    }
    choices
});

/// Collects the choices of a schema and of all schemas in it.
fn collect(schema: &'static Map<String, Value>, choices: &mut HashMap<&'static str, HashSet<&'static str>>) {
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let declared = property.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for choice in declared.filter(|choice| choice.contains('_')) {
            choices.entry(name.as_str()).or_default().insert(choice);
        }
    }
    for value in schema.values() {
        match value {
            Value::Object(inner) => collect(inner, choices),
            Value::Array(items) => items.iter().filter_map(Value::as_object).for_each(|inner| collect(inner, choices)),
            _ => {}
        }
    }
}

/// The words of a choice that a column, an argument or a field of an answer of this name holds; none for any other text. An argument may
/// write the choice in another case or with other separators.
pub(super) fn of(name: &str, text: &str) -> Option<String> {
    let choice = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    CHOICES.get(name).is_some_and(|choices| choices.contains(choice.as_str())).then(|| choice.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_several_words_is_told_in_words_and_other_text_stays() {
        for (name, text, words) in [
            ("applies_to", "unbilled_time", Some("unbilled time")),
            ("applies_to", "Unbilled time", Some("unbilled time")),
            ("status", "partly_paid", Some("partly paid")),
            ("method", "bank_transfer", Some("bank transfer")),
            ("status", "draft", None),
            ("description", "partly_paid", None),
        ] {
            assert_eq!(of(name, text).as_deref(), words, "{name}: {text}");
        }
    }
}
