//! Alternatives to an undo that is refused: the operation that reverses it by hand, or the newest action that can be undone.

use domain::day::OffsetDateTime;
use uuid::Uuid;

use super::{
    list::{self, Undoable},
    store::{self, ActionFilter},
    undo,
};
use crate::{
    context::Channel,
    error::Error,
    operation::{Call, read_scope::ReadScope},
};

/// How many actions are searched at once for one that can be undone.
const LOOKED_AT: i64 = 50;

/// How many times so many are searched, from the newest on.
const SEARCHES_MAX: usize = 4;

/// How many of those without a known obstacle are tried.
const TRIED: usize = 3;

/// The most records of an action that is tried: restoring more takes long, and all of it is rolled back.
const RECORDS_TRIED: i64 = 50;

/// Operations that cannot be undone, with the operation that reverses each by hand, and the hint that says so.
const MANUAL_REMEDIES: [(&str, &str, &str); 8] = [
    ("invite_member", "revoke_invitation", "revoke_invitation takes an open invitation back."),
    (
        "change_member_role",
        "change_member_role",
        "change_member_role gives a member the role back; assign_project_members puts them on projects again.",
    ),
    ("remove_member", "invite_member", "invite_member invites them again."),
    ("draft_invoice", "delete_invoice_draft", "delete_invoice_draft deletes a draft, and its time can be billed again."),
    ("redraft_invoice", "delete_invoice_draft", "delete_invoice_draft deletes a draft, and its time can be billed again."),
    ("draft_invoices", "delete_invoice_draft", "delete_invoice_draft deletes a draft, and its time can be billed again."),
    ("stop_invoice_mail", "resend_invoice", "resend_invoice mails the invoice again."),
    ("set_rate", "set_rate", "set_rate sets another rate, one for all of it; the audit log shows what each had."),
];

/// Whether the reference is `last`, the newest action.
pub fn is_last(action: &str) -> bool {
    action.trim().eq_ignore_ascii_case("last")
}

/// The hint to the operation that reverses `operation` by hand, if the caller may call it and calls operations by name.
pub fn manual_remedy(cx: &Call, operation: &str) -> Option<&'static str> {
    let by_name = !matches!(cx.caller.channel, Channel::Page | Channel::Link);
    MANUAL_REMEDIES.iter().find(|(done, way, _)| by_name && *done == operation && cx.may_call(way)).map(|(.., words)| *words)
}

/// Adds the newest action that can be undone to the refusal of `last`, which would otherwise block all older ones for ever; or that there
/// is none.
pub async fn with_newest_undoable(cx: &mut Call, last: Uuid, error: Error) -> Error {
    match newest(cx, last).await {
        Ok(Some(words)) => {
            let before = error.hint.as_ref().map(|hint| format!("{hint} ")).unwrap_or_default();
            error.hint(before + &words)
        }
        _ => error,
    }
}

/// The hint to the newest action before `last` that can be undone, or that there is none; `None` where neither is certain.
async fn newest(cx: &mut Call, last: Uuid) -> Result<Option<String>, Error> {
    let (own, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    // `last` of a person is never an action of their agents, of which there may be many.
    let whose = match token {
        Some(_) => ActionFilter { token, ..ActionFilter::default() },
        None => ActionFilter { member: Some(own), without_token: true, ..ActionFilter::default() },
    };
    let (mut before, mut tried, mut has_undos) = (None, 0, false);
    for _ in 0..SEARCHES_MAX {
        let mut rows = store::actions(&mut cx.db, whose, before, LOOKED_AT).await?;
        let is_end = (rows.len() as i64) < LOOKED_AT;
        before = rows.last().map(|row| (row.at.to_jiff(), row.id));
        has_undos |= rows.iter().any(|row| row.undoes.is_some());
        // The last one itself was refused, whatever its known obstacles.
        rows.retain(|row| row.id != last);
        // Some obstacles show only in a trial, and a hint must not lead to another refusal. After an action whose trial is inconclusive
        // no older one is called the newest.
        for undoable in list::undoable(cx, rows).await? {
            if undoable.records > RECORDS_TRIED || tried == TRIED {
                return Ok(None);
            }
            tried += 1;
            if undo::can_undo(cx, undoable.action).await? {
                return name(cx, undoable).await.map(Some);
            }
        }
        if is_end {
            // An undo is never named, and can be undone by its id.
            return Ok((!has_undos).then(|| nothing_else(cx)));
        }
    }
    Ok(None)
}

/// The hint where no other action can be undone.
fn nothing_else(cx: &Call) -> String {
    let who = if cx.caller.token.is_some() { "this credential" } else { "you" };
    format!("Nothing else that {who} did can be undone as things stand.")
}

/// The hint to an action: to an agent by its operation, to a person by what was done and when.
async fn name(cx: &mut Call, Undoable { action, at, operation, .. }: Undoable) -> Result<String, Error> {
    if cx.caller.token.is_some() {
        return Ok(format!("The newest action that can be undone is {action} ({operation})."));
    }
    let (read_scope, at) = (ReadScope::of(cx)?, OffsetDateTime::at(at, &cx.membership()?.member_zone));
    let told = undo::in_words(cx, action, &read_scope).await?.unwrap_or_else(|| operation.replace('_', " "));
    Ok(format!("The newest action that can be undone is \"{told}\" of {at}. Its id is {action}."))
}
