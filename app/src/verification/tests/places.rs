//! Whoever proves an address by a new password stands nowhere that they do not know of.

use serde_json::json;

use super::{
    Signed, noted,
    resets::{NEW, asked, link_by},
    secret_in, signed_up,
};
use crate::{access::Role, error::Code, testing::World, verification::reset::reset};

const PRESENT: &str = "select count(*) from member where organization_id = $1 and removed_at is null";

/// Sets another password for an account with the link that was mailed; what the mail about it says.
async fn taken_over(acme: &World, account: &Signed) -> String {
    let secret = asked(acme, account).await;
    reset(&acme.caller, &secret, NEW.to_owned(), false).await.expect("reset");
    acme.mail_leaves(None, &account.email).await.expect("a mail").body
}

/// Lets the holder of an account come into an organization by a link, and go to a page there.
async fn comes(into: &World, account: &Signed, role: Role) -> Signed {
    let given = json!({"email": account.email, "role": role, "without_email": true});
    let link = secret_in(into.ok("invite_member", given).await["link"].as_str().expect("a link"));
    account.world.ok("answer_invitation", json!({"invitation": link, "accept": true})).await;
    at(into, account).await
}

/// The account at a page of an organization.
async fn at(place: &World, account: &Signed) -> Signed {
    let slug = place.caller.membership.as_ref().expect("an organization").slug.clone();
    Signed { world: account.world.clone(), email: account.email.clone(), cookie: account.cookie.clone(), slug }.again().await
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
    assert!(mail.contains("\n- acme: Ada"), "{mail}");
    assert_eq!(noted(&squatter.world, "membership_waits").await.iter().map(|(told, _)| told.as_str()).collect::<Vec<_>>(), ["acme: Ada"]);
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
    assert!(named.len() == 1 && named[0].0.ends_with(": Barbara"), "{named:?}");
    assert!(mail.contains("Check these members") && mail.contains(": Barbara"), "{mail}");
    let refused = signed_up(&acme).await.world.refused("answer_invitation", left_open).await;
    assert_eq!((refused.code, refused.message.contains("was taken back")), (Code::Conflict, true), "{refused:?}");
    assert_eq!(squatter.world.number(PRESENT).await, 2, "they may be a colleague");
}

#[tokio::test]
async fn whoever_proved_their_address_before_stays_where_they_are() {
    let acme = World::new("acme").await;
    let barbara = signed_up(&acme).await;
    comes(&acme, &barbara, Role::Member).await;
    let proved = format!("update app_user set email_confirmed_at = now() where email = '{}' and $1 is not null", barbara.email);
    assert_eq!(acme.sql(&proved).await, 1);
    let mail = taken_over(&acme, &barbara).await;
    assert_eq!(acme.number(PRESENT).await, 2);
    assert!(!mail.contains("Nobody had proved"), "{mail}");
}
