//! Who gets in, and under which name this Stint is asked.

use std::num::NonZeroU32;

use app::{
    error::{Code, Error},
    verification::operator_links::password_reset,
};
use futures::future::join_all;
use reqwest::{RequestBuilder, header};
use serde_json::{Value, json};
use server::{client_ip::TrustedProxies, router::limits::RequestLimits};
use server_fn::error::ServerFnUrlError;

use crate::world::{Answer, Person, World};

const FORM: &str = "application/x-www-form-urlencoded";

fn limited(sign_ins: u32) -> RequestLimits {
    RequestLimits::new(NonZeroU32::new(sign_ins))
}

/// An address that no other test comes from.
fn address() -> String {
    let [a, b, c]: [u8; 3] = rand::random();
    format!("10.{a}.{b}.{c}")
}

/// A wrong password for an account that there is not.
fn guess(world: &World) -> RequestBuilder {
    let form = world.post("/call/sign_in").header(header::CONTENT_TYPE, FORM);
    form.body(format!("email={:032x}%40example.com&password=guess", rand::random::<u128>()))
}

async fn guess_from(world: &World, address: &str) -> u16 {
    Answer::of(guess(world).header("x-forwarded-for", address)).await.status.as_u16()
}

#[tokio::test]
async fn a_request_to_another_host_is_refused_at_every_door_and_told_the_right_one() {
    let world = World::open().await;
    let paths =
        ["/", "/sign-in", "/call/whoami", "/api/v1/whoami", "/mcp", "/pkg/stint.js", "/nowhere", "/.well-known/oauth-protected-resource"];
    for path in paths {
        for host in ["evil.test", "evil.test:3000", "127.0.0.1.evil.test", "localhost@evil.test"] {
            let refused = Answer::of(world.get(path).header(header::HOST, host)).await;
            assert_eq!(refused.status.as_u16(), 421, "{path} at {host}");
            assert!(refused.text.contains(&world.address) && refused.text.contains("STINT_PUBLIC_URL"), "{path}: {}", refused.text);
        }
        let known = Answer::of(world.get(path).header(header::HOST, "localhost:3000")).await;
        assert_ne!(known.status.as_u16(), 421, "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(Answer::of(world.get(path).header(header::HOST, "10.0.0.7:3000")).await.status.as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_page_that_makes_its_own_name_point_here_signs_nobody_up() {
    let world = World::open().await;
    let form = world.post("/call/sign_up").header(header::CONTENT_TYPE, FORM).header(header::HOST, "evil.test");
    let form = form.header(header::ORIGIN, "http://evil.test").body("email=eve%40example.com&name=Eve&password=correct-horse-1");
    let refused = Answer::of(form).await;
    assert_eq!(refused.status.as_u16(), 421);
    assert!(refused.header("set-cookie").is_empty());
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_and_nobody_behind_the_same_proxy_with_them() {
    let world = World::open_with(limited(3)).await;
    let (attacker, other) = (address(), address());
    for _ in 0..3 {
        assert_eq!(guess_from(&world, &attacker).await, 401);
    }
    assert_eq!(guess_from(&world, &attacker).await, 429);
    assert_eq!(guess_from(&world, &format!("::ffff:{attacker}")).await, 429, "the same address in another form");
    assert_eq!(guess_from(&world, &format!("1.2.3.4, {attacker}")).await, 429, "what stands before it is hearsay");
    assert_eq!(guess_from(&world, &other).await, 401);
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_cannot_say_whom_it_speaks_for() {
    let nobody = TrustedProxies::parse("192.0.2.1").expect("an address");
    let world = World::open_with(limited(1).with_proxies(nobody)).await;
    let statuses = [guess_from(&world, &address()).await, guess_from(&world, &address()).await, guess_from(&world, &address()).await];
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}: all of them come from the proxy");
}

#[tokio::test]
async fn two_processes_on_one_database_slow_an_attacker_down_as_one() {
    let (first, second, attacker) = (World::open_with(limited(4)).await, World::open_with(limited(4)).await, address());
    let tries = (0..12).map(|at| guess_from(if at % 2 == 0 { &first } else { &second }, &attacker));
    let statuses = join_all(tries).await;
    let tried = statuses.iter().filter(|status| **status != 429).count();
    assert!((4..=5).contains(&tried), "{tried} of {statuses:?}");
}

#[tokio::test]
async fn whoever_guesses_tokens_is_slowed_down_and_a_right_one_from_there_goes_on() {
    let world = World::open_with(limited(1)).await;
    let (ada, attacker) = (world.person("Ada").await, address());
    let call = async |token: &str| {
        let call = world.post("/api/v1/whoami").bearer_auth(token).header("x-forwarded-for", &attacker).json(&json!({}));
        Answer::of(call).await
    };
    call(&ada.token).await.ok();
    let wrong = format!("stint_pat_{:032x}_guess", rand::random::<u128>());
    for guess in [wrong.as_str(), "nonsense", wrong.as_str()] {
        assert_eq!(call(guess).await.refused(401), "unauthenticated");
    }
    let refused = call(&wrong).await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
    call(&ada.token).await.ok();
}

#[tokio::test]
async fn an_error_in_an_address_that_somebody_has_written_is_not_shown() {
    let world = World::open().await;
    let forged = Error::new(Code::Invalid, "Call 555-0100 to unlock your account.");
    let page = format!("{}/sign-in", world.address);
    let link = ServerFnUrlError::new("/call/sign_in", forged).to_url(&page).expect("an address");
    let path = link.as_str().strip_prefix(&world.address).expect("ours").to_owned();
    let shown = Answer::of(world.get(&path)).await;
    assert_eq!(shown.status.as_u16(), 200);
    assert!(!shown.text.contains("555-0100"), "{}", shown.text);
    // A form that is sent from there is refused in our own words, and its page is the plain one.
    let body = guess(&world).header(header::ACCEPT, "text/html").header(header::REFERER, link.as_str());
    let refused = Answer::of(body).await;
    assert_eq!(refused.header("location"), format!("{page}#refusal"));
    let brought = refused.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let shown = Answer::of(world.get("/sign-in").header(header::COOKIE, brought)).await;
    assert!(shown.text.contains("The address or the password is wrong") && !shown.text.contains("555-0100"), "{}", shown.text);
}

#[tokio::test]
async fn of_two_cookies_none_is_believed() {
    let world = World::open().await;
    let (ada, eve) = (world.person("Ada").await, world.person("Eve").await);
    let cookies = format!("stint={}; stint={}", eve.cookie, ada.cookie);
    let whoami = Answer::of(world.get("/call/whoami").header(header::COOKIE, cookies)).await;
    assert_eq!(whoami.refused(401), "unauthenticated");
}

async fn change_password(world: &World, person: &Person, form: &[(&str, &str)]) -> Answer {
    world.call(person, "change_password", form).await
}

#[tokio::test]
async fn a_new_password_signs_others_out_revokes_tokens_if_wished_and_is_none_of_the_commonest() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let common = change_password(&world, &ada, &[("present", "correct horse battery"), ("password", "password123")]).await;
    assert_eq!(common.refused(422), "invalid");
    change_password(&world, &ada, &[("present", "correct horse battery"), ("password", "four other random words")]).await.ok();
    world.rest(&ada, "whoami", json!({})).await.ok();
    let wished = [("present", "four other random words"), ("password", "four more random words"), ("revoke_tokens", "true")];
    change_password(&world, &ada, &wished).await.ok();
    assert_eq!(world.rest(&ada, "whoami", json!({})).await.refused(401), "unauthenticated");
    world.call_get(&ada, "whoami").await.ok();
}

#[tokio::test]
async fn whoever_has_a_stolen_session_does_not_guess_the_password() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let wrong = [("present", "a wrong guess"), ("password", "four other random words")];
    for _ in 0..6 {
        assert_eq!(change_password(&world, &ada, &wrong).await.refused(422), "invalid");
    }
    let refused = change_password(&world, &ada, &wrong).await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
}

#[tokio::test]
async fn a_sign_in_is_listed_with_its_device_and_address_and_ends_where_it_is_ended() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let form = world.post("/call/sign_in").header(header::CONTENT_TYPE, FORM).header(header::USER_AGENT, agent);
    let form = form.header("x-forwarded-for", "203.0.113.7");
    let signed_in = Answer::of(form.body(format!("email={}&password=correct+horse+battery", ada.email.replace('@', "%40")))).await;
    let cookie =
        signed_in.header("set-cookie").split(';').next().and_then(|cookie| cookie.strip_prefix("stint=")).expect("a cookie").to_owned();
    let other = Person { slug: ada.slug.clone(), email: ada.email.clone(), token: ada.token.clone(), cookie };
    let listed = world.call_get(&ada, "list_sign_ins").await.ok();
    let of_other = listed["items"].as_array().into_iter().flatten().find(|sign_in| sign_in["this_one"] == false).expect("another").clone();
    assert_eq!((&of_other["device"], &of_other["address"]), (&json!("Firefox on Linux"), &json!("203.0.113.7")));
    let page = world.get(&format!("/o/{}/settings/security", ada.slug)).header(header::COOKIE, format!("stint={}", ada.cookie));
    let page = Answer::of(page).await;
    assert!(page.status.is_success() && page.text.contains("Firefox on Linux") && page.text.contains("This browser"), "{}", page.text);
    world.call_get(&other, "whoami").await.ok();
    world.call(&ada, "end_sign_in", &[("sign_in", of_other["id"].as_str().unwrap_or_default())]).await.ok();
    assert_eq!(world.call_get(&other, "whoami").await.refused(401), "unauthenticated");
    let events = world.call_get(&ada, "list_security_events").await.ok();
    let kinds: Vec<&Value> = events["items"].as_array().into_iter().flatten().map(|event| &event["kind"]).collect();
    assert_eq!(kinds.first(), Some(&&json!("sign_ins_ended")), "{events}");
    let begun = events["items"].as_array().into_iter().flatten().find(|event| event["address"] == "203.0.113.7").expect("where from");
    assert_eq!((&begun["kind"], &begun["device"]), (&json!("signed_in"), &json!("Firefox on Linux")), "{events}");
}

