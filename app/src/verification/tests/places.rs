//! Tests of the membership review after a password reset that confirms an address.

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    Signed, noted,
    resets::{NEW, asked, link_by},
    secret_in, signed_up,
};
use crate::{
    access::Role,
    error::Code,
    people::{reset_password::reset, unconfirmed_account::REVIEWED_MAX},
    testing::{World, apart, owner, until_waiting},
};

const PRESENT: &str = "select count(*) from member where organization_id = $1 and removed_at is null";

/// Resets the password of an account by the mailed link; returns the text of the mail about it.
async fn taken_over(acme: &World, account: &Signed) -> String {
    let secret = asked(acme, account).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    acme.mail_leaves(None, &account.email).await.expect("a mail").body
}

/// The holder of an account joins an organization by a link and opens a page there.
async fn comes(into: &World, account: &Signed, role: Role) -> Signed {
    let given = json!({"email": account.email, "role": role, "without_email": true});
    let link = secret_in(into.ok("invite_member", given).await["link"].as_str().expect("a link"));
    account.world.ok("answer_invitation", json!({"invitation": link, "accept": true})).await;
    at(into, account).await
}

/// The account on a page of an organization.
async fn at(place: &World, account: &Signed) -> Signed {
    let slug = place.caller.membership.as_ref().expect("an organization").slug.clone();
    Signed { world: account.world.clone(), email: account.email.clone(), cookie: account.cookie.clone(), slug }.again().await
}

/// Confirms the address of an account.
async fn proves(account: &Signed) {
    let proved = format!("update app_user set email_confirmed_at = now() where email = '{}' and $1 is not null", account.email);
    assert_eq!(account.world.sql(&proved).await, 1);
}

/// Accepts the pending reinvitation; returns its role.
async fn accepts(account: &Signed) -> Value {
    let owner = account.world.at(&account.world).await;
    let found = owner.ok("list_invitations", json!({})).await["items"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    owner.ok("answer_invitation", json!({"invitation": found[0]["id"], "accept": true})).await;
    found[0]["role"].clone()
}

#[tokio::test]
async fn what_others_invited_an_account_into_waits_until_whoever_proves_its_address_accepts_it() {
    let acme = World::new("acme").await;
    acme.ok("create_client", json!({"name": "Client", "tax_rate": "19", "rate": "120.00"})).await;
    acme.ok("create_project", json!({"client": "Client", "name": "Website"})).await;
    let squatter = signed_up(&acme).await;
    comes(&acme, &squatter, Role::Admin).await.world.ok("start_timer", json!({"project": "Website"})).await;
    acme.advance(600);
    let mail = taken_over(&acme, &squatter).await;
    assert_eq!(acme.number(PRESENT).await, 1, "they stand there no longer");
    let stopped = "select count(*) from time_entry where organization_id = $1 and not running and seconds = 600";
    assert_eq!(acme.number(stopped).await, 1, "their time stays");
    assert!(mail.contains("\n- \"acme\": \"Ada\""), "{mail}");
    let told = noted(&squatter.world, "membership_waits").await;
    assert_eq!(told.iter().map(|(told, _)| told.as_str()).collect::<Vec<_>>(), ["\"acme\": \"Ada\""]);
    let recorded = "select count(*) from action a join change c on c.organization_id = $1 and c.action_id = a.id and c.kind = 'member'
        where a.organization_id = $1 and a.operation = 'leave_organization' and a.member_id is null";
    assert_eq!(acme.number(recorded).await, 1, "that is written down, and names nobody");

    let owner = squatter.world.at(&squatter.world).await;
    let found = owner.ok("list_invitations", json!({})).await["items"].clone();
    assert_eq!((&found[0]["role"], &found[0]["invited_by"], found.as_array().map(Vec::len)), (&json!("admin"), &json!("Ada"), Some(1)));
    owner.ok("answer_invitation", json!({"invitation": found[0]["id"], "accept": true})).await;
    assert!(owner.at(&acme).await.caller.membership.is_some());
}

#[tokio::test]
async fn who_is_invited_anew_comes_back_to_what_they_had() {
    let acme = World::new("acme").await;
    acme.ok("create_client", json!({"name": "Client", "tax_rate": "19", "rate": "120.00"})).await;
    acme.ok("create_project", json!({"client": "Client", "name": "Website"})).await;
    let account = signed_up(&acme).await;
    let inside = comes(&acme, &account, Role::Viewer).await;
    acme.ok("set_client_grants", json!({"member": inside.world.member(), "clients": ["Client"]})).await;
    taken_over(&acme, &account).await;
    let sees = "select count(*) from client_grant where organization_id = $1";
    assert_eq!(acme.number(sees).await, 0);
    let owner = account.world.at(&account.world).await;
    let found = owner.ok("list_invitations", json!({})).await["items"][0].clone();
    owner.ok("answer_invitation", json!({"invitation": found["id"], "accept": true})).await;
    assert_eq!(acme.number(sees).await, 1);
    assert_eq!(owner.at(&acme).await.member(), inside.world.member(), "they are the same member");
}

#[tokio::test]
async fn the_only_owner_of_what_others_founded_stays_and_is_told() {
    let acme = World::new("acme").await;
    let (squatter, founder) = (signed_up(&acme).await, signed_up(&acme).await);
    comes(&founder.world, &squatter, Role::Owner).await;
    founder.world.ok("leave_organization", json!({})).await;
    let mail = taken_over(&acme, &squatter).await;
    assert_eq!(founder.world.number(PRESENT).await, 1);
    let told = noted(&squatter.world, "organization_from_before").await;
    assert!(!told.is_empty() && told.iter().all(|(told, _)| told.ends_with(": nobody else")), "{told:?}");
    assert_eq!(mail.matches(": nobody else").count(), 2, "{mail}");
    assert!(mail.contains("no address either.") && !mail.contains("could not be looked at"), "all of it was looked at: {mail}");
}

#[tokio::test]
async fn whoever_came_over_others_is_named_and_what_they_left_open_is_taken_back() {
    let acme = World::new("acme").await;
    let (squatter, first, second) = (signed_up(&acme).await, signed_up(&acme).await, signed_up(&acme).await);
    let first = comes(&squatter.world, &first, Role::Owner).await;
    let second = comes(&first.world, &second, Role::Owner).await;
    first.world.ok("leave_organization", json!({})).await;
    let left_open = link_by(&second, "dora@example.com").await;
    let mail = taken_over(&acme, &squatter).await;
    let named = noted(&squatter.world, "members_joined_before").await;
    assert!(named.len() == 1 && named[0].0.ends_with(": \"Barbara\""), "{named:?}");
    assert!(mail.contains("Check these members") && mail.contains(": \"Barbara\""), "{mail}");
    let refused = signed_up(&acme).await.world.refused("answer_invitation", left_open).await;
    assert_eq!((refused.code, refused.message.contains("was taken back")), (Code::Conflict, true), "{refused:?}");
    assert_eq!(squatter.world.number(PRESENT).await, 2, "they may be a colleague");
}

#[tokio::test]
async fn whoever_proved_their_address_before_stays_where_they_are() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    comes(&acme, &barbara, Role::Member).await;
    proves(&barbara).await;
    let mail = taken_over(&acme, &barbara).await;
    assert_eq!(acme.number(PRESENT).await, 2);
    assert!(!mail.contains("Nobody had proved"), "{mail}");
}

