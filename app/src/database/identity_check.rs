//! The identity check: sign-in, token and membership are checked again in the round trip that begins a transaction.

use std::fmt::Write;

use domain::id::MemberId;
use uuid::Uuid;

use crate::access::Role;

/// The identity of a caller as it was recognized. It may have ended before the transaction begins: a client decides how long its request
/// body takes.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentityCheck<'a> {
    /// The hash of the sign-in cookie.
    pub sign_in: Option<&'a [u8]>,
    /// The id of the token.
    pub token: Option<Uuid>,
    /// The member and their role in the organization.
    pub member: Option<(MemberId, Role)>,
}

impl IdentityCheck<'_> {
    /// The statement that fails unless the identity still holds; none where there is nothing to check.
    pub(super) fn statement(&self) -> Option<String> {
        if self.sign_in.is_none() && self.token.is_none() && self.member.is_none() {
            return None;
        }
        let none = || "null".to_owned();
        let sign_in = self.sign_in.map_or_else(none, |hash| {
            hash.iter().fold("'\\x".to_owned(), |mut hex, byte| {
                // Writing to a string does not fail.
                write!(hex, "{byte:02x}").ok();
                hex
            }) + "'"
        });
        let token = self.token.map_or_else(none, |token| format!("'{token}'"));
        let (member, role) =
            self.member.map_or_else(|| (none(), none()), |(member, role)| (format!("'{}'", member.0), format!("'{}'", role.name())));
        Some(format!("select require_standing({sign_in}, {token}, {member}, {role})"))
    }
}
