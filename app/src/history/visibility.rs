//! What the caller sees by now of what was done: what they did as somebody who saw more is no longer told by its name.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    access::{Permission, RoleVisibility},
    error::Error,
    id::MemberId,
    operation::Call,
    projects::read_scope::ReadScope,
    text,
};

/// What the caller sees by now.
pub struct Visibility {
    /// The caller as a member.
    pub own: MemberId,
    /// Whether they see everything in the organization.
    pub everything: bool,
    /// Whether they see amounts and invoices.
    pub money: bool,
    /// Whether they see who was invited.
    invitations: bool,
    /// The token that asks.
    token: Option<Uuid>,
}

impl Visibility {
    /// What the caller of this call sees.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let (own, read_scope) = (cx.membership()?.member, ReadScope::of(cx)?);
        let token = cx.caller.token.as_ref().map(|token| token.id.0);
        let (everything, invitations) = (read_scope.seen == RoleVisibility::Everything, cx.may(Permission::ManagePeople));
        Ok(Self { own, everything, money: read_scope.money, invitations, token })
    }

    /// Whether who asks may take back what this member did with this token, or with none: an agent takes back what it did itself.
    pub fn may_undo(&self, done_with: Option<Uuid>, by: Option<Uuid>) -> bool {
        match self.token {
            Some(token) => done_with == Some(token),
            None => self.see(by),
        }
    }

    /// Whether a record is there for the caller: whoever does not see everything sees the time that is theirs.
    pub fn see_record(&self, kind: &str, image: &Value) -> bool {
        match kind {
            "time_entry" => !self.is_time_of_others(kind, image),
            "invitation" => self.invitations,
            _ => self.everything,
        }
    }

    /// What a record is known by, where the caller sees it.
    pub fn name(&self, kind: &str, image: &Value) -> Option<String> {
        self.see_record(kind, image).then(|| display_name(kind, image, self.money)).flatten()
    }

    /// Whether a record is time of somebody else, which the caller does not see.
    pub fn is_time_of_others(&self, kind: &str, image: &Value) -> bool {
        kind == "time_entry" && !self.everything && image["member_id"] != self.own.to_string()
    }

    /// Whether what this member did is there for the caller.
    pub fn see(&self, member: Option<Uuid>) -> bool {
        self.everything || member == Some(self.own.0)
    }
}

/// What people know a record by: its name, number or description, else its day. Invoices are nothing to who sees no money.
pub fn display_name(kind: &str, image: &Value, money: bool) -> Option<String> {
    if !money && matches!(kind, "invoice" | "invoice_line" | "payment") {
        return None;
    }
    let words = ["name", "number", "description", "day"].into_iter().filter_map(|column| image.get(column)?.as_str());
    words.map(str::trim).find(|words| !words.is_empty()).map(text::excerpt)
}
