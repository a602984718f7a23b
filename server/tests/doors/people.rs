//! How somebody comes into an organization and goes: the link in a mail, the page behind it, and what is left afterwards.

use reqwest::header;
use serde_json::{Value, json};

use crate::{
    agents, identity,
    world::{Answer, Person, World},
};

/// A studio with two projects, and the ids of both.
pub async fn studio(world: &World) -> (Person, Vec<String>) {
    let ada = world.person("Ada Lovelace").await;
    world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19", "rate": "120.00" })).await.ok();
    let mut projects = Vec::new();
    for name in ["Dashboard", "Website"] {
        let made = world.rest(&ada, "create_project", json!({ "client": "Acme", "name": name })).await.ok();
        projects.push(made["id"].as_str().expect("an id").to_owned());
    }
    (ada, projects)
}

/// Invites an address as the members page does; the path behind the link.
async fn invite(world: &World, ada: &Person, email: &str, projects: &[String]) -> String {
    let mut form = vec![("email", email), ("role", "member"), ("name", "Barbara")];
    form.extend(projects.iter().map(|project| ("projects[]", project.as_str())));
    let invitation = world.call(ada, "invite_member", &form).await.ok();
    assert_eq!(invitation["projects"].as_array().map(Vec::len), Some(projects.len()), "{invitation}");
    invitation["link"].as_str().and_then(|link| link.strip_prefix(&world.address)).expect("a link of ours").to_owned()
}

/// Somebody with an account who has accepted an invitation, as they are in the organization that invited them.
pub async fn joined(world: &World, ada: &Person, name: &str, projects: &[String]) -> Person {
    let person = world.person(name).await;
    invite(world, ada, &person.email, projects).await;
    let invitation = world.call_get(&person, "list_invitations").await.ok()["items"][0]["id"].clone();
    world.call(&person, "answer_invitation", &[("invitation", invitation.as_str().expect("an id")), ("accept", "true")]).await.ok();
    let token = world.token(&person.email, &ada.slug, app::access::Scope::ALL, app::access::WriteMode::Direct).await;
    Person { slug: ada.slug.clone(), token, ..person }
}

/// A page, with this cookie or none.
async fn page(world: &World, path: &str, cookie: Option<&str>) -> Answer {
    let request = world.get(path).header(header::ACCEPT, "text/html");
    Answer::of(match cookie {
        Some(cookie) => request.header(header::COOKIE, format!("stint={cookie}")),
        None => request,
    })
    .await
}

/// Sends a form from the page at `path` as a browser without scripts does.
async fn form(world: &World, path: &str, call: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = world.post(call).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    let form = form.header(header::ACCEPT, "text/html").header(header::REFERER, format!("{}{path}", world.address));
    Answer::of(match cookie {
        Some(cookie) => form.header(header::COOKIE, format!("stint={cookie}")),
        None => form,
    })
    .await
}

/// The cookie that an answer signs the browser in with.
fn signed_in(answer: &Answer) -> String {
    answer.header("set-cookie").strip_prefix("stint=").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned()
}

#[tokio::test]
async fn who_has_no_account_signs_up_from_the_link_and_lands_in_the_organization() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let link = invite(&world, &ada, "barbara.one@example.com", &projects[..1]).await;
    let shown = page(&world, &link, None).await;
    assert_eq!(shown.status, 200);
    for words in ["Ada Lovelace", "barbara.one@example.com", "value=\"Barbara\"", "Create account and join"] {
        assert!(shown.text.contains(words), "{words} is missing: {}", shown.text);
    }
    assert!(!shown.text.contains("EUR") && !shown.text.contains("120.00"), "an invitation holds no money");

    let secret = link.rsplit('/').next().expect("a secret");
    let fields =
        [("email", "barbara.one@example.com"), ("name", "Barbara One"), ("password", "correct horse battery"), ("invitation", secret)];
    let answer = form(&world, &link, "/call/sign_up", None, &fields).await;
    assert_eq!(answer.header("location"), format!("/o/{}", ada.slug), "{answer:?}");
    let cookie = signed_in(&answer);
    assert_eq!(page(&world, &format!("/o/{}/projects/{}", ada.slug, projects[0]), Some(&cookie)).await.status, 200);
    assert_eq!(page(&world, &format!("/o/{}/projects/{}", ada.slug, projects[1]), Some(&cookie)).await.status, 404);
    assert_eq!(page(&world, "/o/barbara-one", Some(&cookie)).await.status, 200, "a personal organization is beside it");
    let again = page(&world, &link, Some(&cookie)).await;
    assert!(again.text.contains("You have accepted this invitation") && again.text.contains("Open Ada Lovelace"), "{}", again.text);
}

