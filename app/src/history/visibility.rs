//! What the caller may see of the history: their present role decides, also for what they did in a role that saw more.

use domain::{id::MemberId, text};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    access::{Permission, RoleVisibility},
    error::Error,
    operation::{Call, read_scope::ReadScope},
};

/// What the caller may see at present.
pub struct Visibility {
    /// The caller as a member.
    pub own: MemberId,
    /// Whether they see everything in the organization.
    pub everything: bool,
    /// Whether they see amounts and invoices.
    pub money: bool,
    /// Whether they see invitations.
    invitations: bool,
    /// The token of the call.
    token: Option<Uuid>,
}

impl Visibility {
    /// The visibility of the caller of this call.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let (own, read_scope) = (cx.membership()?.member, ReadScope::of(cx)?);
        let token = cx.caller.token.as_ref().map(|token| token.id.0);
        let (everything, invitations) = (read_scope.seen == RoleVisibility::Everything, cx.may(Permission::ManagePeople));
        Ok(Self { own, everything, money: read_scope.money, invitations, token })
    }

    /// Whether the caller may undo what this member did with this token, or with none: an agent undoes only its own actions.
    pub fn may_undo(&self, done_with: Option<Uuid>, by: Option<Uuid>) -> bool {
        match self.token {
            Some(token) => done_with == Some(token),
            None => self.see(by),
        }
    }

    /// Whether the caller is an agent.
    pub fn is_agent(&self) -> bool {
        self.token.is_some()
    }

    /// The token with which something was done, if it is another than the caller's.
    pub fn other_token(&self, done_with: Option<Uuid>) -> Option<Uuid> {
        done_with.filter(|token| self.token != Some(*token))
    }

    /// Whether the caller may see a record: time of others needs `everything`.
    pub fn see_record(&self, kind: &str, image: &Value) -> bool {
        match kind {
            "time_entry" => !self.is_time_of_others(kind, image),
            "invitation" => self.invitations,
            _ => self.everything,
        }
    }

    /// The display name of a record, where the caller may see it.
    pub fn name(&self, kind: &str, image: &Value) -> Option<String> {
        self.see_record(kind, image).then(|| display_name(kind, image, self.money)).flatten()
    }

    /// Whether a record is time of another member, which the caller may not see.
    pub fn is_time_of_others(&self, kind: &str, image: &Value) -> bool {
        kind == "time_entry" && !self.everything && image["member_id"] != self.own.to_string()
    }

    /// Whether the caller may see what this member did.
    pub fn see(&self, member: Option<Uuid>) -> bool {
        self.everything || member == Some(self.own.0)
    }
}

/// The display name of a record: its name, number or description, else its day. Invoices have none without `money`.
pub fn display_name(kind: &str, image: &Value, money: bool) -> Option<String> {
    if !money && matches!(kind, "invoice" | "invoice_line" | "payment") {
        return None;
    }
    let words = ["name", "number", "description", "day"].into_iter().filter_map(|column| image.get(column)?.as_str());
    words.map(str::trim).find(|words| !words.is_empty()).map(text::excerpt)
}
