//! Tests of sign-ins, security events and guessing.

mod guessing;
mod own;
mod tokens;

use crate::{
    access::Role,
    account::registration::{Confirmation, Registered, Registration, register},
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
