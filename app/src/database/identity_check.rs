//! Who asks, as they were recognized a moment before: asked about again in the round trip that begins their transaction.

use std::fmt::Write;

use uuid::Uuid;

use crate::{access::Role, id::MemberId};

/// Who somebody was recognized as. Between that and their transaction anything may have happened: a body that comes slowly takes as long
/// as whoever sends it wants.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentityCheck<'a> {
    /// The hash of the cookie of their sign-in.
    pub sign_in: Option<&'a [u8]>,
    /// Their token.
    pub token: Option<Uuid>,
    /// What they are in the organization.
    pub member: Option<(MemberId, Role)>,
}

impl IdentityCheck<'_> {
    /// The statement that refuses to go on for whoever is not that any more; none where there is nothing to ask.
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
