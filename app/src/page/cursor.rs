//! Cursors: opaque texts that say where a page begins, and travel through the caller.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Page;
use crate::error::Error;

/// The maximum length of a cursor, longer than any that is issued: sort keys are names, numbers and instants.
pub const CURSOR_MAX: usize = 4_096;

/// A list query: which list, with which filters, and the size of a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListQuery {
    operation: &'static str,
    question: [u8; 8],
    room: Option<PageBudget>,
}

/// The page budget of a caller.
#[derive(Clone, Copy, Debug)]
pub struct PageBudget {
    /// The maximum number of characters of all items together.
    pub characters: usize,
    /// The number of characters of an item of this operation's list, in the form that the caller gets.
    pub length: fn(operation: &str, item: Value) -> usize,
}

impl PageBudget {
    /// A budget in characters of JSON.
    pub fn of_json(characters: usize) -> Self {
        Self { characters, length: |_, item| self::characters(&item) }
    }
}

/// The arguments that only page through the same list.
const PAGING_ARGUMENTS: [&str; 3] = ["limit", "cursor", "with_total"];

impl ListQuery {
    /// The query of an operation with these arguments, with an optional page budget.
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

    /// The length of an item in an answer, with the comma after it.
    fn length(&self, budget: &PageBudget, item: &impl Serialize) -> usize {
        serde_json::to_value(item).map_or(0, |item| (budget.length)(self.operation, item)) + 1
    }

    /// The position where the page begins. The cursor of another list is refused, because its position means nothing here.
    pub fn after(&self, cursor: Option<&str>) -> Result<Option<Cursor>, Error> {
        let Some(text) = cursor else { return Ok(None) };
        match decoded(text) {
            Some((question, cursor)) if question == self.question => Ok(Some(cursor)),
            Some(_) => Err(refused("The cursor is of another list, or of one with other filters")),
            None => Err(refused("The cursor is not one that this list gave out")),
        }
    }

    /// The cursor of a position in this list, as text that is safe in a URL.
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

/// The last item of a page: its sort key, and its id, which breaks ties.
///
/// A cursor says where to continue and grants nothing, so it is neither signed nor secret: what the caller may see is decided for each
/// page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The value that the list is sorted by, as text in the format of the list.
    pub key: String,
    /// The id of the item.
    pub id: Uuid,
}

impl Cursor {
    /// The position in a list that is sorted by time.
    pub fn instant(self) -> Result<(Timestamp, Uuid), Error> {
        // Bounds the instant: one before PostgreSQL's range would fail in the query.
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
    // PostgreSQL stores no text with a zero byte: such a key would fail in the query.
    (!key.contains('\0')).then(|| (*question, Cursor { key, id: Uuid::from_bytes(*id) }))
}

impl<T: Serialize> Page<T> {
    /// The page of the first `limit` of `rows`, each converted into an item. A list fetches one row more than that, to know whether there
    /// is a next page. Under a page budget the page ends earlier, at the last item that fits.
    pub fn of<R>(
        query: ListQuery,
        rows: Vec<R>,
        limit: i64,
        cursor: impl Fn(&R) -> Cursor,
        mut read: impl FnMut(R) -> Result<T, Error>,
    ) -> Result<Page<T>, Error> {
        let (limit, all) = (usize::try_from(limit).unwrap_or(0), rows.len());
        let (mut items, mut last) = (Vec::with_capacity(limit.min(all)), None);
        let mut left = query.room.map(|budget| (budget, budget.characters));
        for row in rows.into_iter().take(limit) {
            let here = cursor(&row);
            let item = read(row)?;
            // The first item always fits, or the list would never end.
            if let Some((budget, left)) = &mut left {
                match left.checked_sub(query.length(budget, &item)).or(items.is_empty().then_some(0)) {
                    Some(less) => *left = less,
                    None => break,
                }
            }
            items.push(item);
            last = Some(here);
        }
        let next_cursor = last.filter(|_| items.len() < all).map(|last| query.cursor(&last));
        Ok(Page { items, next_cursor, total: None, from: None, to: None })
    }
}

/// The length of a value as JSON in characters, counted without building the text.
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
        // In UTF-8 every character has exactly one byte that is not a continuation byte.
        self.0 += bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The keyset in a cursor, split at line breaks, which names never contain.
pub fn keyset_of(cursor: Cursor) -> ProjectKeyset {
    let (client, project) = cursor.key.split_once('\n').unwrap_or((&cursor.key, ""));
    (client.to_owned(), project.to_owned(), cursor.id)
}

/// The end of the last page: names of client and project as the database sorts them, and the id.
pub type ProjectKeyset = (String, String, Uuid);
