//! Tests of address confirmation: an address is confirmed by opening the mailed link while signed in.

use serde_json::json;

use super::{Signed, mailed, signed_up};
use crate::{
    account::change_address,
    error::Code,
    people::reset_password,
    secrets::link_purpose::LinkPurpose,
    security::event::RequestOrigin,
    testing::World,
    verification::{
        address::{confirm, link_mail, send_again, show},
        links::{LinkMail, LinkState, WITH_THE_PROOF},
        operator_links,
    },
};

async fn list(signed: &Signed) -> usize {
    signed.world.ok("list_invitations", json!({})).await["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn who_has_signed_up_confirms_with_the_mail_and_looking_at_its_link_confirms_nothing() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    acme.ok("invite_member", json!({"email": barbara.email, "role": "member"})).await;
    assert_eq!((barbara.world.person().confirmed, list(&barbara).await), (false, 0));
    let secret = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("a mail"));
    for _ in 0..2 {
        let shown = show(&acme.caller, &secret).await.expect("shown");
        assert_eq!(
            (shown.mailbox.as_str(), shown.state, shown.yours, shown.changes),
            (barbara.email.as_str(), LinkState::Open, false, false)
        );
    }
    assert!(show(&barbara.world.caller, &secret).await.is_ok_and(|shown| shown.yours));
    let barbara = barbara.again().await;
    assert!(!barbara.world.person().confirmed);
    confirm(&barbara.world.caller, &secret).await.expect("confirmed");
    let barbara = barbara.again().await;
    assert_eq!((barbara.world.person().confirmed, list(&barbara).await), (true, 1));
    assert_eq!(show(&barbara.world.caller, &secret).await.map(|shown| shown.state), Ok(LinkState::Used));
    assert_eq!(confirm(&barbara.world.caller, &secret).await.map_err(|error| error.code), Err(Code::Conflict), "it was used");
}

#[tokio::test]
async fn who_owns_the_mailbox_confirms_nobody_elses_account_by_opening_what_was_sent_there() {
    let acme = World::new("acme").await;
    let (squatter, owner) = (signed_up(&acme).await, signed_up(&acme).await);
    let secret = mailed(&acme.mail_leaves(None, &squatter.email).await.expect("a mail"));
    assert_eq!(confirm(&owner.world.caller, &secret).await.map_err(|error| error.code), Err(Code::Forbidden));
    let nobody = crate::context::Caller { person: None, ..acme.caller.clone() };
    assert_eq!(confirm(&nobody, &secret).await.map_err(|error| error.code), Err(Code::Unauthenticated));
    assert!(!squatter.again().await.world.person().confirmed && !owner.again().await.world.person().confirmed);
}

#[tokio::test]
async fn a_mail_is_sent_again_after_a_while_and_never_once_it_is_confirmed() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let refused = send_again(&barbara.world.caller).await.expect_err("refused");
    assert_eq!((refused.code, refused.retry_after().map(|wait| wait.as_secs())), (Code::RateLimited, Some(121)), "{refused:?}");
    let first = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("a mail"));
    acme.advance(180);
    send_again(&barbara.world.caller).await.expect("sent");
    let second = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("another"));
    assert_ne!(first, second);
    confirm(&barbara.world.caller, &first).await.expect("the first is as good as the second");
    assert_eq!(confirm(&barbara.world.caller, &second).await.map_err(|error| error.code), Err(Code::Conflict));
    let barbara = barbara.again().await;
    acme.advance(180);
    assert_eq!(send_again(&barbara.world.caller).await.map_err(|error| error.code), Err(Code::Conflict));
    assert!(acme.mail_leaves(None, &barbara.email).await.is_none(), "what waits stays");
}

