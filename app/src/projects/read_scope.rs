//! What of the work, the time and the money a caller may see. Queries take it as their reach.

use uuid::Uuid;

use crate::{
    access::{Permission, RoleVisibility, Scope},
    error::Error,
    operation::Call,
};

/// How far a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadScope {
    /// The caller as a member.
    pub member: Uuid,
    /// How far they see. What was granted to a viewer is kept apart by the database: to queries it is everything.
    pub seen: RoleVisibility,
    /// Whether they see rates, amounts and invoices: the role allows it, and the token, if any, was made for it.
    pub money: bool,
}

impl ReadScope {
    /// How far the caller of this call sees.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let (token, membership) = (cx.caller.token.as_ref(), cx.membership()?);
        Ok(Self {
            member: membership.member.0,
            seen: membership.role.visibility(),
            money: cx.may(Permission::ReadMoney) && token.is_none_or(|token| token.scopes.contains(&Scope::MoneyRead)),
        })
    }

    /// Whether they see everybody's time; otherwise their own.
    pub fn sees_all_time(&self) -> bool {
        self.seen != RoleVisibility::OwnProjects
    }

    /// The member whose projects alone are seen; none when all are.
    pub fn only_projects_of(&self) -> Option<Uuid> {
        (self.seen == RoleVisibility::OwnProjects).then_some(self.member)
    }

    /// The member who sees only those beside them on a project; none when everybody is seen. A viewer is on no project.
    pub fn only_teammates_of(&self) -> Option<Uuid> {
        (self.seen != RoleVisibility::Everything).then_some(self.member)
    }

    /// The member whose time alone is seen; none when everybody's is.
    pub fn only_time_of(&self) -> Option<Uuid> {
        (!self.sees_all_time()).then_some(self.member)
    }
}
