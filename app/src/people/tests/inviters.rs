//! Tests of inviters: an invitation gives no more than its inviter may give.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{invited, stranger, studio};
use crate::{access::Role, error::Code, testing::World};

/// The arguments that accept with the handed-over link.
fn through(invitation: &Value) -> Value {
    json!({"invitation": invitation["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link"), "accept": true})
}

fn role(member: &World, role: &str) -> Value {
    json!({"member": member.member(), "role": role})
}

async fn taken_back(studio: &World, invitation: &Value) -> i64 {
    let id = invitation["id"].as_str().expect("an id");
    studio.number(&format!("select count(*) from invitation where organization_id = $1 and id = '{id}' and revoked_at is not null")).await
}

#[tokio::test]
async fn a_removed_admin_does_not_come_back_with_an_invitation_of_their_own() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let (kept_back, theirs) = (invited(&grace, &other, Role::Admin).await, invited(&studio, &stranger(&studio).await, Role::Member).await);
    let gone = studio.ok("remove_member", json!({"member": grace.member()})).await;
    assert_eq!(gone["warnings"], json!(["An open invitation by Grace was taken back."]));
    for person in [&grace, &other] {
        assert_eq!(person.code("answer_invitation", through(&kept_back)).await, Code::Conflict);
        assert!(person.at(&studio).await.caller.membership.is_none());
    }
    assert_eq!((taken_back(&studio, &kept_back).await, taken_back(&studio, &theirs).await), (1, 0), "nobody else's is taken back");
}

#[tokio::test]
async fn the_mails_of_invitations_that_go_with_their_inviter_ask_for_nothing_any_more() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let (waits, refused) = (invited(&grace, &other, Role::Member).await, invited(&grace, &stranger(&studio).await, Role::Member).await);
    let theirs = invited(&studio, &stranger(&studio).await, Role::Member).await;
    let of = |invitation: &Value| format!("organization_id = $1 and reference = '{}'", invitation["id"].as_str().expect("an id"));
    let bounced = format!("update outgoing_mail set state = 'failed', last_error = 'no such mailbox' where {}", of(&refused));
    assert_eq!(studio.sql(&bounced).await, 1);
    studio.ok("remove_member", json!({"member": grace.member()})).await;
    for invitation in [&waits, &refused] {
        let settled = format!("{} and state = 'failed' and last_error like 'The invitation was taken back%'", of(invitation));
        assert_eq!(studio.number(&format!("select count(*) from outgoing_mail where {settled}")).await, 1, "{invitation}");
    }
    let leaves = format!("select count(*) from outgoing_mail where {} and state = 'waiting'", of(&theirs));
    assert_eq!(studio.number(&leaves).await, 1, "nobody else's is kept");
}

#[tokio::test]
async fn who_leaves_leaves_no_invitation_behind() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Owner).await, stranger(&studio).await);
    let kept_back = invited(&grace, &other, Role::Member).await;
    grace.ok("leave_organization", json!({})).await;
    assert_eq!(other.code("answer_invitation", through(&kept_back)).await, Code::Conflict);
    assert_eq!(taken_back(&studio, &kept_back).await, 1);
}

#[tokio::test]
async fn a_demoted_admin_keeps_open_only_what_their_new_role_covers() {
    let studio = studio().await;
    let grace = studio.as_role(Role::Admin).await;
    let (above, within) = (stranger(&studio).await, stranger(&studio).await);
    let (admin, member) = (invited(&grace, &above, Role::Admin).await, invited(&grace, &within, Role::Member).await);
    studio.ok("change_member_role", role(&grace, "manager")).await;
    assert_eq!((taken_back(&studio, &admin).await, taken_back(&studio, &member).await), (1, 0));
    assert_eq!(above.code("answer_invitation", through(&admin)).await, Code::Conflict);
    studio.ok("change_member_role", role(&grace, "owner")).await;
    assert_eq!(above.code("answer_invitation", through(&admin)).await, Code::Conflict, "what was taken back stays so");
    within.ok("answer_invitation", through(&member)).await;
}

