//! What a mail server says of a mail is told to whoever lists mails, and may quote it.

use super::*;

/// What is told of the mails and invitations of an organization.
async fn told(world: &World, person: &Person) -> String {
    let mails = world.rest(person, "list_mails", json!({})).await.ok();
    let invitations = world.rest(person, "list_open_invitations", json!({})).await.ok();
    format!("{mails} {invitations}")
}

#[tokio::test]
async fn a_link_that_the_mail_server_quotes_is_told_nobody() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let ada = world.person("Ada").await;
    world.rest(&ada, "invite_member", json!({"email": "new@example.com", "role": "member"})).await.ok();
    for (at, refusal) in [&b"451 4.7.1 blocked URL: <link>\r\n"[..], b"550-5.7.1 blocked URL:\r\n550 <link>\r\n"].into_iter().enumerate() {
        server.says(".", refusal);
        hurry(&world).await;
        jobs::look_through(&world.services, &post(&server.url)).await;
        let mail = server.taken.recv().await.expect("a mail");
        let link = mail.split_whitespace().find(|word| word.contains("/invitation/")).expect("a link");
        let secret = link.rsplit('/').next().expect("a secret");
        let told = told(&world, &ada).await;
        assert!(told.contains("blocked URL") && told.contains("/invitation/…"), "{at}: {told}");
        assert!(!told.contains(secret), "{at}: {told}");
    }
}
