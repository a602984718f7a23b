//! Whom mails go to, and whom they cannot reach.

use serde_json::json;
use server::{jobs, mail::DeliveryError};

use super::{invoice_is_sent, mail_of, post};
use crate::{smtp::MailServer, world::World};
use app::delivery::ClaimedMail;

#[tokio::test]
async fn a_mail_to_nobody_is_not_tried_again() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    invoice_is_sent(&world, &ada).await;
    sqlx::query("update outgoing_mail set recipient = 'nobody@example.com'").execute(&world.owner().await).await.expect("nobody");
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!((&mail["state"], &mail["attempts"]), (&json!("failed"), &json!(1)), "{mail}");
    assert!(mail["last_error"].as_str().is_some_and(|words| words.contains("no such mailbox")), "{mail}");
}

#[tokio::test]
async fn a_mail_to_what_is_no_address_is_refused_by_us() {
    let server = MailServer::start().await;
    let mail = ClaimedMail {
        id: domain::id::MailId::new(),
        recipient: "nobody\r\nBcc: everybody@example.com".to_owned(),
        reply_to: None,
        subject: "s".to_owned(),
        body: "b".to_owned(),
        secret: None,
        attachment: None,
        attempts: 1,
    };
    assert!(matches!(post(&server.url).offer(&mail).await, Err(DeliveryError::Unwritable(_))));
}

#[tokio::test]
async fn a_mail_to_a_domain_with_umlauts_leaves_for_its_name_in_ascii() {
    let mut server = MailServer::start().await;
    let mail = ClaimedMail {
        id: domain::id::MailId::new(),
        recipient: "ada@bücher.example".to_owned(),
        reply_to: Some("studio@größe.example".to_owned()),
        subject: "s".to_owned(),
        body: "b".to_owned(),
        secret: None,
        attachment: None,
        attempts: 1,
    };
    post(&server.url).offer(&mail).await.expect("offered").hand_over().await.expect("taken");
    let taken = server.taken.recv().await.expect("a mail");
    assert!(taken.contains("To: ada@xn--bcher-kva.example") && taken.contains("Reply-To: studio@xn--gre-6ka8i.example"), "{taken}");
}
