use serde_json::{Value, json};

use crate::{
    delivery::*,
    outbox::limits::{AGE_MAX, TOO_OLD},
    testing::{World, apart, owner},
    verification::address,
};

/// A studio with an invoice over 50.00 EUR that is due to be mailed, and its mail.
async fn studio() -> (World, Value, DueMail) {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let mail = mail(&studio).await["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    let due = DueMail::of(studio.organization(), mail);
    (studio, sent, due)
}

/// The newest mail as the invoice page shows it.
async fn mail(studio: &World) -> Value {
    studio.ok("list_mails", json!({})).await["items"][0].clone()
}

async fn taken(studio: &World, due: DueMail) -> Option<ClaimedMail> {
    claim(&studio.caller.services, due).await.expect("an answer")
}

#[tokio::test]
async fn a_mail_that_is_due_is_taken_once_with_its_document() {
    let (studio, sent, due) = studio().await;
    let outgoing = taken(&studio, due).await.expect("the mail");
    assert_eq!((outgoing.recipient.as_str(), outgoing.attempts), ("billing@acme.example", 1));
    let number = sent["number"].as_str().expect("a number");
    assert_eq!(outgoing.attachment.expect("the invoice").file_name, format!("{number}.pdf"));
    assert!(taken(&studio, due).await.is_none(), "it is claimed");
    hurry(&studio).await;
    assert_eq!(taken(&studio, due).await.expect("the mail").attempts, 2);
}

/// Makes the next attempt due.
async fn hurry(studio: &World) {
    studio.sql("update outgoing_mail set next_attempt_at = now() where organization_id = $1").await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_for_a_moment_costs_no_mail() {
    let (studio, _, due) = studio().await;
    // The clock of the process, which is not used.
    studio.advance(8 * 24 * 60 * 60);
    let first = taken(&studio, due).await.expect("the mail");
    record_outcome(&studio.caller.services, due, first.attempts, &DeliveryOutcome::Refused("later".to_owned())).await.expect("written");
    // The clock of the database: schedules made while it was wrong are ignored, and mails are no longer too old.
    studio.sql("update outgoing_mail set next_attempt_at = now() + interval '8 days' where organization_id = $1").await;
    assert!(taken(&studio, due).await.is_some(), "no plan is 8 days away");
    studio.sql("update outgoing_mail set next_attempt_at = now() + interval '6 hours' where organization_id = $1").await;
    assert!(taken(&studio, due).await.is_none(), "6 hours it may be");
}

#[tokio::test]
async fn an_unreachable_mail_server_fails_no_mail_and_one_that_refuses_does_in_the_end() {
    let (studio, _, due) = studio().await;
    let settled = async |attempts, outcome| {
        record_outcome(&studio.caller.services, due, attempts, &outcome).await.expect("written");
        mail(&studio).await["state"].clone()
    };
    assert_eq!(settled(99, DeliveryOutcome::Unreachable("nobody there".to_owned())).await, "waiting");
    let soon = "select count(*) from outgoing_mail where organization_id = $1 and next_attempt_at <= now() + interval '15 minutes'";
    assert_eq!(studio.number(soon).await, 1);
    assert_eq!(settled(ATTEMPTS_MAX - 1, DeliveryOutcome::Refused("later".to_owned())).await, "waiting");
    assert_eq!(settled(ATTEMPTS_MAX, DeliveryOutcome::Refused("no".to_owned())).await, "failed");
}

#[tokio::test]
async fn a_mail_that_was_handed_over_is_not_tried_again_soon_whatever_becomes_of_the_worker() {
    let (studio, _, due) = studio().await;
    let services = &studio.caller.services;
    for attempt in 1..=UNHEARD_MAX {
        assert_eq!(taken(&studio, due).await.expect("the mail").attempts, attempt);
        assert!(hand_over(services, due, attempt).await.expect("an answer"));
        // Here the worker dies.
        let later = "select count(*) from outgoing_mail where organization_id = $1 and next_attempt_at > now() + interval '1 hour'";
        assert_eq!(studio.number(later).await, 1);
        hurry(&studio).await;
    }
    assert!(taken(&studio, due).await.is_none(), "that was often enough");
    let kept = mail(&studio).await;
    assert_eq!((&kept["state"], &kept["last_error"]), (&json!("failed"), &json!(UNHEARD)));
}

#[tokio::test]
async fn a_mail_is_handed_over_by_whoever_holds_it() {
    let (studio, sent, due) = studio().await;
    let services = &studio.caller.services;
    taken(&studio, due).await.expect("the mail");
    assert!(!hand_over(services, due, 2).await.expect("an answer"), "another worker holds it");
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert!(!hand_over(services, due, 1).await.expect("an answer"), "nobody owes what it asks for any more");
}

#[tokio::test]
async fn a_word_of_the_mail_server_counts_anew() {
    let (studio, _, due) = studio().await;
    let services = &studio.caller.services;
    for attempt in 1..=3 * UNHEARD_MAX {
        assert_eq!(taken(&studio, due).await.expect("the mail").attempts, attempt);
        assert!(hand_over(services, due, attempt).await.expect("an answer"));
        if attempt % 2 == 0 {
            record_outcome(services, due, attempt, &DeliveryOutcome::Refused("later".to_owned())).await.expect("written");
        }
        hurry(&studio).await;
    }
}

#[tokio::test]
async fn organizations_take_turns() {
    let (crowded, _, _) = studio().await;
    crowded
        .sql(
            "insert into outgoing_mail (organization_id, id, recipient, subject, body, next_attempt_at, created_at)
             select $1, gen_random_uuid(), 'a@example.com', 's', 'b', now() - interval '1 day', now() from generate_series(1, 100)",
        )
        .await;
    let (quiet, _, due_of_quiet) = studio().await;
    let services = &quiet.caller.services;
    let found = due(services, 10_000, MailShare::ALL, &[], &[]).await.expect("what is due");
    assert_eq!(found.iter().filter(|due| due.organization == crowded.organization()).count(), 1, "one of a hundred");
    assert!(found.iter().any(|due| due.mail == due_of_quiet.mail));
    let found = due(services, 10_000, MailShare::ALL, &[], &[Lane(quiet.organization().0)]).await.expect("what is due");
    assert!(found.iter().all(|due| due.organization != quiet.organization()), "one of its mails is on its way");
}

/// The lane of this studio's person, with a mail of this purpose, `days` old.
async fn asked(studio: &World, purpose: LinkPurpose, days: u32) -> Lane {
    let person = studio.person();
    let services = &studio.caller.services;
    let mut db = services.database.begin(RowScope::Person(person.id.0), AccessMode::Write).await.expect("a transaction");
    address::send(&mut db, person.id, purpose, &person.email, studio.now()).await.expect("written");
    db.commit().await.expect("committed");
    let aged = format!(
        "update outgoing_mail set next_attempt_at = now() - interval '{days} days'
         where template = '{}' and reference = '{}' and $1 is not null",
        purpose.name(),
        person.id
    );
    studio.sql(&aged).await;
    Lane(person.id.0)
}

#[tokio::test]
async fn a_mail_to_somebody_whom_others_hold_is_not_waited_for_and_leaves_later() {
    let barbara = World::new("barbara").await;
    asked(&barbara, LinkPurpose::ResetPassword, 1).await;
    let person = barbara.person().id;
    let owner = owner().await;
    let waits = "select id, attempts from outgoing_mail where template = 'reset_password' and reference = $1";
    let (id, _): (uuid::Uuid, i32) = sqlx::query_as(waits).bind(person.0).fetch_one(&owner).await.expect("a mail");
    let due = DueMail::of(OrganizationId(Uuid::nil()), MailId(id));
    let mut holder = owner.begin().await.expect("begun");
    sqlx::query("select from app_user where id = $1 for update").bind(person.0).execute(&mut *holder).await.expect("held");
    let begun = std::time::Instant::now();
    assert!(taken(&barbara, due).await.is_none(), "somebody holds them");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    holder.rollback().await.expect("let go");
    let (_, attempts): (uuid::Uuid, i32) = sqlx::query_as(waits).bind(person.0).fetch_one(&owner).await.expect("a mail");
    assert_eq!(attempts, 0, "that was no attempt");
    assert_eq!(taken(&barbara, due).await.expect("the mail").attempts, 1);
    owner.close().await;
}

#[tokio::test]
async fn people_take_turns_and_a_new_password_waits_for_no_crowd_of_strangers() {
    let mut strangers = Vec::new();
    for _ in 0..5 {
        let stranger = World::new("strangers").await.unconfirmed().await;
        strangers.push(asked(&stranger, LinkPurpose::ConfirmAddress, 6).await);
    }
    let (barbara, edsger) = (World::new("barbara").await, World::new("edsger").await);
    asked(&barbara, LinkPurpose::ChangeAddress, 6).await;
    let lanes = [asked(&barbara, LinkPurpose::ResetPassword, 5).await, asked(&edsger, LinkPurpose::ResetPassword, 5).await];
    let services = &barbara.caller.services;
    let found = due(services, 10_000, MailShare::ALL, &[], &[]).await.expect("what is due");
    let place = |lane: &Lane| found.iter().position(|due| due.lane == *lane).expect("a mail");
    assert!(lanes.iter().all(|lane| strangers[2..].iter().all(|stranger| place(lane) < place(stranger))), "each has a turn of their own");
    for lane in lanes {
        assert_eq!(found.iter().filter(|due| due.lane == lane).count(), 1, "one of a person is in hand at a time");
        assert_eq!(found[place(&lane)].share, MailShare::People, "the new password first");
    }
    let proofs = due(services, 10_000, &[MailShare::Proofs], &[], &lanes).await.expect("what is due");
    assert!(proofs.iter().all(|due| due.share == MailShare::Proofs && !lanes.contains(&due.lane)), "they are at work");
    let people = due(services, 10_000, &[MailShare::People], &[], &[]).await.expect("what is due");
    assert!(people.iter().all(|due| due.share == MailShare::People) && people.iter().any(|due| due.lane == lanes[0]));
}

#[tokio::test]
async fn a_new_password_for_an_address_that_nobody_has_proved_counts_as_a_proof() {
    let stranger = World::new("stranger").await.unconfirmed().await;
    let lane = asked(&stranger, LinkPurpose::ResetPassword, 1).await;
    let found = due(&stranger.caller.services, 10_000, MailShare::ALL, &[], &[]).await.expect("what is due");
    assert_eq!(found.iter().find(|due| due.lane == lane).map(|due| due.share), Some(MailShare::Proofs));
}

/// Password reset mails to unconfirmed addresses, more than one batch, all older than any other mail.
const CROWD: &str =
    "insert into outgoing_mail (organization_id, id, recipient, subject, template, reference, next_attempt_at, created_at, queued_at)
    select '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'nobody@example.com', 'A new password', 'reset_password',
        gen_random_uuid(), now() - interval '3 days', now() - interval '3 days', now() - interval '3 days'
    from generate_series(1, 1200) where $1 is not null";

#[tokio::test]
async fn a_crowd_of_proofs_that_may_not_leave_today_hides_nobodys_new_password() {
    apart("crowd_of_proofs", async {
        let barbara = World::new("barbara").await;
        barbara.sql(CROWD).await;
        let lane = asked(&barbara, LinkPurpose::ResetPassword, 1).await;
        let found = due(&barbara.caller.services, 4, MailShare::ALL, &[MailShare::Proofs], &[]).await.expect("what is due");
        assert!(found.iter().any(|due| due.lane == lane && due.share == MailShare::People), "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn what_somebody_wrote_before_a_mail_server_was_set_up_waits_until_their_address_is_confirmed() {
    let barbara = World::new("barbara").await.unconfirmed().await.with_mail_server(false);
    barbara.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let lines = json!([{"description": "Deposit", "quantity": "1", "price": "100.00"}]);
    let draft = barbara.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    barbara.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    barbara.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    let organization = Some(barbara.organization());
    for mailbox in ["billing@acme.example", "grace@example.com"] {
        assert!(barbara.mail_leaves(organization, mailbox).await.is_none(), "{mailbox}");
    }
    let mail = barbara.ok("get_invoice", json!({"invoice": draft["id"]})).await["mail"].clone();
    assert_eq!(
        (&mail["state"], mail["last_error"].as_str().is_some_and(|why| why.contains("confirmed"))),
        (&json!("waiting"), true),
        "{mail}"
    );
    let confirmed = format!("update app_user set email_confirmed_at = now() where id = '{}' and $1::uuid is not null", barbara.person().id);
    barbara.sql(&confirmed).await;
    for mailbox in ["billing@acme.example", "grace@example.com"] {
        assert!(barbara.mail_leaves(organization, mailbox).await.is_some(), "{mailbox}");
    }
}

#[tokio::test]
async fn whoever_proves_an_address_now_is_not_behind_a_backlog_that_somebody_else_has_caused() {
    apart("backlog_of_proofs", async {
        let edsger = World::new("edsger").await.unconfirmed().await;
        edsger.sql(CROWD).await;
        let lane = asked(&edsger, LinkPurpose::ConfirmAddress, 0).await;
        let found = due(&edsger.caller.services, 1, &[MailShare::Proofs], &[], &[]).await.expect("what is due");
        assert_eq!(found.iter().map(|due| due.lane).collect::<Vec<_>>(), [lane]);
    })
    .await;
}

#[tokio::test]
async fn the_mail_of_a_void_invoice_does_not_leave() {
    let (studio, sent, due) = studio().await;
    let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!((&void["mail"]["state"], &void["mail"]["last_error"]), (&json!("failed"), &json!(VOIDED)));
    assert!(taken(&studio, due).await.is_none());
    // Also after the state was reset by hand.
    studio.sql("update outgoing_mail set state = 'waiting', last_error = null where organization_id = $1").await;
    assert!(taken(&studio, due).await.is_none());
    let kept = mail(&studio).await;
    assert_eq!((&kept["state"], &kept["last_error"], &kept["attempts"]), (&json!("failed"), &json!(VOIDED), &json!(0)));
}

#[tokio::test]
async fn the_mail_of_a_paid_invoice_leaves() {
    let (studio, sent, due) = studio().await;
    studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "59.50", "date": "2026-11-21"})).await;
    assert!(taken(&studio, due).await.is_some());
}

#[tokio::test]
async fn what_waited_longer_than_a_week_waits_for_a_person() {
    let (studio, sent, due) = studio().await;
    let aged = async |days: u32| {
        studio.sql(&format!("update outgoing_mail set queued_at = now() - interval '{days} days' where organization_id = $1")).await;
    };
    aged(8).await;
    assert!(taken(&studio, due).await.is_none());
    let kept = mail(&studio).await;
    assert_eq!((&kept["state"], &kept["last_error"]), (&json!("waiting"), &json!(TOO_OLD)), "age alone fails nothing");
    let again = studio.ok("resend_invoice", json!({"invoice": sent["number"]})).await;
    assert_eq!((&again["mail"]["state"], again["mail"].get("last_error")), (&json!("waiting"), None));
    let found = super::due(&studio.caller.services, 10_000, MailShare::ALL, &[], &[]).await.expect("what is due");
    let own: Vec<DueMail> = found.into_iter().filter(|found| found.organization == due.organization).collect();
    assert!(own.len() == 1 && own[0].mail != due.mail, "the new one leaves");
    aged(6).await;
    assert!(taken(&studio, due).await.is_none(), "the old one does not follow it");
}

#[tokio::test]
async fn a_failed_mail_is_sent_again_by_a_person_and_never_twice_at_once() {
    let (studio, sent, due) = studio().await;
    let again = json!({"invoice": sent["id"]});
    assert_eq!(studio.code("resend_invoice", again.clone()).await, crate::error::Code::Conflict, "it waits to leave");
    let first = taken(&studio, due).await.expect("the mail");
    record_outcome(&studio.caller.services, due, 1, &DeliveryOutcome::RefusedForGood("no such mailbox".to_owned(), None))
        .await
        .expect("written");
    let to = json!({"invoice": sent["id"], "to": "accounts@acme.example"});
    let mailed = studio.ok("resend_invoice", to).await;
    assert_eq!((&mailed["mail"]["recipient"], &mailed["mail"]["state"]), (&json!("accounts@acme.example"), &json!("waiting")));
    let second = mail(&studio).await;
    assert_eq!(second["body"], first.body.as_str(), "the words stay");
    assert_eq!(studio.code("resend_invoice", again).await, crate::error::Code::Conflict);
    let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    let refused = studio.refused("resend_invoice", json!({"invoice": void["id"]})).await;
    assert!(refused.message.contains("voided"), "{refused:?}");
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]})).await;
    assert_eq!(studio.code("resend_invoice", json!({"invoice": draft["id"]})).await, crate::error::Code::Conflict);
}

#[test]
fn waits_double_from_a_minute_to_six_hours() {
    let waits: Vec<i64> = (1..=12).map(|attempts| wait_after(attempts).as_secs() / 60).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
}

#[test]
fn a_number_with_slashes_names_a_file_and_no_folder() {
    assert_eq!(file_name("2026/0001"), "2026-0001.pdf");
}

#[test]
fn an_operator_reads_how_often_and_how_long_a_mail_is_tried() {
    for row in [format!("| {ATTEMPTS_MAX} times |"), format!("| {} days |", AGE_MAX.as_hours() / 24)] {
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }
}
