//! What a card shows of the fields of an answer: the marks of `#[answer]` in its schema.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Marks a field of an answer with what a card shows of it, as the macro writes it.
pub const CARD: &str = "x-card";

/// What a card shows of a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardField {
    /// Nothing: it has no meaning for a person.
    Hidden,
    /// Its value, under a label.
    Label(CardLabel),
}

/// The label of a field, and what holds of its line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardLabel {
    /// The label. Arguments and columns of the same name have it too.
    pub text: String,
    /// Its place: lines stand by rank, the lowest first, and those without one follow by the names of their fields.
    pub rank: Option<u16>,
    /// It says which record the card is about, and is shown also where the call does not change it.
    pub always: bool,
    /// It is computed from another column, whose value before is not its own.
    pub derived: bool,
    /// It tells how the record stands, which no call on the record changes.
    pub status: bool,
    /// It depends on the clock or on other people's time, and may differ between two runs with the same effect. What the records
    /// themselves store of it is compared with the changes.
    pub volatile: bool,
}

/// What the fields of an answer declare, by their names, from its schema with the marks. A field that declares nothing is absent.
pub fn of(answer: &Map<String, Value>) -> BTreeMap<String, CardField> {
    let fields = answer.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(name, field)| Some((name.clone(), CardField::deserialize(field.get(CARD)?).ok()?))).collect()
}
