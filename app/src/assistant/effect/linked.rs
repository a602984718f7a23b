//! Who is put on a project or taken off it, and which clients a viewer is granted: records that only bind two others together.

use serde_json::Value;

use super::{
    image,
    named::{self, LOOKED_UP},
    written,
};
use crate::assistant::{EffectLine, door::Visitor};

/// What it means that such a record is made, or goes.
const BONDS: [(&str, bool, &str); 4] = [
    ("project_member", true, "Put on the project"),
    ("project_member", false, "Taken off the project"),
    ("client_grant", true, "Granted"),
    ("client_grant", false, "No longer granted"),
];

/// What a bond binds.
const ENDS: [&str; 3] = ["member_id", "project_id", "client_id"];

/// A line for each kind of bond that is tied or cut.
pub(super) async fn lines(visitor: &Visitor, answer: &Value) -> Vec<EffectLine> {
    let mut lines = Vec::new();
    for (kind, made, label) in BONDS {
        let bonds = super::changes(answer).iter().filter(|change| image::kind(change) == kind && change.get("before").is_none() == made);
        let bonds: Vec<&Value> = bonds.filter_map(|change| change.get("before").or_else(|| change.get("after"))).collect();
        if let Some(value) = names(visitor, answer, &bonds).await {
            lines.push(EffectLine { label: label.to_owned(), value, before: None });
        }
    }
    lines
}

async fn names(visitor: &Visitor, answer: &Value, bonds: &[&Value]) -> Option<String> {
    let mut names = Vec::new();
    for bond in bonds.iter().take(LOOKED_UP) {
        names.push(other_end(visitor, answer, bond).await.unwrap_or_else(|| "one that you do not see".to_owned()));
    }
    if bonds.len() > LOOKED_UP {
        names.push(format!("{} more", bonds.len() - LOOKED_UP));
    }
    written::listed(names)
}

/// The end of a bond that the answer is not about: of a project its members, of a member their projects.
async fn other_end(visitor: &Visitor, answer: &Value, bond: &Value) -> Option<String> {
    let about = |id: &Value| answer.get("id") == Some(id) || answer.get("project") == Some(id);
    let end = ENDS.iter().find(|end| bond.get(**end).is_some_and(|id| !about(id)))?;
    named::of(visitor, end, &bond[*end]).await
}
