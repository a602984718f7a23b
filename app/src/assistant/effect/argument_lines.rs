//! What was given with a call and the rest of its card does not show. Whatever a person commits, they can read.

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

/// Arguments that the operation reads in its own way: the effect shows them under their label as it has read them.
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

/// Arguments that guard a write and have no part in what it does.
const PRECONDITIONS: [&str; 2] = ["version", "balance"];

/// Labels of what people write as they like: whatever stands there shows nothing else.
const FREE_TEXT_LABELS: [&str; 4] = ["Description", "Message", "Note", "Notes"];

/// From so many characters on, words are taken for shown where they stand among others.
const SUBSTRING_MIN: usize = 4;

/// A call whose arguments are looked through.
pub(super) struct ArgumentLines<'a> {
    /// Whose.
    pub user: &'a AssistantUser,
    /// The operation.
    pub operation: &'a Operation,
    /// Its arguments.
    pub arguments: &'a Value,
    /// Its answer.
    pub answer: &'a Value,
    /// The record that it changes, as it was before.
    pub before: Option<&'a Value>,
    /// How its amounts are written.
    pub formatter: ValueFormatter,
}

impl ArgumentLines<'_> {
    /// A line for each argument that is not among those that are shown already.
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

    /// An argument that is taken away: what it was.
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

    /// The words of an argument, unless they are shown.
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
            // Whom a mail goes to, and the days of a period, are told in words of the answer.
            _ if matches!(name, "to" | "from") => self.formatter.argument(name, value).filter(|words| !self.is_told(words, shown)),
            _ => self.formatter.argument(name, value).filter(|words| !labelled.iter().any(|known| known.eq_ignore_ascii_case(words))),
        }
    }

    /// To whom a mail goes, each of them, but for those who are told.
    fn readers(&self, items: &[Value], shown: &[EffectLine]) -> Option<String> {
        let words = items.iter().filter_map(|item| self.formatter.argument("to", item));
        let readers: Vec<_> = words.filter(|words| !self.is_told(words, shown)).collect();
        (!readers.is_empty()).then(|| readers.join(", "))
    }

    /// What is shown under a label of ours. A line of an invoice stands under whatever somebody has written on it.
    fn labelled<'s>(&self, label: &str, shown: &'s [EffectLine]) -> Vec<&'s str> {
        let on_invoice = self.answer["lines"].as_array().is_some_and(|lines| lines.iter().any(|line| line["description"] == label));
        let labelled = shown.iter().filter(|line| line.label == label && !on_invoice);
        labelled.map(|line| line.value.as_str()).collect()
    }

    /// The names of the records that an argument refers to, but for those that are shown.
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

    /// A payment that the call removes: what it was of and when. Nothing finds one by its id but its removal.
    fn removed(&self, id: &str) -> Option<String> {
        let changes = self.answer["changes"].as_array()?;
        let before = &changes.iter().find(|change| change["record"] == id && change["kind"] == "payment")?["before"];
        Some(format!("{}, {}", self.formatter.column("amount", &before["amount"]), self.formatter.column("paid_on", &before["paid_on"])))
    }

    /// The name of a record that an argument refers to, unless it is shown. The record that the card is about speaks for itself.
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

    /// A part of an argument that has parts, such as a line of an invoice, unless all of it is shown.
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

    /// Whether words are shown in words of ours.
    fn is_told(&self, words: &str, shown: &[EffectLine]) -> bool {
        shown.iter().any(|line| !FREE_TEXT_LABELS.contains(&line.label.as_str()) && says(&line.value, words))
    }

    /// What stands on a line of an invoice.
    fn line(&self, id: &Value) -> Option<String> {
        let found = super::changes(self.answer).iter().find(|change| change["record"] == *id);
        let image = found.and_then(|change| change.get("before").or_else(|| change.get("after")));
        let kept = || self.answer["lines"].as_array()?.iter().find(|line| line["id"] == *id);
        image.or_else(kept)?["description"].as_str().map(str::to_owned)
    }

    /// Whether an operation takes an empty list for *none* rather than for *all*: one that it asks for.
    fn requires(&self, name: &str) -> bool {
        let required = self.operation.input.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|known| known == name))
    }
}

/// Whether a text says these words: alone, as a part of a name, or among others when they are not too short for it.
fn says(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase(), words.trim().to_lowercase());
    let telling = words.chars().count() >= SUBSTRING_MIN;
    text == words || text.split([',', '/']).any(|part| part.trim() == words) || telling && text.contains(&words)
}

fn line(name: &str, value: String) -> EffectLine {
    EffectLine { label: answer_fields::label(name), value, before: None }
}
