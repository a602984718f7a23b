//! The measured scenarios, with the requests of real clients.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, Request, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::{
    data::Data,
    http::{Ask, Connection, HttpAnswer, get, post},
    load::{Scenario, ScenarioStep, Turn, Volume},
    server_process::DemoLogin,
};

/// The revision of the Model Context Protocol of the requests.
const REVISION: &str = "2026-07-28";

const LISTS: Volume = Volume { warm_up: 400, alone: 2_000, crowd: 6_000 };
const NEIGHBOURS: Volume = Volume { warm_up: 50, alone: 1_000, crowd: 1_000 };
const PAGES: Volume = Volume { warm_up: 100, alone: 400, crowd: 1_200 };
const TIMERS: Volume = Volume { warm_up: 64, alone: 400, crowd: 1_600 };
const SHORT: Volume = Volume { warm_up: 16, alone: 80, crowd: 320 };
const LONG: Volume = Volume { warm_up: 8, alone: 30, crowd: 96 };

/// Names in the table, by which the checks find their samples.
pub mod names {
    /// The bare program.
    pub const BARE: &str = "bare axum + sqlx, list of 50";
    /// The list over REST.
    pub const REST: &str = "REST list_time_entries, 50";
    /// The list over MCP.
    pub const MCP: &str = "MCP list_time_entries, 50";
    /// The first page of an organization.
    pub const DASHBOARD: &str = "page: dashboard";
    /// From the model's first word to that word on the page.
    pub const FIRST_WORD: &str = "drawer: first word after the model's";
    /// The first page of an organization, while a hundred answers of the assistant are open.
    pub const BESIDE: &str = "page: dashboard beside 100 answers";
    /// Starting a timer.
    pub const START: &str = "REST start_timer";
    /// Stopping it.
    pub const STOP: &str = "REST stop_timer";
    /// A document of one page.
    pub const SHORT: &str = "invoice PDF, 1 page";
    /// A document of ten.
    pub const LONG: &str = "invoice PDF, 10 pages";
    /// A call in another organization, with nothing beside it.
    pub const NEIGHBOUR: &str = "REST list_clients of a neighbour";
    /// The same, while one token floods.
    pub const FLOODED: &str = "REST list_clients beside a flood";
}

/// The list of the bare program.
pub fn bare(token: String) -> Scenario {
    one(names::BARE, LISTS, whole_list, move |_| post("/list", &token, &json!({})))
}

/// The list over REST.
pub fn rest(data: &Arc<Data>) -> Scenario {
    let data = Arc::clone(data);
    one(names::REST, LISTS, whole_list, move |turn| post("/api/v1/list_time_entries", of(&data.owner, turn), &json!({ "limit": 50 })))
}

/// A list of clients in another organization.
pub fn neighbour(name: &'static str, data: &Arc<Data>) -> Scenario {
    let data = Arc::clone(data);
    one(name, NEIGHBOURS, anything, move |turn| post("/api/v1/list_clients", of(&data.neighbour, turn), &json!({})))
}

/// The list over MCP.
pub fn mcp(data: &Arc<Data>) -> Scenario {
    let data = Arc::clone(data);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "list_time_entries", "arguments": { "limit": 50 },
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
        },
    } });
    one(names::MCP, LISTS, tool_result, move |turn| {
        let mut ask = post("/mcp", of(&data.owner, turn), &body)?;
        for (name, value) in [
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", REVISION),
            ("mcp-method", "tools/call"),
            ("mcp-name", "list_time_entries"),
        ] {
            ask.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Ok(ask)
    })
}

/// The first page of an organization, as a signed-in browser asks for it.
pub fn dashboard(organization: &str, cookie: String) -> Scenario {
    let path = format!("/o/{organization}");
    one(names::DASHBOARD, PAGES, whole_page, move |_| get(&path, header::COOKIE, &cookie))
}

/// The same scenario of one step under another name.
pub fn named(name: &'static str, mut scenario: Scenario) -> Scenario {
    scenario.steps.iter_mut().for_each(|step| step.name = name);
    scenario
}

