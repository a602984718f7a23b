//! Tests of the limit on a person's tokens.

use futures::future::join_all;
use serde_json::json;

use super::somebody_else;
use crate::{error::Code, testing::World};

#[tokio::test]
async fn of_tokens_made_at_once_none_is_one_too_many() {
    let studio = World::new("tokens").await;
    let barbara = somebody_else(&studio).await;
    let member = studio.member().0;
    let kept = format!(
        "insert into access_token (organization_id, id, member_id, name, secret_hash, scopes, writes, created_at, expires_at)
         select $1, gen_random_uuid(), '{member}', 'an agent', '', '{{}}', 'ask', '{now}', '{now}'::timestamptz + interval '90 days'
         from generate_series(1, 47)",
        now = studio.now()
    );
    assert_eq!(studio.sql(&kept).await, 47);
    let made = join_all((0..10).map(|_| studio.call("create_token", json!({"name": "one more", "expires_in_days": 0})))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3);
    let refused = made.into_iter().find_map(Result::err).expect("refused");
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.message.contains("Revoke one"), "{}", refused.message);
    barbara.ok("create_token", json!({"name": "somebody else's"})).await;

    let listed = studio.ok("list_tokens", json!({})).await;
    studio.ok("revoke_token", json!({"token": listed["items"][0]["id"]})).await;
    studio.ok("create_token", json!({"name": "instead"})).await;
    assert_eq!(studio.code("create_token", json!({"name": "one too many"})).await, Code::Conflict);
    studio.advance(91 * 24 * 3600);
    studio.ok("create_token", json!({"name": "after most have run out"})).await;
}
