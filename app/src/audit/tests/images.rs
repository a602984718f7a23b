//! The images of settings and tokens in an audit entry: before and after, and never a secret.

use serde_json::{Value, json};

use crate::testing::World;

/// The changes of a call, as the audit log shows them.
async fn changes(world: &World, done: &Value) -> Value {
    world.ok("get_audit_entry", json!({"action": done["action"]})).await["changes"].clone()
}

/// Before and after of one column of the only changed record.
fn column<'a>(changes: &'a Value, name: &str) -> (&'a Value, &'a Value) {
    (&changes[0]["before"][name], &changes[0]["after"][name])
}

#[tokio::test]
async fn a_change_of_the_settings_shows_what_they_were() {
    let studio = World::new("audit").await;
    let (first, second) = ("DE89370400440532013000", "GB82WEST12345698765432");
    studio.ok("update_organization", json!({"iban": first})).await;
    let changed = changes(&studio, &studio.ok("update_organization", json!({"iban": second})).await).await;
    assert_eq!(changed[0]["kind"], "organization");
    assert_eq!(column(&changed, "iban"), (&json!(first), &json!(second)));
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}

#[tokio::test]
async fn a_token_is_seen_from_its_making_to_its_end_and_its_use_is_no_change() {
    let studio = World::new("audit").await;
    let made = studio.ok("create_token", json!({"name": "agent", "writes": "direct"})).await;
    let shown = changes(&studio, &made).await;
    assert_eq!((&shown[0]["kind"], column(&shown, "name")), (&json!("access_token"), (&Value::Null, &json!("agent"))));
    let agent = studio.token(crate::access::WriteMode::Direct).await;
    crate::account::token::seen(&agent.caller, "a program").await.expect("noted");
    let revoked = studio.ok("revoke_token", json!({"token": made["id"]})).await;
    let shown = changes(&studio, &revoked).await;
    let (before, after) = column(&shown, "revoked_at");
    assert!(before.is_null() && after.is_string(), "{shown:#}");
    let traced = "select count(*) from change where organization_id = $1 and kind = 'access_token'";
    assert_eq!(studio.number(traced).await, 3, "two were made and one was revoked");
}

#[tokio::test]
async fn no_image_holds_the_fingerprint_of_a_secret() {
    let studio = World::new("audit").await;
    let token = studio.ok("create_token", json!({"name": "agent"})).await;
    studio.ok("revoke_token", json!({"token": token["id"]})).await;
    let sent = studio.ok("invite_member", json!({"email": "grace@example.com", "role": "manager"})).await;
    studio.ok("resend_invitation", json!({"invitation": sent["id"]})).await;
    let images = "select count(*) from change where organization_id = $1 and kind in ('access_token', 'invitation')";
    assert_eq!(studio.number(images).await, 4);
    assert_eq!(studio.number(&format!("{images} and (before::jsonb ? 'secret_hash' or after::jsonb ? 'secret_hash')")).await, 0);
}
