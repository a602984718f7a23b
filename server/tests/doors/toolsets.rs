//! MCP: which tools an agent is offered, and how many words they take.

use app::{
    access::{Scope, WriteMode},
    operations,
};
use serde_json::{Value, json};

use crate::{
    agents::{ALL, ask, ask_at, names, refused, tools, tools_at},
    people::joined,
    world::{Person, World},
};

#[tokio::test]
async fn the_list_shows_what_role_and_token_allow() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let all = tools(&world, &ada.token).await;
    let shown = names(&all);
    assert!(shown.is_sorted() && shown.contains(&"send_invoice") && !shown.contains(&"revoke_token"));
    assert_eq!(tools(&world, &ada.token).await, all, "the same list every time");

    let watcher = world.token(&ada.email, &ada.slug, &[Scope::WorkRead], WriteMode::Direct).await;
    let few = tools(&world, &watcher).await;
    assert!(names(&few).contains(&"list_clients") && !names(&few).contains(&"create_client") && !names(&few).contains(&"list_invoices"));
    assert!(few.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));
    let error = refused(&world, &watcher, "create_client", json!({ "name": "Acme" })).await;
    assert!(error.ends_with("[forbidden]") && error.contains("work:write"), "a scope gap is named: {error}");
}

/// A client sends all tools with each turn of its model, and whoever talks to the model pays for them: for those that are offered to whom
/// may use many, as for all.
#[tokio::test]
async fn the_tools_are_told_in_few_characters() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let length = |value: &Value| value.to_string().chars().count();
    let mut too_long = Vec::new();
    for (address, writes) in
        ["/mcp", ALL].into_iter().flat_map(|address| [WriteMode::Direct, WriteMode::Ask, WriteMode::Drafts].map(|writes| (address, writes)))
    {
        let token = world.token(&ada.email, &ada.slug, Scope::ALL, writes).await;
        let tools = tools_at(&world, address, &token).await;
        let mean = |part: fn(&Value) -> &Value| tools.iter().map(|tool| length(part(tool))).sum::<usize>() / tools.len();
        let (input, whole) = (mean(|tool| &tool["inputSchema"]), mean(|tool| tool));
        if input > 620 || whole > 1_250 {
            too_long.push(format!("{address} {writes:?}: {input} characters of input schema, {whole} in all"));
        }
    }
    assert!(too_long.is_empty(), "{too_long:#?}");
}

/// What a client hands its model with each turn is under 40 tools and under 12,000 tokens, of which each has more than 4.1 characters in
/// descriptions and schemas as these.
#[tokio::test]
async fn whoever_may_use_many_tools_is_offered_those_for_every_day() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let (everyday, all) = (tools_at(&world, "/mcp", &ada.token).await, tools(&world, &ada.token).await);
    assert!(everyday.len() < 40, "{}", everyday.len());
    let characters = everyday.iter().map(|tool| tool.to_string().chars().count()).sum::<usize>();
    assert!(characters < 49_500, "{characters}");
    assert!(everyday.iter().all(|tool| all.contains(tool)), "a tool is the same at both addresses");
    let told = ask_at(&world, "/mcp", &ada.token, "server/discover", json!({})).await.ok()["result"]["instructions"].to_string();
    let others = all.len() - everyday.len();
    assert!(told.contains(&format!("{others} rarer tools are offered at {}/mcp?toolset=all.", world.address)), "{told}");
    let whole = ask(&world, &ada.token, "server/discover", json!({})).await.ok()["result"]["instructions"].to_string();
    assert!(!whole.contains("toolset"), "whoever has them all is told of no others: {whole}");
    // Being offered is no right: what the token covers can be called at both.
    let kept = ask_at(&world, "/mcp", &ada.token, "tools/call", json!({ "name": "get_organization", "arguments": {} })).await.ok();
    assert!(!names(&everyday).contains(&"get_organization"));
    assert_ne!(kept["result"]["isError"], true);
    assert_eq!(tools_at(&world, "/mcp?toolset=ALL", &ada.token).await, all);
    let unknown = ask_at(&world, "/mcp?toolset=some", &ada.token, "tools/list", json!({})).await;
    assert!(unknown.text.contains("toolset is everyday (the default) or all"), "{}", unknown.text);
}

#[tokio::test]
async fn whoever_may_use_few_tools_is_offered_them_all() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for scopes in [&[Scope::TimeRead, Scope::TimeWrite, Scope::WorkRead, Scope::PeopleRead][..], &[Scope::TimeRead, Scope::MoneyRead]] {
        let token = world.token(&ada.email, &ada.slug, scopes, WriteMode::Direct).await;
        let few = tools_at(&world, "/mcp", &token).await;
        assert!(few.len() < 40, "{}", few.len());
        assert_eq!(few, tools(&world, &token).await);
    }
}

/// Models call what they read of: what is described leads to nothing that would be refused or unknown.
#[tokio::test]
async fn no_description_names_a_tool_that_its_reader_is_not_offered() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let mut tokens = Vec::new();
    for scopes in Scope::ALL.iter().map(|scope| vec![*scope]).chain([vec![Scope::MoneyRead, Scope::MoneyWrite], Scope::ALL.to_vec()]) {
        for writes in [WriteMode::Direct, WriteMode::Ask, WriteMode::Drafts] {
            tokens.push((format!("{scopes:?} {writes:?}"), world.token(&ada.email, &ada.slug, &scopes, writes).await));
        }
    }
    for role in ["manager", "member", "viewer"] {
        let person = joined(&world, &ada, role, &[]).await;
        if role != "member" {
            world.rest(&ada, "change_member_role", json!({ "member": role, "role": role })).await.ok();
        }
        tokens.push((role.to_owned(), person.token));
    }
    for (who, token) in &tokens {
        let offered = tools(&world, token).await;
        for tool in &offered {
            let told = format!("{} {}", tool["description"], tool["inputSchema"]);
            let words = told.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').filter(|word| word.contains('_'));
            let closed = words.filter(|word| operations::find(word).is_some() && !names(&offered).contains(word)).collect::<Vec<_>>();
            assert!(closed.is_empty(), "{who}: {} leads to {closed:?}: {told}", tool["name"]);
        }
    }
}

