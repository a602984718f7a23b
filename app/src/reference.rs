//! How a caller refers to a record: by its id, or by a name that fits only one.

use uuid::Uuid;

/// The id in a reference, or the nil id, which no record has, when it is a name.
pub fn id(given: &str) -> Uuid {
    given.trim().parse().unwrap_or(Uuid::nil())
}
