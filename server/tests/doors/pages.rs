//! Pages and their calls: what a browser opens with its cookie.

mod without_scripts;

use reqwest::header;
use serde_json::json;

use crate::world::{Answer, Person, World};

fn cookie(person: &Person) -> String {
    format!("stint={}", person.cookie)
}

#[tokio::test]
async fn a_cookie_opens_the_pages_of_ones_own_organization_and_no_other() {
    let world = World::open().await;
    let (ada, eve) = (world.person("Ada Lovelace").await, world.person("Eve Adams").await);
    let open =
        async |path: String| Answer::of(world.get(&path).header(header::COOKIE, cookie(&ada)).header(header::ACCEPT, "text/html")).await;
    let own = open(format!("/o/{}/clients", ada.slug)).await;
    assert_eq!(own.status.as_u16(), 200);
    assert!(own.text.contains("Ada Lovelace"));
    assert_eq!(own.header("cache-control"), "private, no-store");
    let other = open(format!("/o/{}/clients", eve.slug)).await;
    assert_eq!(other.status.as_u16(), 404);
    assert!(!other.text.contains("Eve Adams"));
}

#[tokio::test]
async fn a_token_opens_no_page_and_no_call_of_a_page() {
    let world = World::open().await;
    let ada = world.person("Ada Lovelace").await;
    let page = Answer::of(world.get(&format!("/o/{}/clients", ada.slug)).bearer_auth(&ada.token)).await;
    assert!(!page.text.contains("Ada Lovelace"), "{}", page.status);
    let call = Answer::of(world.get("/call/whoami").header("stint-organization", &ada.slug).bearer_auth(&ada.token)).await;
    assert_eq!(call.refused(401), "unauthenticated");
}

#[tokio::test]
async fn whoever_is_signed_in_goes_on_from_the_first_page() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let sent_on = Answer::of(world.get("/").header(header::COOKIE, cookie(&ada))).await;
    assert_eq!((sent_on.status.as_u16(), sent_on.header("location")), (303, format!("/o/{}", ada.slug).as_str()));
    assert_eq!(Answer::of(world.get("/")).await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_unknown_cookie_is_nobody() {
    let world = World::open().await;
    let stranger = |path: &str| Answer::of(world.get(path).header(header::COOKIE, "stint=unknown"));
    assert_eq!(stranger("/call/whoami").await.refused(401), "unauthenticated");
    assert_eq!(stranger("/sign-in").await.status.as_u16(), 200);
}

#[tokio::test]
async fn the_organization_of_a_call_is_the_one_that_is_named_or_the_one_of_its_page() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let whoami = async |path: &str, name: &'static str, value: String| {
        Answer::of(world.get(path).header(header::COOKIE, cookie(&ada)).header(name, value)).await.ok()["organization"]["slug"].clone()
    };
    let page = format!("{}/o/{}/clients", world.address, ada.slug);
    let named = format!("/call/whoami?organization={}", ada.slug);
    assert_eq!(whoami("/call/whoami", "stint-organization", ada.slug.clone()).await, ada.slug.as_str());
    assert_eq!(whoami(&named, "accept", "*/*".to_owned()).await, ada.slug.as_str());
    assert_eq!(whoami("/call/whoami", "referer", page.clone()).await, ada.slug.as_str());
    let elsewhere = page.replace(&world.address, "https://elsewhere.example");
    assert!(whoami("/call/whoami", "referer", elsewhere).await.is_null());
    assert!(whoami("/call/whoami", "stint-organization", "not-a-slug".to_owned()).await.is_null());
}

