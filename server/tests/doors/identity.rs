//! Whose address is whose: what a stranger gets who signs up with somebody else's, and what a link is good for.

use app::{delivery, delivery::ClaimedMail, quotas::MailShare};
use reqwest::header;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World};

/// Somebody who has just signed up, as a browser does.
pub async fn signed_up(world: &World, email: &str, name: &str) -> Person {
    let answer = form(world, "/sign-up", "sign_up", None, &[("email", email), ("name", name), ("password", "correct horse battery")]).await;
    let slug = answer.header("location").rsplit('/').next().expect("a place").to_owned();
    let cookie = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap_or_default().to_owned();
    assert!(!slug.is_empty() && !cookie.is_empty(), "{answer:?}");
    Person { slug, email: email.to_owned(), cookie, token: String::new() }
}

/// Sends a form from a page as a browser without scripts does.
pub async fn form(world: &World, page: &str, call: &str, person: Option<&Person>, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = world.post(&format!("/call/{call}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    let request = request.header(header::ACCEPT, "text/html").header(header::REFERER, format!("{}{page}", world.address));
    Answer::of(match person {
        Some(person) => request.header(header::COOKIE, format!("stint={}", person.cookie)),
        None => request,
    })
    .await
}

/// A page, as this person sees it.
pub async fn page(world: &World, path: &str, person: Option<&Person>) -> Answer {
    let request = world.get(path).header(header::ACCEPT, "text/html");
    Answer::of(match person {
        Some(person) => request.header(header::COOKIE, format!("stint={}", person.cookie)),
        None => request,
    })
    .await
}

/// The mails that leave now. The world has its database for itself.
pub async fn letters(world: &World) -> Vec<ClaimedMail> {
    let mut left = Vec::new();
    loop {
        let due = delivery::due(&world.services, 100, MailShare::ALL, &[], &[]).await.expect("what is due");
        if due.is_empty() {
            return left;
        }
        for due in due {
            left.extend(delivery::claim(&world.services, due).await.expect("an answer"));
        }
    }
}

/// The path of the link in the newest mail to a mailbox.
pub fn link_to(letters: &[ClaimedMail], world: &World, mailbox: &str) -> String {
    let mail = letters.iter().rev().find(|mail| mail.recipient == mailbox).expect("a mail");
    let link = mail.body.split_whitespace().find_map(|word| word.strip_prefix(&world.address)).expect("a link");
    link.to_owned()
}

/// The secret at the end of a link.
pub fn secret(link: &str) -> &str {
    link.rsplit('/').next().expect("a secret")
}

async fn invites(world: &World, by: &Person, email: &str, role: &str) -> Value {
    world.call(by, "invite_member", &[("email", email), ("role", role)]).await.ok()
}

#[tokio::test]
async fn who_signs_up_with_somebody_elses_address_gets_nothing_that_belongs_to_it() {
    let world = World::alone().await;
    let mallory = signed_up(&world, "mallory@x.test", "Mallory").await;
    let squatter = signed_up(&world, "cfo@victim.test", "CFO").await;
    let link = invites(&world, &mallory, "cfo@victim.test", "member").await["link"].clone();
    let given = secret(link.as_str().expect("a link")).to_owned();
    world.call(&squatter, "answer_invitation", &[("invitation", &given), ("accept", "true")]).await.ok();
    let acme = signed_up(&world, "owner@acme.test", "Acme").await;
    let real = invites(&world, &acme, "cfo@victim.test", "admin").await["id"].clone();
    assert_eq!(world.call_get(&squatter, "list_invitations").await.ok()["items"], json!([]));
    let answer = world.call(&squatter, "answer_invitation", &[("invitation", real.as_str().expect("an id")), ("accept", "true")]).await;
    assert_eq!(answer.refused(404), "not_found");
    assert_eq!(page(&world, &format!("/o/{}", acme.slug), Some(&squatter)).await.status, 404);
}

#[tokio::test]
async fn no_door_tells_the_secret_in_a_mail_so_an_admin_does_not_become_owner() {
    let world = World::alone().await;
    let ada = world.person("Ada").await;
    let sent = invites(&world, &ada, "new@acme.test", "owner").await;
    let mailed = link_to(&letters(&world).await, &world, "new@acme.test");
    assert_ne!(sent["link"], json!(format!("{}{mailed}", world.address)));
    for answer in [
        world.rest(&ada, "list_mails", json!({})).await,
        world.call_get(&ada, "list_mails").await,
        world.rest(&ada, "list_open_invitations", json!({})).await,
        page(&world, &format!("/o/{}/settings/mails", ada.slug), Some(&ada)).await,
        page(&world, &format!("/o/{}/settings/members", ada.slug), Some(&ada)).await,
        page(&world, &format!("/o/{}/settings/audit", ada.slug), Some(&ada)).await,
    ] {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.text.contains("new@acme.test") || answer.text.contains("invite_member"), "{}", answer.text);
        assert!(!answer.text.contains("/invitation/") && !answer.text.contains(secret(&mailed)), "{}", answer.text);
    }
    let key = json!({ "email": "again@acme.test", "role": "member", "idempotency_key": "once" });
    world.rest(&ada, "invite_member", key.clone()).await.ok();
    let repeated = world.rest(&ada, "invite_member", key).await;
    assert_eq!(repeated.ok()["repeated"], true, "a token is given no link, so that it is given its answer again");
    assert!(!repeated.text.contains("/invitation/"), "{}", repeated.text);
}

#[tokio::test]
async fn a_link_to_hand_over_is_shown_once_to_whoever_invites_without_scripts() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let path = format!("/o/{}/settings/members", ada.slug);
    let answer = form(&world, &path, "invite_member", Some(&ada), &[("email", "grace@example.com"), ("role", "member")]).await;
    let brought = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let shown = world.get(&path).header(header::ACCEPT, "text/html").header(header::COOKIE, format!("stint={}; {brought}", ada.cookie));
    let shown = Answer::of(shown).await;
    assert!(shown.text.contains(&format!("{}/invitation/", world.address)), "{}", shown.text);
    assert!(!page(&world, &path, Some(&ada)).await.text.contains("/invitation/"), "it is not shown again");
}

