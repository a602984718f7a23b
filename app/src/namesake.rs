//! The refusal of a name that another record has.

use serde_json::json;

use crate::error::Error;

/// A record that already has a name with the same key.
pub struct Namesake {
    /// Its name, which may differ in case and accents.
    pub name: String,
    /// Whether it is archived, and so hidden from lists.
    pub archived: bool,
}

/// The error for a name that is taken. `already` begins the sentence: "There is already a client called". `details` name an archived
/// record that has it, which lists hide.
pub fn name_taken(already: &str, name: &str, namesake: Option<Namesake>) -> Error {
    let Namesake { name: holder, archived } = namesake.unwrap_or_else(|| Namesake { name: name.to_owned(), archived: false });
    let same = if holder == name { "" } else { ", and case and accents make no other name of it" };
    let mend = if archived { "It is archived: restore it, or choose another name." } else { "Choose another name." };
    let error = Error::invalid("name", format!("{already} \"{holder}\"{same}. {mend}"));
    if archived { error.details(&json!({ "name": holder, "archived": true })) } else { error }
}
