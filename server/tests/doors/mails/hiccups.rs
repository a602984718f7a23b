//! The mail server is away for a moment, and mails wait.

use super::*;

#[tokio::test]
async fn after_a_hiccup_of_the_mail_server_mails_leave_beside_each_other_again() {
    let (world, mut server) = (World::alone().await, MailServer::start().await);
    let (ada, grace, edsger) = (world.person("Ada").await, world.person("Grace").await, world.person("Edsger").await);
    for person in [&ada, &grace, &edsger] {
        invoice_is_sent(&world, person).await;
    }
    let owner = world.owner().await;
    let first = "(select min(queued_at) from outgoing_mail)";
    let later = format!("update outgoing_mail set next_attempt_at = now() + interval '1 hour' where queued_at > {first}");
    sqlx::query(sqlx::AssertSqlSafe(later)).execute(&owner).await.expect("later");
    server.says("220", b"hiccup\r\n");
    let _jobs = jobs::start(&world.services, Some(post(&server.url)), CancellationToken::new());
    let deadline = Instant::now() + LIMIT;
    while mail_of(&world, &ada).await["last_error"].is_null() {
        assert!(Instant::now() < deadline, "the first is tried");
    }
    let again = server.hold(".");
    let now = format!("update outgoing_mail set next_attempt_at = now() where queued_at = {first}");
    sqlx::query(sqlx::AssertSqlSafe(now)).execute(&owner).await.expect("the first is due");
    timeout(LIMIT, again.reached()).await.expect("the first is on its way, by itself");
    let held = server.hold("slow@");
    let next = "update outgoing_mail m set next_attempt_at = now() - interval '1 hour' / place,
                    recipient = case place when 2 then 'slow@example.com' else recipient end
                from (select id, row_number() over (order by queued_at) as place from outgoing_mail) o where o.id = m.id and place > 1";
    sqlx::query(next).execute(&owner).await.expect("all are due");
    owner.close().await;
    again.go();
    timeout(LIMIT, held.reached()).await.expect("the second is on its way");
    for _ in 0..2 {
        timeout(LIMIT, server.taken.recv()).await.expect("in time").expect("the first and the third leave meanwhile");
    }
}
