//! Work that takes longer than its limit.

use std::{future::pending, time::Duration};

use serde_json::{Value, json};

use crate::{
    clients::{CreateClient, ListClients},
    error::Code,
    operation::{Declaration, Effect, OperationFn, read, write},
    operations,
    testing::World,
};

/// Long enough for a statement, and short enough to wait for one that never ends.
const SOON: Duration = Duration::from_secs(1);

static READ: Declaration = Declaration { limit: SOON, ..ListClients::DECLARATION };
static WRITE: Declaration = Declaration { limit: SOON, ..CreateClient::DECLARATION };

#[test]
fn every_operation_may_take_as_long_as_its_effect_allows() {
    for operation in operations::all() {
        let declaration = operation.declaration;
        let seconds = if declaration.effect == Effect::Read { 20 } else { 25 };
        assert_eq!(declaration.limit, Duration::from_secs(seconds), "{}", declaration.name);
    }
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_given_up_and_leaves_its_connection_to_others() {
    let studio = World::new("late").await;
    // As many calls as there are connections.
    let calls = (0..6).map(|_| {
        read(&READ, studio.caller.clone(), json!({}), |cx| {
            Box::pin(async move {
                sqlx::query("select 1").execute(cx.db.connection()).await?;
                pending::<Result<Value, _>>().await
            })
        })
    });
    for answer in futures::future::join_all(calls).await {
        let refused = answer.expect_err("too late");
        assert!(refused.code == Code::Unavailable && refused.message.contains("took too long"), "{refused:?}");
    }
    studio.ok("list_clients", json!({})).await;
}

#[tokio::test]
async fn of_a_write_that_takes_too_long_nothing_is_kept_and_its_key_is_free() {
    let studio = World::new("late").await;
    let given = json!({"name": "Acme", "idempotency_key": "late"});
    let late = write(&WRITE, studio.caller.clone(), given.clone(), |cx| {
        Box::pin(async move {
            let changed = "update organization set name = 'Late' where id = current_organization()";
            assert_eq!(sqlx::query(changed).execute(cx.db.connection()).await?.rows_affected(), 1);
            pending::<Result<Value, _>>().await
        })
    });
    let refused = late.await.expect_err("too late");
    assert!(refused.code == Code::Unavailable && refused.message.contains("took too long"), "{refused:?}");
    assert_eq!(studio.ok("get_organization", json!({})).await["name"], "late", "what was done is taken back");
    studio.ok("create_client", given).await;
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}
