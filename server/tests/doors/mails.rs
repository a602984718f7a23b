//! The outbox: mails leave once, are retried when refused, and wait when nobody takes them.

mod addresses;
mod hiccups;
mod quotes;

use std::{sync::atomic::Ordering, time::Duration};

use app::{people::reset_password, quotas::UsageQuotas, security::event::RequestOrigin};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures::FutureExt;
use serde_json::{Value, json};
use server::{
    jobs,
    mail::{Mailer, SmtpTimeouts},
};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    identity::signed_up,
    smtp::MailServer,
    world::{Person, World},
};

/// How long anything that is waited for may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A way to this mail server.
pub fn post(url: &str) -> Mailer {
    Mailer::new(&url.parse().expect("a URL"), "Stint <stint@example.com>".parse().expect("a sender")).expect("a way to the mail server")
}

/// Sends an invoice by mail to a client with a name that is hard to write.
async fn invoice_is_sent(world: &World, person: &Person) -> Value {
    world.call(person, "update_organization", &[("email", "studio@example.com")]).await.ok();
    world.rest(person, "create_client", json!({ "name": "Ümläut & Söhne", "tax_rate": "19", "email": "office@client.example" })).await.ok();
    let line = json!({ "description": "Work", "quantity": "1", "price": "100.00" });
    let draft = world.rest(person, "draft_invoice", json!({ "client": "Ümläut & Söhne", "lines": [line] })).await.ok();
    world.rest(person, "send_invoice", json!({ "invoice": draft["id"], "message": "Grüße\n.\nAda" })).await.ok()
}

async fn mail_of(world: &World, person: &Person) -> Value {
    world.rest(person, "list_mails", json!({})).await.ok()["items"][0].clone()
}

/// Lets the time of the next attempt come.
async fn hurry(world: &World) {
    let owner = world.owner().await;
    sqlx::query("update outgoing_mail set next_attempt_at = now() - interval '1 second'").execute(&owner).await.expect("hurried");
    owner.close().await;
}

#[tokio::test]
async fn an_invoice_leaves_with_its_frozen_pdf_as_soon_as_it_is_sent() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let _jobs = jobs::start(&world.services, Some(post(&server.url)), world.shutdown.begun());
    let sent = invoice_is_sent(&world, &ada).await;
    let mail = timeout(Duration::from_secs(20), server.taken.recv()).await.expect("in time").expect("a mail");
    assert!(mail.contains("office@client.example") && mail.contains(sent["number"].as_str().expect("a number")), "{mail}");
    assert!(mail.contains("From: Stint <stint@example.com>") || mail.contains("From: \"Stint\" <stint@example.com>"), "{mail}");
    assert!(mail.contains("Reply-To: studio@example.com"), "{mail}");
    assert!(mail.contains("Content-Type: application/pdf"), "{mail}");
    let encoded: String = mail
        .split("Content-Type: application/pdf")
        .nth(1)
        .expect("an attachment")
        .split("\n\n")
        .nth(1)
        .expect("bytes")
        .lines()
        .take_while(|line| !line.starts_with("--"))
        .collect();
    assert!(STANDARD.decode(encoded).expect("Base64").starts_with(b"%PDF"));
    for _ in 0..10_000 {
        if mail_of(&world, &ada).await["state"] == "sent" {
            return;
        }
    }
    panic!("the mail has left and nobody wrote it down");
}

