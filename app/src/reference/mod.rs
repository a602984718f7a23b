//! References to records: an id, or a name that fits only one.
//!
//! Every operation resolves references to clients, projects and members in this module. A name is looked up by its search key
//! (`text::search_key`). A reference that fits several records is refused with a list of them, and one that fits none with similar
//! names; archived records and former members are found too, and are marked as such. Only for time, a part of a name is enough if one
//! open project has it, and the answer says which one was taken.

mod client;
mod disambiguate;
pub(crate) mod member;
mod project;
mod store;
mod suggestions;
#[cfg(test)]
mod tests;

use domain::text;
use uuid::Uuid;

use crate::error::Error;

pub use client::{client, clients};
pub use member::{MemberRef, member, member_with_past_time, members};
pub use project::{exact_projects, existing_project, existing_projects, project, project_for_time, projects_of_client};

/// The id in a reference, or the nil id, which no record has, when it is a name.
pub fn parse_id(given: &str) -> Uuid {
    given.trim().parse().unwrap_or(Uuid::nil())
}

/// The refusal of an argument that has to name a record and is empty: empty text is absent.
fn required_error(field: &str) -> Error {
    Error::invalid(field, format!("{} is required.", text::readable(field)))
}

/// The references of a list whose absence means all records, or the usual ones. An empty list is a mistake and is refused: it would
/// mean everybody.
pub fn reject_empty_list(field: &str, named: Option<Vec<String>>) -> Result<Vec<String>, Error> {
    match named {
        Some(named) if named.is_empty() => Err(Error::invalid(
            field,
            format!("{field} names none. Name at least one, or leave it out: that means all, or the usual ones."),
        )),
        named => Ok(named.unwrap_or_default()),
    }
}

/// References in the form in which they are looked up.
struct ReferenceQuery {
    given: Vec<String>,
    ids: Vec<Uuid>,
    keys: Vec<String>,
}

impl ReferenceQuery {
    /// A query for each of these references; empty ones are ignored.
    fn of(given: impl IntoIterator<Item = impl AsRef<str>>, key: fn(&str) -> String) -> Self {
        let given: Vec<String> =
            given.into_iter().map(|given| given.as_ref().trim().to_owned()).filter(|given| !given.is_empty()).collect();
        let ids = given.iter().map(|given| parse_id(given)).collect();
        let keys = given.iter().map(|given| key(given)).collect();
        Self { given, ids, keys }
    }
}
