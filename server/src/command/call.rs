//! `stint call <operation> '<json>'`: calls one operation in this process, as the member of the token.

use app::{
    account::token,
    context::{Caller, Channel},
    operation::json,
};
use serde_json::Value;

use super::{failed, print_json};
use crate::{isolation::isolated, rest, services::RunningApp};

/// Calls the operation and prints its answer; an error is printed as in every other channel.
pub async fn call(running: &RunningApp, operation: &str, arguments: &str, token: &str) -> anyhow::Result<bool> {
    let services = &running.services;
    let arguments = read(arguments)?;
    let operation = rest::find_operation(operation).map_err(failed)?;
    let recognized = token::authenticate(&services.database, token, services.clock.now()).await.map_err(failed)?;
    let caller = Caller {
        person: Some(recognized.person),
        membership: Some(recognized.membership),
        token: Some(recognized.token),
        ..Caller::nobody(services.clone(), Channel::CommandLine)
    };
    match isolated(operation.call(caller, arguments)).await {
        Ok(answer) => print_json(&answer).map(|()| true),
        Err(error) => print_json(&error).map(|()| false),
    }
}

/// Parses the arguments. JSON that cannot be accepted gets an error of its own, and not the one of invalid JSON.
fn read(arguments: &str) -> anyhow::Result<Value> {
    json::parse_unique(arguments.as_bytes()).map_err(|problem| {
        let what = match problem.is_data() {
            true => "the arguments cannot be taken",
            false => "the arguments are not JSON; write one object, such as '{\"name\": \"Acme\"}'",
        };
        anyhow::Error::new(problem).context(what)
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn arguments_that_name_one_twice_are_not_told_to_be_no_json() {
        let twice = format!("{:#}", read(r#"{"name": "a", "name": "b"}"#).expect_err("refused"));
        assert!(twice.starts_with("the arguments cannot be taken: \"name\" stands twice"), "{twice}");
        let broken = format!("{:#}", read(r#"{"name": "#).expect_err("refused"));
        assert!(broken.starts_with("the arguments are not JSON"), "{broken}");
        assert!(read(r#"{"name": "a"}"#).is_ok());
    }
}
