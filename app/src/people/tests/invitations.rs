//! Tests of invitations: the invited person joins, once, in time, and nobody in their place.

use serde_json::{Value, json};

use super::{invited, names, stranger, studio};
use crate::{
    access::{Role, Scope, WriteMode},
    account::tokens::Preset,
    context::{Caller, Channel},
    database::{AccessMode, RowScope},
    error::Code,
    people::{
        answer_invitation::show,
        invitations::{InvitationState, ReceivedInvitation},
    },
    testing::World,
};

fn accept(invitation: &Value) -> Value {
    json!({"invitation": invitation["id"], "accept": true})
}

/// The invitation that a link shows to this caller.
async fn behind(link: &Value, caller: &Caller) -> Result<ReceivedInvitation, Code> {
    let secret = link.as_str().and_then(|link| link.strip_prefix("https://stint.test/invitation/")).expect("a link");
    show(caller, secret).await.map_err(|error| error.code)
}

#[tokio::test]
async fn who_is_invited_sees_it_accepts_it_and_is_there() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    assert_eq!(
        (&invitation["state"], &invitation["sent"], &invitation["projects"]),
        (&json!("open"), &json!(1), &json!(["Acme / Dashboard"]))
    );
    let received = barbara.ok("list_invitations", json!({})).await["items"][0].clone();
    assert_eq!((&received["id"], &received["role"], &received["invited_by"]), (&invitation["id"], &json!("member"), &json!("Ada")));
    assert_eq!(received.get("slug"), None, "one is not there yet");

    let answer = barbara.ok("answer_invitation", accept(&invitation)).await;
    assert_eq!((&answer["accepted"], &answer["slug"]), (&json!(true), &json!(studio.caller.membership.as_ref().expect("a place").slug)));
    assert_eq!(barbara.ok("list_organizations", json!({})).await["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(barbara.ok("list_invitations", json!({})).await["items"], json!([]));
    let inside = barbara.at(&studio).await;
    assert_eq!(inside.ok("whoami", json!({})).await["organization"]["role"], "member");
    assert_eq!(names(&inside.ok("list_projects", json!({})).await), ["Dashboard"]);
    let recorded = format!(
        "select count(*) from action where organization_id = $1 and operation = 'answer_invitation' and member_id = '{}'",
        inside.member()
    );
    assert_eq!(studio.number(&recorded).await, 1, "coming in is on record like everything else");
}

#[tokio::test]
async fn the_mail_says_who_invites_into_what_and_holds_a_link() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let mail = studio.ok("list_mails", json!({})).await["items"][0].clone();
    assert_eq!((&mail["recipient"], mail.get("body")), (&json!(barbara.person().email), None), "its text is for its reader only");
    let body = studio.mail_leaves(Some(studio.organization()), &barbara.person().email).await.expect("a mail").body;
    for part in ["Hello Barbara", "Ada invites you to studio", "as a member", "https://stint.test/invitation/", "5 December 2026"] {
        assert!(body.contains(part), "{part} is missing: {body}");
    }
    assert!(!body.contains(invitation["link"].as_str().expect("a link")), "the link that is handed over is another one");
    assert!(!body.contains("EUR") && !body.contains("120"), "{body}");
    let edsger = studio.as_role(Role::Manager).await;
    assert_eq!(edsger.ok("list_mails", json!({})).await["items"], json!([]), "whom one invites is for those who manage people");
    assert_eq!(
        studio.token_with(Preset::Billing, WriteMode::Direct).await.ok("list_mails", json!({})).await["items"].as_array().map(Vec::len),
        Some(1)
    );
    let money_only = studio.token_of(&[Scope::MoneyRead], WriteMode::Direct).await;
    assert_eq!(money_only.ok("list_mails", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn the_mail_is_in_the_language_of_the_organization() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"language": "de"})).await;
    let barbara = stranger(&studio).await;
    invited(&studio, &barbara, Role::Admin).await;
    assert_eq!(studio.ok("list_mails", json!({})).await["items"][0]["subject"], "Ada lädt Sie zu studio ein");
    let body = studio.mail_leaves(Some(studio.organization()), &barbara.person().email).await.expect("a mail").body;
    for part in
        ["Guten Tag Barbara", "Ada lädt Sie zu studio bei Stint ein", "mit den Rechten der Verwaltung", "Sie gilt bis zum 05.12.2026"]
    {
        assert!(body.contains(part), "{part} is missing: {body}");
    }
}

