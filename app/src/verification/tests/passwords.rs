//! Tests of concurrency with password changes: nothing authorized by an old password outlives it.

use tokio::task::JoinHandle;

use super::{Signed, mailed, signed_up};
use crate::{
    account::{
        browser::change_password,
        change_address, identity,
        registration::{check_password, sign_in_browser},
        verified_password,
    },
    cleanup,
    database::{AccessMode, RowScope},
    error::{Code, Error},
    people::reset_password::{reset, send},
    secrets::random_secret,
    security::{self, event::RequestOrigin},
    testing::{World, apart, owner, until_waiting},
    verification::address::{self, confirm},
};

const OLD: &str = "correct horse battery";
const NEW: &str = "another horse battery";
const THIRD: &str = "a third horse battery";

async fn change(person: &Signed, present: &str, password: &str) -> Result<(), Code> {
    change_password(&person.world.caller, present.to_owned(), password.to_owned(), true).await.map(drop).map_err(|error| error.code)
}

async fn reset_link(acme: &World, person: &Signed) -> String {
    send(&acme.caller.services, &person.email, &RequestOrigin::default()).await.expect("asked");
    mailed(&acme.mail_leaves(None, &person.email).await.expect("a mail"))
}

async fn knows(acme: &World, person: &Signed, password: &str) -> bool {
    check_password(&acme.caller, &person.email, password.to_owned(), None).await.is_ok()
}

/// Runs `work` while the person is locked, so that other transactions on them wait.
async fn while_held(person: &Signed, work: impl AsyncFnOnce(&mut sqlx::PgConnection)) {
    let owner = owner().await;
    let mut holder = owner.begin().await.expect("a transaction");
    let hold = "select from app_user where email = $1 for no key update";
    sqlx::query(hold).bind(&person.email).execute(&mut *holder).await.expect("held");
    work(&mut holder).await;
    holder.rollback().await.expect("let go");
    owner.close().await;
}

#[tokio::test]
async fn a_password_that_was_right_before_its_change_opens_no_sign_in_after_it() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let services = &acme.caller.services;
    let seen = check_password(&acme.caller, &barbara.email, OLD.to_owned(), None).await.expect("right");
    change(&barbara, OLD, NEW).await.expect("changed");
    let late = sign_in_browser(services, &seen, &RequestOrigin::default(), "a browser").await.map_err(|error| error.code);
    assert_eq!(late, Err(Code::Unauthenticated), "it is a wrong one by now");
    let seen = check_password(&acme.caller, &barbara.email, NEW.to_owned(), None).await.expect("right");
    let link = reset_link(&acme, &barbara).await;
    reset(&acme.caller, &link, THIRD.to_owned(), true).await.expect("reset");
    assert!(sign_in_browser(services, &seen, &RequestOrigin::default(), "a browser").await.is_err(), "nor after a reset");
}

#[tokio::test]
async fn a_sign_in_that_is_being_opened_ends_with_the_password_that_opened_it() {
    apart("opening", async {
        let acme = World::new("acme").await;
        let barbara = signed_up(&acme).await;
        let services = &acme.caller.services;
        let seen = check_password(&acme.caller, &barbara.email, OLD.to_owned(), None).await.expect("right");
        let mut db = services.database.begin(RowScope::Person(seen.user.0), AccessMode::Write).await.expect("begun");
        assert_eq!(seen.hold(&mut db).await, Ok(true));
        let (now, ends) = (acme.now(), acme.now() + jiff::SignedDuration::from_hours(24));
        let cookie = random_secret::fingerprint("opening");
        security::store::open_sign_in(&mut db, seen.user.0, &cookie, &cookie, (now, ends), &RequestOrigin::default())
            .await
            .expect("opened");
        let changing = changing(&barbara);
        let owner = owner().await;
        until_waiting(&mut owner.acquire().await.expect("a connection"), 1).await;
        db.commit().await.expect("kept");
        assert_eq!(changing.await.expect("an answer"), Ok(()));
        let known = identity::authenticate(&services.database, "opening", "", acme.now()).await.expect("an answer");
        assert!(known.is_none(), "it was opened with the old password");
        owner.close().await;
    })
    .await;
}

/// Both lock the person at the same time, in either order.
#[tokio::test]
async fn of_a_change_and_a_reset_at_once_the_first_is_answered_and_its_password_counts() {
    apart("at_once", async {
        for reset_first in [true, false] {
            let acme = World::new("acme").await;
            let barbara = signed_up(&acme).await;
            let link = reset_link(&acme, &barbara).await;
            let (replace, change) = (|| replacing(&acme, &link), || changing(&barbara));
            let both: [&dyn Fn() -> Begun; 2] = if reset_first { [&replace, &change] } else { [&change, &replace] };
            let mut begun = Vec::new();
            while_held(&barbara, async |holder| {
                for (before, begin) in (0..).zip(both) {
                    begun.push(begin());
                    until_waiting(holder, before + 1).await;
                }
            })
            .await;
            let answers = futures::future::join_all(begun).await;
            let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("an answer")).collect();
            assert_eq!(answers, [Ok(()), Err(Code::Conflict)], "reset first: {reset_first}");
            let (counts, does_not) = if reset_first { (THIRD, NEW) } else { (NEW, THIRD) };
            assert!(knows(&acme, &barbara, counts).await && !knows(&acme, &barbara, does_not).await);
        }
    })
    .await;
}

