//! Tests of unconfirmed addresses: no mail leaves and no model is called.

use serde_json::json;

use crate::{
    access::{WriteMode, sign_up_policy::SignUpPolicy},
    account::registration::{Confirmation, Registration},
    context::Caller,
    database::{AccessMode, RowScope},
    error::{Code, Error},
    people::{
        reset_password::{asked, send},
        sign_up::{check_sign_up, sign_up},
    },
    security::event::RequestOrigin,
    testing::World,
    verification::{address::send_again, mail_limits, require_confirmed},
};

#[tokio::test]
async fn where_mails_leave_nothing_is_mailed_for_an_unconfirmed_person_or_their_agent() {
    let studio = World::new("studio").await.with_mail_server(true);
    let unconfirmed = studio.unconfirmed().await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let invoice = async || {
        studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Work", "price": "1.00"}]})).await["id"].clone()
    };
    let invite = json!({"email": "a@example.com", "role": "member"});
    let agent = unconfirmed.token(WriteMode::Direct).await;
    for caller in [&unconfirmed, &agent] {
        let sending = caller.refused("send_invoice", json!({"invoice": invoice().await})).await;
        assert_eq!((sending.code, sending.hint.is_some()), (Code::Forbidden, true), "{sending:?}");
        assert_eq!(caller.code("invite_member", invite.clone()).await, Code::Forbidden);
    }
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 0);
    unconfirmed.ok("send_invoice", json!({"invoice": invoice().await, "without_email": true})).await;
    let confirmed = "update app_user set email_confirmed_at = now() where id in (select user_id from member where organization_id = $1)";
    studio.sql(confirmed).await;
    unconfirmed.at(&studio).await.ok("invite_member", invite).await;
}

/// After the owner of an address takes the account over, whoever signed up with it has no access left.
#[tokio::test]
async fn where_mails_leave_an_unconfirmed_person_brings_nobody_in_not_even_by_a_link_to_hand_over() {
    let studio = World::new("studio").await.with_mail_server(true);
    let open = studio.ok("invite_member", json!({"email": "earlier@example.com", "role": "owner"})).await;
    let squatter = studio.unconfirmed().await;
    for role in ["owner", "admin", "member"] {
        assert_eq!(squatter.code("invite_member", json!({"email": "co@example.com", "role": role})).await, Code::Forbidden, "{role}");
    }
    assert_eq!(squatter.code("resend_invitation", json!({"invitation": open["id"]})).await, Code::Forbidden);
    assert_eq!(studio.number("select count(*) from invitation where organization_id = $1").await, 1);
    assert_eq!(studio.number("select count(*) from travelling_secret where within = $1").await, 1, "no other link was drawn");
}

#[tokio::test]
async fn without_a_mail_server_mails_wait_and_nothing_is_refused() {
    let studio = World::new("studio").await.unconfirmed().await;
    studio.ok("invite_member", json!({"email": "a@example.com", "role": "member"})).await;
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1 and state = 'waiting'").await, 1);
}

#[tokio::test]
async fn no_model_is_asked_for_an_unconfirmed_person_but_for_the_first_one_here() {
    World::new("earlier").await;
    let studio = World::new("studio").await;
    assert_eq!(require_confirmed::for_model(&studio.caller).await, Ok(()));
    let unconfirmed = studio.unconfirmed().await;
    assert_eq!(require_confirmed::for_model(&unconfirmed.caller).await.map_err(|error| error.code), Err(Code::Forbidden));
    let first = format!("update app_user set created_at = '1990-01-01' where id = '{}' and $1 is not null", unconfirmed.person().id);
    studio.sql(&first).await;
    assert_eq!(require_confirmed::for_model(&unconfirmed.caller).await, Ok(()));
    assert_eq!(unconfirmed.ok("list_invitations", json!({})).await["items"], json!([]), "and is confirmed for nothing else");
}

