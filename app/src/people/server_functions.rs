//! Server functions of sign-up and of lost passwords: for browsers only, since they handle passwords and secrets.

use leptos::prelude::*;

use crate::error::Error;

/// Sends a password reset link to an address, if somebody signs in with it. The answer is the same when nobody does.
#[server(name = RequestPasswordReset, prefix = "/call", endpoint = "request_password_reset")]
pub async fn request_password_reset(
    /// The address of the account.
    email: String,
) -> Result<(), Error> {
    super::reset_password::asked(&crate::context::Caller::current()?, &email).await?;
    leptos_axum::redirect("/forgot?sent=true");
    Ok(())
}

/// Sets a new password for the person of a link. All their sign-ins end.
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

/// Registers a person with a personal organization, signs the browser in, and goes there; or, from an invitation, to the organization that
/// invited.
#[server(name = SignUp, prefix = "/call", endpoint = "sign_up")]
pub async fn sign_up(
    /// The address that they sign in with and get mails at.
    email: String,
    /// Their name.
    name: String,
    /// Their password, at least 10 characters.
    password: String,
    /// IANA name of the browser's time zone; that of the country when absent.
    #[server(default)]
    time_zone: Option<String>,
    /// The secret of the invitation that led here.
    #[server(default)]
    invitation: Option<String>,
    /// The country of their organization, as an ISO 3166-1 code.
    #[server(default)]
    country: Option<String>,
    /// The currency it bills in, as an ISO 4217 code; that of its country when absent.
    #[server(default)]
    currency: Option<String>,
    /// The language of its documents; that of its country when absent.
    #[server(default)]
    language: Option<String>,
    /// The rate of the tax it charges, in percent; it charges none when absent.
    #[server(default)]
    tax_rate: Option<String>,
    /// Its VAT identifier or tax number.
    #[server(default)]
    tax_number: Option<String>,
) -> Result<(), Error> {
    use crate::{
        account::{
            browser,
            registration::{Confirmation, Registration},
        },
        organizations::initial_settings::InitialSettings,
    };
    let caller = crate::context::Caller::current()?;
    let invitation = invitation.filter(|secret| !secret.is_empty());
    let basics = InitialSettings { country, currency, language, tax_rate, tax_number };
    let given = Registration { email, name, password, organization: None, time_zone, basics, confirmation: Confirmation::ByLink };
    let (verified, target) = super::sign_up::sign_up(&caller, given, invitation.as_deref()).await?;
    browser::sign_in(&caller, &verified).await?;
    // An invitation may have confirmed the address by now; otherwise the mail that does so is due.
    caller.services.outbox_wakeup.notify_one();
    leptos_axum::redirect(&target);
    Ok(())
}