#[tokio::test]
async fn a_new_project_is_for_the_client_that_was_chosen_or_whose_page_it_is_on() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let acme = world.rest(&ada, "create_client", json!({ "name": "Acme" })).await.ok()["id"].as_str().expect("an id").to_owned();
    let form = async |path: &str| {
        let page = Answer::of(world.get(&format!("/o/{}/{path}", ada.slug)).header(header::COOKIE, cookie(&ada))).await;
        let (_, form) = page.text.split_once(r#"<form id="new-project""#).expect("the form");
        form.split_once("</form>").expect("its end").0.to_owned()
    };
    let of_none = form("projects").await;
    assert!(of_none.contains(r#"<option value="" selected>Choose a client"#) && of_none.contains("required"), "{of_none}");
    let of_acme = form(&format!("clients/{acme}")).await;
    assert!(
        of_acme.contains(&format!(r#"type="hidden" name="client" value="{acme}""#)) && !of_acme.contains("Choose a client"),
        "{of_acme}"
    );
}

#[tokio::test]
async fn a_refused_call_has_the_status_of_its_code() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    assert_eq!(world.call(&ada, "create_client", &[("name", "")]).await.refused(422), "invalid");
    assert_eq!(world.call(&ada, "delete_client", &[("client", "nobody")]).await.refused(404), "not_found");
    let unknown = world.call(&ada, "no_such_thing", &[]).await;
    assert_eq!(unknown.refused(404), "not_found");
    let made = world.call(&ada, "create_client", &[("name", "Acme"), ("tax_rate", "19")]).await;
    assert_eq!(made.ok()["name"], "Acme");
    assert_eq!(made.header("cache-control"), "private, no-store");
    let twice = world.call(&ada, "create_client", &[("name", "acme"), ("tax_rate", "19")]).await;
    assert_eq!(twice.refused(422), "invalid");
    assert!(twice.json()["error"]["fields"]["name"].is_string());
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let own = world.address.clone();
    let send = async |headers: &[(&str, &str)]| {
        let form = world.post("/call/create_client").header(header::COOKIE, cookie(&ada)).header("stint-organization", &ada.slug);
        let form = form.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("name=Acme&tax_rate=19");
        Answer::of(headers.iter().fold(form, |form, (name, value)| form.header(*name, *value))).await
    };
    for site in ["cross-site", "same-site"] {
        assert_eq!(send(&[("sec-fetch-site", site), ("origin", &own)]).await.refused(403), "forbidden", "{site}");
    }
    for origin in ["https://elsewhere.example", "null", "http://127.0.0.1:1", "not an origin"] {
        assert_eq!(send(&[("origin", origin)]).await.refused(403), "forbidden", "{origin}");
    }
    let listed =
        Answer::of(world.get("/call/list_clients").header(header::COOKIE, cookie(&ada)).header("stint-organization", &ada.slug)).await;
    assert_eq!(listed.ok()["items"], json!([]), "nothing of it was done");
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await.status.as_u16(), 200);
    assert_eq!(send(&[("origin", &own)]).await.refused(422), "invalid", "it came through: the name is taken by now");
}

#[tokio::test]
async fn a_read_changes_nothing_and_a_write_is_no_link() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let link =
        world.get("/call/create_client?name=Acme&tax_rate=19").header(header::COOKIE, cookie(&ada)).header("stint-organization", &ada.slug);
    assert_eq!(Answer::of(link).await.status.as_u16(), 405);
}

#[tokio::test]
async fn a_slash_behind_the_address_of_a_page_leads_to_the_page() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let open = async |path: String| {
        let answer = Answer::of(world.get(&path).header(header::COOKIE, cookie(&ada)).header(header::ACCEPT, "text/html")).await;
        (answer.status.as_u16(), answer.header("location").to_owned())
    };
    let slug = &ada.slug;
    assert_eq!(open(format!("/o/{slug}/")).await, (308, format!("/o/{slug}")));
    assert_eq!(open(format!("/o/{slug}/clients/?cursor=a%2Fb")).await, (308, format!("/o/{slug}/clients?cursor=a%2Fb")));
    assert_eq!(open("/sign-in/".to_owned()).await, (308, "/sign-in".to_owned()));
    for elsewhere in ["//stranger.example/", "/nothing/here/", "//o//"] {
        assert_eq!(open(elsewhere.to_owned()).await, (404, String::new()), "{elsewhere}");
    }
}

#[tokio::test]
async fn every_answer_narrows_what_a_browser_may_do_with_it() {
    let world = World::open().await;
    for path in ["/", "/sign-in", "/nothing/here", "/healthz", "/call/whoami", "/api/v1/whoami", "/mcp", "/pkg/stint.js", "/pkg/missing.js"]
    {
        let answer = Answer::of(world.get(path)).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "this address is not https: {path}");
    }
    let page = Answer::of(world.get("/sign-in")).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("'nonce-") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_ne!(policy, Answer::of(world.get("/sign-in")).await.header("content-security-policy"), "a nonce is used once");
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_json_for_programs() {
    let world = World::open().await;
    let page = Answer::of(world.get("/nothing/here").header(header::ACCEPT, "text/html")).await;
    assert_eq!(page.status.as_u16(), 404);
    assert!(page.text.contains("<html"), "{}", page.text);
    let posted = Answer::of(world.post("/nothing/here").header(header::ACCEPT, "text/html")).await;
    assert_eq!(posted.status.as_u16(), 404);
}

