//! A dry run keeps nothing, and a repeated call happens once: for every write in the registry.

use serde_json::{Value, json};

use super::{arguments, furnished, tenants::fingerprint};
use crate::{access::Permission, operation::Effect, operations};

#[tokio::test]
async fn a_dry_run_leaves_the_database_as_it_was() {
    let studio = furnished("dry").await;
    for operation in operations::all() {
        let declaration = operation.declaration;
        if declaration.effect == Effect::Read || declaration.needs == Permission::SignedIn {
            continue;
        }
        let before = fingerprint(&studio.world).await;
        let mut call = arguments(operation, &studio.ids);
        call.insert("dry_run".to_owned(), json!(true));
        if let Ok(answer) = studio.world.call(declaration.name, Value::Object(call)).await {
            assert_eq!(answer["dry_run"], true, "{}", declaration.name);
            assert_eq!(answer.get("action"), None, "{}", declaration.name);
            assert_eq!(fingerprint(&studio.world).await, before, "{} has kept something", declaration.name);
        }
    }
}

#[tokio::test]
async fn a_write_repeated_with_its_key_happens_once_and_answers_the_same() {
    for operation in operations::all() {
        let declaration = operation.declaration;
        if declaration.effect == Effect::Read || declaration.needs == Permission::SignedIn {
            continue;
        }
        let studio = furnished("again").await;
        let mut call = arguments(operation, &studio.ids);
        call.insert("idempotency_key".to_owned(), json!("once"));
        let Ok(first) = studio.world.call(declaration.name, Value::Object(call.clone())).await else { continue };
        let after = fingerprint(&studio.world).await;
        let second = studio.world.call(declaration.name, Value::Object(call.clone())).await;
        if declaration.secret {
            assert_eq!(
                second.map_err(|error| error.code),
                Err(crate::error::Code::Conflict),
                "{} shows its secret again",
                declaration.name
            );
            continue;
        }
        assert_eq!(Ok(first), second, "{} answers something else the second time", declaration.name);
        assert_eq!(fingerprint(&studio.world).await, after, "{} has happened twice", declaration.name);
        let other = studio.world.code("create_client", json!({"name": "Other", "idempotency_key": "once"})).await;
        assert_eq!(other, crate::error::Code::IdempotencyMismatch, "{}", declaration.name);
    }
}