#[tokio::test]
async fn who_signs_up_with_another_address_joins_by_the_link_that_was_handed_over_and_not_by_the_one_in_the_mail() {
    let world = World::alone().await;
    let (ada, _) = studio(&world).await;
    let handed = invite(&world, &ada, "barbara.two@example.com", &[]).await;
    let mailed = identity::link_to(&identity::letters(&world).await, &world, "barbara.two@example.com");
    let fields = |email: &'static str, link: &str| {
        let secret = identity::secret(link).to_owned();
        [("email", email.to_owned()), ("name", "Eve".to_owned()), ("password", "correct horse battery".to_owned()), ("invitation", secret)]
    };
    let sent = |fields: [(&'static str, String); 4], link: String| {
        let world = &world;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            form(world, &link, "/call/sign_up", None, &fields).await
        }
    };
    let refused = sent(fields("eve.two@example.com", &mailed), mailed.clone()).await;
    assert!(refused.text.contains("This link was mailed to barbara.two@example.com"), "{refused:?}");
    let answer = form(
        &world,
        "/sign-up",
        "/call/sign_up",
        None,
        &[("email", "eve.two@example.com"), ("name", "Eve"), ("password", "correct horse battery")],
    )
    .await;
    assert_eq!(answer.header("location"), "/o/eve", "there was no account of that address");
    let shown = page(&world, &mailed, Some(&signed_in(&answer))).await;
    assert!(shown.text.contains("You are signed in as") && shown.text.contains("Sign out and go on"), "{}", shown.text);
    assert!(!shown.text.contains("Accept<"), "{}", shown.text);
    let out = form(&world, &mailed, "/call/sign_out", Some(&signed_in(&answer)), &[("next", &mailed)]).await;
    assert_eq!(out.header("location"), mailed);
    let astray = form(&world, &mailed, "/call/sign_out", None, &[("next", "https://elsewhere.example")]).await;
    assert_eq!(astray.header("location"), "/sign-in");

    let answer = sent(fields("carol.two@example.com", &handed), handed.clone()).await;
    assert_eq!(answer.header("location"), format!("/o/{}", ada.slug), "{answer:?}");
}

#[tokio::test]
async fn who_has_an_account_answers_on_the_page_or_in_the_app_without_scripts() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let barbara = world.person("Barbara").await;
    let link = invite(&world, &ada, &barbara.email, &[]).await;
    let cookie = Some(barbara.cookie.as_str());
    let shown = page(&world, &link, cookie).await;
    assert!(shown.text.contains("Accept") && shown.text.contains("Decline"), "{}", shown.text);
    let settings = page(&world, &format!("/o/{}/settings/organizations", barbara.slug), cookie).await;
    assert!(settings.text.contains("invites you as a member") && settings.text.contains("Invited to Ada Lovelace"), "{}", settings.text);

    let overview = page(&world, &format!("/o/{}", barbara.slug), cookie).await;
    assert!(overview.text.contains("Ada Lovelace invites you to Ada Lovelace."), "{}", overview.text);
    let id = world.call_get(&barbara, "list_invitations").await.ok()["items"][0]["id"].as_str().expect("an id").to_owned();
    let answer = form(&world, &link, "/call/answer_invitation", cookie, &[("invitation", &id), ("accept", "true")]).await;
    assert_eq!(answer.status, 302, "{answer:?}");
    let accepted = page(&world, &link, cookie).await;
    assert!(accepted.text.contains(&format!("href=\"/o/{}\"", ada.slug)), "{}", accepted.text);
    for slug in [&ada.slug, &barbara.slug] {
        let tab = page(&world, &format!("/o/{slug}"), cookie).await;
        assert_eq!(tab.status, 200);
        assert!(tab.text.contains(&format!("href=\"/o/{}\"", ada.slug)) && tab.text.contains(&format!("href=\"/o/{}\"", barbara.slug)));
    }
}

