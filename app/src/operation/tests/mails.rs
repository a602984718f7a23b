//! Operations that put a mail into the outbox declare it: agents are told that they reach people outside.

use serde_json::Value;

use super::fixture;
use crate::operations;

#[tokio::test]
async fn whatever_says_that_it_mails_does() {
    let mailing = operations::all().iter().filter(|operation| operation.declaration.mails);
    for operation in mailing {
        let (studio, name) = (fixture("mailing").await, operation.declaration.name);
        let call = studio.right(operation).await;
        let count = "select count(*) from outgoing_mail where organization_id = $1";
        let before = studio.world.number(count).await;
        studio.world.ok(name, Value::Object(call)).await;
        assert_eq!(studio.world.number(count).await, before + 1, "{name}");
    }
}