#[tokio::test]
async fn a_mail_that_is_refused_is_tried_again_and_leaves_once() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    server.refusals.store(1, Ordering::SeqCst);
    invoice_is_sent(&world, &ada).await;
    let post = post(&server.url);
    jobs::drain_outbox(&world.services, &post).await;
    let refused = mail_of(&world, &ada).await;
    assert_eq!((&refused["state"], &refused["attempts"]), (&json!("waiting"), &json!(1)), "{refused}");
    jobs::drain_outbox(&world.services, &post).await;
    assert_eq!(mail_of(&world, &ada).await["attempts"], 1, "it is not tried again before its time");
    hurry(&world).await;
    jobs::drain_outbox(&world.services, &post).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!(mail["state"], "sent", "{mail}");
    server.taken.close();
    let mut taken = 0;
    while let Some(mail) = server.taken.recv().await {
        taken += usize::from(mail.contains(&format!("<{}@example.com>", refused["id"].as_str().expect("an id"))));
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn without_a_mail_server_in_reach_nothing_is_lost() {
    let world = World::alone().await;
    let ada = world.person("Ada").await;
    invoice_is_sent(&world, &ada).await;
    let nobody = post("smtp://127.0.0.1:1");
    jobs::drain_outbox(&world.services, &nobody).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!(mail["state"], "waiting", "{mail}");
    assert!(mail["last_error"].as_str().is_some_and(|words| words.contains("could not be reached")), "{mail}");
}

#[tokio::test]
async fn after_the_last_attempt_a_mail_has_failed_and_can_still_be_read() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    invoice_is_sent(&world, &ada).await;
    sqlx::query("update outgoing_mail set attempts = 11").execute(&world.owner().await).await.expect("many attempts");
    server.refusals.store(1_000, Ordering::SeqCst);
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!(mail["state"], "failed", "{mail}");
    assert!(mail["last_error"].as_str().is_some_and(|words| words.contains("try again later")), "{mail}");
    assert!(mail["body"].as_str().is_some_and(|body| body.contains("Grüße")), "{mail}");
}

#[tokio::test]
async fn a_restart_at_every_moment_of_sending_a_mail_sends_it_once() {
    let world = World::alone().await;
    for moment in ["220", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let (mut server, ada) = (MailServer::start().await, world.person("Ada").await);
        let (held, shutdown, post) = (server.hold(moment), CancellationToken::new(), post(&server.url));
        let jobs = jobs::start(&world.services, Some(post.clone()), shutdown.clone());
        invoice_is_sent(&world, &ada).await;
        timeout(LIMIT, held.reached()).await.expect("the mail is on its way");
        shutdown.cancel();
        let mut ended = Box::pin(jobs.end(Instant::now() + LIMIT));
        assert!((&mut ended).now_or_never().is_none(), "{moment}: the mail in hand is waited for");
        held.go();
        assert!(ended.await, "{moment}: and settled");
        assert_eq!(mail_of(&world, &ada).await["state"], "sent", "{moment}");
        hurry(&world).await;
        jobs::drain_outbox(&world.services, &post).await;
        server.taken.close();
        let mut taken = 0;
        while server.taken.recv().await.is_some() {
            taken += 1;
        }
        assert_eq!(taken, 1, "{moment}");
    }
}

#[tokio::test]
async fn a_mail_that_is_broken_off_at_the_end_is_said_to_be_and_sent_later() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let (held, shutdown) = (server.hold("DATA"), CancellationToken::new());
    let jobs = jobs::start(&world.services, Some(post(&server.url)), shutdown.clone());
    invoice_is_sent(&world, &ada).await;
    timeout(LIMIT, held.reached()).await.expect("the mail is on its way");
    shutdown.cancel();
    assert!(!jobs.end(Instant::now()).await);
    assert_eq!(mail_of(&world, &ada).await["state"], "waiting");
}

#[tokio::test]
async fn a_mail_that_takes_long_holds_nobody_else_up() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    let held = server.hold(".");
    let _jobs = jobs::start(&world.services, Some(post(&server.url)), CancellationToken::new());
    invoice_is_sent(&world, &ada).await;
    timeout(LIMIT, held.reached()).await.expect("the first is on its way");
    assert!(server.taken.recv().await.is_some());
    invoice_is_sent(&world, &grace).await;
    assert!(timeout(LIMIT, server.taken.recv()).await.expect("in time").is_some(), "the second leaves meanwhile");
    assert_eq!(mail_of(&world, &ada).await["state"], "waiting");
}

/// Somebody asks for a new password.
async fn forgets_password(world: &World, email: &str) {
    reset_password::send(&world.services, email, &RequestOrigin::default()).await.expect("asked");
}

/// How many mails with a link for this purpose wait.
async fn waiting(world: &World, purpose: &str) -> i64 {
    let count = "select count(*) from outgoing_mail where template = $1 and state = 'waiting'";
    sqlx::query_scalar(count).bind(purpose).fetch_one(&world.owner().await).await.expect("a count")
}

