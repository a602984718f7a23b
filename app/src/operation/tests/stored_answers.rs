//! How answers that are kept for repeated calls go.

use crate::{
    cleanup,
    database::{AccessMode, RowScope},
    operation::store::idempotency::{self, DELETED_AT_ONCE},
    testing::{World, apart},
};

/// How many answers have expired: two whole batches and one more.
const EXPIRED: u64 = 2 * DELETED_AT_ONCE + 1;

/// Adds expired answers: of calls in the organization, and of calls that belonged to none.
async fn expired(studio: &World) {
    let (member, person) = (studio.member(), studio.person().id);
    for (table, columns, values) in [
        ("idempotency", "organization_id, member_id", format!("$1::uuid, '{member}'::uuid")),
        ("own_idempotency", "user_id", format!("'{person}'::uuid")),
    ] {
        let insert = format!(
            r"insert into {table} ({columns}, key, operation, arguments_hash, answer, created_at)
             select {values}, 'kept ' || n, 'create_client', '\x00', '{{}}', now() - interval '25 hours'
             from generate_series(1, {EXPIRED}) n where $1::uuid is not null"
        );
        assert_eq!(studio.sql(&insert).await, EXPIRED);
    }
}

/// One statement for all of them would run into its limit of time again and again, and never delete any.
#[tokio::test]
async fn expired_answers_are_deleted_in_batches_until_none_is_left() {
    // Every cleanup deletes the expired answers of all organizations of its database.
    apart("answers", async {
        let studio = World::new("answers").await;
        expired(&studio).await;
        let database = &studio.caller.services.database;
        let mut db = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("a transaction");
        let before = db.now().await.expect("an instant") - idempotency::RETENTION;
        assert_eq!(idempotency::delete_expired(&mut db, before).await.expect("deleted"), DELETED_AT_ONCE);
        db.release().await;
        let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await.expect("a transaction");
        assert_eq!(idempotency::delete_expired_of_persons(&mut db, before).await.expect("deleted"), DELETED_AT_ONCE);
        db.release().await;
        assert_eq!(cleanup::purge_expired(&studio.caller.services).await.answers, 2 * EXPIRED);
        let left = "select (select count(*) from idempotency where created_at < now() - interval '24 hours')
            + (select count(*) from own_idempotency where $1::uuid is not null)";
        assert_eq!(studio.number(left).await, 0);
    })
    .await;
}
