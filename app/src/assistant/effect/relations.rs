//! Lines for project assignments and client grants: records that only relate two others.

use serde_json::Value;

use super::{
    record_diff,
    record_lookup::{self, LOOKUPS_MAX},
    value_formatter,
};
use crate::{
    assistant::{EffectLine, user::AssistantUser},
    operation::columns::{self, Class},
};

/// The label for creating or deleting such a record.
const RELATIONS: [(&str, bool, &str); 4] = [
    ("project_member", true, "Put on the project"),
    ("project_member", false, "Taken off the project"),
    ("client_grant", true, "Granted"),
    ("client_grant", false, "No longer granted"),
];

/// A line for each kind of relation that is created or deleted.
pub(super) async fn lines(user: &AssistantUser, answer: &Value) -> Vec<EffectLine> {
    let mut lines = Vec::new();
    for (kind, made, label) in RELATIONS {
        let relations =
            super::changes(answer).iter().filter(|change| record_diff::kind(change) == kind && change.get("before").is_none() == made);
        let relations: Vec<&Value> = relations.filter_map(|change| change.get("before").or_else(|| change.get("after"))).collect();
        if let Some(value) = names(user, answer, kind, &relations).await {
            lines.push(EffectLine { label: label.to_owned(), value, before: None });
        }
    }
    lines
}

async fn names(user: &AssistantUser, answer: &Value, kind: &str, relations: &[&Value]) -> Option<String> {
    let mut names = Vec::new();
    for relation in relations.iter().take(LOOKUPS_MAX) {
        names.push(related_record(user, answer, kind, relation).await.unwrap_or_else(|| "one that you do not see".to_owned()));
    }
    if relations.len() > LOOKUPS_MAX {
        names.push(format!("{} more", relations.len() - LOOKUPS_MAX));
    }
    value_formatter::listed(names)
}

/// The end of a relation that the answer is not about: for a project its members, for a member their projects. Of two such ends it is the
/// member, who is the last of the columns.
async fn related_record(user: &AssistantUser, answer: &Value, kind: &str, relation: &Value) -> Option<String> {
    let about = |id: &Value| answer.get("id") == Some(id) || answer.get("project") == Some(id);
    let mut ends = columns::of(kind).iter().rev().filter(|column| column.is(Class::Reference)).map(|column| column.name);
    let end = ends.find(|end| relation.get(*end).is_some_and(|id| !about(id)))?;
    record_lookup::of(user, end, &relation[end]).await
}