#[tokio::test]
async fn a_description_leads_to_another_tool_where_that_is_offered() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    for (scopes, leads_on) in [(&[Scope::MoneyWrite][..], false), (&[Scope::MoneyRead, Scope::MoneyWrite][..], true)] {
        let token = world.token(&ada.email, &ada.slug, scopes, WriteMode::Direct).await;
        let offered = tools(&world, &token).await;
        let draft = offered.iter().find(|tool| tool["name"] == "draft_invoice").and_then(|tool| tool["description"].as_str());
        let draft = draft.expect("a description");
        assert!(draft.contains("Example: {") && draft.contains("With dry_run it is a preview."), "{draft}");
        assert_eq!(draft.contains("get_invoice"), leads_on, "{draft}");
    }
}

#[tokio::test]
async fn a_tool_that_mails_somebody_says_that_it_reaches_outside_and_no_other_does() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let all = tools(&world, &ada.token).await;
    let outside: Vec<_> = all.iter().filter(|tool| tool["annotations"]["openWorldHint"] == true).cloned().collect();
    assert_eq!(names(&outside), ["invite_member", "resend_invitation", "resend_invoice", "send_invoice"]);
    assert!(all.iter().all(|tool| tool["annotations"]["openWorldHint"].is_boolean()));
}

/// Clients call what is listed alone: what a refusal leads to is found, wherever it is.
#[tokio::test]
async fn a_refusal_says_where_a_tool_is_that_it_names_and_the_list_leaves_out() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let invited = stuck(&world, &ada).await;
    let listed = tools_at(&world, "/mcp", &ada.token).await;
    let running = world.rest(&ada, "get_timer", json!({})).await.ok()["timer"]["id"].clone();
    let draft = world.rest(&ada, "draft_invoice", json!({ "client": "Beta" })).await.ok()["id"].clone();
    for (tool, arguments, way) in [
        ("update_time_entry", json!({ "time_entry": running, "description": "x" }), "update_timer"),
        ("create_time_entry", json!({ "project": "Gone", "date": "2026-03-02", "duration": "1h" }), "restore_project"),
        ("create_project", json!({ "client": "Zenith", "name": "Site" }), "restore_client"),
        ("undo_action", json!({ "action": invited }), "revoke_invitation"),
        ("send_invoice", json!({ "invoice": draft }), "update_client"),
    ] {
        let params = json!({ "name": tool, "arguments": arguments });
        let said = async |address: &str| {
            let answer = ask_at(&world, address, &ada.token, "tools/call", params.clone()).await.ok();
            answer["result"]["content"][0]["text"].as_str().expect("sentences").to_owned()
        };
        let (told, whole) = (said("/mcp").await, said(ALL).await);
        let place = format!("({way} is offered at {}/mcp?toolset=all.)", world.address);
        assert!(!names(&listed).contains(&way), "{way} is listed");
        assert_eq!(told.matches(&place).count(), 1, "{tool}: {told}");
        assert!(whole.contains(way) && !whole.contains("toolset"), "{tool}: {whole}");
    }
}

/// An archived client and project, a running timer, an invoice whose client has no address, and the action of an invitation.
async fn stuck(world: &World, ada: &Person) -> Value {
    for client in ["Beta", "Zenith"] {
        world.rest(ada, "create_client", json!({ "name": client, "rate": "90.00", "tax_rate": "19" })).await.ok();
    }
    for project in ["Site", "Gone"] {
        world.rest(ada, "create_project", json!({ "client": "Beta", "name": project })).await.ok();
    }
    world.rest(ada, "create_time_entry", json!({ "project": "Site", "date": "2026-03-02", "duration": "1h" })).await.ok();
    world.rest(ada, "archive_project", json!({ "project": "Gone" })).await.ok();
    world.rest(ada, "archive_client", json!({ "client": "Zenith" })).await.ok();
    world.rest(ada, "start_timer", json!({ "project": "Site" })).await.ok();
    world.rest(ada, "invite_member", json!({ "email": "new@acme.test", "role": "member" })).await.ok()["action"].clone()
}

#[tokio::test]
async fn a_tool_that_is_misnamed_is_told_from_those_that_its_caller_may_use() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let told = async |name: &str| {
        let answer = ask(&world, &ada.token, "tools/call", json!({ "name": name, "arguments": {} })).await;
        answer.json()["error"]["message"].as_str().expect("words").to_owned()
    };
    for (name, meant) in [
        ("delete_payment", "remove_payment"),
        ("Create_Time_Entry", "create_time_entry"),
        ("create-time-entry", "create_time_entry"),
        ("log_time", "create_time_entry"),
    ] {
        let told = told(name).await;
        assert!(told.starts_with(&format!("Unknown tool: {name}. Did you mean ")) && told.contains(meant), "{told}");
    }
    let told = told("create_tokens").await;
    assert!(!told.replace("create_tokens", "").contains("create_token"), "no token may make one: {told}");
}
