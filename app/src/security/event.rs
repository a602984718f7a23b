//! Records security events of a person in the transaction that causes them.

use std::net::IpAddr;

use domain::id::UserId;
use jiff::Timestamp;

use super::{ChangedPassword, EventKind, store};
use crate::{audit, context::Caller, database::Db, error::Error};

/// The most characters of a user agent that are stored.
const USER_AGENT_LONGEST: usize = 300;

/// The most characters of an event's detail that are stored.
const DETAIL_LONGEST: usize = 300;

/// The origin of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestOrigin {
    /// The address of the client; empty when there is none.
    pub address: String,
    /// The user agent of the client.
    pub user_agent: String,
}

impl RequestOrigin {
    /// The origin of a call.
    pub fn of(caller: &Caller) -> Self {
        Self::new(&caller.address, &caller.program)
    }

    /// The origin of an operator's command.
    pub fn operator() -> Self {
        Self::new("", "stint admin")
    }

    /// Normalizes the address and redacts the user agent for storage.
    pub fn new(address: &str, user_agent: &str) -> Self {
        let address = address.parse::<IpAddr>().map(|address| address.to_canonical().to_string()).unwrap_or_default();
        Self { address, user_agent: audit::redact_line(user_agent, USER_AGENT_LONGEST) }
    }
}

/// Records a security event of a person in the transaction in which it happens. `detail` is the object of the event, such as the name of a
/// token.
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

/// The effects of a new password: every other sign-in of the person ends and, if asked to, every token of theirs is revoked in all
/// organizations. `present` is the fingerprint of the cookie that stays valid, or empty.
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
