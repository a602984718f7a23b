//! A dry run keeps nothing, and a repeated call happens once: for every write in the registry.

use serde_json::{Value, json};

use super::{furnished, tenants::fingerprint};
use crate::{
    access::Permission,
    error::Code,
    operation::{Effect, Operation},
    operations,
};

fn writes() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| operation.declaration.effect != Effect::Read)
}

#[tokio::test]
async fn a_dry_run_leaves_the_database_as_it_was() {
    let studio = furnished("dry").await;
    for operation in writes() {
        let name = operation.declaration.name;
        let mut call = studio.right(operation).await;
        let before = fingerprint(&studio.world).await;
        call.insert("dry_run".to_owned(), json!(true));
        let answer = studio.world.ok(name, Value::Object(call)).await;
        assert_eq!(answer["dry_run"], true, "{name}");
        assert_eq!(answer.get("action"), None, "{name}");
        assert_eq!(fingerprint(&studio.world).await, before, "{name} has kept something");
    }
}

#[tokio::test]
async fn a_write_repeated_with_its_key_happens_once_and_answers_the_same() {
    for operation in writes() {
        let (name, secret) = (operation.declaration.name, operation.declaration.secret);
        let studio = furnished("again").await;
        let mut call = studio.right(operation).await;
        call.insert("idempotency_key".to_owned(), json!("once"));
        let first = studio.world.ok(name, Value::Object(call.clone())).await;
        let after = fingerprint(&studio.world).await;
        let second = studio.world.call(name, Value::Object(call.clone())).await;
        if secret {
            assert_eq!(second.map_err(|error| error.code), Err(Code::Conflict), "{name} shows its secret again");
        } else {
            assert_eq!(Ok(first), second, "{name} answers something else the second time");
        }
        assert_eq!(fingerprint(&studio.world).await, after, "{name} has happened twice");
        let other = if operation.declaration.needs == Permission::SignedIn { "update_profile" } else { "create_client" };
        let other = studio.world.code(other, json!({"name": "Other", "idempotency_key": "once"})).await;
        assert_eq!(other, Code::IdempotencyMismatch, "{name}");
    }
}