#[tokio::test]
async fn what_was_refused_in_a_row_is_said_in_that_row_alone_without_scripts() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let path = format!("/o/{}/settings/members", ada.slug);
    for email in ["grace@example.com", "hedy@example.com"] {
        invites(&world, &ada, email, "member").await;
    }
    let before = page(&world, &path, Some(&ada)).await.text;
    let rows: Vec<&str> =
        before.split("action=\"/call/resend_invitation?form=").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(rows.len(), 2, "{before}");
    let gone = [("invitation", "00000000-0000-0000-0000-000000000007")];
    let shown = led_back(&world, &ada, &path, &format!("resend_invitation?form={}", rows[1]), &gone).await;
    let row =
        |id: &str| shown.split(&format!(" id=\"{id}\"")).nth(1).and_then(|rest| rest.split("</form>").next()).expect("a row").to_owned();
    assert!(row(rows[1]).contains("class=\"refusal\""), "{shown}");
    assert_eq!(shown.matches("class=\"refusal\"").count(), 1, "{shown}");
    assert!(include_str!("../../../style/parts.css").contains("body:has(.refusal) .untold {\n  display: none;"), "it is not read twice");
}

#[tokio::test]
async fn what_was_refused_in_a_row_that_is_gone_is_said_at_the_head_of_the_page_without_scripts() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let path = format!("/o/{}/settings/members", ada.slug);
    let sent = invites(&world, &ada, "grace@example.com", "member").await;
    let id = sent["id"].as_str().expect("an id");
    world.call(&ada, "revoke_invitation", &[("invitation", id)]).await.ok();
    let shown = led_back(&world, &ada, &path, &format!("resend_invitation?form=resend-{id}"), &[("invitation", id)]).await;
    assert!(!shown.contains(&format!(" id=\"resend-{id}\"")) && !shown.contains("class=\"refusal\""), "the row is gone: {shown}");
    assert_eq!(shown.matches("class=\"notice wrong untold\"").count(), 1, "{shown}");
    assert!(!page(&world, &path, Some(&ada)).await.text.contains("untold"), "it is not said again");
}