#[tokio::test]
async fn after_a_week_the_link_has_run_out() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let secret = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("a mail"));
    acme.advance(LinkPurpose::ConfirmAddress.lifetime().as_secs());
    assert_eq!(show(&acme.caller, &secret).await.map(|shown| shown.state), Ok(LinkState::Expired));
    assert_eq!(confirm(&barbara.world.caller, &secret).await.map_err(|error| error.code), Err(Code::Conflict));
}

/// Opens the link that was mailed to the person.
async fn confirmed(person: Signed) -> Signed {
    let secret = mailed(&person.world.mail_leaves(None, &person.email).await.expect("a mail"));
    confirm(&person.world.caller, &secret).await.expect("confirmed");
    person.again().await
}

fn password() -> String {
    "correct horse battery".to_owned()
}

/// The number of mails written to a mailbox.
async fn written(world: &World, mailbox: &str) -> i64 {
    world.number(&format!("select count(*) from outgoing_mail where recipient = '{mailbox}' and $1 is not null")).await
}

#[tokio::test]
async fn nothing_is_told_at_an_address_that_nobody_has_confirmed() {
    let acme = World::new("acme").await;
    let squatter = signed_up(&acme).await;
    let (before, after) = (squatter.email.clone(), format!("new-{}", squatter.email));
    change_address::ask(&squatter.world.caller, &after, password()).await.expect("asked");
    assert_eq!((written(&acme, &before).await, written(&acme, &after).await), (1, 1), "the one link that was asked for");
    let secret = mailed(&acme.mail_leaves(None, &after).await.expect("a mail"));
    confirm(&squatter.world.caller, &secret).await.expect("confirmed");
    assert_eq!((written(&acme, &before).await, written(&acme, &after).await), (1, 2), "the new one is theirs");
}

#[tokio::test]
async fn no_word_that_somebody_chose_goes_to_an_address_that_nobody_has_proved() {
    let acme = World::new("acme").await;
    let squatter = signed_up(&acme).await;
    let (before, after) = (squatter.email.clone(), format!("new-{}", squatter.email));
    change_address::ask(&squatter.world.caller, &after, password()).await.expect("asked");
    let mails = [acme.mail_leaves(None, &before).await.expect("a mail"), acme.mail_leaves(None, &after).await.expect("a mail")];
    reset_password::send(&acme.caller.services, &before, &RequestOrigin::default()).await.expect("asked");
    for mail in mails.into_iter().chain(acme.mail_leaves(None, &before).await) {
        let body = mail.body.replace(&after, "");
        assert!(body.starts_with("Hello,\n") && !body.contains("Barbara"), "{body}");
        assert!(mail.recipient == before || !body.contains(&before), "{body}");
    }
}

#[tokio::test]
async fn so_many_links_a_day_prove_addresses_for_one_person() {
    let acme = World::new("acme").await;
    let squatter = signed_up(&acme).await;
    let caller = &squatter.world.caller;
    let ask = async |n: u32| change_address::ask(caller, &format!("{n}-{}", squatter.email), password()).await;
    for n in 0..3 {
        ask(n).await.expect("asked");
        assert!(ask(9).await.expect_err("too soon").retry_after().is_some());
        acme.advance(121);
    }
    send_again(caller).await.expect("the fifth");
    acme.advance(121);
    for refused in [send_again(caller).await, ask(9).await] {
        let refused = refused.expect_err("refused");
        assert!(refused.code == Code::RateLimited && refused.message.contains("Try again in 24 hours"), "{refused:?}");
    }
    acme.advance(24 * 3600 - 4 * 121);
    ask(9).await.expect("one is a day old");
    assert_eq!(ask(8).await.map_err(|error| error.code), Err(Code::RateLimited));
}

