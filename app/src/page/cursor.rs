//! Where a page begins, as an opaque text that travels through the caller.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;
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

impl<T: Serialize> Page<T> {
    /// The page of the first `limit` of `rows`, each read into an item. A list fetches one row more than that to know whether
    /// there is a next page. For a caller with little `room`, in
    /// characters of JSON, it ends earlier, at the last item that fits.
    pub fn of<R>(
        room: Option<usize>,
        rows: Vec<R>,
        limit: i64,
        cursor: impl Fn(&R) -> Cursor,
        mut read: impl FnMut(R) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let (limit, all) = (usize::try_from(limit).unwrap_or(0), rows.len());
        let (mut left, mut items, mut last) = (room, Vec::with_capacity(limit.min(all)), None);
        for row in rows.into_iter().take(limit) {
            let here = cursor(&row);
            let item = read(row)?;
            // The first one always fits, or the list would never end.
            if let Some(room) = &mut left
                && let Some(less) = room.checked_sub(length(&item)).or(items.is_empty().then_some(0))
            {
                *room = less;
            } else if left.is_some() {
                break;
            }
            items.push(item);
            last = Some(here);
        }
        let next_cursor = last.filter(|_| items.len() < all).map(|last| last.encode());
        Ok(Page { items, next_cursor, total: None })
    }
}

/// The length of an item in an answer, with the comma behind it.
fn length(item: &impl Serialize) -> usize {
    characters(item) + 1
}

/// How many characters a value has as JSON. They are counted as they are written, and kept nowhere.
pub fn characters(value: &impl Serialize) -> usize {
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => 0,
    }
}

struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // In UTF-8 every character has exactly one byte that does not continue another.
        self.0 += bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
