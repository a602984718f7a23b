//! How often one may call.

use std::num::NonZeroU32;

use reqwest::header;
use serde_json::json;
use server::router::limits::Limits;

use crate::world::{Answer, World};

#[tokio::test]
async fn whoever_tries_passwords_is_slowed_down() {
    let world = World::open_with(Limits::new(NonZeroU32::new(3), None)).await;
    let page = format!("{}/sign-in", world.address);
    let tried = |accept: &'static str| {
        let form = world
            .post("/call/sign_in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", "203.0.113.1")
            .body("email=ada%40example.com&password=guess");
        Answer::of(form.header(header::ACCEPT, accept).header(header::REFERER, &page))
    };
    for _ in 0..3 {
        assert_eq!(tried("*/*").await.refused(401), "unauthenticated");
    }
    let refused = tried("*/*").await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    let form = tried("text/html").await;
    assert_eq!(form.header("location"), page, "the address says nothing of it: {form:?}");
    assert!(form.header("set-cookie").starts_with("stint-form="), "{form:?}");
    assert_eq!(Answer::of(world.get("/sign-in")).await.status.as_u16(), 200, "looking at the page is no attempt");
}

#[tokio::test]
async fn a_token_that_calls_too_often_is_slowed_down_and_others_are_not() {
    let world = World::open_with(Limits::new(None, NonZeroU32::new(1))).await;
    let (ada, grace) = (world.person("Ada").await, world.person("Grace").await);
    // One per minute and twice as many at once.
    world.rest(&ada, "whoami", json!({})).await.ok();
    world.rest(&ada, "whoami", json!({})).await.ok();
    let refused = world.rest(&ada, "whoami", json!({})).await;
    assert_eq!(refused.refused(429), "rate_limited");
    assert!(refused.header("retry-after").parse::<u64>().is_ok());
    assert_eq!(Answer::of(world.post("/mcp").bearer_auth(&ada.token)).await.refused(429), "rate_limited");
    world.rest(&grace, "whoami", json!({})).await.ok();
}