#[tokio::test]
async fn who_may_sign_up_is_the_operators_to_say() {
    let studio = World::new("studio").await;
    let sent = studio.ok("invite_member", json!({"email": "a@example.com", "role": "member"})).await;
    let mailed = super::mailed(&studio.mail_leaves(Some(studio.organization()), "a@example.com").await.expect("a mail"));
    let handed = super::secret_in(sent["link"].as_str().expect("a link"));
    let (a, b, guessed) = ("a@example.com", "b@example.com", "guessed".to_owned());
    for (policy, email, invitation, may) in [
        (SignUpPolicy::Open, a, None, true),
        (SignUpPolicy::Open, a, Some(&mailed), true),
        (SignUpPolicy::Open, b, Some(&mailed), false),
        (SignUpPolicy::Open, b, Some(&handed), true),
        (SignUpPolicy::Open, a, Some(&guessed), false),
        (SignUpPolicy::Invited, a, None, false),
        (SignUpPolicy::Invited, a, Some(&guessed), false),
        (SignUpPolicy::Invited, a, Some(&mailed), true),
        (SignUpPolicy::Invited, b, Some(&mailed), false),
        (SignUpPolicy::Invited, b, Some(&handed), true),
        (SignUpPolicy::Closed, a, Some(&mailed), false),
    ] {
        let here = studio.clone().with_sign_up_policy(policy);
        let admitted = check_sign_up(&here.caller, email, invitation.map(String::as_str)).await;
        let needs_no_link = admitted.as_ref().is_ok_and(|confirmation| *confirmation == Confirmation::ByInvitation);
        assert_eq!(needs_no_link, may && invitation == Some(&mailed), "{policy:?} {email} {invitation:?}: {admitted:?}");
        assert_eq!(admitted.is_ok(), may, "{policy:?} {email} {invitation:?}: {admitted:?}");
    }
    studio.ok("revoke_invitation", json!({"invitation": sent["id"]})).await;
    let here = studio.with_sign_up_policy(SignUpPolicy::Invited);
    assert!(check_sign_up(&here.caller, a, Some(&mailed)).await.is_err());
}

#[tokio::test]
async fn one_network_asks_for_so_many_mails_a_day_and_leaves_the_rest_to_others() {
    let studio = World::new("studio").await.with_mail_server(true);
    let from = |address: &str| Caller { person: None, address: address.to_owned(), ..studio.caller.clone() };
    let network = "198.51.100.77".parse().expect("an address");
    let services = &studio.caller.services;
    for _ in 0..49 {
        let mut db = services.database.begin(RowScope::Nobody, AccessMode::Write).await.expect("begun");
        mail_limits::count_for_network(&mut db, services, network).await.expect("counted");
        db.commit().await.expect("kept");
    }
    for _ in 0..3 {
        asked(&from("198.51.100.77"), "nobody@example.com").await.expect("what mails nothing counts for nothing");
    }
    let given = || Registration {
        email: format!("{}@example.com", uuid::Uuid::now_v7().simple()),
        name: "Barbara".to_owned(),
        password: "correct horse battery".to_owned(),
        organization: None,
        time_zone: None,
        basics: Default::default(),
        confirmation: Confirmation::ByLink,
    };
    sign_up(&from("198.51.100.77"), given(), None).await.expect("the last");
    let too_many = |refused: Error| refused.code == Code::RateLimited && refused.message.contains("your network");
    assert!(sign_up(&from("198.51.100.77"), given(), None).await.map(|_| ()).is_err_and(too_many));
    let there = RequestOrigin::new("198.51.100.77", "");
    send(services, &studio.person().email, &there).await.expect("asked");
    let mailed = studio.mail_leaves(None, &studio.person().email).await;
    assert!(mailed.is_some(), "whoever is known to read at their address is sent their link all the same");
    let unconfirmed = studio.unconfirmed().await;
    let there = Caller { address: "198.51.100.77".to_owned(), ..unconfirmed.caller.clone() };
    assert!(send_again(&there).await.is_err_and(too_many), "nor does an account help");
    sign_up(&from("198.51.100.78"), given(), None).await.expect("another network");
}
