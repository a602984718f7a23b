//! Tests of link secrets: what they confirm, for whom, how often, and where they are not stored.

mod addresses;
mod documents;
mod invitations;
mod migrated;
mod passwords;
mod places;
mod refusals;
mod resets;
mod written_down;

use crate::{
    account::{
        identity,
        registration::{Confirmation, Registration, open_sign_in, register},
    },
    context::Caller,
    delivery::ClaimedMail,
    secrets::random_secret,
    testing::World,
};

/// A person who signed up as a visitor and is signed in.
struct Signed {
    world: World,
    email: String,
    cookie: String,
    slug: String,
}

/// Signs somebody up with the password "correct horse battery".
async fn signed_up(world: &World) -> Signed {
    let services = &world.caller.services;
    let given = Registration {
        email: format!("{}@example.com", uuid::Uuid::now_v7().simple()),
        name: "Barbara".to_owned(),
        password: "correct horse battery".to_owned(),
        organization: None,
        time_zone: None,
        basics: Default::default(),
        confirmation: Confirmation::ByLink,
    };
    let made = register(services, given).await.expect("registered");
    let cookie = open_sign_in(services, &made.verified, "a test").await.expect("signed in");
    Signed { world: world.clone(), email: made.email, cookie, slug: made.slug }.again().await
}

impl Signed {
    /// The same person as authenticated by their next request.
    async fn again(self) -> Self {
        let services = &self.world.caller.services;
        let found = identity::authenticate(&services.database, &self.cookie, &self.slug, self.world.now()).await.expect("an answer");
        let (person, membership) = found.expect("signed in");
        let email = person.email.clone();
        let sign_in = Some(random_secret::fingerprint(&self.cookie));
        let caller = Caller { person: Some(person), sign_in, membership, ..self.world.caller.clone() };
        Self { world: World { caller, ..self.world.clone() }, email, ..self }
    }
}

/// The security events of one kind: the detail of each, and whether it has an address.
async fn noted(of: &World, kind: &str) -> Vec<(String, bool)> {
    // They may have been signed out by the tested operation.
    let listed = of.at(of).await.ok("list_security_events", serde_json::json!({})).await;
    let events = listed["items"].as_array().expect("items").iter().filter(|event| event["kind"] == kind);
    events.map(|event| (event["detail"].as_str().unwrap_or_default().to_owned(), event.get("address").is_some())).collect()
}

/// The secret in the link that stands in a text.
fn secret_in(text: &str) -> String {
    let link = text.split_whitespace().find(|word| word.starts_with("https://stint.test/")).expect("a link");
    link.rsplit('/').next().expect("a secret").to_owned()
}

/// The secret in a mail.
fn mailed(mail: &ClaimedMail) -> String {
    secret_in(&mail.body)
}
