//! Where a page begins, as an opaque text that travels through the caller.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Page;
use crate::error::Error;

/// Longer than any cursor given out: sort keys are names, numbers and instants.
pub const CURSOR_MAX: usize = 4_096;

/// The list that a call asks for: which one, with which filters, and how much room a page of it has.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListQuery {
    operation: &'static str,
    question: [u8; 8],
    room: Option<PageBudget>,
}

/// How much a caller can take of a list.
#[derive(Clone, Copy, Debug)]
pub struct PageBudget {
    /// How many characters the items may have together.
    pub characters: usize,
    /// How many an item has of this operation's list, as the caller is told it.
    pub length: fn(operation: &str, item: Value) -> usize,
}

impl PageBudget {
    /// So many characters of JSON.
    pub fn of_json(characters: usize) -> Self {
        Self { characters, length: |_, item| self::characters(&item) }
    }
}

/// The arguments of a list that leave it the same list.
const PAGING_ARGUMENTS: [&str; 3] = ["limit", "cursor", "with_total"];

impl ListQuery {
    /// The list that an operation gives for these arguments. A page has so much room, or no bound of that kind.
    pub fn of(operation: &'static str, arguments: &Value, room: Option<PageBudget>) -> Self {
        let filters = arguments
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| !PAGING_ARGUMENTS.contains(&name.as_str()) && !value.is_null());
        let filters: std::collections::BTreeMap<_, _> = filters.collect();
        let digest = Sha256::digest(format!("{operation} {}", serde_json::to_string(&filters).unwrap_or_default()));
        Self { operation, question: digest.first_chunk().copied().unwrap_or_default(), room }
    }

    /// The length of an item in an answer, with the comma behind it.
    fn length(&self, room: &PageBudget, item: &impl Serialize) -> usize {
        serde_json::to_value(item).map_or(0, |item| (room.length)(self.operation, item)) + 1
    }

    /// Where to go on. Refused for a cursor of another list: what follows there has nothing to do with what was asked.
    pub fn after(&self, cursor: Option<&str>) -> Result<Option<Cursor>, Error> {
        let Some(text) = cursor else { return Ok(None) };
        match decoded(text) {
            Some((question, cursor)) if question == self.question => Ok(Some(cursor)),
            Some(_) => Err(refused("The cursor is of another list, or of one with other filters")),
            None => Err(refused("The cursor is not one that this list gave out")),
        }
    }

    /// The cursor of a place in this list, as text that can stand in an address.
    pub fn cursor(&self, place: &Cursor) -> String {
        let mut bytes = self.question.to_vec();
        bytes.extend_from_slice(place.id.as_bytes());
        bytes.extend_from_slice(place.key.as_bytes());
        BASE64.encode(bytes)
    }
}

fn refused(what: &str) -> Error {
    let advice = "give next_cursor of the page before, unchanged and with the same filters, or no cursor for the first page";
    Error::invalid("cursor", format!("{what}; {advice}."))
}

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
    /// The place in a list that is in order of time.
    pub fn instant(self) -> Result<(Timestamp, Uuid), Error> {
        // The database knows no instant long before its own beginning of time.
        let at = self.key.parse().ok().filter(|at| *at >= Timestamp::UNIX_EPOCH);
        at.map(|at| (at, self.id)).ok_or_else(|| refused("The cursor names no instant"))
    }
}

fn decoded(text: &str) -> Option<([u8; 8], Cursor)> {
    if text.len() > CURSOR_MAX {
        return None;
    }
    let bytes = BASE64.decode(text).ok()?;
    let (question, place) = bytes.split_first_chunk::<8>()?;
    let (id, key) = place.split_first_chunk::<16>()?;
    let key = std::str::from_utf8(key).ok()?.to_owned();
    // PostgreSQL has no text with a zero byte in it: such a key would fail in the query.
    (!key.contains('\0')).then(|| (*question, Cursor { key, id: Uuid::from_bytes(*id) }))
}

impl<T: Serialize> Page<T> {
    /// The page of the first `limit` of `rows`, each read into an item. A list fetches one row more than that to know whether
    /// there is a next page. For a caller with little room it ends
    /// earlier, at the last item that fits.
    pub fn of<R>(
        listing: ListQuery,
        rows: Vec<R>,
        limit: i64,
        cursor: impl Fn(&R) -> Cursor,
        mut read: impl FnMut(R) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let (limit, all) = (usize::try_from(limit).unwrap_or(0), rows.len());
        let (mut items, mut last) = (Vec::with_capacity(limit.min(all)), None);
        let mut left = listing.room.map(|room| (room, room.characters));
        for row in rows.into_iter().take(limit) {
            let here = cursor(&row);
            let item = read(row)?;
            // The first one always fits, or the list would never end.
            if let Some((room, left)) = &mut left {
                match left.checked_sub(listing.length(room, &item)).or(items.is_empty().then_some(0)) {
                    Some(less) => *left = less,
                    None => break,
                }
            }
            items.push(item);
            last = Some(here);
        }
        let next_cursor = last.filter(|_| items.len() < all).map(|last| listing.cursor(&last));
        Ok(Page { items, next_cursor, total: None, from: None, to: None })
    }
}

/// How many characters a value has as JSON. They are counted as they are written, and kept nowhere.
pub fn characters(value: &impl Serialize) -> usize {
    let mut count = CharacterCounter(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => 0,
    }
}

struct CharacterCounter(usize);

impl std::io::Write for CharacterCounter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // In UTF-8 every character has exactly one byte that does not continue another.
        self.0 += bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