#[tokio::test]
async fn a_name_that_no_file_system_takes_is_not_there() {
    let world = World::open().await;
    for path in [
        format!("/{}", "a".repeat(254)),
        format!("/{}", "a".repeat(300)),
        format!("/pkg/{}", "a".repeat(300)),
        format!("/pkg/{}.js", "%C3%A9".repeat(150)),
        "/a".repeat(4_000),
        format!("/pkg{}", "/abc".repeat(2_000)),
        "/pkg/a%00b".to_owned(),
    ] {
        let request = world.get(&path).header(header::ACCEPT, "text/html").header(header::ACCEPT_ENCODING, "br");
        assert_eq!(Answer::of(request).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test]
async fn compiled_files_come_compressed_and_others_as_they_are() {
    let world = World::open().await;
    let script = Answer::of(world.get("/pkg/stint.js").header(header::ACCEPT_ENCODING, "br, gzip")).await;
    assert_eq!((script.header("content-encoding"), script.text.as_str()), ("br", "as brotli"));
    assert_eq!(script.header("cache-control"), "no-cache", "its name carries no hash here");
    let plain = Answer::of(world.get("/pkg/stint.js")).await;
    assert_eq!((plain.header("content-encoding"), plain.text.as_str()), ("", "export default 1;"));
    assert_eq!(Answer::of(world.get("/favicon.svg")).await.text, "<svg/>");
    assert_eq!(Answer::of(world.get("/../../etc/passwd")).await.status.as_u16(), 404);
    assert_eq!(Answer::of(world.get("/%2e%2e/%2e%2e/etc/passwd")).await.status.as_u16(), 404);
}

#[tokio::test]
async fn the_process_says_whether_it_lives_and_whether_it_can_work() {
    let world = World::open().await;
    assert_eq!(Answer::of(world.get("/healthz")).await.text, "ok\n");
    assert_eq!(Answer::of(world.get("/readyz")).await.text, "ready\n");
}

#[tokio::test]
async fn the_pdf_of_an_invoice_opens_for_those_who_may_see_it() {
    let world = World::open().await;
    let (ada, eve) = (world.person("Ada").await, world.person("Eve").await);
    world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19" })).await.ok();
    let line = json!({ "description": "Work", "quantity": "1", "price": "100.00" });
    let draft = world.rest(&ada, "draft_invoice", json!({ "client": "Acme", "lines": [line] })).await.ok();
    let id = draft["id"].as_str().expect("an id");
    let path = format!("/o/{}/invoices/{id}/pdf", ada.slug);
    let opened = Answer::of(world.get(&path).header(header::COOKIE, cookie(&ada))).await;
    assert_eq!((opened.status.as_u16(), opened.header("content-type")), (200, "application/pdf"), "{}", opened.text);
    assert!(opened.header("content-disposition").starts_with("inline; filename=\"draft.pdf\""));
    let program = Answer::of(world.get(&format!("/api/v1/invoices/{id}/pdf")).bearer_auth(&ada.token)).await;
    assert!(program.text.starts_with("%PDF"));
    assert_eq!(Answer::of(world.get(&path).header(header::COOKIE, cookie(&eve))).await.refused(404), "not_found");
    let stranger = Answer::of(world.get(&path)).await;
    assert_eq!((stranger.status.as_u16(), stranger.header("location").starts_with("/sign-in?next=%2Fo%2F")), (303, true));
}

/// The bar, the list and the title all show the running timer, and the title is written when the page is already let go of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_with_a_running_timer_are_whole() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    world.call(&ada, "create_client", &[("name", "Acme"), ("tax_rate", "19")]).await.ok();
    world.call(&ada, "create_project", &[("client", "Acme"), ("name", "Dashboard")]).await.ok();
    world.call(&ada, "start_timer", &[("project", "Acme / Dashboard"), ("description", "Charts")]).await.ok();
    for page in ["", "/time", "/clients", "/projects", "/invoices", "/settings"] {
        let request = world.get(&format!("/o/{}{page}", ada.slug)).header(header::COOKIE, cookie(&ada));
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        assert!(answer.text.contains("Charts") && answer.text.contains("</html>"), "{page} is not whole");
    }
}

/// What a tab remembers is applied after the browser has taken the page over: both must begin with the same page.
#[tokio::test]
async fn the_drawer_is_a_button_and_nothing_else_until_a_browser_opens_it() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for page in ["", "/time", "/clients", "/projects", "/invoices", "/settings"] {
        let request = world.get(&format!("/o/{}{page}", ada.slug)).header(header::COOKIE, cookie(&ada));
        let text = Answer::of(request).await.text;
        let button =
            text.split("<button").find(|part| part.contains("id=\"assistant-button\"")).unwrap_or_else(|| panic!("{page}: no button"));
        for attribute in
            ["type=\"button\"", "aria-expanded=\"false\"", "aria-controls=\"assistant\"", "aria-keyshortcuts=\"Control+J Meta+J\""]
        {
            assert!(button.split('>').next().is_some_and(|tag| tag.contains(attribute)), "{page}: {attribute} is missing");
        }
        assert!(!text.contains("id=\"assistant\"") && !text.contains("assistant-words"), "{page}: the drawer is there already");
    }
    let outside = Answer::of(world.get("/sign-in")).await.text;
    assert!(!outside.contains("assistant-button"), "whoever is not signed in has no drawer");
}

/// A page goes from thread to thread while it is made, and what it holds with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_form_of_a_start_and_an_end_is_whole_beside_others() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    world.call(&ada, "create_client", &[("name", "Acme"), ("tax_rate", "19")]).await.ok();
    world.call(&ada, "create_project", &[("client", "Acme"), ("name", "Dashboard")]).await.ok();
    let path = format!("/o/{}/time?by=clock", ada.slug);
    for _ in 0..10 {
        let pages = (0..4).map(|_| Answer::of(world.get(&path).header(header::COOKIE, cookie(&ada)).header(header::ACCEPT, "text/html")));
        for page in futures::future::join_all(pages).await {
            assert!(page.text.contains("clock-lasts") && page.text.contains("</html>"), "{} characters", page.text.len());
        }
    }
}