#[tokio::test]
async fn signing_in_and_signing_out_are_written_down_with_where_they_came_from() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
    let from = |path: &str| world.post(path).header(header::USER_AGENT, safari).header("x-forwarded-for", "203.0.113.8");
    let form = from("/call/sign_in").header(header::CONTENT_TYPE, FORM);
    let signed_in = Answer::of(form.body(format!("email={}&password=correct+horse+battery", ada.email.replace('@', "%40")))).await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let out = Answer::of(from("/call/sign_out").header(header::COOKIE, &cookie)).await;
    assert!(out.status.is_success() || out.status.is_redirection(), "{out:?}");
    let events = world.call_get(&ada, "list_security_events").await.ok();
    let there = events["items"].as_array().into_iter().flatten().filter(|event| event["address"] == "203.0.113.8");
    let kinds: Vec<(&Value, &Value)> = there.map(|event| (&event["kind"], &event["device"])).collect();
    let (signed_out, signed_in, device) = (json!("signed_out"), json!("signed_in"), json!("Safari on macOS"));
    assert_eq!(kinds, [(&signed_out, &device), (&signed_in, &device)], "{events}");
}

#[tokio::test]
async fn a_place_that_no_database_can_be_asked_for_is_nobodys_and_leaves_every_connection_whole() {
    let world = World::alone().await;
    let ada = world.person("Ada").await;
    for cookie in [ada.cookie.as_str(), "nobody"] {
        let ask = |path: &str| Answer::of(world.get(path).header(header::COOKIE, format!("stint={cookie}")));
        for path in ["/call/whoami?organization=%00", "/call/whoami?organization=a%00b"] {
            assert_eq!(ask(path).await.refused(401), "unauthenticated", "{path}");
        }
        for path in ["/o/%00", "/o/a%00b/clients"] {
            assert!(ask(path).await.status.as_u16() < 500, "{path}");
        }
    }
    assert_eq!(world.left_on_connections().await, Vec::<String>::new());
    world.call_get(&ada, "whoami").await.ok();
}

