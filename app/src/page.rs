//! Pagination: one page of a list, and the cursor of the next.

#[cfg(feature = "ssr")]
pub(crate) mod cursor;
mod load_picker_options;
#[cfg(test)]
mod tests;

use domain::day::Day;
use serde::{Deserialize, Serialize};

use crate::error::Error;

#[cfg(feature = "ssr")]
pub use cursor::{CURSOR_MAX, Cursor, ListQuery, PageBudget, ProjectKeyset, characters, keyset_of};
pub use load_picker_options::{PickerOptions, load_picker_options};

/// The number of items in a page when the caller does not set a limit.
pub const LIMIT_DEFAULT: u32 = 50;

/// The maximum number of items in a page.
pub const LIMIT_MAX: u32 = 200;

/// How much of a list is asked for: the arguments that lists share.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PageRequest {
    /// 50 when absent.
    pub limit: Option<u32>,
    /// next_cursor of the last answer.
    #[cfg_attr(feature = "ssr", schemars(length(max = 4_096)))]
    pub cursor: Option<String>,
    /// Also count all.
    pub with_total: Option<bool>,
}

impl PageRequest {
    /// The first `limit` items, uncounted.
    pub fn first(limit: u32) -> Self {
        Self::after(None, limit)
    }

    /// The `limit` items after a cursor, uncounted.
    pub fn after(cursor: Option<String>, limit: u32) -> Self {
        Self { limit: Some(limit), cursor, with_total: None }
    }
}

/// The answer of every list.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Give this as `cursor` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many items there are on all pages, when `with_total` was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// The first day that was asked for, when it was asked for days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

impl<T> Page<T> {
    /// A list with a single page.
    pub fn single(items: Vec<T>) -> Self {
        Self { items, next_cursor: None, total: None, from: None, to: None }
    }
}

/// Whether a list was refused because of the cursor in the link to one of its pages: the list has other filters by now, or never gave it
/// out.
pub fn is_cursor_refusal(error: &Error) -> bool {
    error.field("cursor").is_some()
}

/// The limit for SQL: 50 when the caller sets none, from 1 to 200.
pub fn limit(given: Option<u32>) -> Result<i64, Error> {
    match given.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(i64::from(limit)),
        limit => {
            Err(Error::invalid("limit", format!("{limit} is not between 1 and {LIMIT_MAX}; ask for fewer items and follow next_cursor.")))
        }
    }
}