#[tokio::test]
async fn two_proofs_in_one_organization_leave_both_an_invitation_whichever_comes_first() {
    let acme = World::new("acme").await;
    for is_inviter_first in [false, true] {
        let (bob, alice) = (signed_up(&acme).await, signed_up(&acme).await);
        let inside = comes(&acme, &bob, Role::Admin).await;
        comes(&inside.world, &alice, Role::Manager).await;
        let (first, second) = if is_inviter_first { (&bob, &alice) } else { (&alice, &bob) };
        taken_over(&acme, first).await;
        taken_over(&acme, second).await;
        assert_eq!((accepts(&alice).await, accepts(&bob).await), (json!("manager"), json!("admin")), "{is_inviter_first}");
    }
}

#[tokio::test]
async fn what_waits_in_the_name_of_a_member_who_goes_is_answered_for_by_another() {
    let acme = World::new("acme").await;
    let (founder, bob, alice) = (signed_up(&acme).await, signed_up(&acme).await, signed_up(&acme).await);
    let house = at(&founder.world, &founder).await;
    let inside = comes(&house.world, &bob, Role::Admin).await;
    comes(&inside.world, &alice, Role::Member).await;
    taken_over(&acme, &alice).await;
    let by_bob = format!("update invitation set invited_by = '{}' where organization_id = $1 and answer is null", inside.world.member());
    assert_eq!(house.world.sql(&by_bob).await, 1, "as if there was nobody else");
    let unasked = link_by_admin(&inside).await;
    taken_over(&acme, &bob).await;
    assert_eq!(accepts(&alice).await, json!("member"));
    let refused = acme.refused("answer_invitation", unasked).await;
    assert!(refused.message.contains("was taken back"), "what he left open otherwise goes with him: {refused:?}");
}

