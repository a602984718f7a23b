//! Tests of the two secrets of an invitation: the mailed one confirms an address, the handed-over one confirms nothing.

use serde_json::{Value, json};

use super::{mailed, noted, secret_in};
use crate::{
    access::{Role, WriteMode},
    context::{Caller, Channel},
    error::Code,
    people::answer_invitation::show,
    testing::World,
};

/// A person with an organization of their own, on the clock of another world.
async fn stranger(world: &World, name: &str) -> World {
    let other = World::new(name).await;
    World { caller: Caller { services: world.caller.services.clone(), ..other.caller.clone() }, ..world.clone() }
}

async fn invites(inviter: &World, email: &str, role: Role) -> Value {
    inviter.ok("invite_member", json!({"email": email, "role": role})).await
}

/// The arguments that accept with the secret of a link.
fn with(secret: &str) -> Value {
    json!({"invitation": secret, "accept": true})
}

fn handed_over(invitation: &Value) -> String {
    secret_in(invitation["link"].as_str().expect("a link"))
}

async fn listed(person: &World) -> usize {
    person.ok("list_invitations", json!({})).await["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_link_that_the_inviter_handed_over_proves_nobodys_address() {
    let (mallory, acme) = (World::new("mallory").await, World::new("acme").await);
    // Somebody signed up with the address of Acme's future admin.
    let victim = stranger(&acme, "victim").await.unconfirmed().await;
    let email = victim.person().email.clone();
    let real = invites(&acme, &email, Role::Admin).await;
    let link = handed_over(&invites(&mallory, &email, Role::Member).await);
    assert_eq!(victim.ok("answer_invitation", with(&link)).await["accepted"], true, "it lets its holder into that organization");
    let victim = victim.at(&mallory).await;
    assert!(victim.caller.membership.is_some() && !victim.person().confirmed);
    assert_eq!(listed(&victim).await, 0);
    assert_eq!(victim.code("answer_invitation", json!({"invitation": real["id"], "accept": true})).await, Code::NotFound);
    assert!(victim.at(&acme).await.caller.membership.is_none());
}

#[tokio::test]
async fn the_link_in_the_mail_proves_the_mailbox_of_whoever_signs_in_with_it() {
    let (acme, other) = (World::new("acme").await, World::new("other").await);
    let barbara = stranger(&acme, "barbara").await.unconfirmed().await;
    let eve = stranger(&acme, "eve").await;
    let email = barbara.person().email.clone();
    invites(&acme, &email, Role::Member).await;
    invites(&other, &email, Role::Member).await;
    let secret = mailed(&acme.mail_leaves(Some(acme.organization()), &email).await.expect("a mail"));
    assert!(show(&acme.caller, &secret).await.is_ok_and(|shown| shown.mailed));
    let refused = eve.refused("answer_invitation", with(&secret)).await;
    assert_eq!((refused.code, refused.message.contains("Sign in with that address")), (Code::Forbidden, true), "{refused:?}");
    assert_eq!(listed(&barbara).await, 0);
    barbara.ok("answer_invitation", with(&secret)).await;
    let barbara = barbara.at(&acme).await;
    assert!(barbara.caller.membership.is_some() && barbara.person().confirmed);
    assert_eq!(listed(&barbara).await, 1, "what was sent to a confirmed address is found");
}

#[tokio::test]
async fn an_address_that_an_invitation_confirms_is_written_down_as_confirmed_once() {
    let (acme, other) = (World::new("acme").await, World::new("other").await);
    let mut barbara = stranger(&acme, "barbara").await.unconfirmed().await;
    let email = barbara.person().email.clone();
    for inviter in [&acme, &other] {
        invites(inviter, &email, Role::Member).await;
        let secret = mailed(&acme.mail_leaves(Some(inviter.organization()), &email).await.expect("a mail"));
        barbara.caller.address = "203.0.113.7".to_owned();
        barbara.ok("answer_invitation", with(&secret)).await;
        barbara = barbara.at(inviter).await;
        assert_eq!(noted(&barbara, "address_confirmed").await, [(email.clone(), true)], "what was known is no news");
    }
}

#[tokio::test]
async fn each_attempt_to_mail_draws_its_own_secret_and_all_are_good_until_one_is_used() {
    let acme = World::new("acme").await;
    let barbara = stranger(&acme, "barbara").await;
    let email = barbara.person().email.clone();
    let link = handed_over(&invites(&acme, &email, Role::Member).await);
    let first = mailed(&acme.mail_leaves(Some(acme.organization()), &email).await.expect("a mail"));
    acme.advance(120);
    let second = mailed(&acme.mail_leaves(Some(acme.organization()), &email).await.expect("tried again"));
    assert_ne!(first, second);
    for secret in [&first, &second, &link] {
        assert!(show(&barbara.caller, secret).await.is_ok());
    }
    barbara.ok("answer_invitation", json!({"invitation": first, "accept": false})).await;
    for secret in [&first, &second, &link] {
        assert_eq!(barbara.code("answer_invitation", with(secret)).await, Code::Conflict, "it was used");
    }
    acme.advance(240);
    assert!(acme.mail_leaves(Some(acme.organization()), &email).await.is_none(), "nobody is asked what was answered");
}

#[tokio::test]
async fn of_many_who_use_one_link_at_once_one_joins() {
    let acme = World::new("acme").await;
    let link = handed_over(&invites(&acme, "somebody@example.com", Role::Member).await);
    let (ada, eve) = (stranger(&acme, "ada").await, stranger(&acme, "eve").await);
    let (one, other) = tokio::join!(ada.call("answer_invitation", with(&link)), eve.call("answer_invitation", with(&link)));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    let members = "select count(*) from member where organization_id = $1 and removed_at is null";
    assert_eq!(acme.number(members).await, 2);
}

#[tokio::test]
async fn no_secret_stands_in_any_row_of_any_table() {
    let acme = World::new("acme").await;
    let barbara = stranger(&acme, "barbara").await;
    let email = barbara.person().email.clone();
    let call = json!({"email": email, "role": "member", "idempotency_key": "once"});
    let sent = acme.ok("invite_member", call.clone()).await;
    let again = acme.ok("resend_invitation", json!({"invitation": sent["id"], "idempotency_key": "twice"})).await;
    let secret = mailed(&acme.mail_leaves(Some(acme.organization()), &email).await.expect("a mail"));
    assert!(acme.refused("invite_member", call).await.message.contains("shown only once"));
    barbara.ok("answer_invitation", json!({"invitation": secret, "accept": true, "idempotency_key": "thrice"})).await;
    barbara.refused("answer_invitation", with(&handed_over(&sent))).await;
    acme.caller.services.recorder.flush_within(std::time::Duration::from_secs(10)).await;
    for secret in [secret, handed_over(&sent), handed_over(&again)] {
        assert_eq!(acme.tables_with(&secret).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn no_list_of_mails_shows_what_a_mail_without_an_invoice_says() {
    let acme = World::new("acme").await;
    invites(&acme, "new@example.com", Role::Owner).await;
    let grace = acme.as_role(Role::Admin).await;
    for caller in [&acme, &grace, &grace.token(WriteMode::Direct).await] {
        let mail = caller.ok("list_mails", json!({})).await["items"][0].clone();
        assert_eq!((&mail["recipient"], mail.get("body")), (&json!("new@example.com"), None), "{mail}");
    }
}

#[tokio::test]
async fn a_token_brings_its_person_into_no_other_organization() {
    let (acme, other) = (World::new("acme").await, World::new("other").await);
    let invitation = invites(&other, &acme.person().email, Role::Admin).await;
    let agent = acme.token(WriteMode::Direct).await;
    for given in [invitation["id"].as_str().expect("an id").to_owned(), handed_over(&invitation)] {
        assert_eq!(agent.code("answer_invitation", with(&given)).await, Code::Forbidden);
    }
    assert!(acme.at(&other).await.caller.membership.is_none());
}

#[tokio::test]
async fn a_link_that_was_never_drawn_or_is_for_something_else_opens_nothing() {
    let acme = World::new("acme").await;
    for given in ["guessed", "", "0190"] {
        assert_eq!(acme.code("answer_invitation", with(given)).await, Code::NotFound, "{given:?}");
    }
    assert_eq!(acme.code("answer_invitation", with("\0")).await, Code::Invalid);
}

#[tokio::test]
async fn no_program_no_model_and_no_dry_run_is_given_the_link_to_hand_over() {
    let acme = World::new("acme").await;
    let agent = acme.token(WriteMode::Direct).await;
    let call = json!({"email": "new@example.com", "role": "owner"});
    let tried = json!({"email": "tried@example.com", "role": "member", "dry_run": true});
    let drawn = "select count(*) from travelling_secret where within = $1 and used_at is null";
    for caller in [&agent, &agent.through(Channel::Rest), &agent.through(Channel::CommandLine), &acme.through(Channel::Assistant)] {
        let sent = caller.ok("invite_member", call.clone()).await;
        let again = caller.ok("resend_invitation", json!({"invitation": sent["id"]})).await;
        for answer in [sent, again, caller.ok("invite_member", tried.clone()).await] {
            assert!(answer.get("link").is_none() && !answer.to_string().contains("/invitation/"), "{answer}");
        }
    }
    assert_eq!(acme.ok("invite_member", tried).await.get("link"), None, "what is not kept opens nothing");
    assert_eq!(acme.number(drawn).await, 0);
    let link = handed_over(&invites(&acme, "new@example.com", Role::Member).await);
    assert!(show(&acme.caller, &link).await.is_ok(), "a person at the page is given it");
    agent.ok("resend_invitation", json!({"invitation": show(&acme.caller, &link).await.expect("shown").id})).await;
    assert_eq!(show(&acme.caller, &link).await.map_err(|error| error.code).err(), Some(Code::Conflict), "it stops working all the same");
}