#[tokio::test]
async fn mails_to_strangers_that_take_long_hold_up_nobodys_new_password() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let held: Vec<_> = (0..4).map(|_| server.hold(".")).collect();
    for n in 0..4 {
        signed_up(&world, &format!("stranger-{n}@example.com"), "Stranger").await;
    }
    let _jobs = jobs::start(&world.services, Some(post(&server.url)), CancellationToken::new());
    for held in &held[..2] {
        timeout(LIMIT, held.reached()).await.expect("one after the other, on its own lane");
    }
    forgets_password(&world, &ada.email).await;
    for _ in 0..2 {
        assert!(timeout(LIMIT, server.taken.recv()).await.expect("in time").expect("a mail").contains("signed up to Stint"));
    }
    let third = timeout(LIMIT, server.taken.recv()).await.expect("in time").expect("a mail");
    assert!(third.contains("a new password"), "strangers take no more than half of what leaves at once: {third}");
}

#[tokio::test]
async fn strangers_use_up_no_mails_of_organizations_and_of_people() {
    let quotas = UsageQuotas { mails: Some(20), ..UsageQuotas::default() };
    let (world, server) = (World::alone_with(quotas).await, MailServer::start().await);
    let ada = world.person("Ada").await;
    for n in 0..4 {
        signed_up(&world, &format!("stranger-{n}@example.com"), "Stranger").await;
    }
    let post = post(&server.url);
    jobs::drain_outbox(&world.services, &post).await;
    assert_eq!(waiting(&world, "confirm_address").await, 2, "half of a fifth of the mails have left");
    invoice_is_sent(&world, &ada).await;
    forgets_password(&world, &ada.email).await;
    assert_eq!(waiting(&world, "reset_password").await, 1);
    jobs::drain_outbox(&world.services, &post).await;
    assert_eq!(mail_of(&world, &ada).await["state"], "sent");
    assert_eq!((waiting(&world, "reset_password").await, waiting(&world, "confirm_address").await), (0, 2));
    sqlx::query("update deployment_usage set period = period - 1").execute(&world.owner().await).await.expect("another day");
    jobs::drain_outbox(&world.services, &post).await;
    assert_eq!(waiting(&world, "confirm_address").await, 0, "they leave on the next");
}

#[tokio::test]
async fn no_more_mails_leave_in_a_day_than_the_deployment_has() {
    let quotas = UsageQuotas { mails: Some(2), ..UsageQuotas::default() };
    let (world, mut server) = (World::alone_with(quotas).await, MailServer::start().await);
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    invoice_is_sent(&world, &ada).await;
    invoice_is_sent(&world, &grace).await;
    let post = post(&server.url);
    jobs::drain_outbox(&world.services, &post).await;
    let states = [mail_of(&world, &ada).await["state"].clone(), mail_of(&world, &grace).await["state"].clone()];
    assert!(states.contains(&json!("sent")) && states.contains(&json!("waiting")), "{states:?}");
    sqlx::query("update deployment_usage set period = period - 1").execute(&world.owner().await).await.expect("another day");
    jobs::drain_outbox(&world.services, &post).await;
    assert_eq!(
        (mail_of(&world, &ada).await["state"].clone(), mail_of(&world, &grace).await["state"].clone()),
        (json!("sent"), json!("sent"))
    );
    server.taken.close();
}

/// A way to this mail server for somebody with no patience for its last answer.
fn impatient(url: &str) -> Mailer {
    post(url).with(SmtpTimeouts { answer: Duration::from_millis(100), ..SmtpTimeouts::USUAL })
}

/// Sends a further invoice to the same client.
async fn another_invoice_is_sent(world: &World, person: &Person) {
    let line = json!({ "description": "More work", "quantity": "1", "price": "50.00" });
    let draft = world.rest(person, "draft_invoice", json!({ "client": "Ümläut & Söhne", "lines": [line] })).await.ok();
    world.rest(person, "send_invoice", json!({ "invoice": draft["id"] })).await.ok();
}

