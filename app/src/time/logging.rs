//! logging.
use super::*;
use crate::{operation::Call, error::Error, edit::Edit, money::Amount};
#[allow(missing_docs)]
pub struct NewEntry { pub project: String, pub date: Option<String>, pub duration: Option<String>, pub started_at: Option<String>, pub ended_at: Option<String>, pub description: Option<String>, pub billable: Option<bool>, pub rate: Option<Amount>, pub member: Option<String> }
#[allow(missing_docs)]
pub struct EntryChange { pub project: Option<String>, pub date: Option<String>, pub duration: Option<String>, pub started_at: Option<String>, pub ended_at: Option<String>, pub description: Edit<String>, pub billable: Option<bool>, pub rate: Edit<Amount>, pub version: Option<i32> }
macro_rules! stub { ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => { $(
    /// Not yet.
    #[allow(unused_variables)]
    pub async fn $name(cx: &mut Call, $($arg: $ty),*) -> Result<$out, Error> { Err(Error::internal()) }
)* } }
stub! {
    create(given: NewEntry) -> Logged;
    update(entry: &str, given: EntryChange) -> Logged;
    delete(entry: &str) -> DeletedTimeEntry;
    confirm(entries: Vec<String>, all: bool) -> Confirmed;
}
