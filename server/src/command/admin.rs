//! `stint admin`: commands for operators, beside a running server.

use app::{
    access::{Scope, WriteMode},
    account::{
        registration::{self, Registration},
        token::{self, TokenRequest},
    },
    verification::operator_links,
};
use serde_json::json;

use super::{failed, print_json, print_line};
use crate::services::RunningApp;

/// Adds a person with their personal organization.
pub async fn create_user(running: &RunningApp, given: Registration, as_json: bool) -> anyhow::Result<()> {
    let made = registration::register(&running.services, given).await.map_err(failed)?;
    match as_json {
        true => print_json(&json!({
            "user": { "id": made.user, "email": made.email, "name": made.name },
            "organization": { "id": made.organization, "slug": made.slug },
            "member": { "id": made.member },
        })),
        false => print_line(&format!(
            "{} can sign in as {}. Their organization is at {}/o/{}.",
            made.name, made.email, running.services.public_url, made.slug
        )),
    }
}

/// Prints the link that confirms an address, with the secret of a mailed one.
pub async fn confirm(running: &RunningApp, email: &str, account: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    print_link(&operator_links::confirmation(&running.services, email, account).await.map_err(failed)?, as_json)
}

/// Prints the link that sets a new password, with the secret of a mailed one.
pub async fn reset_password(running: &RunningApp, email: &str, as_json: bool) -> anyhow::Result<()> {
    let drawn = operator_links::password_reset(&running.services, email).await.map_err(failed)?;
    match (drawn.notice, as_json) {
        (Some(notice), true) => print_json(&json!({ "link": drawn.link, "notice": notice })),
        (Some(notice), false) => print_line(&format!("{}\n\n{notice}", drawn.link)),
        (None, _) => print_link(&drawn.link, as_json),
    }
}

fn print_link(link: &str, as_json: bool) -> anyhow::Result<()> {
    match as_json {
        true => print_json(&json!({ "link": link })),
        false => print_line(link),
    }
}

/// The options of a new token.
pub struct TokenOptions {
    /// The address of the person that it acts for.
    pub email: String,
    /// The slug of their organization.
    pub organization: String,
    /// The name of the token.
    pub name: String,
    /// The scopes of the token; all when none is named.
    pub scopes: Vec<Scope>,
    /// The write mode of the token.
    pub writes: WriteMode,
}

/// Creates a token for a member and prints it, once.
pub async fn create_token(running: &RunningApp, options: TokenOptions, as_json: bool) -> anyhow::Result<()> {
    let scopes = if options.scopes.is_empty() { Scope::ALL.to_vec() } else { options.scopes };
    let order = TokenRequest { name: options.name, scopes, writes: options.writes, expires_in_days: 90 };
    let made = token::issue(&running.services, &options.email, &options.organization, order).await.map_err(failed)?;
    match as_json {
        true => print_json(&made),
        false => print_line(&made.token),
    }
}
