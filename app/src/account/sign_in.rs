//! Server functions to sign up, in and out: for browsers only, since they handle cookies and passwords.

use leptos::prelude::*;

use super::ChangedPassword;
use crate::error::Error;

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
    use super::registration::{Confirmation, Registration};
    use crate::organizations::initial_settings::InitialSettings;
    let caller = crate::context::Caller::current()?;
    let invitation = invitation.filter(|secret| !secret.is_empty());
    let basics = InitialSettings { country, currency, language, tax_rate, tax_number };
    let given = Registration { email, name, password, organization: None, time_zone, basics, confirmation: Confirmation::ByLink };
    let (verified, target) = crate::people::sign_up::sign_up(&caller, given, invitation.as_deref()).await?;
    super::browser::sign_in(&caller, &verified).await?;
    // An invitation may have confirmed the address by now; otherwise the mail that does so is due.
    caller.services.outbox_wakeup.notify_one();
    leptos_axum::redirect(&target);
    Ok(())
}

/// Signs the browser in and goes to the person's organization.
#[server(name = SignIn, prefix = "/call", endpoint = "sign_in")]
pub async fn sign_in(
    /// The address of the account.
    email: String,
    /// Its password.
    password: String,
    /// The page to go to afterwards, a path of this site.
    #[server(default)]
    next: Option<String>,
) -> Result<(), Error> {
    use super::registration::{check_password, home_path};
    let caller = crate::context::Caller::current()?;
    let browser = super::browser::known_browser(&caller);
    let verified = check_password(&caller, &email, password, browser.as_deref()).await?;
    super::browser::sign_in(&caller, &verified).await?;
    let target = match next.filter(|next| super::browser::is_local(next)) {
        Some(next) => next,
        None => home_path(&caller.services, verified.user.0).await?,
    };
    leptos_axum::redirect(&target);
    Ok(())
}

/// Signs the browser out.
#[server(name = SignOut, prefix = "/call", endpoint = "sign_out")]
pub async fn sign_out(
    /// The page to go to afterwards, a path of this site; the one to sign in when absent.
    #[server(default)]
    next: Option<String>,
) -> Result<(), Error> {
    let caller = crate::context::Caller::current()?;
    super::browser::sign_out(&caller).await?;
    let next = next.filter(|next| super::browser::is_local(next));
    leptos_axum::redirect(next.as_deref().unwrap_or("/sign-in"));
    Ok(())
}

/// Changes the password after checking the current one, and signs every other browser out.
#[server(name = ChangePassword, prefix = "/call", endpoint = "change_password")]
pub async fn change_password(
    /// The current password.
    present: String,
    /// The new one, at least 10 characters and none of the commonest.
    password: String,
    /// Whether the person's tokens are revoked too, in all organizations.
    #[server(default)]
    revoke_tokens: Option<bool>,
) -> Result<ChangedPassword, Error> {
    let caller = crate::context::Caller::current()?;
    super::browser::change_password(&caller, present, password, revoke_tokens.unwrap_or(false)).await
}
