//! Lines for arguments that the rest of the card does not show, so that people can read everything that they commit.

use serde_json::Value;

use super::{
    answer_fields, record_diff,
    record_lookup::{self, LOOKUPS_MAX},
    value_formatter::{self, ValueFormatter},
};
use crate::{
    assistant::{EffectLine, user::AssistantUser},
    operation::Operation,
};

/// Arguments that the operation parses: the effect shows the parsed value under their label.
const SHOWN_AS_READ: [&str; 15] = [
    "duration",
    "hours",
    "date",
    "period",
    "started_at",
    "ended_at",
    "rate",
    "amount",
    "tax_rate",
    "email",
    "name",
    "description",
    "project",
    "client",
    "member",
];

/// Arguments that are preconditions of a write and have no part in its effect.
const PRECONDITIONS: [&str; 2] = ["version", "balance"];

/// Labels of free text: a value found inside of it does not count as shown.
const FREE_TEXT_LABELS: [&str; 4] = ["Description", "Message", "Note", "Notes"];

/// The length from which on a value counts as shown when it is part of a longer text, in characters.
const SUBSTRING_MIN: usize = 4;

/// A call whose arguments are checked.
pub(super) struct ArgumentLines<'a> {
    /// The user.
    pub user: &'a AssistantUser,
    /// The operation.
    pub operation: &'a Operation,
    /// Its arguments.
    pub arguments: &'a Value,
    /// Its answer from the dry run.
    pub answer: &'a Value,
    /// The record that it changes, before the change.
    pub before: Option<&'a Value>,
    /// Formats its amounts.
    pub formatter: ValueFormatter,
}

