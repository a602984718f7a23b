//! Tests of the security events about addresses and passwords, including requests and refusals.

use serde_json::json;

use super::{Signed, mailed, signed_up};
use crate::{
    account::{browser::change_password, change_address},
    people::reset_password::{reset, send},
    security::event::RequestOrigin,
    testing::World,
};

const OLD: &str = "correct horse battery";

/// How often an event of this kind was recorded for the person, and its last detail.
async fn written(person: &Signed, kind: &str) -> (u64, String) {
    let tasks = &person.world.caller.services.tasks;
    tasks.close();
    tasks.wait().await;
    let listed = person.world.at(&person.world).await.ok("list_security_events", json!({})).await;
    let of_kind: Vec<_> = listed["items"].as_array().expect("items").iter().filter(|event| event["kind"] == kind).collect();
    let about = of_kind.first().and_then(|event| event["detail"].as_str()).unwrap_or_default().to_owned();
    (of_kind.iter().filter_map(|event| event["times"].as_u64()).sum(), about)
}

#[tokio::test]
async fn a_wrong_present_password_is_written_down_wherever_it_is_given() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let caller = &barbara.world.caller;
    let wrong = || "a wrong guess".to_owned();
    change_password(caller, wrong(), "another horse battery".to_owned(), true).await.expect_err("refused");
    assert_eq!(written(&barbara, "password_refused").await.0, 1);
    change_address::ask(caller, "else@example.com", wrong()).await.expect_err("refused");
    assert_eq!(written(&barbara, "password_refused").await.0, 2);
    assert_eq!(written(&barbara, "address_change_asked").await.0, 0);
}

#[tokio::test]
async fn that_another_address_or_password_was_asked_for_is_written_down() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let other = format!("new-{}", barbara.email);
    change_address::ask(&barbara.world.caller, &other, OLD.to_owned()).await.expect("asked");
    assert_eq!(written(&barbara, "address_change_asked").await, (1, other));
    for _ in 0..5 {
        send(&acme.caller.services, &barbara.email, &RequestOrigin::new("203.0.113.7", "a stranger")).await.expect("asked");
    }
    assert_eq!(written(&barbara, "password_reset_asked").await.0, 5, "also when no further mail was sent");
}

#[tokio::test]
async fn an_address_is_confirmed_once_and_that_is_written_down_whichever_link_proved_it() {
    let acme = World::new("acme").await;
    let (barbara, grace) = (signed_up(&acme).await, signed_up(&acme).await);
    for again in 0..2 {
        acme.advance(60);
        send(&acme.caller.services, &barbara.email, &RequestOrigin::default()).await.expect("asked");
        let link = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("a mail"));
        reset(&acme.caller, &link, format!("another horse {again}"), true).await.expect("reset");
        assert_eq!(written(&barbara, "address_confirmed").await, (1, barbara.email.clone()));
    }
    acme.ok("invite_member", json!({"email": grace.email, "role": "member"})).await;
    let link = mailed(&acme.mail_leaves(Some(acme.organization()), &grace.email).await.expect("a mail"));
    grace.world.ok("answer_invitation", json!({"invitation": link, "accept": true})).await;
    assert_eq!(written(&grace, "address_confirmed").await, (1, grace.email.clone()));
}