#[tokio::test]
async fn the_link_shows_the_invitation_to_whoever_has_it_and_lets_only_the_invited_in() {
    let studio = studio().await;
    let (barbara, eve) = (stranger(&studio).await, stranger(&studio).await);
    let invitation = invited(&studio, &barbara, Role::Admin).await;
    let nobody = Caller::nobody(studio.caller.services.clone(), Channel::Page);
    let seen = behind(&invitation["link"], &nobody).await.expect("seen");
    assert_eq!((seen.invited_by.as_str(), seen.role, &seen.email), ("Ada", Role::Admin, &barbara.person().email));
    assert_eq!((seen.state, seen.slug), (InvitationState::Open, None));
    assert_eq!(behind(&json!("https://stint.test/invitation/guessed"), &nobody).await, Err(Code::NotFound));

    assert_eq!(eve.code("answer_invitation", accept(&invitation)).await, Code::NotFound);
    assert_eq!(eve.ok("list_invitations", json!({})).await["items"], json!([]));
    barbara.ok("answer_invitation", accept(&invitation)).await;
    assert!(behind(&invitation["link"], &eve.caller).await.is_ok_and(|seen| seen.slug.is_none()), "the place is for those who are in it");
    assert!(behind(&invitation["link"], &barbara.caller).await.is_ok_and(|seen| seen.slug.is_some()));
}

#[tokio::test]
async fn an_invitation_is_answered_once() {
    let studio = studio().await;
    let (barbara, grace) = (stranger(&studio).await, stranger(&studio).await);
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let (one, other) = tokio::join!(
        barbara.call("answer_invitation", accept(&invitation)),
        barbara.call("answer_invitation", json!({"invitation": invitation["id"], "accept": false}))
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    assert_eq!(barbara.code("answer_invitation", accept(&invitation)).await, Code::Conflict);

    let declined = invited(&studio, &grace, Role::Member).await;
    grace.ok("answer_invitation", json!({"invitation": declined["id"], "accept": false})).await;
    assert_eq!(grace.code("answer_invitation", accept(&declined)).await, Code::Conflict);
    assert!(grace.at(&studio).await.caller.membership.is_none());
    for operation in ["resend_invitation", "revoke_invitation"] {
        assert_eq!(studio.code(operation, json!({"invitation": declined["id"]})).await, Code::Conflict, "{operation}");
    }
}

#[tokio::test]
async fn after_two_weeks_it_has_run_out_until_it_is_sent_again() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    studio.advance(14 * 24 * 3600);
    let refused = barbara.refused("answer_invitation", accept(&invitation)).await;
    assert_eq!((refused.code, refused.message.contains("has run out. Ask Ada")), (Code::Conflict, true), "{}", refused.message);
    assert_eq!(barbara.ok("list_invitations", json!({})).await["items"], json!([]));
    assert_eq!(studio.ok("list_open_invitations", json!({})).await["items"][0]["state"], "expired");

    let again = studio.ok("resend_invitation", json!({"invitation": invitation["id"]})).await;
    assert_eq!((&again["state"], &again["sent"]), (&json!("open"), &json!(2)));
    assert_eq!(behind(&invitation["link"], &barbara.caller).await, Err(Code::Conflict), "the link before opens nothing any more");
    barbara.ok("answer_invitation", accept(&again)).await;
}

