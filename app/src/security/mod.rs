//! A person's own security: sign-ins, security events, and limits on attempts.

#[cfg(feature = "ssr")]
pub mod attempts;
#[cfg(feature = "ssr")]
pub mod event;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
pub(crate) mod store;
/// What a new password brought along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedPassword {
    /// How many other browsers were signed out.
    pub signed_out: i64,
    /// How many tokens were revoked, in all organizations.
    pub revoked_tokens: i64,
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
mod user_agent;

use domain::{day::OffsetDateTime, id::SignInId};
use macros::operation;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::{error::Error, page::Page};

/// What happened to a person's own credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// A browser was signed in.
    SignedIn,
    /// Somebody tried to sign in with a wrong password.
    SignInFailed,
    /// A browser was signed out.
    SignedOut,
    /// Sign-ins were ended from another browser.
    SignInsEnded,
    /// The password was changed.
    PasswordChanged,
    /// Somebody who was signed in gave a wrong current password.
    PasswordRefused,
    /// Somebody asked for a link to set another password.
    PasswordResetAsked,
    /// Somebody who was signed in asked for another address to sign in with.
    AddressChangeAsked,
    /// The wish for another address was taken back.
    AddressChangeWithdrawn,
    /// The address to sign in with was changed.
    AddressChanged,
    /// The address to sign in with was confirmed.
    AddressConfirmed,
    /// The account belonged to an organization before its address was confirmed, and belongs to it still.
    OrganizationFromBefore,
    /// The account had been invited into an organization before its address was confirmed. It belongs to it no longer, and is invited anew.
    MembershipWaits,
    /// Members of an organization had joined through this account before its address was confirmed.
    MembersJoinedBefore,
    /// A token was made.
    TokenMade,
    /// A token was revoked.
    TokenRevoked,
    /// A token was used from a network for the first time.
    TokenUsed,
}

impl EventKind {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Something that happened to a person's own credentials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct SecurityEvent {
    /// What happened.
    pub kind: EventKind,
    /// When; the last time, when it happened several times within an hour.
    pub at: OffsetDateTime,
    /// How often it happened within that hour.
    pub times: u32,
    /// The address that it came from; absent when somebody else did it: whoever removed them, or the operator of this Stint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The browser and its system, or the program, as far as they tell.
    pub device: String,
    /// What it was about, such as the name of a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A browser in which the person is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ActiveSignIn {
    /// Its id.
    pub id: SignInId,
    /// The browser and its system, as far as they tell.
    pub device: String,
    /// The address that it was signed in from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it was signed in.
    pub signed_in_at: OffsetDateTime,
    /// When it runs out.
    pub expires_at: OffsetDateTime,
    /// Whether it is the browser of this call.
    pub this_one: bool,
}

/// How many sign-ins were ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct EndedSignIns {
    /// How many.
    pub ended: u32,
}

/// List what happened to your own sign-ins, password, address and tokens: the newest 50 of each kind within the last year, the newest first.
///
/// Times are in the time zone of the organization of the call, or UTC outside of any.
#[operation(read, needs = SignedIn, audience = Person, title = "List security events")]
pub async fn list_security_events(cx: &mut Call) -> Result<Page<SecurityEvent>, Error> {
    list::events(cx).await
}

/// List the browsers in which you are signed in, the newest first, with device, address and time.
#[operation(read, needs = SignedIn, audience = Person, title = "List sign-ins")]
pub async fn list_sign_ins(cx: &mut Call) -> Result<Page<ActiveSignIn>, Error> {
    list::sign_ins(cx).await
}

/// Sign one of your browsers out. Its next request is nobody's.
#[operation(destroy, idempotent, needs = SignedIn, audience = Person, title = "End a sign-in")]
pub async fn end_sign_in(
    cx: &mut Call,
    /// The id of the sign-in as listed.
    sign_in: String,
) -> Result<EndedSignIns, Error> {
    list::end(cx, &sign_in).await
}

/// Sign out all your browsers but the one of this call.
#[operation(destroy, idempotent, needs = SignedIn, audience = Person, title = "End other sign-ins")]
pub async fn end_other_sign_ins(cx: &mut Call) -> Result<EndedSignIns, Error> {
    list::end_others(cx).await
}
