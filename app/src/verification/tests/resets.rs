//! Tests of the password reset: the link is for whoever reads the mailbox, and works once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Signed, mailed, noted, secret_in, signed_up};
use crate::{
    account::{identity, registration::check_password},
    database::{AccessMode, RowScope},
    error::Code,
    people::reset_password::{self, reset, send},
    secrets::link_purpose::LinkPurpose,
    security::event::RequestOrigin,
    testing::{World, apart, owner, until_waiting},
    verification::{
        address::show,
        link_secret::{NewLinkSecret, issue},
        links::LinkState,
    },
};

pub(super) const NEW: &str = "another horse battery";

/// The secret of a reset link, taken from its mail.
pub(super) async fn asked(acme: &World, person: &Signed) -> String {
    send(&acme.caller.services, &person.email, &RequestOrigin::default()).await.expect("asked");
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
    let shown = show(&acme.caller, &secret).await.expect("shown");
    assert_eq!((shown.state, shown.proves), (LinkState::Open, true), "its page says what goes with the password");
    assert!(reset(&acme.caller, &secret, "short".to_owned(), true).await.expect_err("refused").field("password").is_some());
    reset(&acme.caller, &secret, NEW.to_owned(), true).await.expect("reset");
    assert!(knows(&acme, &barbara, NEW).await && !knows(&acme, &barbara, "correct horse battery").await);
    let known = identity::authenticate(&acme.caller.services.database, &barbara.cookie, "", acme.now()).await.expect("an answer");
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

/// Confirms the address of a person.
async fn confirm(person: &Signed) {
    let confirmed = format!("update app_user set email_confirmed_at = now() where email = '{}' and $1 is not null", person.email);
    person.world.sql(&confirmed).await;
}

#[tokio::test]
async fn whoever_signed_up_with_the_address_of_another_keeps_nothing_once_they_have_it() {
    let acme = World::new("acme").await;
    let squatter = signed_up(&acme).await;
    squatter.world.ok("create_token", json!({"name": "agent"})).await;
    let browsers = format!(
        "select count(*) from known_browser b join app_user u on u.id = b.user_id where u.email = '{}' and $1 is not null",
        squatter.email
    );
    assert_eq!(squatter.world.number(&browsers).await, 1);
    let secret = asked(&acme, &squatter).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    let live = "select count(*) from access_token where organization_id = $1 and revoked_at is null";
    assert_eq!(squatter.world.number(live).await, 0, "the box was not ticked");
    // The known browser of the mailbox's owner is another one.
    assert_eq!(squatter.world.number(&browsers).await, 1);
}

/// Issues a link that lets anybody become an owner.
pub(super) async fn link_by(person: &Signed, to: &str) -> Value {
    let given = json!({"email": to, "role": "owner", "without_email": true});
    let link = person.world.ok("invite_member", given).await["link"].as_str().map(secret_in).expect("a link");
    json!({"invitation": link, "accept": true})
}

const OPEN_LINKS: &str = "select count(*) from travelling_secret where within = $1 and used_at is null";

#[tokio::test]
async fn no_link_that_whoever_signed_up_with_the_address_of_another_kept_back_lets_anybody_in() {
    let acme = World::new("acme").await;
    let (squatter, theirs) = (signed_up(&acme).await, signed_up(&acme).await);
    let links = [link_by(&squatter, "one@example.com").await, link_by(&squatter, "two@example.com").await];
    let secret = asked(&acme, &squatter).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    for link in links {
        let refused = theirs.world.refused("answer_invitation", link).await;
        assert_eq!((refused.code, refused.message.contains("was taken back")), (Code::Conflict, true), "{refused:?}");
    }
    assert_eq!(squatter.world.number(OPEN_LINKS).await, 0);
    let recorded = "select count(distinct a.id) from action a join change c on c.organization_id = $1 and c.action_id = a.id
        where a.organization_id = $1 and a.operation = 'revoke_invitation' and a.member_id is null
            and c.after ->> 'revoked_at' is not null";
    assert_eq!(squatter.world.number(recorded).await, 1, "that is written down, and names nobody");
    assert!(noted(&squatter.world, "members_joined_before").await.is_empty(), "nobody had joined");
}

#[tokio::test]
async fn who_joined_before_an_address_was_proved_is_named_once_and_stays() {
    let acme = World::new("acme").await;
    let (squatter, theirs) = (signed_up(&acme).await, signed_up(&acme).await);
    let link = link_by(&squatter, "one@example.com").await;
    theirs.world.ok("answer_invitation", link).await;
    for _ in 0..2 {
        let secret = asked(&acme, &squatter).await;
        reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
        acme.advance(3600 * 2);
        let named = noted(&squatter.world, "members_joined_before").await;
        assert!(named.len() == 1 && named[0].0.ends_with(": \"Barbara\""), "{named:?}");
    }
    let members = "select count(*) from member where organization_id = $1 and removed_at is null";
    assert_eq!(squatter.world.number(members).await, 2, "they may be a colleague");
}

#[tokio::test]
async fn whoever_has_confirmed_their_address_keeps_their_invitations_with_a_new_password() {
    let acme = World::new("acme").await;
    let (barbara, invited) = (signed_up(&acme).await, signed_up(&acme).await);
    confirm(&barbara).await;
    let link = link_by(&barbara, "one@example.com").await;
    let secret = asked(&acme, &barbara).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    invited.world.ok("answer_invitation", link).await;
}

#[tokio::test]
async fn an_account_that_somebody_holds_is_not_waited_for_and_its_link_is_sent_later() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let owner = owner().await;
    let mut holder = owner.begin().await.expect("begun");
    sqlx::query("select from app_user where email = $1 for update").bind(&barbara.email).execute(&mut *holder).await.expect("held");
    let begun = Instant::now();
    let sent = send(&acme.caller.services, &barbara.email, &RequestOrigin::default()).await;
    assert_eq!(sent, Ok(false));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(send(&acme.caller.services, "nobody-at-all@example.com", &RequestOrigin::default()).await, Ok(true));
    asked_for(&acme, &barbara.email).await;
    holder.rollback().await.expect("let go");
    acme.caller.services.tasks.close();
    acme.caller.services.tasks.wait().await;
    let written = "select count(*) from outgoing_mail where template = 'reset_password' and recipient = $1";
    let written: i64 = sqlx::query_scalar(written).bind(&barbara.email).fetch_one(&owner).await.expect("a count");
    assert_eq!(written, 1);
    owner.close().await;
}