#[tokio::test]
async fn two_who_ask_at_once_are_sent_one_link() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    acme.advance(121);
    let (one, other) = tokio::join!(send_again(&barbara.world.caller), send_again(&barbara.world.caller));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn another_address_counts_once_its_mailbox_has_proved_itself_and_both_are_told() {
    let acme = World::new("acme").await;
    let (barbara, taken) = (confirmed(signed_up(&acme).await).await, signed_up(&acme).await);
    let (before, after) = (barbara.email.clone(), format!("new-{}", barbara.email));
    let caller = &barbara.world.caller;
    let wrong = change_address::ask(caller, &after, "wrong".to_owned()).await.expect_err("refused");
    assert!(wrong.field("present").is_some(), "{wrong:?}");
    assert!(change_address::ask(caller, &taken.email, password()).await.expect_err("refused").field("email").is_some());
    assert!(change_address::ask(caller, &before, password()).await.expect_err("refused").field("email").is_some());
    change_address::ask(caller, &after.to_uppercase(), password()).await.expect("asked");
    assert!(acme.mail_leaves(None, &before).await.expect("a mail").body.contains(&after), "the present mailbox is told");
    let barbara = barbara.again().await;
    assert_eq!(barbara.email, before, "nothing has changed yet");
    let caller = &barbara.world.caller;
    let secret = mailed(&acme.mail_leaves(None, &after).await.expect("a mail"));
    let (one, other) = tokio::join!(confirm(caller, &secret), confirm(caller, &secret));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    let barbara = barbara.again().await;
    assert_eq!((barbara.email.as_str(), barbara.world.person().confirmed), (after.as_str(), true));
    for mailbox in [&before, &after] {
        assert!(acme.mail_leaves(None, mailbox).await.expect("a mail").body.contains("from now on"), "{mailbox}");
    }
}

#[tokio::test]
async fn an_address_that_was_asked_for_stands_in_sight_until_it_is_confirmed_or_taken_back() {
    let acme = World::new("acme").await;
    let barbara = confirmed(signed_up(&acme).await).await;
    let (caller, after) = (&barbara.world.caller, format!("new-{}", barbara.email));
    let waits = async || change_address::waiting(caller).await.expect("an answer");
    assert_eq!(change_address::send_again(caller).await.map_err(|error| error.code), Err(Code::Conflict), "nothing waits");
    change_address::ask(caller, &after, password()).await.expect("asked");
    assert_eq!(waits().await.as_ref(), Some(&after));
    let first = mailed(&acme.mail_leaves(None, &after).await.expect("a mail"));
    change_address::forget(caller).await.expect("taken back");
    assert_eq!((waits().await, confirm(caller, &first).await.map_err(|error| error.code)), (None, Err(Code::Conflict)));
    acme.advance(121);
    change_address::ask(caller, &after, password()).await.expect("asked");
    acme.advance(121);
    change_address::send_again(caller).await.expect("sent");
    let again = mailed(&acme.mail_leaves(None, &after).await.expect("a mail"));
    confirm(caller, &again).await.expect("confirmed");
    assert_eq!(waits().await, None);
    let barbara = barbara.again().await;
    assert!(show(&barbara.world.caller, &again).await.is_ok_and(|shown| shown.counts && shown.mailbox == after), "it says that it worked");
    assert!(show(&barbara.world.caller, &first).await.is_ok_and(|shown| shown.state == LinkState::Used));
}

#[tokio::test]
async fn an_address_waits_for_two_days() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let caller = &barbara.world.caller;
    change_address::ask(caller, &format!("new-{}", barbara.email), password()).await.expect("asked");
    acme.advance(48 * 3600 - 1);
    assert!(change_address::waiting(caller).await.expect("an answer").is_some());
    acme.advance(1);
    assert_eq!(change_address::waiting(caller).await, Ok(None));
}