impl ArgumentLines<'_> {
    /// A line for each argument that is not yet among the shown lines.
    pub async fn lines(&self, shown: &[EffectLine]) -> Vec<EffectLine> {
        let mut lines = Vec::new();
        for (name, value) in self.arguments.as_object().into_iter().flatten().filter(|(name, _)| !PRECONDITIONS.contains(&name.as_str())) {
            match value {
                Value::String(text) if text.trim().is_empty() => lines.extend(self.cleared(name, shown).await),
                Value::Array(items) if items.iter().any(Value::is_object) => {
                    for item in items {
                        lines.extend(self.part(name, item, shown).await);
                    }
                }
                Value::Object(_) => lines.extend(self.part(name, value, shown).await),
                _ => lines.extend(self.words(name, value, shown).await.map(|words| line(name, words))),
            }
        }
        lines
    }

    /// A cleared argument, with its previous value.
    async fn cleared(&self, name: &str, shown: &[EffectLine]) -> Option<EffectLine> {
        let label = answer_fields::label(name);
        if !self.labelled(&label, shown).is_empty() {
            return None;
        }
        let was = self
            .before
            .and_then(|before| before.get(answer_fields::column(name, before)).map(|was| (answer_fields::column(name, before), was)));
        let before = match was.filter(|(_, was)| !was.is_null()) {
            Some((column, was)) => record_diff::column_of(self.user, &self.formatter, column, was).await,
            None => None,
        };
        Some(EffectLine { label, value: "nothing".to_owned(), before })
    }

    /// The text of an argument, unless it is shown.
    async fn words(&self, name: &str, value: &Value, shown: &[EffectLine]) -> Option<String> {
        let label = answer_fields::label(name);
        let labelled = self.labelled(&label, shown);
        if !labelled.is_empty() && SHOWN_AS_READ.contains(&name) {
            return None;
        }
        match value {
            Value::Array(items) if items.is_empty() => self.requires(name).then(|| "nothing".to_owned()),
            Value::Array(items) if name == "to" => self.readers(items, shown),
            Value::Array(items) => self.each_referred(name, items, shown).await,
            _ if record_lookup::refers(name) || value.as_str().is_some_and(value_formatter::is_id) => {
                self.referred(name, value, shown).await
            }
            // The answer names the recipients of a mail and the days of a period in words of its own.
            _ if matches!(name, "to" | "from") => self.formatter.argument(name, value).filter(|words| !self.is_told(words, shown)),
            _ => self.formatter.argument(name, value).filter(|words| !labelled.iter().any(|known| known.eq_ignore_ascii_case(words))),
        }
    }

    /// The recipients of a mail, without those that are shown.
    fn readers(&self, items: &[Value], shown: &[EffectLine]) -> Option<String> {
        let words = items.iter().filter_map(|item| self.formatter.argument("to", item));
        let readers: Vec<_> = words.filter(|words| !self.is_told(words, shown)).collect();
        (!readers.is_empty()).then(|| readers.join(", "))
    }

    /// The values shown under a label. A line of an invoice does not count, since its label is free text.
    fn labelled<'s>(&self, label: &str, shown: &'s [EffectLine]) -> Vec<&'s str> {
        let on_invoice = self.answer["lines"].as_array().is_some_and(|lines| lines.iter().any(|line| line["description"] == label));
        let labelled = shown.iter().filter(|line| line.label == label && !on_invoice);
        labelled.map(|line| line.value.as_str()).collect()
    }

    /// The names of the records that an argument refers to, without those that are shown.
    async fn each_referred(&self, name: &str, references: &[Value], shown: &[EffectLine]) -> Option<String> {
        let mut names = Vec::new();
        for reference in references.iter().take(LOOKUPS_MAX) {
            names.extend(self.referred(name, reference, shown).await);
        }
        if references.len() > LOOKUPS_MAX {
            names.push(format!("{} more", references.len() - LOOKUPS_MAX));
        }
        value_formatter::listed(names)
    }

    /// The amount and the date of a payment that the call removes. No operation finds a payment by its id.
    fn removed(&self, id: &str) -> Option<String> {
        let changes = self.answer["changes"].as_array()?;
        let before = &changes.iter().find(|change| change["record"] == id && change["kind"] == "payment")?["before"];
        Some(format!("{}, {}", self.formatter.column("amount", &before["amount"]), self.formatter.column("paid_on", &before["paid_on"])))
    }

    /// The name of the record that an argument refers to, unless it is shown or the card itself is about it.
    async fn referred(&self, name: &str, reference: &Value, shown: &[EffectLine]) -> Option<String> {
        let text = reference.as_str()?;
        if ["id", "project", "undone"].into_iter().any(|about| self.answer.get(about) == Some(reference)) {
            return None;
        }
        let words = match (value_formatter::is_id(text), record_lookup::told(self.answer, text)) {
            (false, _) => text.to_owned(),
            (true, Some(name)) => name,
            (true, None) => match self.removed(text) {
                Some(words) => words,
                None => record_lookup::of(self.user, name, reference).await.unwrap_or_else(|| text.to_owned()),
            },
        };
        (!self.is_told(&words, shown)).then_some(words)
    }

    /// One element of an argument with several fields, such as a line of an invoice, unless all of it is shown.
    async fn part(&self, name: &str, part: &Value, shown: &[EffectLine]) -> Option<EffectLine> {
        let mut parts: Vec<(String, String)> = Vec::new();
        for (field, value) in part.as_object()? {
            let words = match field.as_str() {
                "line" => self.line(value),
                field if record_lookup::refers(field) => self.referred(field, value, &[]).await,
                field => self.formatter.argument(field, value),
            };
            parts.extend(words.map(|words| (field.clone(), words)));
        }
        if parts.iter().all(|(_, words)| shown.iter().any(|line| says(&line.value, words) || says(&line.label, words))) {
            return None;
        }
        let words: Vec<String> = parts.into_iter().map(|(field, words)| format!("{}: {words}", answer_fields::label(&field))).collect();
        Some(line(name, words.join(" · ")))
    }

    /// Whether a value is shown outside of free text.
    fn is_told(&self, words: &str, shown: &[EffectLine]) -> bool {
        shown.iter().any(|line| !FREE_TEXT_LABELS.contains(&line.label.as_str()) && says(&line.value, words))
    }

    /// The description of an invoice line.
    fn line(&self, id: &Value) -> Option<String> {
        let found = super::changes(self.answer).iter().find(|change| change["record"] == *id);
        let image = found.and_then(|change| change.get("before").or_else(|| change.get("after")));
        let kept = || self.answer["lines"].as_array()?.iter().find(|line| line["id"] == *id);
        image.or_else(kept)?["description"].as_str().map(str::to_owned)
    }

    /// Whether an empty list means *none* and not *all*: it does for a required argument.
    fn requires(&self, name: &str) -> bool {
        let required = self.operation.input.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|known| known == name))
    }
}

/// Whether a text contains a value: alone, as a part of a name, or within other words unless it is too short for that.
fn says(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase(), words.trim().to_lowercase());
    let telling = words.chars().count() >= SUBSTRING_MIN;
    text == words || text.split([',', '/']).any(|part| part.trim() == words) || telling && text.contains(&words)
}

fn line(name: &str, value: String) -> EffectLine {
    EffectLine { label: answer_fields::label(name), value, before: None }
}
