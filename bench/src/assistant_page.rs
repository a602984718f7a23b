//! The assistant drawer: how long a model's first word takes to the page, and what many open answers cost other requests.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet, time::sleep};

use crate::{
    http::{Ask, Connection, get},
    load::{self, Sample, Scenario},
    scenarios::names,
};

/// The number of open answers while pages are measured.
const OPEN: usize = 100;

/// The number of answers per member, which is the most that one may be given at once.
const RUNS: usize = 3;

/// The number of first words that are measured.
const WORDS: usize = 60;

/// The pause before the model's first word: by then the page listens.
const THINKS: Duration = Duration::from_millis(60);

/// The pause between words of an endless answer.
const BETWEEN: Duration = Duration::from_millis(50);

/// The end of an answer, with its usage, so that no usage is estimated and no month's quota runs out.
const END: &[u8] =
    b"data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 10, \"completion_tokens\": 1, \"total_tokens\": 11}}\n\ndata: [DONE]\n\n";

/// The instants of the model's first words.
type Said = Arc<Mutex<Vec<Instant>>>;

/// A model that says one word, or endless words when it is asked to.
pub struct FakeModel {
    /// The address at which it is reached.
    pub url: String,
    said: Said,
}

impl FakeModel {
    /// Starts it; it ends with the process.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let said = Said::default();
        let doors = Router::new().route("/chat/completions", post(answer)).with_state(Arc::clone(&said));
        tokio::spawn(async move { axum::serve(listener, doors).await });
        Ok(Self { url, said })
    }
}

async fn answer(State(said): State<Said>, Json(asked): Json<Value>) -> Response {
    let last = asked["messages"].as_array().and_then(|messages| messages.last()).map(|message| message["content"].to_string());
    let goes_on = last.is_some_and(|words| words.contains("go on"));
    let words = futures::stream::unfold(0_usize, move |at| {
        let said = Arc::clone(&said);
        async move {
            match at {
                0 => {
                    sleep(THINKS).await;
                    said.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
                }
                _ if goes_on => sleep(BETWEEN).await,
                1 => return Some((Ok::<_, Infallible>(Bytes::from_static(END)), 2)),
                _ => return None,
            }
            Some((
                Ok(Bytes::from(format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": { "content": "word " } }] })))),
                at + 1,
            ))
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(words)).into_response()
}

/// A page with its assistant drawer open.
pub struct AssistantPage<'a> {
    /// The address on which Stint listens.
    pub address: SocketAddr,
    /// The slug of the organization.
    pub organization: &'a str,
    /// The cookie of its owner.
    pub cookie: &'a str,
}

impl AssistantPage<'_> {
    /// Switches the assistant on.
    pub async fn switch_on(&self) -> Result<()> {
        Connection::open(self.address).await?.send(self.call("set_assistant", "enabled=true")?).await?.accepted()?;
        Ok(())
    }

    /// Measures the time from the model's first word to that word on the page.
    pub async fn first_words(&self, model: &FakeModel) -> Result<Sample> {
        let began = Instant::now();
        let mut latencies = Vec::with_capacity(WORDS);
        for _ in 0..WORDS {
            let run = self.say("one word").await?;
            let (_connection, mut events) = self.listen(&run).await?;
            until_a_word(&mut events).await?;
            let heard = Instant::now();
            let said = model.said.lock().unwrap_or_else(PoisonError::into_inner).last().copied().context("the model said nothing")?;
            latencies.push(heard.duration_since(said));
            while events.frame().await.is_some() {}
        }
        Ok(Sample::new(names::FIRST_WORD, 1, latencies, began.elapsed()))
    }

    /// Runs a scenario beside this many open answers.
    pub async fn beside_open_answers(&self, scenario: Scenario) -> Result<Vec<Sample>> {
        let mut readers = JoinSet::new();
        let mut runs = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            runs.push(self.say("go on").await?);
        }
        for reader in 0..OPEN {
            let (connection, mut events) = self.listen(runs.get(reader % RUNS).context("no run")?).await?;
            until_a_word(&mut events).await?;
            readers.spawn(async move {
                while events.frame().await.is_some() {}
                drop(connection);
            });
        }
        let samples = load::run(self.address, Arc::new(scenario), 1).await?;
        if readers.len() < OPEN || readers.try_join_next().is_some() {
            bail!("an answer ended while the pages were measured");
        }
        for run in runs {
            Connection::open(self.address).await?.send(self.call("assistant_stop", &format!("run={run}"))?).await?.accepted()?;
        }
        while readers.join_next().await.is_some() {}
        Ok(samples)
    }

    async fn say(&self, words: &str) -> Result<String> {
        let ask = self.call("assistant_say", &format!("text={}", words.replace(' ', "+")))?;
        let said = Connection::open(self.address).await?.send(ask).await?.accepted()?.json()?;
        said["run"].as_str().map(str::to_owned).with_context(|| format!("nobody answers: {said}"))
    }

    async fn listen(&self, run: &str) -> Result<(Connection, Incoming)> {
        let mut connection = Connection::open(self.address).await?;
        let path = format!("/o/{}/assistant/runs/{run}", self.organization);
        let events = connection.stream(get(&path, header::COOKIE, self.cookie)?).await?;
        Ok((connection, events))
    }

    /// A read.
    pub fn look(&self, operation: &str) -> Result<Ask> {
        Ok(Request::get(format!("/call/{operation}"))
            .header(header::HOST, self.address.to_string())
            .header("sec-fetch-site", "same-origin")
            .header("stint-organization", self.organization)
            .header(header::COOKIE, self.cookie)
            .body(Full::default())?)
    }

    /// A call of an operation with the fields of a form.
    pub fn call(&self, operation: &str, form: &str) -> Result<Ask> {
        Ok(Request::post(format!("/call/{operation}"))
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("stint-organization", self.organization)
            .header(header::COOKIE, self.cookie)
            .body(Full::from(form.to_owned()))?)
    }
}

async fn until_a_word(events: &mut Incoming) -> Result<()> {
    while let Some(frame) = events.frame().await {
        if frame?.data_ref().is_some_and(|data| String::from_utf8_lossy(data).contains("\"delta\"")) {
            return Ok(());
        }
    }
    bail!("an answer ended without a word")
}
