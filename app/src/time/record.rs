//! record.
use super::*;
use crate::{operation::Call, error::Error, page::Page};
macro_rules! stub { ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => { $(
    /// Not yet.
    #[allow(unused_variables)]
    pub async fn $name(cx: &mut Call, $($arg: $ty),*) -> Result<$out, Error> { Err(Error::internal()) }
)* } }
stub! {
    list(given: filter::Given, limit: Option<u32>, cursor: Option<String>, with_total: bool) -> Page<TimeEntry>;
    get(entry: &str) -> TimeEntry;
    summarize(given: filter::Given, group_by: GroupBy) -> TimeSummary;
}
