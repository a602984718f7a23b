//! What a mail server says of a mail is told to whoever lists mails, and may quote it.

use super::*;

/// What is told of the mails and invitations of an organization.
async fn told(world: &World, person: &Person) -> String {
    let mails = world.rest(person, "list_mails", json!({})).await.ok();
    let invitations = world.rest(person, "list_open_invitations", json!({})).await.ok();
    format!("{mails} {invitations}")
}

/// The secrets that were drawn, and those of them that still open something.
async fn secrets(world: &World) -> (i64, i64) {
    let owner = world.owner().await;
    let counted =
        sqlx::query_as("select count(*), count(*) filter (where used_at is null) from travelling_secret where mailbox is not null");
    let counted = counted.fetch_one(&owner).await.expect("counted");
    owner.close().await;
    counted
}

#[tokio::test]
async fn of_what_is_said_of_a_mail_with_a_link_nothing_but_the_code_is_kept() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let sent = world.rest(&ada, "invite_member", json!({"email": "new@example.com", "role": "member"})).await.ok();
    for (at, refusal) in [
        &b"451 4.7.1 blocked URL: <link>\r\n"[..],
        b"550-5.7.1 blocked URL:\r\n550 <link>\r\n",
        b"550-5.7.1 blocked:\r\n550-<base64>\r\n550 that was it\r\n",
        b"550 5.7.1 blocked: <letters>\r\n",
        b"550 blocked: <letters>\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        server.says(".", refusal);
        hurry(&world).await;
        jobs::drain_outbox(&world.services, &post(&server.url)).await;
        server.taken.recv().await.expect("a mail");
        let told = told(&world, &ada).await;
        let code = ["451 4.7.1.", "550 5.7.1.", "550 5.7.1.", "550 5.7.1.", "550."][at];
        assert!(told.contains(&format!(": {code} ")), "{at}: {told}");
        assert!(!told.contains("blocked") && !told.contains("/invitation/") && !told.contains("&#"), "{at}: {told}");
        world.rest(&ada, "resend_invitation", json!({"invitation": sent["id"]})).await.ok();
    }
}

#[tokio::test]
async fn what_is_said_of_a_mail_without_a_link_is_kept() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    invoice_is_sent(&world, &ada).await;
    server.says(".", b"550 5.2.2 the mailbox of office@client.example is full\r\n");
    jobs::drain_outbox(&world.services, &post(&server.url)).await;
    let mail = mail_of(&world, &ada).await;
    assert_eq!(mail["last_error"], "The mail server refused it: 550 5.2.2 the mailbox of office@client.example is full", "{mail}");
}

/// A mail that was refused for good reached nobody; one that was refused for now, or of which nothing was heard, may have.
#[tokio::test]
async fn the_link_of_a_mail_that_was_refused_for_good_opens_nothing() {
    let (world, server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    let sent = world.rest(&ada, "invite_member", json!({"email": "new@example.com", "role": "member"})).await.ok();
    for (refusal, drawn, open) in [
        (&b"451 4.7.1 later\r\n"[..], 1, 1),
        (b"nothing that SMTP knows\r\n", 2, 2),
        (b"550 5.7.1 never\r\n", 3, 2),
        (b"250 taken\r\n", 4, 3),
    ] {
        server.says(".", refusal);
        hurry(&world).await;
        jobs::drain_outbox(&world.services, &post(&server.url)).await;
        assert_eq!(secrets(&world).await, (drawn, open), "{}", String::from_utf8_lossy(refusal));
        if refusal.starts_with(b"550") {
            world.rest(&ada, "resend_invitation", json!({"invitation": sent["id"]})).await.ok();
        }
    }
}