#[tokio::test]
async fn an_invitation_from_before_is_held_against_what_its_sender_is_now() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let invitation = invited(&grace, &other, Role::Admin).await;
    for change in ["role = 'manager'", "role = 'admin', removed_at = now()"] {
        studio.sql(&format!("update member set {change} where organization_id = $1 and id = '{}'", grace.member())).await;
        for given in [through(&invitation), json!({"invitation": invitation["id"], "accept": true})] {
            let refused = other.refused("answer_invitation", given).await;
            assert_eq!(
                (refused.code, refused.message.as_str()),
                (Code::Conflict, "Grace invited you, and is no longer allowed to give the role admin. Ask for a new invitation.")
            );
        }
    }
    studio.ok("resend_invitation", json!({"invitation": invitation["id"]})).await;
    other.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
}

#[tokio::test]
async fn who_sends_an_invitation_again_answers_for_it() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let invitation = invited(&studio, &other, Role::Admin).await;
    let again = grace.ok("resend_invitation", json!({"invitation": invitation["id"]})).await;
    assert_eq!(again["invited_by"], "Grace");
    studio.ok("remove_member", json!({"member": grace.member()})).await;
    assert_eq!(grace.code("answer_invitation", through(&again)).await, Code::Conflict, "the link that she was shown");
    assert_eq!(taken_back(&studio, &invitation).await, 1);
}

#[tokio::test]
async fn of_a_removal_and_an_answer_at_once_the_first_holds() {
    let studio = studio().await;
    let (grace, other) = (studio.as_role(Role::Admin).await, stranger(&studio).await);
    let invitation = invited(&grace, &other, Role::Admin).await;
    let (gone, answer) = tokio::join!(
        studio.call("remove_member", json!({"member": grace.member()})),
        other.call("answer_invitation", through(&invitation))
    );
    assert!(gone.is_ok(), "{gone:?}");
    assert_eq!(answer.is_ok(), taken_back(&studio, &invitation).await == 0, "{answer:?}");
}

/// Gives a member this number of open invitations that expire at this time.
async fn unanswered(by: &World, many: u64, expires: Timestamp) {
    let sent = format!(
        "insert into invitation (organization_id, id, email, role, invited_by, created_at, sent_at, expires_at)
         select $1, gen_random_uuid(), gen_random_uuid()::text || '@example.com', 'member', '{}', '{now}', '{now}', '{expires}'
         from generate_series(1, {many})",
        by.member(),
        now = by.now()
    );
    assert_eq!(by.sql(&sent).await, many);
}

#[tokio::test]
async fn a_member_has_so_many_open_invitations_and_no_more_until_some_are_taken_back_or_have_run_out() {
    let studio = studio().await;
    let grace = studio.as_role(Role::Admin).await;
    unanswered(&grace, 300, studio.now()).await;
    unanswered(&grace, 199, studio.now() + SignedDuration::from_hours(1)).await;
    let last = invited(&grace, &stranger(&studio).await, Role::Member).await;
    let one_more = json!({"email": "new@example.com", "role": "member"});
    let refused = grace.refused("invite_member", one_more.clone()).await;
    assert_eq!((refused.code, refused.message.starts_with("You have 200 open invitations here")), (Code::Conflict, true), "{refused:?}");
    let theirs = invited(&studio, &stranger(&studio).await, Role::Member).await;
    assert_eq!(grace.code("resend_invitation", json!({"invitation": theirs["id"]})).await, Code::Conflict, "it would be hers");
    grace.ok("resend_invitation", json!({"invitation": last["id"]})).await;
    grace.ok("revoke_invitation", json!({"invitation": last["id"]})).await;
    grace.ok("invite_member", one_more.clone()).await;
    studio.advance(3_600);
    grace.ok("invite_member", json!({"email": "another@example.com", "role": "member"})).await;
}

#[tokio::test]
async fn however_many_a_member_has_left_open_all_are_taken_back_with_them_and_what_ran_out_is_left() {
    let studio = studio().await;
    let grace = studio.as_role(Role::Admin).await;
    unanswered(&grace, 4_001, studio.now() + SignedDuration::from_hours(1)).await;
    unanswered(&grace, 10, studio.now()).await;
    let gone = studio.ok("remove_member", json!({"member": grace.member()})).await;
    assert_eq!(gone["warnings"], json!(["4001 open invitations by Grace were taken back."]));
    let left = "select count(*) from invitation where organization_id = $1 and revoked_at is null";
    assert_eq!(studio.number(left).await, 10);
}
