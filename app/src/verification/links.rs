//! The links in mails about one's own sign-in, and the forms behind them: for browsers only, since they deal in secrets.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What goes with a new password that proves an address, for whoever is about to choose it or hands the link over.
pub const WITH_THE_PROOF: &str = "Nobody has proved this address yet, so somebody else may have signed up with it. With the new password \
     all access tokens of the account are revoked, its open invitations are taken back, with those of members who joined through it and \
     have proved no address either, its timer stops where others had invited it, and what it was invited into waits to be accepted anew. \
     Organizations that cannot be looked at then stay as they are, and a mail tells of them.";

/// What a link of a mail is for, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLink {
    /// The mailbox that it was sent to.
    pub mailbox: String,
    /// Whether it makes the mailbox the address that the person signs in with.
    pub changes: bool,
    /// Whether it can still be used.
    pub state: LinkState,
    /// Whether it is for the person who is signed in.
    pub yours: bool,
    /// Whether the person who is signed in has this address by now, confirmed.
    pub counts: bool,
    /// Whether it sets another password and proves an address that nobody has proved: what somebody else may have left behind goes then.
    pub proves: bool,
}

/// Whether a link can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It can be used.
    Open,
    /// It was used, or another one of its kind was.
    Used,
    /// It has run out.
    Expired,
}

/// What the link of a mail is for. Looking uses nothing up: programs that look through mails open links too.
#[server(name = ShowLink, prefix = "/call", endpoint = "show_link", input = server_fn::codec::GetUrl)]
pub async fn show_link(
    /// The secret in the link.
    secret: String,
) -> Result<ShownLink, Error> {
    super::address::show(&crate::context::Caller::current()?, &secret).await
}

/// Sends the mail that confirms the address of the person who is signed in, once more.
#[server(name = SendVerification, prefix = "/call", endpoint = "send_verification")]
pub async fn send_verification() -> Result<(), Error> {
    super::address::send_again(&crate::context::Caller::current()?).await
}

/// What became of the latest mail with a link that confirms the address of the person who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkMail {
    /// It has not left yet.
    Waiting,
    /// No mail server has taken it yet; it is tried again.
    Postponed,
    /// It has waited for so long that it leaves only when it is sent again.
    Stays,
    /// A mail server has taken it.
    Sent,
    /// It was refused, and is not tried again.
    Failed,
}

/// What became of the latest mail with a link that confirms the address of the person who is signed in; absent when there was none.
#[server(name = ShowLinkMail, prefix = "/call", endpoint = "show_link_mail", input = server_fn::codec::GetUrl)]
pub async fn show_link_mail() -> Result<Option<LinkMail>, Error> {
    super::address::link_mail(&crate::context::Caller::current()?).await
}

/// Confirms an address by the secret that was sent there, or makes it the one that the person signs in with. Refused when
/// the secret was used or has run out, and for anybody but the person that it was drawn for.
#[server(name = ConfirmAddress, prefix = "/call", endpoint = "confirm_address")]
pub async fn confirm_address(
    /// The secret in the link.
    secret: String,
) -> Result<(), Error> {
    super::address::confirm(&crate::context::Caller::current()?, &secret).await
}

/// Asks for another address to sign in with. It counts once it is confirmed by the link that is sent there; the present one
/// is told.
#[server(name = ChangeAddress, prefix = "/call", endpoint = "change_address")]
pub async fn change_address(
    /// The address to sign in with from then on.
    email: String,
    /// The current password.
    present: String,
) -> Result<(), Error> {
    super::change_address::ask(&crate::context::Caller::current()?, &email, present).await
}

/// The address that the person who is signed in has asked for and not confirmed yet.
#[server(name = ShowWaitingAddress, prefix = "/call", endpoint = "show_waiting_address", input = server_fn::codec::GetUrl)]
pub async fn show_waiting_address() -> Result<Option<String>, Error> {
    super::change_address::waiting(&crate::context::Caller::current()?).await
}

/// Sends the link to the address that the person has asked for once more.
#[server(name = SendAddressChange, prefix = "/call", endpoint = "send_address_change")]
pub async fn send_address_change() -> Result<(), Error> {
    super::change_address::send_again(&crate::context::Caller::current()?).await
}

/// Takes the wish for another address back. The links that were sent for it open nothing any more.
#[server(name = ForgetAddressChange, prefix = "/call", endpoint = "forget_address_change")]
pub async fn forget_address_change() -> Result<(), Error> {
    super::change_address::forget(&crate::context::Caller::current()?).await
}

/// Sends a link for a new password to an address, if somebody signs in with it. The answer is the same when nobody does.
#[server(name = RequestPasswordReset, prefix = "/call", endpoint = "request_password_reset")]
pub async fn request_password_reset(
    /// The address of the account.
    email: String,
) -> Result<(), Error> {
    super::reset_password::asked(&crate::context::Caller::current()?, &email).await?;
    leptos_axum::redirect("/forgot?sent=true");
    Ok(())
}

/// Gives the person of a link another password. All their sign-ins end.
#[server(name = ResetPassword, prefix = "/call", endpoint = "reset_password")]
pub async fn reset_password(
    /// The secret in the link.
    secret: String,
    /// The new password, at least 10 characters.
    password: String,
    /// Whether their access tokens are revoked too, in every organization.
    #[server(default)]
    revoke_tokens: Option<bool>,
) -> Result<(), Error> {
    let caller = crate::context::Caller::current()?;
    super::reset_password::reset(&caller, &secret, password, revoke_tokens.unwrap_or(false)).await?;
    leptos_axum::redirect("/sign-in?reset=true");
    Ok(())
}
