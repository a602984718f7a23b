//! Tests of project members, and of the separation of organizations.

use serde_json::{Value, json};

use super::{names, studio};
use crate::{access::Role, error::Code};

fn team(answer: &Value) -> Vec<&str> {
    answer["members"].as_array().expect("members").iter().filter_map(|member| member["name"].as_str()).collect()
}

#[tokio::test]
async fn a_member_sees_a_project_from_when_they_are_put_on_it_until_they_are_taken_off() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    for list in ["list_projects", "list_clients"] {
        assert_eq!(names(&barbara.ok(list, json!({})).await), Vec::<&str>::new(), "{list}");
    }
    assert_eq!(barbara.code("get_client", json!({"client": "Acme"})).await, Code::NotFound);
    let put = studio.ok("assign_project_members", json!({"project": "Acme / Dashboard", "members": ["barbara", "me"]})).await;
    assert_eq!((put["name"].as_str(), team(&put)), (Some("Acme / Dashboard"), vec!["Ada", "Barbara"]));
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    assert_eq!(names(&barbara.ok("list_projects", json!({})).await), ["Dashboard"]);
    assert_eq!(names(&barbara.ok("list_clients", json!({"with_total": true})).await), ["Acme"]);
    let acme = barbara.ok("get_client", json!({"client": "Acme"})).await;
    assert_eq!((acme.get("rate"), &acme["projects"]), (None, &json!(1)), "of two projects she is on one, and sees no rate");
    let entry = barbara.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;

    let off = studio.ok("unassign_project_members", json!({"project": "Dashboard", "members": ["Barbara"]})).await;
    assert_eq!(team(&off), ["Ada"]);
    assert_eq!(barbara.code("get_project", json!({"project": "Dashboard"})).await, Code::NotFound);
    assert_eq!(barbara.code("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await, Code::NotFound);
    barbara.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    barbara.ok("stop_timer", json!({})).await;
}

#[tokio::test]
async fn only_who_leads_the_work_puts_present_members_on_projects() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    let put = |members: Value| json!({"project": "Dashboard", "members": members});
    studio.ok("assign_project_members", put(json!([barbara.member()]))).await;
    for operation in ["assign_project_members", "unassign_project_members"] {
        assert_eq!(barbara.code(operation, put(json!(["me"]))).await, Code::Forbidden, "{operation}");
        assert!(studio.refused(operation, put(json!([]))).await.field("members").is_some(), "{operation}");
        assert_eq!(studio.code(operation, put(json!(["Nobody"]))).await, Code::NotFound, "{operation}");
    }
    studio.ok("remove_member", json!({"member": "Barbara"})).await;
    assert_eq!(studio.code("assign_project_members", put(json!([barbara.member()]))).await, Code::Conflict);
    let dry = studio.ok("assign_project_members", json!({"project": "Website", "members": ["me"], "dry_run": true})).await;
    assert_eq!(dry.get("changes"), None, "Ada is on it already");
}

#[tokio::test]
async fn a_second_organization_is_founded_with_nothing_of_the_first() {
    let studio = studio().await;
    let founded = studio.ok("create_organization", json!({"name": "Lovelace & Babbage", "time_zone": "Europe/Berlin"})).await;
    assert_eq!(founded["role"], "owner");
    let again = studio.ok("create_organization", json!({"name": "Lovelace & Babbage"})).await;
    assert_ne!(founded["slug"], again["slug"], "a place in addresses is given once");
    let mine = studio.ok("list_organizations", json!({})).await;
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(3));
    let dry = studio.ok("create_organization", json!({"name": "Not yet", "dry_run": true})).await;
    assert_eq!(dry["dry_run"], true);
    assert_eq!(studio.ok("list_organizations", json!({})).await["items"].as_array().map(Vec::len), Some(3));
    assert!(studio.refused("create_organization", json!({"name": " "})).await.field("name").is_some());
    assert!(studio.refused("create_organization", json!({"name": "X", "time_zone": "Mars/Base"})).await.field("time_zone").is_some());
    let abroad = studio.ok("create_organization", json!({"name": "Lovelace KK", "country": "JP"})).await;
    let zone = format!(
        "select count(*) from organization where id = '{}' and time_zone = 'Asia/Tokyo' and $1::uuid is not null",
        abroad["id"].as_str().unwrap_or_default()
    );
    assert_eq!(studio.number(&zone).await, 1, "on the clock of its country");
}

#[tokio::test]
async fn one_person_founds_so_many_organizations_and_is_told_when_they_may_found_more() {
    let studio = studio().await;
    let found = async || studio.call("create_organization", json!({"name": "Lovelace & Babbage"})).await;
    for _ in 0..19 {
        found().await.expect("founded");
    }
    studio.ok("create_organization", json!({"name": "Not yet", "dry_run": true})).await;
    let (one, other) = tokio::join!(found(), found());
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1, "two at once do not share the last: {one:?} {other:?}");
    let refused = found().await.expect_err("refused");
    let wait = refused.retry_after().expect("when to come again");
    assert!(refused.code == Code::RateLimited && refused.message.contains("Try again in 30 days"), "{refused:?}");
    studio.advance(i64::try_from(wait.as_secs()).expect("seconds"));
    found().await.expect("founded");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_at_once_founds_one_organization() {
    let studio = studio().await;
    let found = || studio.ok("create_organization", json!({"name": "Lovelace & Babbage", "idempotency_key": "clicked"}));
    let (first, second) = tokio::join!(found(), found());
    let (first, second) = (crate::testing::without_repeated_flag(first), crate::testing::without_repeated_flag(second));
    assert_eq!(first, second);
    assert_eq!(studio.ok("list_organizations", json!({})).await["items"].as_array().map(Vec::len), Some(2));
    studio.advance(8 * 24 * 3600);
    assert_eq!(crate::testing::without_repeated_flag(found().await), first, "however wrong the clock of a process is");
    let person = studio.person().id;
    let aged =
        format!("update own_idempotency set created_at = now() - interval '25 hours' where user_id = '{person}' and $1::uuid is not null");
    assert_eq!(studio.sql(&aged).await, 1);
    let later = studio.ok("create_organization", json!({"name": "Lovelace & Babbage", "idempotency_key": "clicked"})).await;
    assert_ne!(first["id"], later["id"], "a key is kept for a day");
}

#[tokio::test]
async fn who_takes_another_name_has_it_in_every_organization() {
    let (studio, elsewhere) = (studio().await, studio().await);
    let invitation = elsewhere.ok("invite_member", json!({"email": studio.person().email, "role": "member"})).await;
    studio.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
    studio.ok("update_profile", json!({"name": "Augusta Ada King"})).await;
    for place in [&studio, &elsewhere] {
        assert!(names(&place.ok("list_members", json!({})).await).contains(&"Augusta Ada King"));
    }
    assert!(names(&elsewhere.ok("list_members", json!({})).await).contains(&"Ada"), "nobody else is renamed");
}