#[tokio::test]
async fn a_late_answer_to_one_mail_is_not_taken_for_that_to_the_next() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    let (held, post) = (server.hold("."), impatient(&server.url));
    invoice_is_sent(&world, &ada).await;
    jobs::drain_outbox(&world.services, &post).await;
    held.go();
    invoice_is_sent(&world, &grace).await;
    server.refusals.store(1, Ordering::SeqCst);
    jobs::drain_outbox(&world.services, &post).await;
    let mail = mail_of(&world, &grace).await;
    assert_eq!(mail["state"], "waiting", "it was refused: {mail}");
    assert!(mail["last_error"].as_str().is_some_and(|words| words.contains("try again later")), "{mail}");
}

#[tokio::test]
async fn a_mail_that_nothing_is_heard_of_is_tried_again_much_later_and_not_often() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let (ada, post) = (world.person("Ada").await, impatient(&server.url));
    invoice_is_sent(&world, &ada).await;
    let soon = "select count(*) from outgoing_mail where state = 'waiting' and next_attempt_at < now() + interval '1 hour'";
    for attempt in 1..=3 {
        let held = server.hold(".");
        jobs::drain_outbox(&world.services, &post).await;
        held.go();
        let mail = mail_of(&world, &ada).await;
        assert_eq!((&mail["attempts"], &mail["state"]), (&json!(attempt), &json!(if attempt < 3 { "waiting" } else { "failed" })));
        assert!(mail["last_error"].as_str().is_some_and(|words| words.contains("did not say")), "{mail}");
        let owner = world.owner().await;
        assert_eq!(sqlx::query_scalar::<_, i64>(soon).fetch_one(&owner).await.expect("a number"), 0);
        owner.close().await;
        hurry(&world).await;
    }
}

#[tokio::test]
async fn only_a_yes_at_the_end_is_one() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    server.says(".", b"354 go on\r\n");
    invoice_is_sent(&world, &ada).await;
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    assert_eq!(mail_of(&world, &ada).await["state"], "waiting");
}

#[tokio::test]
async fn what_the_mail_server_refuses_of_a_whole_mail_is_heard() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    server.says(".", b"550 no such words\r\n");
    invoice_is_sent(&world, &ada).await;
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!((&mail["state"], &mail["last_error"]), (&json!("failed"), &json!("The mail server refused it: 550 no such words")));
}

#[tokio::test]
async fn the_mails_of_a_demo_are_part_of_its_past_and_leave_for_nobody() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    server::command::demo::make(&world.services, "ada@example.com").await.expect("a demo");
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    let owner = world.owner().await;
    let settled =
        "select count(*) from outgoing_mail where state = 'sent' and sent_at = created_at and sent_at < now() - interval '4 days'";
    assert_eq!(sqlx::query_scalar::<_, i64>(settled).fetch_one(&owner).await.expect("a number"), 6);
    let all = "select count(*) from outgoing_mail";
    assert_eq!(sqlx::query_scalar::<_, i64>(all).fetch_one(&owner).await.expect("a number"), 6);
    owner.close().await;
    server.taken.close();
    assert_eq!(server.taken.recv().await, None, "nothing has left");
}

#[tokio::test]
async fn a_mail_that_was_counted_leaves_although_all_mails_of_the_day_are() {
    let quotas = UsageQuotas { mails: Some(2), ..UsageQuotas::default() };
    let (world, server) = (World::alone_with(quotas).await, MailServer::start().await);
    let (ada, post) = (world.person("Ada").await, post(&server.url));
    server.refusals.store(1, Ordering::SeqCst);
    invoice_is_sent(&world, &ada).await;
    jobs::drain_outbox(&world.services, &post).await;
    another_invoice_is_sent(&world, &ada).await;
    let owner = world.owner().await;
    let longest = "update outgoing_mail set next_attempt_at = now() - interval '1 hour' * (2 - attempts)";
    sqlx::query(longest).execute(&owner).await.expect("the uncounted one has waited longest");
    jobs::drain_outbox(&world.services, &post).await;
    let states = "select state from outgoing_mail order by attempts";
    let states: Vec<String> = sqlx::query_scalar(states).fetch_all(&owner).await.expect("states");
    assert_eq!(states, ["waiting", "sent"]);
    owner.close().await;
}