type Begun = JoinHandle<Result<(), Code>>;

fn replacing(acme: &World, link: &str) -> Begun {
    let (caller, link) = (acme.caller.clone(), link.to_owned());
    tokio::spawn(async move { reset(&caller, &link, THIRD.to_owned(), true).await.map_err(|error| error.code) })
}

fn changing(person: &Signed) -> Begun {
    let caller = person.world.caller.clone();
    tokio::spawn(async move { change_password(&caller, OLD.to_owned(), NEW.to_owned(), true).await.map(drop).map_err(|error| error.code) })
}

#[tokio::test]
async fn a_change_of_the_password_ends_the_links_that_were_sent_before() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let to_reset = reset_link(&acme, &barbara).await;
    let other = format!("new-{}", barbara.email);
    change_address::ask(&barbara.world.caller, &other, OLD.to_owned()).await.expect("asked");
    let to_change = mailed(&acme.mail_leaves(None, &other).await.expect("a mail"));
    acme.advance(60);
    send(&acme.caller.services, &barbara.email, &RequestOrigin::default()).await.expect("asked again");
    change(&barbara, OLD, NEW).await.expect("changed");
    let code = |answer: Result<(), Error>| answer.map_err(|error| error.code);
    assert_eq!(code(reset(&acme.caller, &to_reset, THIRD.to_owned(), true).await), Err(Code::Conflict));
    assert_eq!(code(confirm(&barbara.world.caller, &to_change).await), Err(Code::Conflict));
    let waiting = format!(
        "select count(*) from outgoing_mail where $1 is not null and state = 'waiting' and template = 'reset_password' and reference = '{}'",
        barbara.world.person().id
    );
    assert_eq!(acme.number(&waiting).await, 0, "one that has not left stays");
    assert!(knows(&acme, &barbara, NEW).await);
}

#[tokio::test]
async fn nothing_goes_on_with_a_sign_in_or_a_password_that_has_ended_meanwhile() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let caller = &barbara.world.caller;
    let person = barbara.world.person().id.0;
    let seen = verified_password::verify_current(caller, OLD.to_owned()).await.expect("right");
    let held = async || {
        let mut db = caller.services.database.begin(RowScope::Person(person), AccessMode::Write).await.expect("begun");
        seen.hold_caller(&mut db, caller).await.map_err(|error| error.code)
    };
    assert_eq!(held().await, Ok(()));
    let mut db = caller.services.database.begin(RowScope::Person(person), AccessMode::Write).await.expect("begun");
    assert_eq!(security::store::end_sign_ins(&mut db, person, &[]).await, Ok(1));
    db.commit().await.expect("kept");
    assert_eq!(held().await, Err(Code::Unauthenticated));
    assert_eq!(change(&barbara, OLD, NEW).await, Err(Code::Unauthenticated));
    let asked = change_address::ask(caller, "else@example.com", OLD.to_owned()).await.map_err(|error| error.code);
    assert_eq!(asked, Err(Code::Unauthenticated));
    assert_eq!(barbara.world.code("create_token", serde_json::json!({"name": "late"})).await, Code::Unauthenticated);
    let link = reset_link(&acme, &barbara).await;
    reset(&acme.caller, &link, THIRD.to_owned(), true).await.expect("reset");
    assert_eq!(held().await, Err(Code::Conflict), "the password is another one");
}

#[tokio::test]
async fn of_many_notices_within_a_day_the_first_are_mailed() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let person = barbara.world.person().id;
    let (changed, moving) = ("Your password for Stint was changed", "Your address for Stint is about to change");
    let tell = async |subject: &str, mailbox: &str| {
        let mut db = acme.caller.services.database.begin(RowScope::Person(person.0), AccessMode::Write).await.expect("begun");
        let now = acme.caller.services.clock.now();
        address::notify(&mut db, person, mailbox, subject, "Hello", now).await.expect("told");
        db.commit().await.expect("kept");
    };
    let told = format!("select count(*) from outgoing_mail where $1 is not null and template is null and reference = '{person}'");
    for _ in 0..8 {
        tell(changed, &barbara.email).await;
    }
    assert_eq!(acme.number(&told).await, 5, "a person who changes it again and again leaves the mails of the day to others");
    tell(moving, &barbara.email).await;
    tell(changed, "another@example.com").await;
    assert_eq!(acme.number(&told).await, 7, "many of one kind silence no other, and no other mailbox");
    acme.advance(24 * 3_600 + 60);
    tell(changed, &barbara.email).await;
    assert_eq!(acme.number(&told).await, 8);
}

#[tokio::test]
async fn what_was_to_be_told_to_people_and_does_not_leave_any_more_is_swept_up() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    let of_barbara = format!("reference = '{}'", barbara.world.person().id);
    let waiting = format!("select count(*) from outgoing_mail where $1 is not null and {of_barbara}");
    assert_eq!(acme.number(&waiting).await, 1, "the mail that confirms the address");
    cleanup::purge_expired(&acme.caller.services).await;
    assert_eq!(acme.number(&waiting).await, 1, "it may still leave");
    acme.sql(&format!("update outgoing_mail set queued_at = now() - interval '60 days' where $1 is not null and {of_barbara}")).await;
    assert!(cleanup::purge_expired(&acme.caller.services).await.mails >= 1);
    assert_eq!(acme.number(&waiting).await, 0);
}
