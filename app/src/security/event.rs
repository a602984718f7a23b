//! What happens to a person's own credentials, written down where it happens.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{EventKind, store};
use crate::{account::ChangedPassword, audit, context::Caller, database::Db, error::Error, id::UserId};

/// How much of what a program calls itself is kept, in characters.
const USER_AGENT_LONGEST: usize = 300;

/// How much is kept of what an event was about, in characters.
const DETAIL_LONGEST: usize = 300;

/// Where something was done from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestOrigin {
    /// The address of the other end; empty when there was none.
    pub address: String,
    /// The program at the other end, as it calls itself.
    pub user_agent: String,
}

impl RequestOrigin {
    /// Where a caller calls from.
    pub fn of(caller: &Caller) -> Self {
        Self::new(&caller.address, &caller.program)
    }

    /// Whoever runs the deployment, by a command.
    pub fn operator() -> Self {
        Self::new("", "stint admin")
    }

    /// An address and a program, without what no table takes.
    pub fn new(address: &str, user_agent: &str) -> Self {
        let address = address.parse::<IpAddr>().map(|address| address.to_canonical().to_string()).unwrap_or_default();
        Self { address, user_agent: audit::redact_line(user_agent, USER_AGENT_LONGEST) }
    }
}

/// Writes down what happened to a person's own credentials, in the transaction in which it happens. `detail` is what it was
/// about, such as the name of a token.
pub async fn record_event(
    db: &mut Db,
    person: UserId,
    kind: EventKind,
    now: Timestamp,
    from: &RequestOrigin,
    detail: &str,
) -> Result<(), Error> {
    let once = kind == EventKind::TokenUsed;
    store::insert_event(db, person.0, kind.name(), now, from, &audit::redact_line(detail, DETAIL_LONGEST), once).await
}

/// What a new password brings along: every other sign-in of the person ends, and, if they wish it, every token of theirs is
/// revoked, in all organizations. `present` is the fingerprint of the cookie that stays, or empty.
pub async fn apply_password_change(
    db: &mut Db,
    person: UserId,
    present: &[u8],
    revoke_tokens: bool,
    now: Timestamp,
    from: &RequestOrigin,
) -> Result<ChangedPassword, Error> {
    let signed_out = store::end_sign_ins(db, person.0, present).await?;
    record_event(db, person, EventKind::PasswordChanged, now, from, "").await?;
    let revoked_tokens = if revoke_tokens { store::revoke_tokens(db, person.0, now).await? } else { 0 };
    if revoked_tokens > 0 {
        record_event(db, person, EventKind::TokenRevoked, now, from, "all tokens, with the password").await?;
    }
    Ok(ChangedPassword { signed_out, revoked_tokens })
}
