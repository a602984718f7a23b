//! How a caller refers to a record: by its id, or by a name that fits only one.
//!
//! There is one way from what is given to the client, project or member that is meant, for every operation. A name is looked up by
//! its key (`text::search_key`). What fits several is refused with all of them, and what fits none with the names that are near;
//! the archived and those who have left are found too, and are said to be so. For time alone a part of a name is enough that one open
//! project has, and the answer says which one was taken.

mod client;
mod disambiguate;
mod member;
mod project;
mod store;
mod suggestions;
#[cfg(test)]
mod tests;

use uuid::Uuid;

use crate::{error::Error, text};

pub use client::{client, clients};
pub use member::{MemberRef, member, member_with_past_time, members};
pub use project::{exact_projects, existing_project, existing_projects, project, project_for_time, projects_of_client};
pub use suggestions::similar_names;

/// The id in a reference, or the nil id, which no record has, when it is a name.
pub fn parse_id(given: &str) -> Uuid {
    given.trim().parse().unwrap_or(Uuid::nil())
}

/// Refuses an argument that has to name one record and names none: empty text is absent.
fn required_error(field: &str) -> Error {
    Error::invalid(field, format!("{} is required.", text::readable(field)))
}

/// Refuses a list of which an item is empty: whoever was meant by it would be passed over in silence.
pub fn reject_blank(field: &str, given: &[impl AsRef<str>]) -> Result<(), Error> {
    match given.iter().position(|given| given.as_ref().trim().is_empty()) {
        Some(at) => Err(Error::invalid(&format!("{field}[{at}]"), "Nothing is named here. Fill it in, or leave it out.")),
        None => Ok(()),
    }
}

/// What is named of a kind of which all are meant, or the usual ones, while nothing is said: a list that names none is a mistake, and
/// would mean everybody.
pub fn reject_empty_list(field: &str, named: Option<Vec<String>>) -> Result<Vec<String>, Error> {
    match named {
        Some(named) if named.is_empty() => Err(Error::invalid(
            field,
            format!("{field} names none. Name at least one, or leave it out: that means all, or the usual ones."),
        )),
        named => Ok(named.unwrap_or_default()),
    }
}

/// References as they are looked up.
struct ReferenceQuery {
    given: Vec<String>,
    ids: Vec<Uuid>,
    keys: Vec<String>,
}

impl ReferenceQuery {
    /// Each of these; empty ones mean nothing.
    fn of(given: impl IntoIterator<Item = impl AsRef<str>>, key: fn(&str) -> String) -> Self {
        let given: Vec<String> =
            given.into_iter().map(|given| given.as_ref().trim().to_owned()).filter(|given| !given.is_empty()).collect();
        let ids = given.iter().map(|given| parse_id(given)).collect();
        let keys = given.iter().map(|given| key(given)).collect();
        Self { given, ids, keys }
    }
}
