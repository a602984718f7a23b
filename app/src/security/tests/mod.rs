//! Promises about sign-ins, what is written down of them, and guessing.

mod guessing;
mod own;
mod tokens;

use crate::{
    access::Role,
    account::registration::{Confirmation, Registered, Registration, register},
    testing::World,
};

const PASSWORD: &str = "correct horse battery";

/// Somebody who has signed up, with [`PASSWORD`].
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

/// Somebody else, in the same organization.
async fn somebody_else(studio: &World) -> World {
    studio.as_role(Role::Member).await
}

/// Waits for what is written down beside the answers.
async fn settled(studio: &World) {
    studio.caller.services.tasks.close();
    studio.caller.services.tasks.wait().await;
}
