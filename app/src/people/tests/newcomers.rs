//! Tests of sign-up by invitation: one invitation makes one account.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::studio;
use crate::{
    access::{Role, sign_up_policy::SignUpPolicy},
    account::registration::{Confirmation, Registration},
    context::{Caller, Channel},
    database::{AccessMode, RowScope},
    error::Code,
    organizations::initial_settings::InitialSettings,
    people::{sign_up::sign_up, store::member},
    testing::World,
};

fn registration(email: &str) -> Registration {
    Registration {
        email: email.to_owned(),
        name: "Barbara".to_owned(),
        password: "correct horse battery".to_owned(),
        organization: None,
        time_zone: None,
        basics: Default::default(),
        confirmation: Confirmation::ByLink,
    }
}

/// A studio with this sign-up policy and an invitation to a new person: its answer, and the local part of their address.
async fn inviting(policy: SignUpPolicy) -> (World, Value, String) {
    let (studio, new) = (studio().await.with_sign_up_policy(policy), Uuid::now_v7().simple().to_string());
    let sent = studio.ok("invite_member", json!({"email": format!("{new}@example.com"), "role": "member"})).await;
    (studio, sent, new)
}

fn secret(link: &str) -> String {
    let link = link.split_whitespace().find(|word| word.starts_with("https://stint.test/invitation/")).expect("a link");
    link.rsplit('/').next().expect("a secret").to_owned()
}

fn visitor(studio: &World) -> Caller {
    Caller::nobody(studio.caller.services.clone(), Channel::Page)
}

/// The number of accounts whose address begins with this.
async fn accounts(studio: &World, new: &str) -> i64 {
    studio.number(&format!("select count(*) from app_user where email like '{new}%' and $1::uuid is not null")).await
}

const MEMBERS: &str = "select count(*) from member where organization_id = $1 and removed_at is null";

/// Whether the organization of a founder with this browser zone and country is in that zone.
async fn is_founded_in(studio: &World, told: Option<&str>, country: Option<&str>, zone: &str) -> bool {
    let basics = InitialSettings { country: country.map(str::to_owned), ..InitialSettings::default() };
    let email = format!("{}@example.com", Uuid::now_v7().simple());
    let new = Registration { time_zone: told.map(str::to_owned), basics, ..registration(&email) };
    let (_, path) = sign_up(&visitor(studio), new, None).await.expect("signed up");
    let slug = path.trim_start_matches("/o/");
    let sql = format!("select count(*) from organization where slug = '{slug}' and time_zone = '{zone}' and $1::uuid is not null");
    studio.number(&sql).await == 1
}

#[tokio::test]
async fn where_no_browser_tells_the_zone_the_organization_is_on_the_clock_of_its_country() {
    let studio = studio().await.with_sign_up_policy(SignUpPolicy::Open);
    for (told, country, zone) in [
        (None, Some("JP"), "Asia/Tokyo"),
        (Some(""), Some("us"), "America/New_York"),
        (Some("Etc/Unknown"), Some("DE"), "Europe/Berlin"),
        (Some("America/Chicago"), Some("US"), "America/Chicago"),
        (Some("UTC"), Some("JP"), "UTC"),
        (None, None, "UTC"),
        (None, Some("AQ"), "UTC"),
    ] {
        assert!(is_founded_in(&studio, told, country, zone).await, "{told:?} in {country:?}");
    }
}

#[tokio::test]
async fn of_many_who_sign_up_at_once_with_one_link_that_was_handed_over_one_gets_an_account() {
    let (studio, sent, new) = inviting(SignUpPolicy::Invited).await;
    let (link, visitor) = (secret(sent["link"].as_str().expect("a link")), visitor(&studio));
    let emails: Vec<String> = (0..8).map(|at| format!("{new}-{at}@example.com")).collect();
    let answers = join_all(emails.iter().map(|email| sign_up(&visitor, registration(email), Some(&link)))).await;
    let landed: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(landed.len(), 1, "{:?}", answers.iter().map(|answer| answer.as_ref().map(|(_, target)| target)).collect::<Vec<_>>());
    assert_eq!(landed[0].1, format!("/o/{}", studio.caller.membership.as_ref().expect("a place").slug));
    assert_eq!((accounts(&studio, &new).await, studio.number(MEMBERS).await), (1, 2));
    let recorded = "select count(*) from action where organization_id = $1 and operation = 'answer_invitation'";
    assert_eq!(studio.number(recorded).await, 1, "coming in is on record");
    assert!(sign_up(&visitor, registration(&format!("{new}-late@example.com")), Some(&link)).await.is_err());
    assert_eq!(accounts(&studio, &new).await, 1);
}