/// A visitor requests a reset link for an address.
async fn asked_for(acme: &World, email: &str) {
    reset_password::asked(&acme.caller, email).await.expect("the same answer");
}

#[tokio::test]
async fn tokens_go_with_the_password_unless_it_is_unticked() {
    for (revoke, left) in [(true, 0), (false, 1)] {
        let acme = World::new("acme").await;
        let barbara = signed_up(&acme).await;
        confirm(&barbara).await;
        barbara.world.ok("create_token", json!({"name": "agent"})).await;
        let secret = asked(&acme, &barbara).await;
        assert!(show(&acme.caller, &secret).await.is_ok_and(|shown| !shown.proves), "its page leaves the choice");
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
    send(&acme.caller.services, "nobody-at-all@example.com", &RequestOrigin::default()).await.expect("the same answer");
    for _ in 0..5 {
        send(&acme.caller.services, &barbara.email, &RequestOrigin::default()).await.expect("the same answer");
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
    // A secret as issued by a mail that leaves while the address changes.
    let (person, mailbox, expires) =
        (barbara.world.person().id.0, Some(barbara.email.as_str()), acme.now() + LinkPurpose::ResetPassword.lifetime());
    let mut db = acme.caller.services.database.begin(RowScope::Nobody, AccessMode::Write).await.expect("begun");
    let new_secret = NewLinkSecret { purpose: LinkPurpose::ResetPassword, subject: person, within: None, mailbox, expires };
    let secret = issue(&mut db, &new_secret, acme.now()).await.expect("drawn");
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
        send(&acme.caller.services, &barbara.email, &RequestOrigin::default()).await.expect("asked");
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
    confirm(&barbara).await;
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
