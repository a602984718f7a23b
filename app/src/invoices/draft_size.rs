//! How many entries and lines fit on an invoice of tracked time.

use super::{
    compose::LINES_MAX,
    store::{self, BillableFilter, ENTRIES_MAX},
};
use crate::{error::Error, operation::Call};

/// What makes an invoice of tracked time shorter.
pub const SHORTER: &str = "Group the time by day or project, or choose a shorter period.";

/// Refuses time of more entries than an invoice bills. It is counted before any of it is locked, so that nobody waits for a draft that is
/// refused.
pub async fn check_unbilled(cx: &mut Call, wanted: &BillableFilter<'_>) -> Result<(), Error> {
    check_entries(store::unbilled_size(&mut cx.db, wanted, None).await?.entries)
}

/// Refuses more entries than an invoice bills.
pub fn check_entries(count: i64) -> Result<(), Error> {
    if count > ENTRIES_MAX { Err(too_many_entries()) } else { Ok(()) }
}

/// The refusal of more entries than an invoice bills.
pub fn too_many_entries() -> Error {
    Error::invalid(
        "period",
        format!("More than {ENTRIES_MAX} time entries would be on this invoice. Choose a shorter period or fewer projects."),
    )
}

/// Refuses more lines than an invoice holds.
pub fn check_lines(count: usize) -> Result<(), Error> {
    match count > LINES_MAX {
        false => Ok(()),
        true => {
            Err(Error::invalid("group_by", format!("This would be {count} lines, and an invoice holds {LINES_MAX} at most. {SHORTER}")))
        }
    }
}
