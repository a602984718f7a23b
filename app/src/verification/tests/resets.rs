//! A lost password is no lost account, and a link for a new one is for whoever reads the mailbox, once.

use serde_json::json;

use super::{Signed, mailed, noted, signed_up, until_waiting};
use crate::{
    account::{identity, registration::check_password},
    database::{Access, Reach},
    error::Code,
    security::event::Origin,
    testing::{World, apart, owner},
    verification::{
        Purpose,
        address::show,
        links::LinkState,
        reset::{reset, send},
        travelling::{Errand, draw},
    },
};

const NEW: &str = "another horse battery";

async fn asked(acme: &World, person: &Signed) -> String {
    send(&acme.caller.services, &person.email, &Origin::default()).await.expect("asked");
    mailed(&acme.mail_leaves(None, &person.email).await.expect("a mail"))
}

async fn knows(acme: &World, person: &Signed, password: &str) -> bool {
    check_password(&acme.caller, &person.email, password.to_owned(), None).await.is_ok()
}

#[tokio::test]
async fn a_lost_password_is_replaced_and_every_sign_in_ends() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let secret = asked(&acme, &barbara).await;
    assert_eq!(show(&acme.caller, &secret).await.map(|shown| shown.state), Ok(LinkState::Open));
    assert!(reset(&acme.caller, &secret, "short".to_owned(), true).await.expect_err("refused").field("password").is_some());
    reset(&acme.caller, &secret, NEW.to_owned(), true).await.expect("reset");
    assert!(knows(&acme, &barbara, NEW).await && !knows(&acme, &barbara, "correct horse battery").await);
    let known = identity::recognize(&acme.caller.services.database, &barbara.cookie, "", acme.now()).await.expect("an answer");
    assert!(known.is_none(), "a sign-in from before is none any more");
    let told = acme.mail_leaves(None, &barbara.email).await.expect("a mail");
    assert!(told.body.contains("was changed"), "{}", told.body);
    assert_eq!(reset(&acme.caller, &secret, NEW.to_owned(), true).await.map_err(|error| error.code), Err(Code::Conflict), "it was used");
}

#[tokio::test]
async fn an_address_that_a_new_password_confirms_is_written_down_as_confirmed_once() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    for _ in 0..2 {
        let secret = asked(&acme, &barbara).await;
        reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
        acme.advance(3600 * 2);
        assert_eq!(noted(&barbara.world, "address_confirmed").await, [(barbara.email.clone(), false)]);
    }
}

#[tokio::test]
async fn tokens_go_with_the_password_unless_it_is_unticked() {
    for (revoke, left) in [(true, 0), (false, 1)] {
        let acme = World::new("acme").await;
        let barbara = signed_up(&acme).await;
        barbara.world.ok("create_token", json!({"name": "agent"})).await;
        let secret = asked(&acme, &barbara).await;
        reset(&acme.caller, &secret, NEW.to_owned(), revoke).await.expect("reset");
        let live = "select count(*) from access_token where organization_id = $1 and revoked_at is null";
        assert_eq!(barbara.world.number(live).await, left);
    }
}