/// A link that lets anybody become a member, issued by an admin.
async fn link_by_admin(admin: &Signed) -> Value {
    let given = json!({"email": "dora@example.com", "role": "member", "without_email": true});
    let link = secret_in(admin.world.ok("invite_member", given).await["link"].as_str().expect("a link"));
    json!({"invitation": link, "accept": true})
}

#[tokio::test]
async fn a_founder_who_proves_their_address_last_takes_nothing_from_colleagues_who_have() {
    let acme = World::new("acme").await;
    let (founder, colleague, alice) = (signed_up(&acme).await, signed_up(&acme).await, signed_up(&acme).await);
    let inside = comes(&founder.world, &colleague, Role::Owner).await;
    comes(&inside.world, &alice, Role::Member).await;
    proves(&colleague).await;
    let (theirs, own) = (link_by(&inside.again().await, "dora@example.com").await, link_by(&founder, "eve@example.com").await);
    taken_over(&acme, &alice).await;
    taken_over(&acme, &founder).await;
    assert_eq!(accepts(&alice).await, json!("member"), "what waits stays");
    acme.ok("answer_invitation", theirs).await;
    let refused = signed_up(&acme).await.world.refused("answer_invitation", own).await;
    assert!(refused.message.contains("was taken back"), "{refused:?}");
}

#[tokio::test]
async fn what_waits_while_nobody_has_proved_an_address_stays_and_is_told_when_the_founder_does() {
    let acme = World::new("acme").await;
    let (founder, alice) = (signed_up(&acme).await, signed_up(&acme).await);
    comes(&founder.world, &alice, Role::Member).await;
    taken_over(&acme, &alice).await;
    let mail = taken_over(&acme, &founder).await;
    assert!(mail.contains("Check these members") && mail.contains(": \"Barbara\""), "who may come back is named: {mail}");
    assert_eq!(accepts(&alice).await, json!("member"));
}

#[tokio::test]
async fn an_invitation_that_the_address_has_already_gives_way_to_what_the_member_had() {
    let acme = World::new("acme").await;
    let account = signed_up(&acme).await;
    comes(&acme, &account, Role::Member).await;
    // An invitation that was open when the address changed to this one.
    let other = format!(
        "insert into invitation (organization_id, id, email, role, invited_by, created_at, sent_at, expires_at)
         values ($1, gen_random_uuid(), '{}', 'owner', '{}', '{now}', '{now}', '{now}'::timestamptz + interval '1 day')",
        account.email,
        acme.member(),
        now = acme.now()
    );
    assert_eq!(acme.sql(&other).await, 1);
    taken_over(&acme, &account).await;
    assert_eq!(accepts(&account).await, json!("member"));
}

#[tokio::test]
async fn no_organization_keeps_a_person_from_their_password() {
    let acme = World::new("acme").await;
    let account = signed_up(&acme).await;
    link_by_admin(&comes(&acme, &account, Role::Admin).await).await;
    let owner = owner().await;
    let mut held = owner.begin().await.expect("a transaction");
    sqlx::query("select id from organization where id = $1 for update")
        .bind(acme.organization().0)
        .execute(&mut *held)
        .await
        .expect("held");
    let mail = taken_over(&acme, &account).await;
    held.rollback().await.expect("let go");
    owner.close().await;
    assert_eq!(acme.number(PRESENT).await, 2, "they stay where somebody else held them");
    let open = "select count(*) from invitation where organization_id = $1 and answered_at is null and revoked_at is null";
    assert_eq!(acme.number(open).await, 1, "and so does what they left open there");
    let todo = "\"acme\" could not be looked at: take back open invitations there yourself, and leave it where it is none of yours";
    let told = noted(&account.world, "organization_from_before").await;
    assert!(told.iter().any(|(told, _)| told == todo) && told.len() == 2, "the others are settled: {told:?}");
    assert!(mail.find(todo).is_some_and(|at| at < mail.find(": nobody else").unwrap_or_default()), "it is told first: {mail}");
    assert!(mail.contains("either, except in the organizations that could not be looked at."), "nothing else is said of it: {mail}");
    assert!(noted(&account.world, "membership_waits").await.is_empty());
}

/// Waits until another transaction waits for the locks of this one.
async fn until_waited_for(holder: &mut PgConnection) {
    let waiting = "select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))";
    for _ in 0..100_000 {
        let found: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *holder).await.expect("locks");
        if found > 0 {
            return;
        }
    }
    panic!("nobody waits");
}