/// Starts and stops a timer; each client is a member of their own.
pub fn timer(data: &Arc<Data>) -> Scenario {
    let (starting, stopping) = (Arc::clone(data), Arc::clone(data));
    let token = |data: &Data, turn: Turn| -> Result<String> {
        let own = data.members.get(turn.client).context("there are fewer members than clients")?;
        Ok(of(own, Turn { round: turn.round / 16, ..turn }).to_owned())
    };
    let start =
        move |turn| post("/api/v1/start_timer", &token(&starting, turn)?, &json!({ "project": starting.project, "description": "Bench" }));
    let stop = move |turn| post("/api/v1/stop_timer", &token(&stopping, turn)?, &json!({}));
    let steps = vec![
        ScenarioStep { name: names::START, ask: Box::new(start), check: anything },
        ScenarioStep { name: names::STOP, ask: Box::new(stop), check: anything },
    ];
    Scenario { steps, volume: TIMERS }
}

/// The document of a draft: typeset at every request, since only that of a sent invoice is stored.
pub fn document(data: &Arc<Data>, long: bool) -> Scenario {
    let data = Arc::clone(data);
    let (name, volume) = if long { (names::LONG, LONG) } else { (names::SHORT, SHORT) };
    one(name, volume, anything, move |turn| {
        let draft = of(if long { &data.long } else { &data.short }, turn);
        post("/api/v1/get_invoice_document", of(&data.owner, turn), &json!({ "invoice": draft }))
    })
}

/// The number of pages of a draft's document, which has to be a tagged PDF/A-3.
pub async fn pages(address: SocketAddr, data: &Data, draft: &str) -> Result<usize> {
    let ask = post("/api/v1/get_invoice_document", of(&data.owner, Turn { client: 0, round: 0 }), &json!({ "invoice": draft }))?;
    let answer = Connection::open(address).await?.send(ask).await?.accepted()?.json()?;
    let bytes = STANDARD.decode(answer["base64"].as_str().context("a document is Base64")?)?;
    let text = String::from_utf8_lossy(&bytes);
    for sign in ["<pdfaid:part>3</pdfaid:part>", "/StructTreeRoot"] {
        ensure!(text.contains(sign), "the document is no tagged PDF/A-3: it lacks {sign}");
    }
    let count = text.split("/Count ").nth(1).context("the document does not say how many pages it has")?;
    Ok(count.chars().take_while(char::is_ascii_digit).collect::<String>().parse()?)
}

/// Signs a browser in and answers with its cookie.
pub async fn sign_in(address: SocketAddr, login: &DemoLogin) -> Result<String> {
    cookie(&Connection::open(address).await?.send(signing_in(address, login)?).await?.accepted()?)
}

/// The cookie of the browser that an answer has signed in.
pub fn cookie(answer: &HttpAnswer) -> Result<String> {
    let cookie = answer.headers.get(header::SET_COOKIE).context("signing in gave no cookie")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// The sign-in request of a browser.
pub fn signing_in(address: SocketAddr, login: &DemoLogin) -> Result<Ask> {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form = format!("email={}&password={}", escaped(&login.email), escaped(&login.password));
    Ok(Request::post("/call/sign_in")
        .header(header::HOST, address.to_string())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Full::from(form))?)
}

fn one(
    name: &'static str,
    volume: Volume,
    check: fn(&HttpAnswer) -> Result<()>,
    ask: impl Fn(Turn) -> Result<Ask> + Send + Sync + 'static,
) -> Scenario {
    Scenario { steps: vec![ScenarioStep { name, ask: Box::new(ask), check }], volume }
}

/// Takes the next token or id in every round.
fn of(some: &[String], turn: Turn) -> &str {
    some.get(turn.round % some.len().max(1)).map_or("", String::as_str)
}

fn anything(_: &HttpAnswer) -> Result<()> {
    Ok(())
}

/// The least size of fifty entries: a shorter answer is something else.
fn whole_list(answer: &HttpAnswer) -> Result<()> {
    ensure!(answer.body.len() > 20_000, "a list of 50 entries has more than {} bytes", answer.body.len());
    Ok(())
}

/// The page itself, to its end; data for hydration may follow it.
fn whole_page(answer: &HttpAnswer) -> Result<()> {
    let text = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status.is_success(), "the page was answered with {}", answer.status);
    ensure!(text.contains("<h1>Overview") && text.contains("</html>"), "the page is not whole: {:.300}", text);
    Ok(())
}

/// A tool error has a successful status, but is short.
fn tool_result(answer: &HttpAnswer) -> Result<()> {
    if answer.body.len() < 4_000 {
        let answer: Value = answer.json()?;
        bail!("the tool answered: {answer}");
    }
    Ok(())
}
