//! The read scope: which work, time and money a caller may see. Queries filter by it.

use uuid::Uuid;

use crate::{
    access::{Permission, RoleVisibility, Scope},
    error::Error,
    operation::Call,
};

/// What a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadScope {
    /// The caller as a member.
    pub member: Uuid,
    /// The visibility of their role. Client grants of a viewer are enforced by row security: to queries a viewer sees everything.
    pub seen: RoleVisibility,
    /// Whether they see rates, amounts and invoices: the role and the scopes of the token, if any, allow it.
    pub money: bool,
}

impl ReadScope {
    /// The read scope of the caller of this call.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let (token, membership) = (cx.caller.token.as_ref(), cx.membership()?);
        Ok(Self {
            member: membership.member.0,
            seen: membership.role.visibility(),
            money: cx.may(Permission::ReadMoney) && token.is_none_or(|token| token.scopes.contains(&Scope::MoneyRead)),
        })
    }

    /// Whether they see everybody's time; otherwise only their own.
    pub fn sees_all_time(&self) -> bool {
        self.seen != RoleVisibility::OwnProjects
    }

    /// The member to whose projects the query is limited; none when all are visible.
    pub fn only_projects_of(&self) -> Option<Uuid> {
        (self.seen == RoleVisibility::OwnProjects).then_some(self.member)
    }

    /// The member to whose teammates the query is limited; none when everybody is visible. A viewer is on no project.
    pub fn only_teammates_of(&self) -> Option<Uuid> {
        (self.seen != RoleVisibility::Everything).then_some(self.member)
    }

    /// The member to whose time the query is limited; none when everybody's is visible.
    pub fn only_time_of(&self) -> Option<Uuid> {
        (!self.sees_all_time()).then_some(self.member)
    }
}
