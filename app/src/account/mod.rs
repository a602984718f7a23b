//! Accounts: people, how they sign in, and the tokens of their agents.

#[cfg(feature = "ssr")]
pub mod browser;
#[cfg(feature = "ssr")]
mod common_passwords;
#[cfg(feature = "ssr")]
pub mod hash_queue;
#[cfg(feature = "ssr")]
pub mod identity;
pub mod landing;
pub mod mcp_clients;
#[cfg(feature = "ssr")]
mod obfuscated_words;
pub mod page;
pub mod profile;
#[cfg(feature = "ssr")]
pub mod registration;
#[cfg(feature = "ssr")]
mod repeats_and_sequences;
#[cfg(feature = "ssr")]
pub mod secret;
pub mod settings;
pub mod sign_in;
mod sign_up_policy;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub mod token;
pub mod token_page;
pub mod tokens;
#[cfg(feature = "ssr")]
pub mod verified_password;

pub use sign_up_policy::SignUpPolicy;

use macros::operation;
use serde::{Deserialize, Serialize};

use crate::{
    access::{Role, Scope, WriteMode},
    error::Error,
    id::{MemberId, OrganizationId, UserId},
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

/// An organization and the caller's standing in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct CallerOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// Its place in addresses: `/o/<slug>/…`.
    pub slug: String,
    /// Its new name.
    pub name: String,
    /// The caller as its member.
    pub member: MemberId,
    /// What the caller is there.
    pub role: Role,
    /// IANA name of the zone that the caller's days begin and end in: their own, or the organization's.
    pub time_zone: String,
    /// IANA name of the organization's zone, which decides what is about money: days of invoices and payments, due dates.
    pub organization_time_zone: String,
    /// Its own currency, an ISO 4217 code.
    pub currency: String,
    /// The first day of its week: 1 = Monday … 7 = Sunday.
    pub week_start: u8,
    /// Today, where the caller is.
    pub today: crate::day::Day,
    /// Today, where the organization is.
    pub organization_today: crate::day::Day,
}

#[cfg(feature = "ssr")]
impl CallerOrganization {
    /// The caller's organization with their membership at an instant.
    pub fn of(membership: crate::context::Membership, now: jiff::Timestamp) -> Self {
        let name = |zone: &jiff::tz::TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
        let today = |zone: &jiff::tz::TimeZone| now.to_zoned(zone.clone()).date().into();
        Self {
            id: membership.organization,
            time_zone: name(&membership.member_zone),
            organization_time_zone: name(&membership.organization_zone),
            today: today(&membership.member_zone),
            organization_today: today(&membership.organization_zone),
            slug: membership.slug,
            name: membership.name,
            member: membership.member,
            role: membership.role,
            currency: membership.currency.to_string(),
            week_start: membership.week_start,
        }
    }
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

/// The caller's profile after a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Profile {
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether it is confirmed: a link that was sent there was opened, or the operator vouched for it.
    pub confirmed: bool,
}

/// What a new password brought along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedPassword {
    /// How many other browsers were signed out.
    pub signed_out: i64,
    /// How many tokens were revoked, in all organizations.
    pub revoked_tokens: i64,
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
    let name = crate::text::line("name", &name, 200)?;
    let person = cx.caller.person()?.clone();
    store::rename_user(&mut cx.db, person.id.0, &name).await?;
    store::rename_members(&mut cx.db, person.id.0, &name).await?;
    Ok(Profile { name, email: person.email, confirmed: person.confirmed })
}