#[tokio::test]
async fn what_was_taken_back_cannot_be_accepted() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let revoked = studio.ok("revoke_invitation", json!({"invitation": invitation["id"]})).await;
    assert_eq!(revoked["state"], "revoked");
    assert_ne!(revoked["mail"]["state"], "waiting", "no mail leaves for what was taken back: {revoked}");
    studio.ok("revoke_invitation", json!({"invitation": invitation["id"]})).await;
    assert_eq!(barbara.code("answer_invitation", accept(&invitation)).await, Code::Conflict);
    assert_eq!(studio.code("resend_invitation", json!({"invitation": invitation["id"]})).await, Code::Conflict);
    assert!(behind(&invitation["link"], &barbara.caller).await.is_ok_and(|seen| seen.state == InvitationState::Revoked));
    assert_ne!(invited(&studio, &barbara, Role::Member).await["id"], invitation["id"], "a new invitation is another");
}

#[tokio::test]
async fn an_address_has_one_open_invitation_and_a_member_has_none() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let first = invited(&studio, &barbara, Role::Member).await;
    let second = studio.ok("invite_member", json!({"email": barbara.person().email.to_uppercase(), "role": "manager"})).await;
    assert_eq!((&second["id"], &second["sent"], &second["role"]), (&first["id"], &json!(2), &json!("manager")));
    assert_eq!(studio.ok("list_open_invitations", json!({})).await["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 2);

    barbara.ok("answer_invitation", accept(&first)).await;
    assert_eq!(barbara.at(&studio).await.ok("whoami", json!({})).await["organization"]["role"], "manager");
    let refused = studio.refused("invite_member", json!({"email": barbara.person().email, "role": "member"})).await;
    assert!(refused.field("email").is_some_and(|words| words.contains("member already")), "{refused:?}");
}

#[tokio::test]
async fn nobody_gives_a_role_above_their_own() {
    let studio = studio().await;
    let (grace, barbara) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let invite = |role: &str| json!({"email": barbara.person().email, "role": role});
    assert_eq!(grace.code("invite_member", invite("owner")).await, Code::Forbidden);
    assert_eq!(studio.as_role(Role::Manager).await.code("invite_member", invite("member")).await, Code::Forbidden);
    let owners = studio.ok("invite_member", invite("owner")).await;
    assert_eq!(grace.code("invite_member", invite("member")).await, Code::Forbidden, "an owner's invitation is not an admin's to change");
    for operation in ["resend_invitation", "revoke_invitation"] {
        assert_eq!(grace.code(operation, json!({"invitation": owners["id"]})).await, Code::Forbidden, "{operation}");
    }
    grace.ok("invite_member", json!({"email": "other@example.com", "role": "admin"})).await;
    for (arguments, field) in [
        (json!({"email": "nobody", "role": "member"}), "email"),
        (json!({"email": "a@example.com", "role": "boss"}), "role"),
        (json!({"email": "a@example.com", "role": "member", "name": "x".repeat(201)}), "name"),
    ] {
        let refused = studio.refused("invite_member", arguments).await;
        assert!(refused.field(field).is_some(), "{refused:?}");
    }
    let missing = json!({"email": "a@example.com", "role": "member", "projects": ["Nothing"]});
    assert_eq!(studio.code("invite_member", missing).await, Code::NotFound);
}

#[tokio::test]
async fn who_manages_no_people_sees_no_invitations_and_nobody_sees_those_of_another_organization() {
    let (studio, other) = (studio().await, World::new("other").await);
    let invitation = invited(&studio, &stranger(&studio).await, Role::Member).await;
    assert_eq!(studio.as_role(Role::Manager).await.code("list_open_invitations", json!({})).await, Code::NotFound);
    for operation in ["resend_invitation", "revoke_invitation", "answer_invitation"] {
        let mut call = json!({"invitation": invitation["id"]});
        if operation == "answer_invitation" {
            call["accept"] = json!(true);
        }
        assert_eq!(other.code(operation, call).await, Code::NotFound, "{operation}");
    }
    let mut db = studio.caller.services.database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction");
    let seen: i64 = sqlx::query_scalar("select count(*) from invitation").fetch_one(db.connection()).await.expect("a count");
    assert_eq!(seen, 0, "without an organization, a person or a secret nothing is seen");
}

#[tokio::test]
async fn whoever_hands_the_link_over_may_leave_the_mail_out() {
    let studio = studio().await;
    let asked = json!({"email": "dan@example.com", "role": "member", "without_email": true});
    let sent = studio.ok("invite_member", asked.clone()).await;
    assert!(sent["link"].is_string() && sent.get("mail").is_none(), "{sent}");
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 0);
    let again = studio.ok("resend_invitation", json!({"invitation": sent["id"]})).await;
    assert_eq!(again["mail"]["state"], "waiting", "sent again it is mailed");
    let refused = studio.through(Channel::Rest).refused("invite_member", asked).await;
    assert!(refused.field("without_email").is_some(), "a program is given no link: {refused:?}");
}