/// The page that a form leads back to that is sent without scripts.
async fn led_back(world: &World, person: &Person, path: &str, call: &str, fields: &[(&str, &str)]) -> String {
    let answer = form(world, path, call, Some(person), fields).await;
    let brought = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let shown = world.get(path).header(header::ACCEPT, "text/html").header(header::COOKIE, format!("stint={}; {brought}", person.cookie));
    Answer::of(shown).await.text
}

#[tokio::test]
async fn an_address_is_confirmed_by_a_press_of_a_button_and_not_by_opening_a_link() {
    let world = World::alone().await;
    let ada = signed_up(&world, "ada@example.com", "Ada").await;
    let link = link_to(&letters(&world).await, &world, "ada@example.com");
    assert!(link.starts_with("/verify/"), "{link}");
    let stranger = page(&world, &link, None).await;
    assert!(stranger.status == 200 && stranger.text.contains("Sign in"), "{}", stranger.text);
    for _ in 0..2 {
        let shown = page(&world, &link, Some(&ada)).await;
        assert!(shown.text.contains("Confirm ada@example.com"), "{}", shown.text);
    }
    let settings = format!("/o/{}/settings", ada.slug);
    assert!(page(&world, &settings, Some(&ada)).await.text.contains("Not confirmed"));
    let answer = form(&world, &link, "confirm_address", Some(&ada), &[("secret", secret(&link))]).await;
    assert!(answer.status == 302 && !answer.header("location").contains("__err"), "{answer:?}");
    assert!(!page(&world, &settings, Some(&ada)).await.text.contains("Not confirmed"));
    assert!(page(&world, &link, Some(&ada)).await.text.contains("is confirmed"), "it says that it worked");
    let again = form(&world, &link, "confirm_address", Some(&ada), &[("secret", secret(&link))]).await;
    assert!(again.status == 302 && again.text.contains("used already"), "{again:?}");
    assert_eq!(page(&world, "/verify/guessed", Some(&ada)).await.status, 404);
}

#[tokio::test]
async fn a_lost_password_is_replaced_from_the_sign_in_page_without_scripts() {
    let world = World::alone().await;
    let ada = signed_up(&world, "ada@example.com", "Ada").await;
    letters(&world).await;
    assert!(page(&world, "/sign-in", None).await.text.contains("href=\"/forgot\""));
    let mut told = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let answer = form(&world, "/forgot", "request_password_reset", None, &[("email", email)]).await;
        told.push((answer.status, answer.header("location").to_owned()));
    }
    assert_eq!(told[0], told[1], "nobody learns who has an account");
    assert!(page(&world, &told[0].1, None).await.text.contains("ask whoever runs this Stint"), "no mail server is set up");
    world.services.tasks.close();
    world.services.tasks.wait().await;
    let left = letters(&world).await;
    assert_eq!(left.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@example.com"]);
    let link = link_to(&left, &world, "ada@example.com");
    let shown = page(&world, &link, None).await;
    assert!(shown.text.contains("New password") && shown.text.contains("Nobody has proved this address yet"), "{}", shown.text);
    let fields = [("secret", secret(&link)), ("password", "another horse battery"), ("revoke_tokens", "true")];
    let answer = form(&world, &link, "reset_password", None, &fields).await;
    assert_eq!(answer.header("location"), "/sign-in?reset=true", "{answer:?}");
    assert_eq!(world.call_get(&ada, "whoami").await.refused(401), "unauthenticated", "every sign-in has ended");
    let sign_in = form(&world, "/sign-in", "sign_in", None, &[("email", "ada@example.com"), ("password", "another horse battery")]).await;
    assert!(sign_in.header("location").contains(&ada.slug), "{sign_in:?}");
    assert!(page(&world, &link, None).await.text.contains("was used already"));
}
