//! Server functions of links in mails about a person's own sign-in: for browsers only, since they handle secrets.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The notice about a new password that confirms an address, for whoever chooses it or hands the link over.
pub const WITH_THE_PROOF: &str = "Nobody has proved this address yet, so somebody else may have signed up with it. With the new password \
     all access tokens of the account are revoked, its open invitations are taken back, with those of members who joined through it and \
     have proved no address either, its timer stops where others had invited it, and what it was invited into waits to be accepted anew. \
     Organizations that cannot be looked at then stay as they are, and a mail tells of them.";

/// The purpose and state of a mailed link, for its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLink {
    /// The mailbox that it was sent to.
    pub mailbox: String,
    /// Whether it changes the address of the account to this mailbox.
    pub changes: bool,
    /// Whether it can still be used.
    pub state: LinkState,
    /// Whether it is for the signed-in person.
    pub yours: bool,
    /// Whether this is already the confirmed address of the signed-in person.
    pub counts: bool,
    /// Whether it resets the password of an account with an unconfirmed address: what somebody else may have left there is removed.
    pub proves: bool,
}

/// Whether a link can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It can be used.
    Open,
    /// It was used or withdrawn.
    Used,
    /// It has run out.
    Expired,
}

/// The purpose of a mailed link. Reading it uses nothing up, because mail scanners open links too.
#[server(name = ShowLink, prefix = "/call", endpoint = "show_link", input = server_fn::codec::GetUrl)]
pub async fn show_link(
    /// The secret in the link.
    secret: String,
) -> Result<ShownLink, Error> {
    super::address::show(&crate::context::Caller::current()?, &secret).await
}

/// Sends the confirmation mail of the signed-in person again.
#[server(name = SendVerification, prefix = "/call", endpoint = "send_verification")]
pub async fn send_verification() -> Result<(), Error> {
    super::address::send_again(&crate::context::Caller::current()?).await
}

/// The state of the latest confirmation mail of the signed-in person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkMail {
    /// It has not left yet.
    Waiting,
    /// No mail server has accepted it yet; it is tried again.
    Postponed,
    /// It is too old and leaves only when it is sent again.
    Stays,
    /// A mail server has accepted it.
    Sent,
    /// It was refused and is not tried again.
    Failed,
}

/// The state of the latest confirmation mail of the signed-in person; absent when there was none.
#[server(name = ShowLinkMail, prefix = "/call", endpoint = "show_link_mail", input = server_fn::codec::GetUrl)]
pub async fn show_link_mail() -> Result<Option<LinkMail>, Error> {
    super::address::link_mail(&crate::context::Caller::current()?).await
}

/// Confirms an address by the secret that was mailed there, or changes the account to it. Refused when the secret is used or expired, and
/// for anybody but the person that it was issued for.
#[server(name = ConfirmAddress, prefix = "/call", endpoint = "confirm_address")]
pub async fn confirm_address(
    /// The secret in the link.
    secret: String,
) -> Result<(), Error> {
    super::address::confirm(&crate::context::Caller::current()?, &secret).await
}
