//! Where a page begins, as an opaque text that travels through the caller.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

use super::Page;
use crate::error::Error;

/// Longer than any cursor given out: sort keys are names, numbers and instants.
const TEXT_MAX: usize = 4_096;

/// The last item of a page: its place in the order of the list, and its id where places are equal.
///
/// A cursor says where to go on and grants nothing, so it is neither signed nor secret: what the
/// caller may see is decided anew for each page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The value the list is sorted by, as text that the list itself wrote.
    pub key: String,
    /// The id of the item.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor as text that can stand in an address.
    pub fn encode(&self) -> String {
        let mut bytes = self.id.as_bytes().to_vec();
        bytes.extend_from_slice(self.key.as_bytes());
        BASE64.encode(bytes)
    }

    /// Reads a cursor that came back from a caller.
    pub fn decode(text: &str) -> Result<Cursor, Error> {
        decoded(text).ok_or_else(|| {
            let advice = "give next_cursor of the page before, unchanged, or no cursor for the first page";
            Error::invalid("cursor", format!("The cursor is not one that this list gave out; {advice}."))
        })
    }
}

fn decoded(text: &str) -> Option<Cursor> {
    if text.len() > TEXT_MAX {
        return None;
    }
    let bytes = BASE64.decode(text).ok()?;
    let (id, key) = bytes.split_first_chunk::<16>()?;
    let key = std::str::from_utf8(key).ok()?.to_owned();
    // PostgreSQL has no text with a zero byte in it: such a key would fail in the query.
    (!key.contains('\0')).then(|| Cursor { key, id: Uuid::from_bytes(*id) })
}

impl<T> Page<T> {
    /// The page of the first `limit` of `rows`; a list fetches one row more than that to know
    /// whether there is a next page.
    pub fn of(mut rows: Vec<T>, limit: i64, cursor: impl FnOnce(&T) -> Cursor) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| cursor(last).encode());
        Page { items: rows, next_cursor, total: None }
    }
}
