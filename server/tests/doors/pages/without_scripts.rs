//! Forms that a browser without scripts sends.

use app::account::mcp_clients::MCP_CLIENTS;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::header;
use serde_json::{Value, json};

use super::cookie;
use crate::world::{Answer, Person, World};

#[tokio::test]
async fn signing_in_without_scripts_goes_to_the_organization_or_back_with_the_error() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let page = format!("{}/sign-in", world.address);
    let sign_in = async |password: &str| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("email", &ada.email)
            .append_pair("password", password)
            .finish();
        let form = world.post("/call/sign_in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        Answer::of(form.header(header::ACCEPT, "text/html").header(header::REFERER, &page)).await
    };
    let signed_in = sign_in("correct horse battery").await;
    assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (302, format!("/o/{}", ada.slug).as_str()));
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let refused = sign_in("a wrong password").await;
    assert_eq!(refused.status.as_u16(), 302);
    assert_eq!(refused.header("location"), format!("{page}#refusal"), "the address leads to the refusal and says nothing of it");
    assert!(!refused.header("set-cookie").contains("stint="), "nobody is signed in");
    let typed = returned(&refused);
    assert_eq!(typed["refusal"]["error"]["code"], "unauthenticated");
    assert_eq!((&typed["fields"]["email"], &typed["fields"]["password"]), (&json!(ada.email), &Value::Null));
}

/// What a plain form brings back to its page.
fn returned(answer: &Answer) -> Value {
    let content = answer.header("set-cookie").strip_prefix("stint-form=").and_then(|cookie| cookie.split(';').next());
    let content = content.unwrap_or_else(|| panic!("no form comes back: {answer:?}"));
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(content).expect("Base64")).expect("JSON")
}

/// Sends a form of a page as a browser without scripts does.
async fn plain_form(world: &World, ada: &Person, page: &str, call: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = world.post(call).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    let form = form.header(header::COOKIE, cookie(ada)).header(header::ACCEPT, "text/html");
    Answer::of(form.header(header::REFERER, format!("{}/o/{}/{page}", world.address, ada.slug))).await
}

/// The page behind a plain form, opened with the cookies that came with the way there.
async fn page_after(world: &World, ada: &Person, answer: &Answer) -> Answer {
    let path = answer.header("location").strip_prefix(&world.address).expect("one of our pages").to_owned();
    let brought = answer.header("set-cookie").split(';').next().unwrap_or_default();
    Answer::of(world.get(&path).header(header::COOKIE, format!("{}; {brought}", cookie(ada)))).await
}

#[tokio::test]
async fn a_plain_form_that_is_refused_comes_back_with_what_was_typed() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let typed = [("name", "Globex"), ("currency", "EUR"), ("email", "no address"), ("address", "Main Street 1")];
    let refused = plain_form(&world, &ada, "clients", "/call/create_client", &typed).await;
    let page = page_after(&world, &ada, &refused).await;
    assert!(page.text.contains("value=\"Globex\"") && page.text.contains(">Main Street 1</textarea>"), "{}", page.text);
    assert!(refused.header("location").ends_with("/clients#refusal") && page.text.contains("id=\"refusal\""), "{}", page.text);
    assert!(page.header("set-cookie").starts_with("stint-form=;"), "the next page knows nothing of it");
}

#[tokio::test]
async fn a_write_without_scripts_confirms_itself_once_with_what_it_warns_of() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let added = plain_form(&world, &ada, "clients", "/call/create_client", &[("name", "Globex"), ("currency", "EUR")]).await;
    let page = page_after(&world, &ada, &added).await;
    assert!(page.text.contains("Done: add a client."), "{}", page.text);
    let again = Answer::of(world.get(&format!("/o/{}/clients", ada.slug)).header(header::COOKIE, cookie(&ada))).await;
    assert!(!again.text.contains("Done: add"), "{}", again.text);
    let wanted = [("client", "Globex"), ("name", "Site")];
    plain_form(&world, &ada, "projects", "/call/create_project", &wanted).await;
    let logged = plain_form(&world, &ada, "time", "/call/create_time_entry", &[("project", "Globex / Site"), ("duration", "2h")]).await;
    let page = page_after(&world, &ada, &logged).await;
    let notice = |class: &str| page.text.split(class).nth(1).and_then(|notice| notice.split("</p>").next()).unwrap_or_default();
    let (good, warning) = (notice("class=\"notice good\""), notice("class=\"notice warning\""));
    assert!(good.contains("2h logged on Site: 2h that day.") && !good.contains("has no rate"), "{}", page.text);
    assert!(warning.contains("has no rate"), "{}", page.text);
}