#[tokio::test]
async fn the_browser_in_which_a_password_was_reset_is_known_and_no_guess_keeps_it_out() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let sign_in = |password: &str| {
        let form = format!("email={}&password={password}", ada.email.replace('@', "%40"));
        world.post("/call/sign_in").header(header::CONTENT_TYPE, FORM).body(form)
    };
    let besiege = async || while Answer::of(sign_in("a-wrong-guess")).await.status.as_u16() != 429 {};
    besiege().await;
    let link = password_reset(&world.services, &ada.email).await.expect("a link").link;
    let secret = link.rsplit('/').next().expect("a secret");
    let form = format!("secret={secret}&password=another-horse-battery");
    let reset = Answer::of(world.post("/call/reset_password").header(header::CONTENT_TYPE, FORM).body(form)).await;
    let browser = reset.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert!(browser.starts_with("stint-browser=") && browser.len() > 30, "{reset:?}");
    besiege().await;
    let hers = Answer::of(sign_in("another-horse-battery").header(header::COOKIE, browser)).await;
    assert!(hers.header("set-cookie").starts_with("stint="), "{hers:?}");
}

/// Somebody who guesses in the same network uses up what the network has, and not what a browser has that the account knows.
#[tokio::test]
async fn whoever_guesses_in_a_network_keeps_no_browser_out_that_the_account_knows() {
    let world = World::open_with(limited(2)).await;
    let (ada, network) = (world.person("Ada").await, address());
    let sign_in = |email: &str, password: &str, from: &str| {
        let form = format!("email={}&password={password}", email.replace('@', "%40"));
        world.post("/call/sign_in").header(header::CONTENT_TYPE, FORM).header("x-forwarded-for", from).body(form)
    };
    let first = Answer::of(sign_in(&ada.email, "correct+horse+battery", &address())).await;
    let cookies = first.headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let browser = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("stint-browser="));
    let browser = browser.expect("a browser that is known").to_owned();
    while guess_from(&world, &network).await != 429 {}
    let with = async |email: &str, browser: &str| {
        Answer::of(sign_in(email, "correct+horse+battery", &network).header(header::COOKIE, browser)).await.status.as_u16()
    };
    assert_eq!(with(&ada.email, &browser).await, 200);
    let other = world.person("Eve").await;
    assert_eq!(with(&other.email, &browser).await, 429, "an account that does not know the browser");
    assert_eq!(with(&ada.email, "stint-browser=made-up").await, 429);
}