#[tokio::test]
async fn of_two_who_use_one_link_at_once_one_does() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let first = asked(&acme, &barbara).await;
    acme.advance(60);
    let second = asked(&acme, &barbara).await;
    let (one, other) =
        tokio::join!(reset(&acme.caller, &first, NEW.to_owned(), true), reset(&acme.caller, &second, "a third horse".to_owned(), true));
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn the_link_runs_out_after_an_hour_and_opens_no_other_page() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let confirming = mailed(&acme.mail_leaves(None, &barbara.email).await.expect("a mail"));
    assert_eq!(reset(&acme.caller, &confirming, NEW.to_owned(), true).await.map_err(|error| error.code), Err(Code::NotFound));
    let secret = asked(&acme, &barbara).await;
    acme.advance(3600);
    assert_eq!(reset(&acme.caller, &secret, NEW.to_owned(), true).await.map_err(|error| error.code), Err(Code::Conflict));
    assert!(knows(&acme, &barbara, "correct horse battery").await);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_without_an_account_and_not_too_much_to_one_with() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    send(&acme.caller.services, "nobody-at-all@example.com", &Origin::default()).await.expect("the same answer");
    for _ in 0..5 {
        send(&acme.caller.services, &barbara.email, &Origin::default()).await.expect("the same answer");
    }
    let owner = owner().await;
    let count = "select count(*) from outgoing_mail where template = 'reset_password' and recipient = $1";
    for (mailbox, mails) in [("nobody-at-all@example.com", 0), (barbara.email.as_str(), 3)] {
        let written: i64 = sqlx::query_scalar(count).bind(mailbox).fetch_one(&owner).await.expect("a count");
        assert_eq!(written, mails, "{mailbox}");
    }
    owner.close().await;
}

#[tokio::test]
async fn a_link_to_a_mailbox_that_is_theirs_no_more_sets_no_password() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let moved = format!("update app_user set email = 'new-' || email where email = '{}' and $1 is not null", barbara.email);
    acme.sql(&moved).await;
    // As a mail would draw it that was leaving while the address changed.
    let (person, mailbox, expires) =
        (barbara.world.person().id.0, Some(barbara.email.as_str()), acme.now() + Purpose::ResetPassword.lifetime());
    let mut db = acme.caller.services.database.begin(Reach::Nobody, Access::Write).await.expect("begun");
    let errand = Errand { purpose: Purpose::ResetPassword, subject: person, within: None, mailbox, expires };
    let secret = draw(&mut db, &errand, acme.now()).await.expect("drawn");
    db.commit().await.expect("kept");
    assert_eq!(reset(&acme.caller, &secret, NEW.to_owned(), true).await.map_err(|error| error.code), Err(Code::Conflict));
    let barbara = barbara.again().await;
    assert!(!barbara.world.person().confirmed);
    assert!(knows(&acme, &barbara, "correct horse battery").await);
}

#[tokio::test]
async fn a_mail_that_leaves_while_the_address_changes_waits_and_stays() {
    apart("leaving", async {
        let acme = World::new("acme").await;
        let barbara = signed_up(&acme).await;
        send(&acme.caller.services, &barbara.email, &Origin::default()).await.expect("asked");
        let owner = owner().await;
        let mut change = owner.begin().await.expect("a transaction");
        let moved = "update app_user set email = 'new-' || email where email = $1";
        sqlx::query(moved).bind(&barbara.email).execute(&mut *change).await.expect("changed");
        let kept = async {
            until_waiting(&mut change, 1).await;
            change.commit().await.expect("kept");
        };
        let (left, ()) = tokio::join!(acme.mail_leaves(None, &barbara.email), kept);
        assert!(left.is_none(), "its secret is not drawn");
        let drawn = "select count(*) from travelling_secret where $1 is not null and purpose = 'reset_password'";
        assert_eq!(acme.number(drawn).await, 0);
        owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_resets_the_password_signs_in_at_once_however_many_guess() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    while !matches!(check(&acme, &barbara, "a wrong guess").await, Err(Code::RateLimited)) {}
    assert_eq!(check(&acme, &barbara, "correct horse battery").await, Err(Code::RateLimited), "the right one, from the same place");
    let secret = asked(&acme, &barbara).await;
    let known = format!("select count(*) from known_browser where $1 is not null and user_id = '{}'", barbara.world.person().id.0);
    let before = acme.number(&known).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    assert_eq!(check(&acme, &barbara, NEW).await, Ok(()));
    assert_eq!(acme.number(&known).await, before + 1, "the browser that it was done in");
}

async fn check(acme: &World, person: &Signed, password: &str) -> Result<(), Code> {
    check_password(&acme.caller, &person.email, password.to_owned(), None).await.map(|_| ()).map_err(|error| error.code)
}