#[tokio::test]
async fn a_link_that_opens_nothing_says_so() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let link = invite(&world, &ada, "barbara.three@example.com", &[]).await;
    assert_eq!(page(&world, "/invitation/guessed", None).await.status, 404);
    let open = world.rest(&ada, "list_open_invitations", json!({})).await.ok()["items"][0]["id"].clone();
    world.rest(&ada, "revoke_invitation", json!({ "invitation": open })).await.ok();
    let shown = page(&world, &link, None).await;
    assert!(shown.status == 200 && shown.text.contains("was taken back") && !shown.text.contains("Create account"), "{}", shown.text);
}

#[tokio::test]
async fn who_is_removed_is_nobody_there_on_the_next_request_of_any_kind() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let barbara = joined(&world, &ada, "Barbara", &projects).await;
    let home = format!("/o/{}", ada.slug);
    assert_eq!(page(&world, &home, Some(&barbara.cookie)).await.status, 200);
    assert_eq!(world.rest(&barbara, "list_projects", json!({})).await.ok()["items"].as_array().map(Vec::len), Some(2));
    world.rest(&ada, "remove_member", json!({ "member": "Barbara" })).await.ok();
    assert_eq!(page(&world, &home, Some(&barbara.cookie)).await.status, 404);
    assert_eq!(world.call(&barbara, "start_timer", &[("project", "Dashboard")]).await.refused(404), "not_found");
    assert_eq!(world.rest(&barbara, "list_projects", json!({})).await.refused(401), "unauthenticated");
    let agent = agents::ask(&world, &barbara.token, "tools/call", json!({ "name": "list_projects", "arguments": {} })).await;
    assert_eq!(agent.status.as_u16(), 401);
}

#[tokio::test]
async fn the_members_page_offers_what_the_role_may_and_leaves_out_the_rest() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let barbara = joined(&world, &ada, "Barbara", &projects[..1]).await;
    invite(&world, &ada, "grace.open@example.com", &[]).await;
    let path = format!("/o/{}/settings/members", ada.slug);
    let owner = page(&world, &path, Some(&ada.cookie)).await;
    for words in ["Invite somebody", "grace.open@example.com", "New link", "Remove Barbara", barbara.email.as_str()] {
        assert!(owner.text.contains(words), "{words} is missing: {}", owner.text);
    }
    let member = page(&world, &path, Some(&barbara.cookie)).await;
    assert!(member.status == 200 && member.text.contains("Ada Lovelace"), "{}", member.text);
    for words in ["Invite somebody", "grace.open@example.com", "Remove ", ada.email.as_str()] {
        assert!(!member.text.contains(words), "a member is shown {words}: {}", member.text);
    }
    let on = world.call(&ada, "assign_project_members", &[("project", &projects[1]), ("members[0]", "Barbara")]).await.ok();
    assert_eq!(on["members"].as_array().map(Vec::len), Some(2), "{on}");
    let team = page(&world, &format!("/o/{}/projects/{}", ada.slug, projects[1]), Some(&ada.cookie)).await;
    assert!(team.text.contains("Take off Barbara"), "{}", team.text);
    let refused = world.call(&barbara, "invite_member", &[("email", "a@example.com"), ("role", "member")]).await;
    assert_eq!(refused.refused(403), "forbidden");
}

#[tokio::test]
async fn a_second_organization_is_founded_from_the_settings() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let founded: Value = world.call(&ada, "create_organization", &[("name", "Second Studio")]).await.ok();
    let slug = founded["slug"].as_str().expect("a slug");
    let there = page(&world, &format!("/o/{slug}/settings/organizations"), Some(&ada.cookie)).await;
    assert!(
        there.status == 200 && there.text.contains("Second Studio") && there.text.contains(&format!("/o/{}", ada.slug)),
        "{}",
        there.text
    );
    assert_eq!(world.rest(&ada, "create_organization", json!({ "name": "X" })).await.refused(403), "forbidden", "that needs a person");
}

#[tokio::test]
async fn the_mail_of_an_invitation_that_was_answered_stands_as_not_needed() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let mails = async || page(&world, &format!("/o/{}/settings/mails", ada.slug), Some(&ada.cookie)).await.text;
    invite(&world, &ada, "grace@example.com", &projects[..1]).await;
    assert!(!mails().await.contains("Not needed"), "nobody has answered yet");
    joined(&world, &ada, "Barbara", &projects[..1]).await;
    let mails = mails().await;
    assert_eq!(mails.matches("Not needed").count(), 1, "{mails}");
    assert!(!mails.contains("Invite again under Members"), "{mails}");
}
