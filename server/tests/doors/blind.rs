//! Who sees no money finds none through any door: not over REST, not over MCP, on no page.

use app::{
    access::Role,
    operation::{Audience, Effect, Operation},
    operations,
};
use reqwest::header;
use serde_json::{Map, Value, json};

use crate::{
    agents,
    people::joined,
    world::{Answer, Person, World},
};

/// A rate whose digits nothing else has, and what an hour of it comes to with tax.
const RATE: &str = "76543.21";
const DIGITS: [&str; 4] = ["7654321", "9108642", "76543.21", "91086.42"];

/// A studio where an hour of Barbara's was billed, one is being billed, and one can be. Her timer runs.
struct Studio {
    ada: Person,
    barbara: Person,
    ids: Map<String, Value>,
}

async fn studio(world: &World) -> Studio {
    let ada = world.person("Ada Lovelace").await;
    let rest = async |who: &Person, operation: &str, arguments: Value| world.rest(who, operation, arguments).await.ok();
    world.call(&ada, "update_organization", &[("rate", "76543.21")]).await.ok();
    let client =
        rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19", "rate": RATE, "email": "office@acme.example" })).await;
    let project = rest(&ada, "create_project", json!({ "client": "Acme", "name": "Dashboard" })).await;
    let barbara = joined(world, &ada, "Barbara", &[project["id"].as_str().expect("an id").to_owned()]).await;
    let log = async |day: &str| rest(&barbara, "create_time_entry", json!({ "project": "Dashboard", "date": day, "duration": "1h" })).await;
    log("2026-03-02").await;
    let draft = rest(&ada, "draft_invoice", json!({ "client": "Acme" })).await;
    let sent = rest(&ada, "send_invoice", json!({ "invoice": draft["id"] })).await;
    assert_eq!(sent["total"]["amount"], "91086.42", "the digits that are looked for are those of the invoice");
    log("2026-03-03").await;
    rest(&ada, "draft_invoice", json!({ "client": "Acme" })).await;
    let entry = log("2026-03-04").await;
    rest(&barbara, "start_timer", json!({ "project": "Dashboard" })).await;
    let ids = json!({
        "client": client["id"], "project": project["id"], "time_entry": entry["id"], "invoice": draft["id"], "member": "me",
        "invitation": draft["id"], "period": "2026-03",
    });
    Studio { ada, barbara, ids: ids.as_object().cloned().expect("ids") }
}

/// The arguments of a read: whatever it takes that the studio has.
fn arguments(studio: &Studio, operation: &Operation) -> Value {
    let taken = studio.ids.iter().filter(|(name, _)| operation.takes(name));
    Value::Object(taken.map(|(name, id)| (name.clone(), id.clone())).collect())
}

fn assert_blind(text: &str, what: &str) {
    let plain = text.replace(',', "");
    for digits in DIGITS {
        assert!(!plain.contains(digits), "{what} tells {digits}: {text}");
    }
}

#[tokio::test]
async fn a_member_reads_no_money_over_rest_or_mcp() {
    let world = World::open().await;
    let studio = studio(&world).await;
    let (mut answered, mut seen) = (0, 0);
    for operation in operations::all().iter().filter(|operation| operation.declaration.effect == Effect::Read) {
        let (name, given) = (operation.declaration.name, arguments(&studio, operation));
        let owner = world.rest(&studio.ada, name, given.clone()).await.text;
        seen += u32::from(DIGITS.iter().any(|digits| owner.contains(digits)));
        let rest = world.rest(&studio.barbara, name, given.clone()).await;
        assert_blind(&rest.text, name);
        if !Role::Member.may(operation.declaration.needs) {
            assert!([403, 404].contains(&rest.status.as_u16()), "{name} answers a member over REST: {rest:?}");
        }
        if operation.declaration.audience == Audience::Everyone {
            let tool = agents::call(&world, &studio.barbara.token, name, given).await;
            assert_blind(&tool.to_string(), name);
            // A tool that is not for her is not even offered: then there is no result.
            let refused = tool.is_null() || tool["isError"] == true;
            assert!(Role::Member.may(operation.declaration.needs) || refused, "{name} answers a member over MCP: {tool}");
        }
        answered += u32::from(rest.status == 200);
    }
    assert!(answered > 12 && seen > 4, "{answered} reads answered Barbara, and {seen} told Ada amounts");
}

#[tokio::test]
async fn the_pages_of_a_member_hold_no_money() {
    let world = World::open().await;
    let studio = studio(&world).await;
    let (client, project) = (studio.ids["client"].as_str().expect("an id"), studio.ids["project"].as_str().expect("an id"));
    let of = async |person: &Person, path: &str| {
        Answer::of(world.get(&format!("/o/{}{path}", studio.ada.slug)).header(header::COOKIE, format!("stint={}", person.cookie))).await
    };
    let (client, project) = (format!("/clients/{client}"), format!("/projects/{project}"));
    let pages = [
        "",
        "/time",
        "/time?from=2026-03-02",
        "/clients",
        &client,
        "/projects",
        &project,
        "/settings",
        "/settings/organization",
        "/settings/members",
        "/settings/organizations",
        "/settings/tokens",
    ];
    let mut seen = 0;
    for path in pages {
        let page = of(&studio.barbara, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert_blind(&page.text, path);
        for word in ["Rate per hour", "Unbilled", "Not invoiced yet", "/invoices"] {
            assert!(!page.text.contains(word), "{path} speaks of {word}: {}", page.text);
        }
        let owner = of(&studio.ada, path).await.text.replace(',', "");
        seen += u32::from(DIGITS.iter().any(|digits| owner.contains(digits)));
    }
    assert!(seen > 3, "only {seen} of these pages show Ada an amount");
    let invoice = format!("/invoices/{}", studio.ids["invoice"].as_str().expect("an id"));
    for path in ["/invoices", "/invoices/new", &invoice, "/settings/mails"] {
        assert_blind(&of(&studio.barbara, path).await.text, path);
    }
    assert!(!of(&studio.barbara, "/settings/mails").await.text.contains("office@acme.example"), "a mail with an invoice is an invoice");
    assert_eq!(of(&studio.barbara, &invoice).await.status, 404);
}
