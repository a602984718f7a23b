//! `stint demo`: a studio with two clients, projects, three months of work and every invoice state.
//!
//! Everything is made through operations, so a demo is also a long test of them. A settable clock gives the studio a past: work is
//! logged on its day and invoices are sent in their month.

mod settable_clock;
mod studio;

use std::sync::Arc;

use app::{
    access::{Scope, WriteMode},
    account::{
        identity,
        registration::{self, Confirmation, Registered, Registration},
        token::{self, TokenRequest},
    },
    context::{Caller, Channel, Person, Services},
    error::Error,
    operations,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{failed, print_json, print_line};
use crate::services::RunningApp;

/// The password of every demo.
const PASSWORD: &str = "analytical engine";

/// Makes the studio and prints how to sign in.
pub async fn demo(running: &RunningApp, as_json: bool) -> anyhow::Result<()> {
    let email = format!("ada-{:08x}@example.com", rand::random::<u32>());
    let (made, token) = make(&running.services, &email).await.map_err(failed)?;
    match as_json {
        true => print_json(&json!({ "email": email, "password": PASSWORD, "organization": made.slug, "token": token })),
        false => print_line(&format!(
            "Sign in at {}/sign-in as {email} with the password \"{PASSWORD}\".\nToken for agents: {token}",
            running.services.public_url
        )),
    }
}

/// Makes the studio of an owner with this address; returns the owner, and a token for agents.
///
/// # Errors
/// Says what failed.
pub async fn make(at: &Arc<Services>, email: &str) -> Result<(Registered, String), Error> {
    let today = at.clock.now();
    let services = settable_clock::services_at(at, today - SignedDuration::from_hours(24 * 95));
    let registration = Registration {
        email: email.to_owned(),
        name: "Ada Lovelace".to_owned(),
        password: PASSWORD.to_owned(),
        organization: Some("Ada's DemoStudio".to_owned()),
        time_zone: Some("Europe/London".to_owned()),
        basics: Default::default(),
        confirmation: Confirmation::Vouched,
    };
    let made = registration::register(&services.services, registration).await?;
    let studio = DemoStudio { caller: owner(&services, &made).await?, services, today };
    studio::seed(&studio).await?;
    let order = TokenRequest { name: "Demo".to_owned(), scopes: Scope::ALL.to_vec(), writes: WriteMode::Direct, expires_in_days: 90 };
    let token = token::issue(at, email, &made.slug, order).await?;
    Ok((made, token.token))
}

/// The new owner as a caller, as a signed-in browser would be.
async fn owner(services: &settable_clock::DemoServices, made: &Registered) -> Result<Caller, Error> {
    let services = services.services.clone();
    let cookie = registration::open_sign_in(&services, &made.verified, "demo").await?;
    let known = identity::authenticate(&services.database, &cookie, &made.slug, services.clock.now()).await?;
    let (_, membership) = known.ok_or_else(Error::internal)?;
    let person = Person { id: made.user, name: made.name.clone(), email: made.email.clone(), confirmed: true };
    Ok(Caller { person: Some(person), membership, ..Caller::nobody(Arc::clone(&services), Channel::Page) })
}

/// The studio while it is being seeded.
struct DemoStudio {
    caller: Caller,
    services: settable_clock::DemoServices,
    today: Timestamp,
}

impl DemoStudio {
    /// Calls an operation as its owner.
    async fn call(&self, operation: &str, arguments: Value) -> Result<Value, Error> {
        let operation = operations::find(operation).ok_or_else(Error::internal)?;
        operation.call(self.caller.clone(), arguments).await
    }

    /// Sets the clock to a moment of the past: this many days ago, at that hour.
    fn travel(&self, days_ago: i64, hour: i64) {
        let day = self.today - SignedDuration::from_hours(24 * days_ago);
        let midnight = Timestamp::from_second(day.as_second() - day.as_second().rem_euclid(86_400)).unwrap_or(day);
        // Nothing happens in the future, not even on the last day.
        self.services.clock.set((midnight + SignedDuration::from_hours(hour)).min(self.today));
    }
}
