//! Plans an undo from the images of an action: the order of its restores and the facts that the images contain.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use crate::operation::Change;

/// An assignment to a project, or a client grant.
pub struct RestoredAssignment<'a> {
    /// The record.
    pub record: Uuid,
    /// Its kind.
    pub kind: &'a str,
    /// The member who holds it.
    pub member: Uuid,
}

/// The changes in the order in which they are reverted. A timer that the action started ends before another runs again,
/// since a member has one at most. Then deleted records are restored before those that refer to them, updates are reverted,
/// the last one first, and created records are deleted after those that refer to them. A record is created before and
/// deleted after all its other changes, so each is reverted through its own images in order.
pub fn restore_order<'a>(changes: &'a [Change], kinds: &[String]) -> Vec<&'a Change> {
    let rank = |change: &Change| kinds.iter().position(|kind| *kind == change.kind).unwrap_or(kinds.len());
    let (mut timers, mut deleted, mut turned, mut made) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for change in changes.iter().rev() {
        match (&change.before, &change.after) {
            _ if set_running(changes, change) => timers.push(change),
            (_, None) => deleted.push(change),
            (None, _) => made.push(change),
            _ => turned.push(change),
        }
    }
    deleted.sort_by_key(|change| rank(change));
    made.sort_by_key(|change| std::cmp::Reverse(rank(change)));
    timers.into_iter().chain(deleted).chain(turned).chain(made).collect()
}

/// Whether the change started a timer.
fn set_running(changes: &[Change], change: &Change) -> bool {
    let last = changes.iter().rfind(|other| other.record == change.record);
    runs(&change.after) && !runs(&change.before) && last.is_some_and(|last| std::ptr::eq(last, change))
}

/// Whether the image is that of a running timer.
pub fn runs(image: &Option<Value>) -> bool {
    image.as_ref().is_some_and(|image| image["running"] == true)
}

/// The member in an image.
pub fn member(image: &Option<Value>) -> Option<Uuid> {
    image.as_ref()?["member_id"].as_str()?.parse().ok()
}

/// The members with a running timer in one of the images, in lock order.
pub fn members_with_timers(changes: &[Change]) -> BTreeSet<Uuid> {
    let images = changes.iter().filter(|change| change.kind == "time_entry").flat_map(|change| [&change.before, &change.after]);
    images.filter(|image| runs(image)).filter_map(member).collect()
}

/// The projects and days whose time the undo adds or removes; a running timer counts nowhere yet.
pub fn touched_days(changes: &[Change]) -> Vec<(Uuid, Date)> {
    let images = changes.iter().filter(|change| change.kind == "time_entry").flat_map(|change| [&change.before, &change.after]);
    let touched = images.flatten().filter(|image| image["running"] != true);
    touched.filter_map(|image| Some((image["project_id"].as_str()?.parse().ok()?, image["day"].as_str()?.parse().ok()?))).collect()
}

/// The currency that the undo would restore for a client.
pub fn restored_currency(change: &Change) -> Option<&str> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let changes = change.kind == "client" && before["currency"] != after["currency"];
    before["currency"].as_str().filter(|_| changes)
}

/// Whether the action created the record, so that its undo deletes it.
pub fn was_made(changes: &[Change], record: Uuid) -> bool {
    changes.iter().any(|change| change.record == record && change.before.is_none())
}

/// The assignment or grant that the undo of a change restores.
pub fn restored_assignment(change: &Change) -> Option<RestoredAssignment<'_>> {
    let kind = ["project_member", "client_grant"].into_iter().find(|kind| *kind == change.kind)?;
    let deleted = change.before.is_some() && change.after.is_none();
    deleted.then_some(RestoredAssignment { record: change.record, kind, member: member(&change.before)? })
}