#[tokio::test]
async fn who_signs_up_with_the_link_in_the_mail_is_in_and_confirmed_and_nobody_is_in_their_place() {
    let (studio, _, new) = inviting(SignUpPolicy::Invited).await;
    let email = format!("{new}@example.com");
    let mail = studio.mail_leaves(Some(studio.organization()), &email).await.expect("a mail");
    let (link, visitor) = (secret(&mail.body), visitor(&studio));
    let strange = sign_up(&visitor, registration(&format!("{new}-other@example.com")), Some(&link)).await;
    assert_eq!(strange.map_err(|error| error.code).err(), Some(Code::Invalid));
    let (user, _) = sign_up(&visitor, registration(&email), Some(&link)).await.expect("signed up");
    let slug = studio.caller.membership.as_ref().expect("a place").slug.clone();
    let there = studio.signed_in(user.user, &slug).await;
    assert!(there.person().confirmed && there.caller.membership.is_some());
    assert_eq!(accounts(&studio, &new).await, 1);
    let links =
        format!("select count(*) from outgoing_mail where organization_id <> $1 and recipient = '{email}' and template is not null");
    assert_eq!(studio.number(&links).await, 0, "the invitation was the proof: no link asks for another");
}

#[tokio::test]
async fn whoever_answers_waits_for_others_there_for_a_short_while_only() {
    let (studio, sent, new) = inviting(SignUpPolicy::Open).await;
    let link = secret(sent["link"].as_str().expect("a link"));
    let database = &studio.caller.services.database;
    let mut busy = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
    member::lock_organization(&mut busy).await.expect("held");
    let begun = Instant::now();
    let refused = sign_up(&visitor(&studio), registration(&format!("{new}@example.com")), Some(&link)).await.map(|_| ());
    assert_eq!(refused.map_err(|error| error.code), Err(Code::Unavailable));
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    busy.roll_back().await;
    sign_up(&visitor(&studio), registration(&format!("{new}@example.com")), Some(&link)).await.expect("they are done");
}

#[tokio::test]
async fn where_the_invitation_cannot_be_accepted_no_account_is_left_behind() {
    let (studio, sent, new) = inviting(SignUpPolicy::Invited).await;
    let grace = studio.as_role(Role::Admin).await;
    let owns = format!("update invitation set invited_by = '{}' where organization_id = $1", grace.member());
    studio.sql(&owns).await;
    studio.sql(&format!("update member set removed_at = now() where organization_id = $1 and id = '{}'", grace.member())).await;
    let link = secret(sent["link"].as_str().expect("a link"));
    let refused = sign_up(&visitor(&studio), registration(&format!("{new}@example.com")), Some(&link)).await;
    assert_eq!(refused.map_err(|error| error.code).err(), Some(Code::Conflict));
    assert_eq!(accounts(&studio, &new).await, 0);
}

#[tokio::test]
async fn where_anybody_signs_up_an_invitation_still_makes_no_account_that_does_not_join() {
    let (studio, sent, new) = inviting(SignUpPolicy::Open).await;
    let mail = studio.mail_leaves(Some(studio.organization()), &format!("{new}@example.com")).await.expect("a mail");
    let (mailed, handed, visitor) = (secret(&mail.body), secret(sent["link"].as_str().expect("a link")), visitor(&studio));
    let strange = sign_up(&visitor, registration(&format!("{new}-other@example.com")), Some(&mailed)).await;
    assert!(strange.is_err_and(|error| error.field("email").is_some()), "another address");
    studio.ok("revoke_invitation", json!({"invitation": sent["id"]})).await;
    for (email, link) in [(format!("{new}@example.com"), &mailed), (format!("{new}-other@example.com"), &handed)] {
        assert_eq!(sign_up(&visitor, registration(&email), Some(link)).await.map_err(|error| error.code).err(), Some(Code::Conflict));
    }
    assert_eq!(accounts(&studio, &new).await, 0);
    sign_up(&visitor, registration(&format!("{new}@example.com")), None).await.expect("without the invitation");
}
