//! `stint call <operation> '<json>'`: one operation, run in this process as whoever the token speaks for.

use anyhow::Context;
use app::{
    account::token,
    context::{Caller, Door},
    operation::json,
};

use super::{failed, print_json};
use crate::{isolation::isolated, rest, services::Running};

/// Calls the operation and prints its answer; an error is printed as it stands in every door.
pub async fn call(running: &Running, operation: &str, arguments: &str, token: &str) -> anyhow::Result<bool> {
    let services = &running.services;
    let arguments =
        json::read(arguments.as_bytes()).context("the arguments are not JSON; write one object, such as '{\"name\": \"Acme\"}'")?;
    let operation = rest::named(operation).map_err(failed)?;
    let recognized = token::recognize(&services.database, token, services.clock.now()).await.map_err(failed)?;
    let caller = Caller {
        person: Some(recognized.person),
        membership: Some(recognized.membership),
        token: Some(recognized.token),
        ..Caller::nobody(services.clone(), Door::CommandLine)
    };
    match isolated(operation.call(caller, arguments)).await {
        Ok(answer) => print_json(&answer).map(|()| true),
        Err(error) => print_json(&error).map(|()| false),
    }
}
