//! Tests of received invitations, whatever else was sent to the address.

use serde_json::{Value, json};

use super::{invited, stranger, studio};
use crate::{access::Role, error::Code, testing::World};

/// Revoked invitations from another organization to this address: more than are ever shown.
async fn many_taken_back(email: &str, now: jiff::Timestamp) -> World {
    let eve = World::new("eve").await;
    let taken_back = format!(
        "insert into invitation (organization_id, id, email, role, invited_by, created_at, sent_at, expires_at, revoked_at)
         select $1, gen_random_uuid(), '{email}', 'member', '{}', '{now}'::timestamptz - interval '1 day', '{now}', '{now}', '{now}'
         from generate_series(1, 300)",
        eve.member().0
    );
    assert_eq!(eve.sql(&taken_back).await, 300);
    eve
}

async fn listed(person: &World) -> Vec<Value> {
    person.ok("list_invitations", json!({})).await["items"].as_array().cloned().expect("items")
}

#[tokio::test]
async fn hundreds_that_were_taken_back_hide_none_that_is_open() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let eve = many_taken_back(&barbara.person().email, studio.now()).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let found = listed(&barbara).await;
    assert_eq!(found.iter().map(|found| &found["id"]).collect::<Vec<_>>(), [&invitation["id"]]);
    barbara.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
    assert_eq!(barbara.at(&studio).await.ok("whoami", json!({})).await["organization"]["role"], "member");
    let dead = eve.number("select count(*) from invitation where organization_id = $1 and revoked_at is not null").await;
    assert_eq!(dead, 300);
}

#[tokio::test]
async fn the_latest_sent_comes_first_and_each_organization_once() {
    let (first, barbara) = {
        let studio = studio().await;
        let barbara = stranger(&studio).await;
        (studio, barbara)
    };
    let second = stranger(&first).await;
    let email = barbara.person().email.clone();
    let older = invited(&first, &barbara, Role::Member).await;
    first.advance(60);
    let newer = second.ok("invite_member", json!({"email": email, "role": "member"})).await;
    let ids = async || listed(&barbara).await.into_iter().map(|found| found["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids().await, [newer["id"].clone(), older["id"].clone()]);
    first.advance(60);
    first.ok("resend_invitation", json!({"invitation": older["id"]})).await;
    assert_eq!(ids().await, [older["id"].clone(), newer["id"].clone()]);
}

#[tokio::test]
async fn by_its_id_an_invitation_is_found_by_its_reader_alone_and_says_what_became_of_it() {
    let studio = studio().await;
    let (barbara, eve) = (stranger(&studio).await, stranger(&studio).await);
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let accept = json!({"invitation": invitation["id"], "accept": true});
    assert_eq!(eve.code("answer_invitation", accept.clone()).await, Code::NotFound);
    studio.ok("revoke_invitation", json!({"invitation": invitation["id"]})).await;
    assert_eq!(listed(&barbara).await, Vec::<Value>::new());
    let refused = barbara.refused("answer_invitation", accept).await;
    assert_eq!((refused.code, refused.message.contains("was taken back")), (Code::Conflict, true), "{}", refused.message);
}