#[tokio::test]
async fn a_member_who_opens_a_link_that_was_handed_over_answers_it_for_nobody() {
    let studio = studio().await;
    let edsger = studio.as_role(Role::Member).await;
    let sent = studio.ok("invite_member", json!({"email": "dan@example.com", "role": "member", "without_email": true})).await;
    let link = sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link").to_owned();
    for accept in [true, false] {
        let refused = edsger.refused("answer_invitation", json!({"invitation": link, "accept": accept})).await;
        assert_eq!((refused.code, refused.message.contains("belong")), (Code::Conflict, true), "{refused:?}");
    }
    let dan = World::new("dan").await;
    dan.ok("answer_invitation", json!({"invitation": link, "accept": true})).await;
    assert_eq!(dan.at(&studio).await.ok("whoami", json!({})).await["organization"]["role"], "member");
}

#[tokio::test]
async fn a_mail_that_failed_is_seen_at_its_invitation_until_it_is_sent_again() {
    let studio = studio().await;
    let sent = studio.ok("invite_member", json!({"email": "bounce@example.com", "role": "member"})).await;
    studio.sql("update outgoing_mail set state = 'failed', last_error = 'no such mailbox' where organization_id = $1").await;
    let listed = async || studio.ok("list_open_invitations", json!({})).await["items"][0]["mail"].clone();
    assert_eq!(
        listed().await,
        json!({"recipient": "bounce@example.com", "state": "failed", "last_error": "no such mailbox", "stays": true})
    );
    studio.ok("resend_invitation", json!({"invitation": sent["id"]})).await;
    assert_eq!(listed().await["state"], "waiting");
}

#[tokio::test]
async fn the_mail_of_an_invitation_that_was_answered_or_taken_back_asks_for_nothing_any_more() {
    let studio = studio().await;
    let mails = async || studio.ok("list_mails", json!({})).await["items"].clone();
    let sent = studio.ok("invite_member", json!({"email": "bounce@example.com", "role": "member"})).await;
    studio.sql("update outgoing_mail set state = 'failed', last_error = 'no such mailbox' where organization_id = $1").await;
    studio.ok("revoke_invitation", json!({"invitation": sent["id"]})).await;
    let mail = mails().await[0].clone();
    assert_eq!(mail["last_error"], "The invitation was taken back, so its mail is not needed any more.", "{mail}");
    let edsger = World::new("edsger").await;
    let sent = studio.ok("invite_member", json!({"email": "edsger@example.com", "role": "member"})).await;
    let link = sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link").to_owned();
    edsger.ok("answer_invitation", json!({"invitation": link, "accept": true})).await;
    let mail = mails().await[0].clone();
    assert_eq!((&mail["state"], &mail["recipient"]), (&json!("failed"), &json!("edsger@example.com")), "{mail}");
    assert_eq!(mail["last_error"], "The invitation was accepted, so its mail is not needed any more.", "{mail}");
}

