//! What of the work, the time and the money a caller may see. Queries take it as their reach.

use uuid::Uuid;

use crate::{
    access::{Permission, Scope},
    error::Error,
    operation::Call,
};

/// How far a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The caller as a member.
    pub member: Uuid,
    /// Whether they see every project; otherwise those they are on.
    pub all_work: bool,
    /// Whether they see and write everybody's time; otherwise their own.
    pub all_time: bool,
    /// Whether they see rates, amounts and invoices: the role allows it, and the token, if any, was made for it.
    pub money: bool,
}

impl Sight {
    /// How far the caller of this call sees.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let token = cx.caller.token.as_ref();
        Ok(Self {
            member: cx.membership()?.member.0,
            all_work: cx.may(Permission::WriteWork),
            all_time: cx.may(Permission::EveryonesTime),
            money: cx.may(Permission::ReadMoney) && token.is_none_or(|token| token.scopes.contains(&Scope::MoneyRead)),
        })
    }

    /// The member whose projects alone are seen; none when all are.
    pub fn on_projects_of(&self) -> Option<Uuid> {
        (!self.all_work).then_some(self.member)
    }

    /// The member whose time alone is seen; none when everybody's is.
    pub fn time_of(&self) -> Option<Uuid> {
        (!self.all_time).then_some(self.member)
    }
}