#[tokio::test]
async fn a_token_that_is_made_without_scripts_is_shown_once() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let wanted = [("name", "Claude"), ("preset", "full"), ("writes", "direct"), ("expires_in_days", "90")];
    let made = plain_form(&world, &ada, "settings/tokens", "/call/create_token", &wanted).await;
    assert!(!made.text.contains("stint_pat_"), "the way to the page needs no secret");
    let page = page_after(&world, &ada, &made).await;
    assert!(page.text.contains("stint_pat_") && page.text.contains("it is not shown again"), "{}", page.text);
    for client in &MCP_CLIENTS {
        assert!(page.text.contains(&format!("<summary>{}<", client.name)), "{}: {}", client.name, page.text);
    }
    for filled in ["Bearer stint_pat_", "STINT_TOKEN=stint_pat_", "/mcp --header", "\"httpUrl\": \"http://", "${input:stint-token}"] {
        assert!(page.text.contains(filled), "{filled}: {}", page.text);
    }
    let again = Answer::of(world.get(&format!("/o/{}/settings/tokens", ada.slug)).header(header::COOKIE, cookie(&ada))).await;
    assert!(!again.text.contains("stint_pat_"));
}

/// The framework leads a form back to where it says that it came from, whatever that is.
#[tokio::test]
async fn a_plain_form_follows_no_referer_to_another_site() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for (name, page) in [("Acme", "https://elsewhere.example/o/ada"), ("Globex", "//elsewhere.example"), ("Initech", "not an address")] {
        let form = world.post("/call/create_client").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = form.body(format!("name={name}&tax_rate=19")).header(header::COOKIE, cookie(&ada)).header(header::ACCEPT, "text/html");
        let answer = Answer::of(form.header("stint-organization", &ada.slug).header(header::REFERER, page)).await;
        assert!(!answer.header("location").contains("elsewhere") && !answer.header("location").contains("address"), "{answer:?}");
        let found = world.rest(&ada, "get_client", json!({ "client": name })).await.ok();
        assert_eq!(found["name"], name, "it was done all the same");
    }
}

#[tokio::test]
async fn what_a_page_confirms_with_scripts_it_confirms_in_the_same_words_without_them() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let done = async |call: &str, fields: &[(&str, &str)]| {
        returned(&plain_form(&world, &ada, "settings", call, fields).await)["done"].as_str().unwrap_or_default().to_owned()
    };
    world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_category": "E" })).await.ok();
    world.rest(&ada, "create_project", json!({ "client": "Acme", "name": "Site" })).await.ok();
    let taxed = [("client", "Acme"), ("tax_rate", "20"), ("shown.tax_rate", "0"), ("tax_category", "E"), ("shown.tax_category", "E")];
    assert_eq!(done("/call/update_client", &taxed).await, "Client saved. Tax is now Standard rate (S), 20 %.");
    let off = [("project", "Acme / Site"), ("members[0]", "me")];
    assert_eq!(done("/call/unassign_project_members", &off).await, "Nobody is on Acme / Site now.");
    let [moved_to, eve] = [(); 2].map(|()| format!("{:032x}@example.com", rand::random::<u128>()));
    let moved = [("email", moved_to.as_str()), ("present", "correct horse battery")];
    assert_eq!(done("/call/change_address", &moved).await, "The new address counts once it is confirmed.");
    let invited = [("email", eve.as_str()), ("role", "member")];
    let invited = plain_form(&world, &ada, "settings", "/call/invite_member", &invited).await;
    let invited: Value = serde_json::from_str(returned(&invited)["answer"].as_str().expect("an answer")).expect("JSON");
    let again = [("invitation", invited["id"].as_str().expect("an id"))];
    assert_eq!(done("/call/resend_invitation", &again).await, format!("There is a new link for {eve}."));
}

#[tokio::test]
async fn a_record_that_is_deleted_without_scripts_leads_to_its_list_which_says_so() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let made = world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok();
    let id = made["id"].as_str().expect("an id");
    let deleted = plain_form(&world, &ada, &format!("clients/{id}"), "/call/delete_client", &[("client", id)]).await;
    assert_eq!(deleted.header("location"), format!("{}/o/{}/clients", world.address, ada.slug));
    let list = page_after(&world, &ada, &deleted).await;
    assert!(list.status.is_success() && list.text.contains("Acme was deleted."), "{}", list.text);
}
