//! Accounts: people, how they sign in, and the tokens of their agents.

pub mod address_change;
#[cfg(feature = "ssr")]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod change_address;
#[cfg(feature = "ssr")]
pub mod document_link;
#[cfg(feature = "ssr")]
pub mod hash_queue;
#[cfg(feature = "ssr")]
pub mod identity;
pub mod mcp_clients;
#[cfg(feature = "ssr")]
pub mod password;
#[cfg(feature = "ssr")]
pub mod registration;
pub mod sign_in;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub mod token;
pub mod tokens;
#[cfg(feature = "ssr")]
pub mod verified_password;

use domain::id::UserId;
use macros::operation;
use serde::{Deserialize, Serialize};

use crate::{
    access::{Scope, WriteMode},
    error::Error,
    page_context::{CallerOrganization, Profile},
};

/// Who is asking, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct WhoAmI {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// The organization of this call; absent on pages outside any organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<CallerOrganization>,
    /// The token of this call; absent for a signed-in browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenLimits>,
}

/// What the token of this call may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TokenLimits {
    /// The name its owner gave it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What happens when it writes.
    pub writes: WriteMode,
}

/// Tell who is asking: the person, the organization with time zone, currency and today's date, and the limits of the token.
///
/// Use this first: days and times without an offset are meant in the caller's time zone where it is about their time, and in the organization's where it is about invoices and payments.
#[operation(read, idempotent, everyday, needs = SignedIn, title = "Who am I")]
pub async fn whoami(cx: &mut Call) -> Result<WhoAmI, Error> {
    let person = cx.caller.person()?.clone();
    let organization = cx.caller.membership.clone().map(|membership| CallerOrganization::of(membership, cx.now));
    let token = cx.caller.token.clone().map(|token| TokenLimits { name: token.name, scopes: token.scopes, writes: token.writes });
    Ok(WhoAmI { user: person.id, name: person.name, email: person.email, organization, token })
}

/// Change your own name as others see it, in every organization you belong to.
#[operation(write, idempotent, needs = SignedIn, audience = Person, title = "Change your profile")]
pub async fn update_profile(
    cx: &mut Call,
    /// Your name, at most 200 characters.
    #[max_length(200)]
    name: String,
) -> Result<Profile, Error> {
    let name = domain::text::line("name", &name, 200)?;
    let person = cx.caller.person()?.clone();
    store::rename_user(&mut cx.db, person.id.0, &name).await?;
    store::rename_members(&mut cx.db, person.id.0, &name).await?;
    Ok(Profile { name, email: person.email, confirmed: person.confirmed })
}