#[tokio::test]
async fn an_operator_is_given_the_link_that_a_mail_would_bring() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let services = &acme.caller.services;
    let unproved = operator_links::password_reset(services, &signed_up(&acme).await.email).await.expect("a link");
    assert_eq!(unproved.notice, Some(WITH_THE_PROOF), "what goes with the password is said to whoever hands the link over");
    let link = operator_links::confirmation(services, &barbara.email, None).await.expect("a link");
    confirm(&barbara.world.caller, &super::secret_in(&link)).await.expect("confirmed");
    let again = operator_links::confirmation(services, &barbara.email, None).await;
    assert_eq!(again.map_err(|error| error.code), Err(Code::Conflict));
    let nobody = operator_links::password_reset(services, "nobody@example.com").await.map(|drawn| drawn.link);
    assert!(nobody.expect_err("refused").field("email").is_some());
    let notice = operator_links::password_reset(services, &barbara.email).await.expect("a link").notice;
    assert_eq!(notice, None, "her address is proved");
    assert_eq!(super::noted(&barbara.again().await.world, "password_reset_asked").await, [(String::new(), false)], "it is written down");
}

#[tokio::test]
async fn an_operator_is_given_the_link_of_an_address_that_waits() {
    let acme = World::new("acme").await;
    let (barbara, other) = (confirmed(signed_up(&acme).await).await, signed_up(&acme).await);
    let (services, after) = (&acme.caller.services, format!("new-{}", barbara.email));
    assert!(operator_links::confirmation(services, &after, None).await.expect_err("refused").field("email").is_some(), "nobody has asked");
    for person in [&barbara, &other] {
        change_address::ask(&person.world.caller, &after, password()).await.expect("asked");
    }
    let several = operator_links::confirmation(services, &after, None).await.expect_err("refused");
    assert!(several.code == Code::Conflict && several.message.contains(&other.email), "{several:?}");
    let of_other = operator_links::confirmation(services, &after, Some(&other.email)).await.expect("a link");
    let strange = confirm(&barbara.world.caller, &super::secret_in(&of_other)).await.map_err(|error| error.code);
    assert_eq!(strange, Err(Code::Forbidden), "it is for whom it was made");
    change_address::forget(&other.world.caller).await.expect("taken back");
    assert!(operator_links::confirmation(services, &after, Some(&other.email)).await.is_err(), "they do not wait any more");
    assert_eq!(super::noted(&other.again().await.world, "address_change_withdrawn").await, [(after.clone(), false)]);
    let present = operator_links::confirmation(services, &barbara.email, None).await.expect_err("refused");
    assert!(present.hint.is_some_and(|hint| hint.contains(&after)), "the way to the link is said");
    let link = operator_links::confirmation(services, &after, None).await.expect("a link");
    confirm(&barbara.world.caller, &super::secret_in(&link)).await.expect("confirmed");
    assert_eq!(barbara.again().await.email, after);
}

#[tokio::test]
async fn whoever_waits_for_a_link_learns_what_became_of_its_mail() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let becomes = async |what: &str| {
        let of = format!("update outgoing_mail set {what} where $1::uuid is not null and recipient = '{}'", barbara.email);
        acme.sql(&of).await;
        link_mail(&barbara.world.caller).await.expect("an answer")
    };
    assert_eq!(link_mail(&barbara.world.caller).await, Ok(Some(LinkMail::Waiting)));
    assert_eq!(becomes("last_error = '450 try later'").await, Some(LinkMail::Postponed));
    let week = "queued_at = now() - interval '7 days'";
    assert_eq!(becomes(week).await, Some(LinkMail::Stays), "it was refused, and is not tried again");
    assert_eq!(becomes(&format!("{week}, last_error = null")).await, Some(LinkMail::Stays), "it does not leave in a moment");
    assert_eq!(becomes("queued_at = now(), last_error = null").await, Some(LinkMail::Waiting));
    assert_eq!(becomes("state = 'failed', last_error = '550 no such mailbox'").await, Some(LinkMail::Failed));
    assert_eq!(becomes("state = 'sent', last_error = null").await, Some(LinkMail::Sent));
    assert_eq!(link_mail(&acme.caller).await, Ok(None), "of others nobody learns anything");
}
