//! Tests of sign-ins, security events and guessing.

mod guessing;
mod own;
mod tokens;

use crate::{
    access::Role,
    account::registration::{Confirmation, Registered, Registration, register},
    security::EventKind,
    testing::World,
};

const PASSWORD: &str = "correct horse battery";

/// A person who has signed up with [`PASSWORD`].
async fn signed_up(studio: &World) -> Registered {
    let email = format!("{:032x}@example.com", rand::random::<u128>());
    let (name, password) = ("Grace".to_owned(), PASSWORD.to_owned());
    let given = Registration {
        email,
        name,
        password,
        organization: None,
        time_zone: None,
        basics: Default::default(),
        confirmation: Confirmation::ByLink,
    };
    register(&studio.caller.services, given).await.expect("registered")
}

/// Another person in the same organization.
async fn somebody_else(studio: &World) -> World {
    studio.as_role(Role::Member).await
}

/// Waits for the events that are recorded in the background.
async fn settled(studio: &World) {
    studio.caller.services.tasks.close();
    studio.caller.services.tasks.wait().await;
}

/// The rows of every deployment have these words; the database lets in any.
#[test]
fn events_are_stored_under_the_words_that_they_always_had() {
    for word in [
        "signed_in",
        "sign_in_failed",
        "signed_out",
        "sign_ins_ended",
        "password_changed",
        "password_refused",
        "password_reset_asked",
        "address_change_asked",
        "address_change_withdrawn",
        "address_changed",
        "address_confirmed",
        "organization_from_before",
        "membership_waits",
        "members_joined_before",
        "token_made",
        "token_revoked",
        "token_used",
    ] {
        let kind = word.parse::<EventKind>().expect(word);
        assert_eq!(kind.name(), word);
        assert_eq!(serde_json::to_value(kind).expect("json"), word);
    }
}