#[tokio::test]
async fn that_an_invitation_was_declined_stands_in_the_log_of_its_organization_and_names_no_member() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    let called = json!({"invitation": invitation["id"], "accept": false});
    barbara.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": false, "dry_run": true})).await;
    barbara.ok("answer_invitation", called.clone()).await;
    let listed = studio.ok("list_audit", json!({"operation": "answer_invitation"})).await["items"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "the dry run is nothing to the organization: {listed}");
    let entry = studio.ok("get_audit_entry", json!({"action": listed[0]["id"]})).await;
    assert_eq!((&entry["outcome"], &entry["arguments"], &entry["changed"]), (&json!("done"), &called, &json!(1)), "{entry}");
    for told in ["member", "token", "program", "address"] {
        assert!(entry.get(told).is_none(), "{told}: {entry}");
    }
    let (kind, after) = (&entry["changes"][0]["kind"], &entry["changes"][0]["after"]);
    assert_eq!((kind, &after["id"], &after["answer"]), (&json!("invitation"), &invitation["id"], &json!("declined")), "{entry}");
    assert_eq!(entry["undoable"], false, "{entry}");
    assert_eq!(studio.refused("undo_action", json!({"action": entry["id"]})).await.code, Code::Invalid);
}

#[tokio::test]
async fn the_log_of_an_organization_whose_invitations_were_declined_is_sound_and_an_altered_answer_is_found() {
    let studio = studio().await;
    let barbara = stranger(&studio).await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    barbara.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": false})).await;
    let orphans = "select count(*) from change c where organization_id = $1
        and not exists (select from action a where a.organization_id = c.organization_id and a.id = c.action_id)";
    assert_eq!(studio.number(orphans).await, 0);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
    let altered = "update change set after = jsonb_set(after::jsonb, '{answer}', '\"accepted\"')
        where organization_id = $1 and after ->> 'answer' = 'declined'";
    assert_eq!(studio.sql(altered).await, 1);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], false);
}

#[tokio::test]
async fn an_open_invitation_is_meant_by_its_address_too() {
    let studio = studio().await;
    let sent = studio.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    for operation in ["resend_invitation", "revoke_invitation"] {
        let meant = studio.ok(operation, json!({"invitation": "Grace@example.com"})).await;
        assert_eq!(meant["id"], sent["id"], "{operation}");
        let refused = studio.through(Channel::Rest).refused(operation, json!({"invitation": "nobody@example.com"})).await;
        assert_eq!(refused.code, Code::NotFound, "{operation}");
        assert!(refused.hint.is_some_and(|hint| hint.contains("list_open_invitations")), "{operation}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_quite_right_is_answered_with_the_invitation_that_is_near() {
    let studio = studio().await;
    let sent = studio.ok("invite_member", json!({"email": "bob@example.org", "role": "member"})).await;
    studio.ok("invite_member", json!({"email": "amy@example.org", "role": "member"})).await;
    for operation in ["resend_invitation", "revoke_invitation"] {
        for given in ["bob", "bob@example", "bob@exmaple.org"] {
            let refused = studio.refused(operation, json!({"invitation": given})).await;
            let told = refused.message.ends_with("Did you mean bob@example.org?");
            assert!(refused.code == Code::NotFound && told, "{operation} {given}: {refused:?}");
        }
        let meant = studio.ok(operation, json!({"invitation": "Bob <bob@example.org>"})).await;
        assert_eq!(meant["id"], sent["id"], "{operation}");
    }
}

#[tokio::test]
async fn an_invitation_is_revoked_once_by_its_address_as_by_its_id() {
    let studio = studio().await;
    let invite = json!({"email": "grace@example.com", "role": "member"});
    let by_address = json!({"invitation": "grace@example.com"});
    let sent = studio.ok("invite_member", invite.clone()).await;
    let once = studio.ok("revoke_invitation", by_address.clone()).await;
    let twice = studio.ok("revoke_invitation", by_address.clone()).await;
    for revoked in [&once, &twice] {
        assert_eq!((&revoked["id"], &revoked["state"]), (&sent["id"], &json!("revoked")));
    }
    assert_eq!(studio.code("resend_invitation", by_address.clone()).await, Code::Conflict);
    let anew = studio.ok("invite_member", invite).await;
    assert_eq!(studio.ok("revoke_invitation", by_address).await["id"], anew["id"], "the open one is meant");
}
