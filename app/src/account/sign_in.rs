//! Server functions to sign up, in and out: for browsers only, since they handle cookies and passwords.

use leptos::prelude::*;

use crate::{error::Error, security::ChangedPassword};

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
