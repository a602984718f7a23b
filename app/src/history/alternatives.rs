//! What is to be done in place of an undo that there is not.

use uuid::Uuid;

use super::{
    list::{self, Undoable},
    store::{self, ActionFilter},
    undo,
};
use crate::{context::Channel, error::Error, operation::Call};

/// How many of the newest actions are looked at for one that can be taken back.
const LOOKED_AT: i64 = 50;

/// How many of those are tried, of which nothing is known that keeps them.
const TRIED: usize = 3;

/// The most records of one that is tried: putting back more takes long, and all of it is turned back.
const RECORDS_TRIED: i64 = 50;

/// Operations that may not be put back, with the one that undoes by hand what each did, and its words.
const MANUAL_REMEDIES: [(&str, &str, &str); 7] = [
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
    ("set_rate", "set_rate", "set_rate sets another rate, one for all of it; the audit log shows what each had."),
];

/// Whether the newest action is asked for, and no other.
pub fn is_last(action: &str) -> bool {
    action.trim().eq_ignore_ascii_case("last")
}

/// What undoes by hand what an operation did, for a caller who may do that and calls by name.
pub fn manual_remedy(cx: &Call, operation: &str) -> Option<&'static str> {
    let by_name = !matches!(cx.caller.channel, Channel::Page | Channel::Link);
    MANUAL_REMEDIES.iter().find(|(done, way, _)| by_name && *done == operation && cx.may_call(way)).map(|(.., words)| *words)
}

/// The same refusal of taking the last action back, with the newest one that can be in its place: the last would stand before it for ever.
pub async fn with_newest_undoable(cx: &mut Call, last: Uuid, error: Error) -> Error {
    match newest(cx, last).await {
        Ok(Some(words)) => {
            let before = error.hint.as_ref().map(|hint| format!("{hint} ")).unwrap_or_default();
            error.hint(before + &words)
        }
        _ => error,
    }
}

async fn newest(cx: &mut Call, last: Uuid) -> Result<Option<String>, Error> {
    let (own, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    let whose = if token.is_some() { ActionFilter { member: None, token } } else { ActionFilter { member: Some(own), token: None } };
    let mut rows = store::actions(&mut cx.db, whose, None, LOOKED_AT).await?;
    // What somebody's agents did is not the last thing that they did; and the last itself was refused, whatever is known of it.
    rows.retain(|row| (token.is_some() || row.token.is_none()) && row.id != last);
    // Some is found only by trying, and nobody is sent from one refusal to the next. Behind one of which it is not found out no other is
    // called the newest.
    let undoable = list::undoable(cx, rows).await?.into_iter().take_while(|undoable| undoable.records <= RECORDS_TRIED);
    for Undoable { action, operation, .. } in undoable.take(TRIED) {
        if undo::can_undo(cx, action).await? {
            return Ok(Some(format!("The newest action that can be undone is {action} ({operation}).")));
        }
    }
    Ok(None)
}
