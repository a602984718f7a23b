//! Personal access tokens: the credentials of agents, the REST interface and the command line.
//!
//! `stint_pat_<id>_<secret>` is bound to one member in one organization and to nothing else. It is shown once; only a fingerprint of its
//! secret is stored. A revoked token is refused on the next call.

use domain::{day::OffsetDateTime, id::TokenId};
use macros::operation;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{
    access::{Scope, WriteMode},
    error::Error,
    page::Page,
};

/// A personal access token as listed; its secret cannot be shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AccessToken {
    /// Its id, the middle part of the token.
    pub id: TokenId,
    /// The name its owner gave it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What happens when it writes.
    pub writes: WriteMode,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it runs out; absent when it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<OffsetDateTime>,
    /// The program that last used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_by: Option<String>,
}

/// A token that was just made: the only time that its secret is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct NewToken {
    /// What a program sends as `Authorization: Bearer …`.
    pub token: String,
    /// The token as it will be listed.
    #[serde(flatten)]
    pub listed: AccessToken,
}

/// A set of scopes with a name people understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Preset {
    /// Look at everything, change nothing.
    ReadOnly,
    /// Track time and see the work.
    Time,
    /// Draft and send invoices from tracked time.
    Billing,
    /// Everything a token can do.
    Full,
}

impl Preset {
    /// Every preset, from the least to the most.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name, as an argument.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The scopes of the set.
    pub fn scopes(self) -> Vec<Scope> {
        use Scope::*;
        match self {
            Self::ReadOnly => vec![TimeRead, WorkRead, MoneyRead, PeopleRead, ReportsRead],
            Self::Time => vec![TimeRead, TimeWrite, WorkRead, PeopleRead],
            Self::Billing => vec![TimeRead, WorkRead, MoneyRead, MoneyWrite, PeopleRead, ReportsRead],
            Self::Full => Scope::ALL.to_vec(),
        }
    }
}

/// List your own personal access tokens in this organization, the newest first. Secrets are never shown again.
#[operation(read, needs = Belong, audience = Person, title = "List tokens")]
pub async fn list_tokens(cx: &mut Call) -> Result<Page<AccessToken>, Error> {
    super::token::list(cx).await
}

/// Make a personal access token for yourself in this organization and show its secret once.
///
/// What it may do is its preset, everything unless you choose one, and never more than you may yourself. It expires after 90 days unless you say otherwise; `0` days means never.
#[operation(write, secret, needs = Belong, audience = Person, title = "Make a token")]
pub async fn create_token(
    cx: &mut Call,
    /// What the token is for, for instance "Claude on my laptop".
    #[max_length(100)]
    name: String,
    /// A set of scopes by name: read_only, time, billing or full (the default).
    #[server(default)]
    preset: Option<Preset>,
    /// What happens when the token writes: ask (the default), drafts or direct.
    #[server(default)]
    writes: Option<WriteMode>,
    /// Days until it runs out; 90 by default, 0 for never.
    #[server(default)]
    expires_in_days: Option<u32>,
) -> Result<NewToken, Error> {
    let scopes = preset.unwrap_or(Preset::Full).scopes();
    super::token::create(cx, &name, scopes, writes.unwrap_or(WriteMode::Ask), expires_in_days.unwrap_or(90)).await
}

/// Revoke one of your tokens. The very next call with it is refused.
#[operation(destroy, idempotent, needs = Belong, audience = Person, title = "Revoke a token")]
pub async fn revoke_token(
    cx: &mut Call,
    /// The token's id as listed, or the whole token: its secret is not looked at, and not written down.
    token: String,
) -> Result<RevokedToken, Error> {
    super::token::revoke(cx, &token).await
}

/// The token that was revoked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct RevokedToken {
    /// Its id.
    pub id: TokenId,
}