#[tokio::test]
async fn a_place_that_somebody_held_is_tried_once_more_after_the_others() {
    let acme = World::new("acme").await;
    let account = signed_up(&acme).await;
    comes(&acme, &account, Role::Member).await;
    let secret = asked(&acme, &account).await;
    // In lock order.
    let mut places = [acme.organization().0, account.world.organization().0];
    places.sort();
    let (one, other) = (owner().await, owner().await);
    let (mut first, mut second) = (one.begin().await.expect("a transaction"), other.begin().await.expect("a transaction"));
    let hold = "select id from organization where id = $1 for update";
    sqlx::query(hold).bind(places[0]).execute(&mut *first).await.expect("held");
    sqlx::query(hold).bind(places[1]).execute(&mut *second).await.expect("held");
    let let_go = async {
        // By then the lock timeout for the first has passed.
        until_waited_for(&mut second).await;
        first.rollback().await.expect("let go");
        second.rollback().await.expect("let go");
    };
    let (done, ()) = tokio::join!(reset(&acme.caller, &secret, NEW.to_owned(), false), let_go);
    done.expect("reset");
    let mail = acme.mail_leaves(None, &account.email).await.expect("a mail").body;
    assert!(!mail.contains("could not be looked at"), "{mail}");
    assert_eq!(acme.number(PRESENT).await, 1, "they wait to be let in anew");
    one.close().await;
    other.close().await;
}

/// The account joins this many organizations of others, and leaves an open link of its own in each.
async fn comes_into_many(account: &Signed, organizations: &[World]) {
    for organization in organizations {
        link_by_admin(&comes(organization, account, Role::Admin).await).await;
    }
}

#[tokio::test]
async fn no_invitations_crowd_out_what_an_account_founded_whichever_is_older() {
    for older in [0, REVIEWED_MAX + 1] {
        let acme = World::new("acme").await;
        let mut others = Vec::new();
        for _ in 0..older {
            others.push(World::new("junk").await);
        }
        let squatter = signed_up(&acme).await;
        for _ in older..=REVIEWED_MAX {
            others.push(World::new("junk").await);
        }
        let left_open = link_by(&squatter, "dora@example.com").await;
        comes_into_many(&squatter, &others).await;
        let mail = taken_over(&acme, &squatter).await;
        let left = mail.matches("could not be looked at: take back").count();
        assert_eq!(left, 2, "so many are beyond those that are settled: {mail}");
        let refused = signed_up(&acme).await.world.refused("answer_invitation", left_open).await;
        assert!(refused.message.contains("was taken back"), "{older}: {refused:?}");
        assert_eq!(squatter.world.number(PRESENT).await, 1);
    }
}

#[tokio::test]
async fn whoever_works_with_a_sign_in_is_waited_for_before_any_place_is_held() {
    apart("places", async {
        let acme = World::new("acme").await;
        let account = signed_up(&acme).await;
        let secret = asked(&acme, &account).await;
        let owner = owner().await;
        let mut works = owner.begin().await.expect("a transaction");
        let sign_in = "select from sign_in where user_id = $1 for key share";
        sqlx::query(sign_in).bind(account.world.person().id.0).execute(&mut *works).await.expect("held");
        let goes_on = async {
            until_waiting(&mut works, 1).await;
            let member = "select from member where organization_id = $1 for no key update nowait";
            let held = sqlx::query(member).bind(account.world.organization().0).execute(&mut *works).await;
            let place = "select from organization where id = $1 for no key update nowait";
            let free = sqlx::query(place).bind(account.world.organization().0).execute(&mut *works).await;
            works.commit().await.expect("kept");
            held.and(free)
        };
        let (done, held) = tokio::join!(reset(&acme.caller, &secret, NEW.to_owned(), false), goes_on);
        assert!(done.is_ok() && held.is_ok(), "{done:?} {held:?}");
        owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_has_as_many_open_invitations_as_there_may_be_invites_nobody_anew_where_another_may() {
    let acme = World::new("acme").await;
    let account = signed_up(&acme).await;
    comes(&acme, &account, Role::Member).await;
    acme.as_role(Role::Admin).await;
    let open = format!(
        "insert into invitation (organization_id, id, email, role, invited_by, created_at, sent_at, expires_at)
         select $1, gen_random_uuid(), gen_random_uuid()::text || '@example.com', 'member', '{}', '{now}', '{now}',
             '{now}'::timestamptz + interval '1 day'
         from generate_series(1, 200)",
        acme.member(),
        now = acme.now()
    );
    assert_eq!(acme.sql(&open).await, 200);
    taken_over(&acme, &account).await;
    let found = account.world.at(&account.world).await.ok("list_invitations", json!({})).await;
    assert_eq!(found["items"][0]["invited_by"], "Grace");
}
