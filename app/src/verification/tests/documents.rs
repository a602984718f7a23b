//! Tests of document links: valid for five minutes, and as long as the issuing token is.

use domain::id::InvoiceId;
use serde_json::json;

use crate::{
    access::WriteMode,
    account::document_link::{issue, open},
    context::{Caller, Channel},
    error::Code,
    testing::World,
};

/// An organization with a draft, and its agent.
async fn draft() -> (World, World, InvoiceId) {
    let acme = World::new("acme").await;
    acme.ok("create_client", json!({"name": "Umbrella", "rate": "100.00", "tax_rate": "19"})).await;
    let lines = json!([{"description": "Hosting", "quantity": "1", "price": "50.00"}]);
    let draft = acme.ok("draft_invoice", json!({"client": "Umbrella", "lines": lines})).await;
    let id = draft["id"].as_str().expect("an id").parse().expect("an id");
    let agent = acme.token(WriteMode::Direct).await;
    (acme, agent, id)
}

fn nobody(acme: &World) -> Caller {
    Caller::nobody(acme.caller.services.clone(), Channel::Page)
}

/// The code with which a link is refused; none when it opens.
async fn refused(acme: &World, url: &str) -> Option<Code> {
    let secret = url.rsplit('/').next().expect("a secret");
    open(nobody(acme), secret).await.err().map(|error| error.code)
}

#[tokio::test]
async fn a_link_to_a_document_opens_it_for_five_minutes_and_nothing_else() {
    let (acme, agent, draft) = draft().await;
    let link = issue(&agent.caller, draft).await.expect("drawn");
    let (holder, opened) = open(nobody(&acme), link.url.rsplit('/').next().expect("a secret")).await.expect("opened");
    assert_eq!((opened, holder.channel), (draft, Channel::Link), "its record says that it was a link, and not the agent, that asked");
    assert_eq!(holder.token.map(|token| token.id), agent.caller.token.as_ref().map(|token| token.id));
    assert_eq!(refused(&acme, &link.url).await, None, "as often as somebody likes");
    assert_eq!(refused(&acme, &format!("{}x", link.url)).await, Some(Code::NotFound));
    acme.advance(299);
    assert_eq!(refused(&acme, &link.url).await, None);
    acme.advance(1);
    assert_eq!(refused(&acme, &link.url).await, Some(Code::NotFound));
}

#[tokio::test]
async fn a_link_to_a_document_ends_with_the_token_that_drew_it() {
    let (acme, agent, draft) = draft().await;
    let link = issue(&agent.caller, draft).await.expect("drawn");
    assert_eq!(issue(&acme.caller, draft).await.map_err(|error| error.code), Err(Code::Unauthenticated), "a person opens it at its page");
    let token = agent.caller.token.as_ref().expect("a token").id;
    acme.ok("revoke_token", json!({"token": token})).await;
    assert_eq!(refused(&acme, &link.url).await, Some(Code::NotFound));
}
