//! `stint admin`: what an operator does, beside a running server.

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

/// Prints the link that confirms an address, as a mail would bring it.
pub async fn confirm(running: &RunningApp, email: &str, account: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    print_link(&operator_links::confirmation(&running.services, email, account).await.map_err(failed)?, as_json)
}

/// Prints the link by which somebody chooses another password, as a mail would bring it.
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

/// What is asked for a token.
pub struct TokenOptions {
    /// The address of the person it speaks for.
    pub email: String,
    /// Their organization, by its place in addresses.
    pub organization: String,
    /// What the token is for.
    pub name: String,
    /// What it may be used for; everything when none is named.
    pub scopes: Vec<Scope>,
    /// What happens when it writes.
    pub writes: WriteMode,
}

/// Makes a token for a member and shows it, once.
pub async fn create_token(running: &RunningApp, options: TokenOptions, as_json: bool) -> anyhow::Result<()> {
    let scopes = if options.scopes.is_empty() { Scope::ALL.to_vec() } else { options.scopes };
    let order = TokenRequest { name: options.name, scopes, writes: options.writes, expires_in_days: 90 };
    let made = token::issue(&running.services, &options.email, &options.organization, order).await.map_err(failed)?;
    match as_json {
        true => print_json(&made),
        false => print_line(&made.token),
    }
}
